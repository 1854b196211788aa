/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the unit tests of front/ and model/ and counts them.
 */
#include "test.h"

#include "front/flag.h"
#include "front/lower.h"
#include "front/run_flags.h"

#include <stdarg.h>

struct arena arena;
char scratch[64];
static int passed, failed, skipped;

bool check(bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		passed++;
		return true;
	}
	failed++;
	va_start(ap, fmt);
	printf("failed: ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	return false;
}

void skip(const char *fmt, ...)
{
	va_list ap;

	skipped++;
	va_start(ap, fmt);
	printf("skipped: ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
}

void check_refused(int rc, const struct err *err, const char *part, const char *what)
{
	if (check(rc < 0, "%s: was taken", what))
		check(err->code > 0 && strstr(err->text, part), "%s: \"%s\" does not say \"%s\"", what, err->text, part);
}

int parse_run(struct words *w, const char *const *args, char ***rest, struct err *err)
{
	static const struct flag *const tables[] = { run_flags, NULL };
	size_t n = 0;
	char **copy;

	while (args[n])
		n++;
	copy = arena_array(&arena, n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(&arena, args[i]);
	*w = (struct words){ .arena = &arena, .verb = "run" };
	*err = (struct err){ 0 };
	lower_defaults(w);
	*rest = copy;
	return flags_parse(tables, w, rest, err);
}

int main(void)
{
	snprintf(scratch, sizeof(scratch), "/tmp/crib-front.XXXXXX");
	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 1;
	}
	test_values();
	test_names();
	test_flags();
	test_mounts();
	test_env();
	test_lower();
	test_security();
	test_seccomp();
	test_device_words();
	rmdir(scratch);
	arena_free(&arena);
	printf("front: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
