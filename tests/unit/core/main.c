/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver: runs all, removes its folder, counts.
 */
#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>

static char base[] = "/tmp/crib-core.XXXXXX";
static int passed, failed, folders;

bool check(bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		passed++;
		return true;
	}
	failed++;
	printf("failed: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return false;
}

int folder(char path[static 256])
{
	snprintf(path, 256, "%s/%d", base, folders++);
	if (mkdir(path, 0700) < 0)
		abort();
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void write_file(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

bool exists(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int main(void)
{
	if (!mkdtemp(base))
		return 1;
	umask(022);
	test_util();
	test_cpio();
	test_state();
	test_inroot();
	test_user();
	test_steps();
	test_messages();
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	printf("core: %d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
