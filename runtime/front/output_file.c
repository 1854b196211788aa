/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes beside, then renames; see the header. Asks the caller's umask, since crib's
 * own is 0 once a sandbox was made.
 */
#include "front/output_file.h"

#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static uint32_t caller_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int output_file_check(struct output_file *f, const char *path, struct arena *arena, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *directory = slash ? arena_strndup(arena, path, (size_t)(slash - path) + 1) : "./";
	struct stat st;

	*f = (struct output_file){ .path = path, .mode = caller_mode() };
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "%.200s is a directory", path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return access(path, W_OK) < 0 ? err_sys(err, errno, "%.200s", path) : 0;
	if (slash && !slash[1])
		return err_set(err, EISDIR, "%.200s is a directory", path);
	if (access(directory, W_OK | X_OK) < 0)
		return err_sys(err, errno, "write in %.200s", directory);
	f->beside = arena_printf(arena, "%s.%s.%d", directory, slash ? slash + 1 : path, (int)getpid());
	return 0;
}

static int write_beside(const struct output_file *f, const char *text, struct err *err)
{
	auto_fd fd = open(f->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, f->mode);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "make %.200s", f->beside);
	rc = fd_write_all(fd, text, strlen(text));
	if (rc == 0 && fchmod(fd, f->mode) < 0)
		rc = -errno;
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (rc == 0 && rename(f->beside, f->path) < 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	unlink(f->beside);
	return err_sys(err, -rc, "write %.200s", f->path);
}

static int write_through(const struct output_file *f, const char *text, struct err *err)
{
	auto_fd fd = open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "open %.200s", f->path);
	rc = fd_write_all(fd, text, strlen(text));
	return rc < 0 ? err_sys(err, -rc, "write %.200s", f->path) : 0;
}

int output_file_write(const struct output_file *f, const char *text, struct err *err)
{
	return f->beside ? write_beside(f, text, err) : write_through(f, text, err);
}
