/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths inside a container's root; see the header.
 */
#include "sandbox/inroot.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

int inroot_open(int root, const char *path, int flags)
{
	struct sys_open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	/* EAGAIN: a rename raced with `..`; the kernel asks to try again */
	for (int tries = 0; tries < 32; tries++) {
		fd = sys_openat2(root, path, &how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd >= 0 ? fd : -errno;
}

/* Opens path as a directory, making it and those before it where missing. */
static int open_directories(int root, char *path)
{
	auto_fd parent = inroot_open(root, "/", O_PATH | O_DIRECTORY);
	char *name = path, *end;

	do {
		char c;
		int fd;

		name += strspn(name, "/");
		end = name + strcspn(name, "/");
		c = *end;
		*end = '\0';
		fd = inroot_open(root, path, O_PATH | O_DIRECTORY);
		if (fd == -ENOENT)
			fd = mkdirat(parent, name, 0755) < 0 && errno != EEXIST ? -errno :
										  inroot_open(root, path, O_PATH | O_DIRECTORY);
		*end = c;
		fd_close(&parent);
		parent = fd;
		name = end;
	} while (parent >= 0 && *end);
	return take_fd(&parent);
}

/* Opens the directory that holds the last component, whose name goes to *name
 * (in buf); makes missing ones on the way. */
static int open_parent(int root, const char *path, char buf[static PATH_MAX], const char **name)
{
	size_t n = strlen(path);
	char *slash;
	int fd;

	while (n && path[n - 1] == '/')
		n--;
	if (!n)
		return -EEXIST;
	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(buf, path, n);
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	*name = slash ? slash + 1 : buf;
	if (str_eq(*name, "..") || str_eq(*name, "."))
		return -EINVAL;
	if (!slash || slash == buf)
		return inroot_open(root, "/", O_PATH | O_DIRECTORY);
	*slash = '\0';
	fd = inroot_open(root, buf, O_PATH | O_DIRECTORY);
	return fd == -ENOENT ? open_directories(root, buf) : fd;
}

int inroot_mkdir(int root, const char *path, mode_t mode)
{
	char buf[PATH_MAX];
	const char *name;
	int fd = inroot_open(root, path, O_PATH | O_DIRECTORY);
	auto_fd parent = -1;

	if (fd != -ENOENT)
		return fd;
	parent = open_parent(root, path, buf, &name);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
		return -errno;
	return inroot_open(root, path, O_PATH | O_DIRECTORY);
}

int inroot_mkfile(int root, const char *path)
{
	char buf[PATH_MAX];
	const char *name;
	int fd = inroot_open(root, path, O_PATH);
	auto_fd parent = -1, made = -1;

	if (fd != -ENOENT)
		return fd;
	parent = open_parent(root, path, buf, &name);
	if (parent < 0)
		return parent;
	made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (made < 0 && errno != EEXIST)
		return -errno;
	return inroot_open(root, path, O_PATH);
}

int inroot_create(int root, const char *path)
{
	struct stat st;
	auto_fd target = inroot_mkfile(root, path), fd = -1;

	if (target < 0)
		return target;
	if (fstat(target, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	fd = inroot_open(root, path, O_WRONLY | O_TRUNC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	/* another one may stand there by now */
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? take_fd(&fd) : -EINVAL;
}

int inroot_symlink(int root, const char *path, const char *text)
{
	char buf[PATH_MAX];
	const char *name;
	auto_fd parent = open_parent(root, path, buf, &name);

	if (parent < 0)
		return parent;
	if (symlinkat(text, parent, name) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

ssize_t inroot_read(int root, const char *path, char *buf, size_t cap)
{
	/* the root is mounted nodev, and O_NONBLOCK waits for no FIFO's writer */
	auto_fd fd = inroot_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return fd == -ENXIO ? -EINVAL : fd; /* a socket */
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return st.st_size >= (off_t)cap ? -EFBIG : fd_read_text(fd, buf, cap);
}
