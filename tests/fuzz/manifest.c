/* SPDX-License-Identifier: Apache-2.0
 *
 * Manifests: each line that is taken is written back as it was; a whole file is held
 * against a small tree, and what it says is told in printable lines.
 */
#include "fuzz.h"

#include "image/manifest.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char base[] = "/tmp/crib-fuzz.XXXXXX";
static const char *const made[] = { "a", "d", "d/f", "d/l" };

static void clean(void)
{
	for (size_t i = ARRAY_SIZE(made); i-- > 0;) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%s", base, made[i]);
		remove(path);
	}
	rmdir(base);
}

static int tree(void)
{
	int dir;

	REQUIRE(mkdtemp(base) && (dir = open(base, O_RDONLY | O_DIRECTORY)) >= 0);
	atexit(clean);
	REQUIRE(close(openat(dir, "a", O_WRONLY | O_CREAT, 0644)) == 0);
	REQUIRE(mkdirat(dir, "d", 0755) == 0 && close(openat(dir, "d/f", O_WRONLY | O_CREAT, 0644)) == 0);
	REQUIRE(symlinkat("f", dir, "d/l") == 0);
	return dir;
}

static void lines(char *text)
{
	static struct manifest_line line;
	static char again[MANIFEST_LINE];

	for (char *end; text; text = end) {
		end = strchr(text, '\n');
		if (end)
			*end++ = '\0';
		if (manifest_line_read(text, &line) < 0)
			continue;
		again[manifest_line_write(&line, again) - 1] = '\0';
		REQUIRE(str_eq(text, again));
	}
}

static void compare(int root, const uint8_t *data, size_t size, struct arena *arena)
{
	static int fd = -1;
	struct verified v = { 0 };
	char path[32];
	struct err err;
	int rc;

	if (fd < 0)
		fd = memfd_create("manifest", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	rc = manifest_compare(root, path, arena, &v, &err);
	REQUIRE_TOLD(rc, &err);
	for (int kind = 0; kind < VERIFIED_KINDS; kind++)
		for (size_t i = 0; i < v.shown[kind].n; i++)
			REQUIRE(!strpbrk(v.shown[kind].v[i], "\n\r\033\177"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int root = -1;
	struct arena arena = { 0 };

	if (root < 0)
		root = tree();
	lines(fuzz_string(&arena, data, size));
	compare(root, data, size, &arena);
	arena_free(&arena);
	return 0;
}
