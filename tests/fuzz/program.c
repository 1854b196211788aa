/* SPDX-License-Identifier: Apache-2.0
 *
 * The beginning of a program: what it names is a path, and a check of any program ends,
 * whatever interprets what.
 */
#include "fuzz.h"

#include "image/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int file = -1;

/* Every path of this root is that file, but a few that are not there. */
static int open_in_root(int root, const char *path, int flags)
{
	char name[32];
	int fd;

	(void)root;
	if (strstr(path, "no"))
		return -ENOENT;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	fd = open(name, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct program_place place = { -1, open_in_root, "/bin:/usr/no", "/" };
	struct program p;
	struct err err;

	if (file < 0)
		file = memfd_create("program", MFD_CLOEXEC);
	REQUIRE(fchmod(file, 0755) == 0 && ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
	REQUIRE(program_read(file, &p) == 0);
	REQUIRE(memchr(p.interpreter, '\0', sizeof(p.interpreter)));
	REQUIRE((p.format == PROGRAM_SCRIPT) <= (p.interpreter[0] != '\0'));
	REQUIRE((p.format == PROGRAM_EMPTY) == (size == 0));
	for (int certain = 0; certain < 2; certain++) {
		int rc = program_check(&place, "tool", certain, &err);

		REQUIRE_TOLD(rc, &err);
		REQUIRE(rc == 0 || err.exit_status == EXIT_NOT_FOUND || err.exit_status == EXIT_NOT_EXECUTABLE);
	}
	return 0;
}
