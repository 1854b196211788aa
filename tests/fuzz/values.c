/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, sizes, limits: what is taken lies within its bounds, and a number
 * means the same when it is written back.
 */
#include "fuzz.h"

#include "front/value.h"

#include <inttypes.h>

static void numbers(const char *word)
{
	int64_t n, again;
	struct err err;
	char text[32];
	int rc = value_int(word, -1000, 1000000, &n, &err);

	REQUIRE_TOLD(rc, &err);
	if (rc == 0) {
		snprintf(text, sizeof(text), "%" PRId64, n);
		REQUIRE(n >= -1000 && n <= 1000000);
		REQUIRE(value_int(text, -1000, 1000000, &again, &err) == 0 && again == n);
	}
	rc = value_size(word, &n, &err);
	REQUIRE_TOLD(rc, &err);
	if (rc == 0) {
		snprintf(text, sizeof(text), "%" PRId64, n);
		REQUIRE(n >= 0 && value_size(text, &again, &err) == 0 && again == n);
	}
	rc = value_cpus(word, &n, &err);
	REQUIRE_TOLD(rc, &err);
	REQUIRE(rc < 0 || n >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	const char *word = fuzz_string(&arena, data, size);
	struct rlimit_spec limit;
	struct err err;
	uint32_t mode;
	int rc = value_octal(word, &mode, &err);

	REQUIRE_TOLD(rc, &err);
	REQUIRE(rc < 0 || mode <= 07777);
	rc = value_ulimit(word, &limit, &err);
	REQUIRE_TOLD(rc, &err);
	REQUIRE(rc < 0 || (limit.resource >= 0 && limit.soft <= limit.hard));
	numbers(word);
	arena_free(&arena);
	return 0;
}
