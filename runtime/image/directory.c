/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory of the host as an image (--rootfs).
 */
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>

int image_open_directory(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, errno, "root directory %s", path) : fd;
}
