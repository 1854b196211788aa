/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive reader: an empty directory, and nothing appears beside it.
 */
#include "fuzz.h"

#include "image/image.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static char base[] = "/tmp/crib-fuzz.XXXXXX";

static void clean(void)
{
	rmdir(base);
}

/* What an archive makes may be closed to its maker; it is less deep than the archive is long. */
static void empty(int dir, const char *name)
{
	struct dirent *entry;
	DIR *stream;
	int fd;

	if (unlinkat(dir, name, 0) == 0)
		return;
	REQUIRE(fchmodat(dir, name, 0700, 0) == 0);
	REQUIRE((fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) >= 0 && (stream = fdopendir(fd)));
	while ((entry = readdir(stream)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			empty(fd, entry->d_name);
	closedir(stream);
	REQUIRE(unlinkat(dir, name, AT_REMOVEDIR) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int dir = -1;
	struct stat before, after;
	struct err err;
	int to, rc;

	if (dir < 0) {
		REQUIRE(mkdtemp(base) && (dir = open(base, O_RDONLY | O_DIRECTORY)) >= 0);
		atexit(clean);
	}
	REQUIRE(mkdirat(dir, "to", 0700) == 0 && (to = openat(dir, "to", O_RDONLY | O_DIRECTORY)) >= 0);
	REQUIRE(fstat(dir, &before) == 0);
	rc = cpio_unpack(data, size, to, &err);
	REQUIRE_TOLD(rc, &err);
	REQUIRE(fstat(dir, &after) == 0);
	REQUIRE(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && before.st_nlink == after.st_nlink);
	close(to);
	empty(dir, "to");
	return 0;
}
