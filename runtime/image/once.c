/* SPDX-License-Identifier: Apache-2.0
 *
 * Which roots were looked through lately: an empty file a root, images/verified-DEV-INO-CHANGED
 * below the state directory. A hint for what is said once, never a reason to trust a root.
 */
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

static const char prefix[] = "verified-";

static int name_of(int image, char name[static 96])
{
	struct stat st;

	if (fstat(image, &st) < 0)
		return -errno;
	snprintf(name, 96, "images/%s%jx-%jx-%jx.%lx", prefix, (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		 (uintmax_t)st.st_ctim.tv_sec, (unsigned long)st.st_ctim.tv_nsec);
	return 0;
}

static bool is_old(const struct stat *st)
{
	enum { DAY_S = 24 * 3600 };
	time_t now = time(NULL);

	return st->st_mtime > now || now - st->st_mtime >= DAY_S;
}

bool image_verified_lately(int root, int image)
{
	char name[96];
	struct stat st;

	return name_of(image, name) == 0 && fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !is_old(&st);
}

void image_note_verified(int root, int image)
{
	char name[96];
	auto_fd fd = -1;

	if (name_of(image, name) < 0)
		return;
	mkdirat(root, "images", 0700);
	fd = openat(root, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		futimens(fd, NULL);
}

void image_forget_verified(int images, const char *name)
{
	struct stat st;

	if (str_after(name, prefix) && fstatat(images, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_old(&st))
		unlinkat(images, name, 0);
}
