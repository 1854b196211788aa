/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header.
 */
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>

DIR *dir_open(int dirfd)
{
	int copy = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	int code = errno;

	if (!dir)
		fd_close(&copy);
	errno = code;
	return dir;
}
