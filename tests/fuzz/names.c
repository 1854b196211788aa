/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of signals and limits, names of sandboxes: what is taken can be said back.
 */
#include "fuzz.h"

#include "front/nearest.h"
#include "model/names.h"
#include "model/spec.h"

static void sandbox(const char *word)
{
	size_t n = strlen(word);

	if (!spec_name_valid(word))
		return;
	REQUIRE(n >= 1 && n <= 63 && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") == n);
	REQUIRE(word[0] != '-' && word[n - 1] != '-');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	const char *word = fuzz_string(&arena, data, size);
	struct nearest near = { .word = word };
	int n = signal_number(word);

	REQUIRE(n == -1 || (n >= 1 && n <= SIGNALS && signal_number(signal_name(&arena, n)) == n));
	n = rlimit_number(word);
	REQUIRE(n == -1 || (rlimit_name(n) && rlimit_number(rlimit_name(n)) == n));
	sandbox(word);
	nearest_try(&near, "memory");
	nearest_try(&near, word);
	arena_free(&arena);
	return 0;
}
