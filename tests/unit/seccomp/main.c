/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the unit tests of seccomp and counts them.
 */
#include "test.h"

#include <stdarg.h>

struct arena arena;
static int passed, failed, skipped;

bool check_at(const char *file, int line, bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		passed++;
		return true;
	}
	if (failed++ > 40)
		return false;
	va_start(ap, fmt);
	printf("failed: %s:%d: ", file, line);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	return false;
}

void skip(const char *reason)
{
	skipped++;
	printf("skipped: %s\n", reason);
}

struct seccomp_program compile(const struct seccomp_spec *spec)
{
	struct seccomp_program program = { 0 };
	struct err err = { 0 };

	check(seccomp_compile(spec, &arena, &program, &err) == 0, "a profile was not taken: %s", err.text);
	return program;
}

int main(void)
{
	test_table();
	test_compiler();
	test_default();
	test_random();
	test_libseccomp();
	test_recorded();
	arena_free(&arena);
	printf("seccomp: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
