/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the unit tests of seccomp and counts them.
 */
#include "test.h"

#include "model/caps.h"

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

/* As the text of seccomp_ready_*.h. */
static int print_ready(void)
{
	struct seccomp_program p = compile(seccomp_default(caps_default, &arena));

	printf("/* SPDX-License-Identifier: Apache-2.0\n *\n * Made by build/tests/seccomp ready: see seccomp_ready.c.\n */\n");
	for (size_t i = 0; i < p.n; i++)
		printf("{ 0x%04x, %u, %u, 0x%08x },\n", p.code[i].code, p.code[i].jt, p.code[i].jf, p.code[i].k);
	return 0;
}

/* What starts with is what the table says, to the last bit. */
static void test_ready(void)
{
	struct seccomp_program want = compile(seccomp_default(caps_default, &arena)), have;

	if (!seccomp_ready(caps_default, &have)) {
		skip("the default filter is not compiled before on this architecture");
		return;
	}
	check(have.n == want.n && memcmp(have.code, want.code, want.n * sizeof(*want.code)) == 0,
	      "seccomp_ready is not what the default profile compiles to: build/tests/seccomp ready >runtime/plan/seccomp_ready_x86_64.h");
	check(!seccomp_ready(caps_default | 1ull << 21, &have) && !seccomp_ready(0, &have), "other capabilities, other filters");
}

int main(int argc, char **argv)
{
	if (argc > 1 && str_eq(argv[1], "ready"))
		return print_ready();
	test_ready();
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
