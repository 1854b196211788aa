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
	err_set(&err, EINVAL, "%s", "caf\303\251 \302\2332J \302\240x");
	check(str_eq(err.text, "caf\303\251 ?\2332J \302\240x"), "control characters of UTF-8: %s", err.text);
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

struct odd {
	char text[13];
};

/* Elements of any size, at every power of two; an array of nothing; pieces that do not touch one another. */
static void test_arena_sizes(void)
{
	struct arena arena = { 0 }, empty = { 0 };
	struct odd *v = NULL;
	char *pieces[200];
	size_t n = 0;
	bool ok = true;

	check(arena_alloc(&empty, 0) != NULL && arena_array(&empty, 0, 8) != NULL, "nothing is somewhere too");
	arena_free(&empty);
	for (size_t i = 0; i < 1025; i++) {
		struct odd *before = v, *new = arena_push(&arena, &v, &n, sizeof(*v));
		bool grows = i == 0 || (i >= 8 && (i & (i - 1)) == 0);

		ok &= n == i + 1 && new == v + i && (v != before) == grows && new->text[0] == 0 && new->text[12] == 0;
		memset(new->text, (int)i, sizeof(new->text));
	}
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < sizeof(v->text); c++)
			ok &= v[i].text[c] == (char)i;
	check(ok, "elements of 13 bytes");
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		pieces[i] = arena_alloc(&arena, i + 1);
		ok &= (uintptr_t)pieces[i] % _Alignof(max_align_t) == 0;
		memset(pieces[i], (int)i, i + 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		ok &= pieces[i][0] == (char)i && pieces[i][i] == (char)i;
	check(ok, "aligned pieces of their own");
	check(str_eq(arena_strndup(&arena, "abcdef", 3), "abc") && str_eq(arena_printf(&arena, "%d-%s", 5, "x"), "5-x"),
	      "copies");
	arena_free(&arena);
}

static int too_much(void *arg)
{
	struct arena arena = { 0 };
	size_t n = *(size_t *)arg;

	close(2);
	arena_array(&arena, n, 16);
	return 0;
}

/* More than there is ends the process with crib's own status, not with a small piece. */
static void test_no_memory(void)
{
	size_t sizes[] = { SIZE_MAX, SIZE_MAX / 16, SIZE_MAX / 16 + 2, SIZE_MAX / 32 + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		check(in_child(too_much, &sizes[i]) == 125, "%zx elements", sizes[i]);
}

/* What does not fit is told apart from what does. */
static void test_read_text(void)
{
	char path[256], buf[8];
	auto_fd dir = folder(path);
	int ends[2];

	write_file(dir, "seven", "1234567");
	write_file(dir, "eight", "12345678");
	check(file_read_text(dir, "seven", buf, sizeof(buf)) == 7 && str_eq(buf, "1234567"), "what just fits");
	check(file_read_text(dir, "eight", buf, sizeof(buf)) == -EFBIG, "one byte too many");
	check(file_read_text(dir, "seven", buf, 1) == -EFBIG && file_read_text(dir, ".", buf, sizeof(buf)) == -EISDIR,
	      "a buffer of one byte; a directory");
	write_file(dir, "empty", "");
	check(file_read_text(dir, "empty", buf, 1) == 0 && buf[0] == '\0', "nothing");
	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	check(fd_write_all(ends[1], "1234", 4) == 0 && fd_write_all(ends[1], "567", 3) == 0, "write");
	close(ends[1]);
	check(fd_read_text(ends[0], buf, sizeof(buf)) == 7 && str_eq(buf, "1234567"), "a pipe, to its end");
	close(ends[0]);
	check(fd_read_text(-1, buf, sizeof(buf)) == -EBADF && fd_write_all(-1, "x", 1) == -EBADF, "no descriptor");
	check(file_write_text(dir, "none", "x") == -ENOENT && !exists(dir, "none"), "no file is made");
	check(file_read_text(dir, "none", buf, sizeof(buf)) == -ENOENT, "no such file");
}

void test_util(void)
{
	test_err();
	test_arena();
	test_arena_sizes();
	test_no_memory();
	test_read_text();
}
