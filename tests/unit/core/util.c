/* SPDX-License-Identifier: Apache-2.0
 *
 * util: errors stay one bounded line, arrays grow, whole reads know their bound.
 */
#include "test.h"
#include "util/arena.h"
#include "util/str.h"

#include <fcntl.h>

/* An error is one line, however long or odd what it tells of. */
static void test_err(void)
{
	struct err err = { 0 };
	char longer[3000];
	int rc;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	rc = err_set(&err, EINVAL, "name \"a\nb\033[2J\177\" %s", longer);
	check(rc == -EINVAL && err.code == EINVAL, "code of err_set: %d", rc);
	check(strlen(err.text) == sizeof(err.text) - 1, "err_set fills its buffer and no more");
	check(strncmp(err.text, "name \"a?b?[2J?\"", 15) == 0, "control characters: %.20s", err.text);
	rc = err_sys(&err, ENOENT, "open %s", "x");
	check(rc == -ENOENT && str_eq(err.text, "open x: No such file or directory"), "err_sys: %s", err.text);
	rc = err_in(&err, rc, "web");
	check(rc == -ENOENT && str_eq(err.text, "web: open x: No such file or directory"), "err_in: %s", err.text);
	for (int i = 0; i < 300; i++)
		rc = err_in(&err, rc, "level %d", i);
	check(rc == -ENOENT && strlen(err.text) < sizeof(err.text) && str_after(err.text, "level 299: level 298"),
	      "many levels: %.40s", err.text);
	check(err_in(&err, 0, "nothing") == 0 && !str_after(err.text, "nothing"), "no context for a success");
	rc = err_set(&err, 0, "zero");
	check(rc < 0, "no failure looks like a success");
}

/* An array keeps what was pushed over every growth; memory comes zeroed. */
static void test_arena(void)
{
	struct arena arena = { 0 };
	struct str s = { .arena = &arena };
	uint64_t *v = NULL;
	size_t n = 0;
	bool ok = true;

	for (uint64_t i = 0; i < 5000; i++) {
		uint64_t *new = arena_push(&arena, &v, &n, sizeof(*v));

		ok &= *new == 0 && (uintptr_t)new % _Alignof(uint64_t) == 0;
		*new = i;
	}
	for (uint64_t i = 0; i < n; i++)
		ok &= v[i] == i;
	check(ok && n == 5000, "arena_push");
	for (int i = 0; i < 2000; i++)
		str_add(&s, "%d,", i % 10);
	check(s.n == 4000 && strlen(s.s) == 4000 && s.s[3998] == '9', "str_add");
	check(*(char *)arena_alloc(&arena, 1 << 20) == 0, "a piece larger than a chunk");
	arena_free(&arena);
}

/* What does not fit is told apart from what does. */
static void test_read_text(void)
{
	char path[256], buf[8];
	auto_fd dir = folder(path);

	write_file(dir, "seven", "1234567");
	write_file(dir, "eight", "12345678");
	check(file_read_text(dir, "seven", buf, sizeof(buf)) == 7 && str_eq(buf, "1234567"), "what just fits");
	check(file_read_text(dir, "eight", buf, sizeof(buf)) == -EFBIG, "one byte too many");
	check(file_read_text(dir, "none", buf, sizeof(buf)) == -ENOENT, "no such file");
}

void test_util(void)
{
	test_err();
	test_arena();
	test_read_text();
}
