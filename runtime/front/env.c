/* SPDX-License-Identifier: Apache-2.0
 *
 * -e and --env-file.
 */
#include "front/env.h"

#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>

enum { FILE_MAX_BYTES = 1024 * 1024 };

static void forget(struct strs *env, const char *name, size_t n)
{
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], name, n) == 0 && env->v[i][n] == '=') {
			memmove(&env->v[i], &env->v[i + 1], (env->n - i - 1) * sizeof(*env->v));
			env->n--;
			return;
		}
}

static void put(struct arena *arena, struct strs *env, const char *entry, size_t n)
{
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], entry, n + 1) == 0) {
			env->v[i] = entry;
			return;
		}
	*(const char **)arena_push(arena, &env->v, &env->n, sizeof(*env->v)) = entry;
}

int env_put(struct arena *arena, struct strs *env, const char *entry, struct err *err)
{
	size_t n = strcspn(entry, "=");
	const char *value;

	if (!n)
		return err_set(err, EINVAL, "no name in front of the value: NAME=value, or NAME for your own value");
	if (entry[n]) {
		put(arena, env, entry, n);
		return 0;
	}
	value = getenv(entry);
	if (value)
		put(arena, env, arena_printf(arena, "%s=%s", entry, value), n);
	else
		forget(env, entry, n);
	return 0;
}

static int put_line(struct arena *arena, struct strs *env, char *line, struct err *err)
{
	size_t n = strlen(line);

	if (n && line[n - 1] == '\r')
		line[n - 1] = '\0';
	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return 0;
	n = strcspn(line, "=");
	if (strcspn(line, " \t") < n)
		return err_set(err, EINVAL, "a name must not contain blanks: NAME=value");
	return env_put(arena, env, line, err);
}

int env_put_file(struct arena *arena, struct strs *env, const char *path, struct err *err)
{
	static const char utf8_mark[] = "\xef\xbb\xbf";
	char *text = arena_alloc(arena, FILE_MAX_BYTES);
	ssize_t n = file_read_text(AT_FDCWD, path, text, FILE_MAX_BYTES);
	unsigned number = 1;
	char *end;

	if (n == -EFBIG)
		return err_set(err, EFBIG, "%s: longer than a megabyte", path);
	if (n < 0)
		return err_sys(err, (int)-n, "%s", path);
	if (memchr(text, '\0', (size_t)n))
		return err_set(err, EINVAL, "%s: not a text file, it has a zero byte", path);
	if (str_after(text, utf8_mark))
		text += strlen(utf8_mark);
	for (char *line = text; line; line = end, number++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		TRY(err_in(err, put_line(arena, env, line, err), "%s: line %u", path, number));
	}
	return 0;
}
