/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes argv[0] and the search path, ends in the command or in a report that
 * says what is wrong with it: 127 when there is no such command, 126 when there
 * is one that cannot be executed. Nothing is ever handed to a shell.
 */
#include "init.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The errno of an execve that failed tells less than a person needs. */
static _Noreturn void explain(const char *path, int code)
{
	struct stat st;
	int found = stat(path, &st) == 0;

	if (code == ENOENT && found)
		fail(EXIT_NOT_FOUND, 0, "command ", path, ": the interpreter or ELF loader that it names was not found");
	if (code == ENOENT || code == ENOTDIR)
		fail(EXIT_NOT_FOUND, code, "command ", path);
	if (code == EACCES && found && S_ISDIR(st.st_mode))
		fail(EXIT_NOT_EXECUTABLE, 0, "command ", path, ": is a directory");
	if (code == EACCES && found && !(st.st_mode & 0111))
		fail(EXIT_NOT_EXECUTABLE, 0, "command ", path, ": Permission denied (not executable)");
	if (code == ENOEXEC)
		fail(EXIT_NOT_EXECUTABLE, 0, "command ", path, ": exec format error");
	fail(EXIT_NOT_EXECUTABLE, code, "command ", path);
}

/* dir/name in buf; an empty dir is the working directory. */
static int join(char *buf, size_t size, const char *dir, size_t dir_length, const char *name)
{
	size_t name_length = strlen(name);

	if (dir_length == 0) {
		dir = ".";
		dir_length = 1;
	}
	if (dir_length + 1 + name_length + 1 > size)
		return -ENAMETOOLONG;
	memcpy(buf, dir, dir_length);
	buf[dir_length] = '/';
	memcpy(buf + dir_length + 1, name, name_length + 1);
	return 0;
}

/* As execvp(3): what is missing is passed over, what may not be executed too,
 * but is remembered for the report. */
static _Noreturn void search(const struct orders *orders, const char *name)
{
	char candidate[PATH_MAX], remembered[PATH_MAX];
	int remembered_code = 0;

	for (const char *dir = orders->path, *end; dir; dir = *end ? end + 1 : NULL) {
		int code;

		end = strchrnul(dir, ':');
		if (join(candidate, sizeof(candidate), dir, (size_t)(end - dir), name) < 0)
			continue;
		execve(candidate, orders->argv, orders->envp);
		code = errno;
		if (code == ENOTDIR || (code == ENOENT && access(candidate, F_OK) < 0))
			continue;
		if (code != EACCES && code != ENOENT)
			explain(candidate, code);
		if (!remembered_code) {
			remembered_code = code;
			memcpy(remembered, candidate, sizeof(remembered));
		}
	}
	if (remembered_code)
		explain(remembered, remembered_code);
	if (!orders->path)
		fail(EXIT_NOT_FOUND, 0, "command ", name, ": not found: there is no PATH");
	fail(EXIT_NOT_FOUND, 0, "command ", name, ": not found in PATH (", orders->path, ")");
}

_Noreturn void command_execute(const struct orders *orders)
{
	const char *name = orders->argv[0];

	if (*name == '\0')
		fail(EXIT_NOT_FOUND, 0, "command \"\": its name is empty");
	if (!strchr(name, '/'))
		search(orders, name);
	execve(name, orders->argv, orders->envp);
	explain(name, errno);
}
