/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole reads and writes on descriptors.
 */
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>

int fd_write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

ssize_t fd_read_text(int fd, char *buf, size_t cap)
{
	size_t n = 0;

	for (;;) {
		ssize_t r = read(fd, buf + n, cap - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		n += (size_t)r;
		if (n == cap)
			return -EFBIG;
		if (r == 0)
			break;
	}
	buf[n] = '\0';
	return (ssize_t)n;
}

ssize_t file_read_text(int dirfd, const char *path, char *buf, size_t cap)
{
	auto_fd fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return fd_read_text(fd, buf, cap);
}

int file_write_text(int dirfd, const char *path, const char *text)
{
	auto_fd fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* one write: the kernel's files take a value whole or not at all */
	if (write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}
