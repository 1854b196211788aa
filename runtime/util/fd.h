/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptors: CLOEXEC at birth, -1 when absent, closed by their scope unless
 * moved out with take_fd(). Whole reads and writes.
 */
#ifndef CRIB_UTIL_FD_H
#define CRIB_UTIL_FD_H

#include "util/err.h"

#include <sys/types.h>

static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline int take_fd(int *fd)
{
	int out = *fd;

	*fd = -1;
	return out;
}

#define auto_fd __attribute__((cleanup(fd_close))) int

/* All n bytes, or -errno. */
int fd_write_all(int fd, const void *data, size_t n) MUST_CHECK;

/* Reads to the end of file, at most cap - 1 bytes, and puts a NUL behind them.
 * Gives the length, -EFBIG when there is more, or -errno. */
ssize_t fd_read_text(int fd, char *buf, size_t cap) MUST_CHECK;

/* open, fd_read_text, close of (dirfd, path). */
ssize_t file_read_text(int dirfd, const char *path, char *buf, size_t cap) MUST_CHECK;

/* open for writing (no create), one write, close; for the kernel's files. */
int file_write_text(int dirfd, const char *path, const char *text) MUST_CHECK;

#endif
