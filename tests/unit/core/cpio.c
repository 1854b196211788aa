/* SPDX-License-Identifier: Apache-2.0
 *
 * The archive reader: nothing outside of its directory, whatever the archive says.
 */
#include "image/image.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

struct archive {
	unsigned char data[4096];
	size_t n;
};

static void add(struct archive *a, const char *name, unsigned mode, const char *data)
{
	size_t size = strlen(data);

	a->n += (size_t)snprintf((char *)a->data + a->n, sizeof(a->data) - a->n,
				 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s", 1u, mode, 0u, 0u, 1u, 0u,
				 (unsigned)size, 0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u, name) + 1;
	while (a->n % 4)
		a->data[a->n++] = 0;
	memcpy(a->data + a->n, data, size);
	a->n += size;
	while (a->n % 4)
		a->data[a->n++] = 0;
}

static void finish(struct archive *a)
{
	add(a, "TRAILER!!!", 0, "");
}

static int unpack(const struct archive *a, size_t n, int *dir, char path[static 256])
{
	unsigned char *copy = malloc(n ? n : 1); /* exactly n bytes: the sanitizer sees one too many */
	struct err err;
	int rc;

	*dir = folder(path);
	memcpy(copy, a->data, n);
	rc = cpio_unpack(copy, n, *dir, &err);
	free(copy);
	return rc;
}

/* What is in it comes out, and no set-user-ID bit. */
static void test_good(void)
{
	struct archive a = { .n = 0 };
	char path[256], text[16];
	struct stat st;
	int dir;

	add(&a, "bin", S_IFDIR | 0755, "");
	add(&a, "bin/tool", S_IFREG | 06755, "text");
	add(&a, "link", S_IFLNK | 0777, "bin/tool");
	finish(&a);
	check(unpack(&a, a.n, &dir, path) == 0, "a good archive");
	check(file_read_text(dir, "link", text, sizeof(text)) == 4 && str_eq(text, "text"), "its file through its link");
	check(fstatat(dir, "bin/tool", &st, 0) == 0 && (st.st_mode & 07777) == 0755, "no set-user-ID: %o", st.st_mode);
	close(dir);
}

/* Every beginning of an archive but the whole of it is an error. */
static void test_truncated(void)
{
	struct archive a = { .n = 0 };
	char path[256];
	size_t taken = 0;
	int dir;

	add(&a, "d", S_IFDIR | 0755, "");
	add(&a, "d/f", S_IFREG | 0644, "some text");
	finish(&a);
	for (size_t n = 0; n < a.n - 1; n++) {
		taken += unpack(&a, n, &dir, path) == 0;
		close(dir);
	}
	/* the padding behind the last name is not needed */
	check(taken <= 3, "%zu truncated archives were taken", taken);
}

/* One wrong byte anywhere in a header: an error or something harmless, never a crash. */
static void test_corrupt(void)
{
	struct archive good = { .n = 0 };
	char path[256], above[300];
	int dir;

	add(&good, "f", S_IFREG | 0644, "x");
	finish(&good);
	for (size_t i = 0; i < 112; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct archive bad = good;

			bad.data[i] ^= (unsigned char)(1 << bit);
			if (unpack(&bad, bad.n, &dir, path) == 0 && i < 6)
				check(false, "magic with byte %zu changed was taken", i);
			close(dir);
		}
	snprintf(above, sizeof(above), "%s/../f", path);
	check(access(above, F_OK) < 0, "something was unpacked above the folder");
}

/* Every value of the first byte of every number in a header: only hexadecimal digits are digits. The last
 * number, a checksum, is not used in this format. */
static void test_digits(void)
{
	struct archive good = { .n = 0 };
	char path[256];
	int dir;

	add(&good, "f", S_IFREG | 0644, "x");
	finish(&good);
	for (size_t at = 6; at < 102; at += 8)
		for (int c = 0; c < 256; c++) {
			struct archive bad = good;
			bool digit = c && strchr("0123456789abcdefABCDEF", c);

			bad.data[at] = (unsigned char)c;
			if (digit)
				continue;
			check(unpack(&bad, bad.n, &dir, path) < 0, "byte %zu with %#x was taken", at, (unsigned)c);
			close(dir);
		}
}

/* Sizes up to the largest that a header can say, in each field that is one. */
static void test_sizes(void)
{
	static const char *const sizes[] = { "ffffffff", "fffffffe", "fffffffc", "80000000", "7fffffff", "00001001", "00000000" };
	static const size_t fields[] = { 6 + 6 * 8, 6 + 11 * 8 }; /* of the data, of the name */
	char path[256];
	int dir;

	for (size_t f = 0; f < ARRAY_SIZE(fields); f++)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct archive bad = { .n = 0 };

			add(&bad, "f", S_IFREG | 0644, "some data");
			finish(&bad);
			memcpy(bad.data + fields[f], sizes[i], 8);
			check(unpack(&bad, bad.n, &dir, path) < 0, "field at %zu: %s was taken", fields[f], sizes[i]);
			close(dir);
		}
}

/* Links that the archive made itself lead nowhere: not out, and not inside either. */
static void test_through_links(void)
{
	static const unsigned kinds[] = { S_IFREG | 0644, S_IFDIR | 0777, S_IFLNK | 0777 };
	char path[256], outside_path[256], up[300];
	auto_fd outside = folder(outside_path);
	struct stat before, after;
	int dir;

	snprintf(up, sizeof(up), "../../../../../../../..%s", outside_path);
	if (fstat(outside, &before) < 0)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct archive a = { .n = 0 }, deep = { .n = 0 };

		add(&a, "link", S_IFLNK | 0777, outside_path);
		add(&a, "link/made", kinds[i], "x");
		finish(&a);
		check(unpack(&a, a.n, &dir, path) < 0, "kind %o through a link", kinds[i]);
		close(dir);
		add(&deep, "d", S_IFDIR | 0755, "");
		add(&deep, "d/link", S_IFLNK | 0777, up);
		add(&deep, "d/link/made", kinds[i], "x");
		finish(&deep);
		check(unpack(&deep, deep.n, &dir, path) < 0, "kind %o through ..", kinds[i]);
		close(dir);
	}
	check(!exists(outside, "made"), "something was made outside");
	check(fstat(outside, &after) == 0 && after.st_mtime == before.st_mtime && after.st_mode == before.st_mode,
	      "the folder outside is as it was");
}

/* A name comes once. */
static void test_twice(void)
{
	static const unsigned kinds[] = { S_IFREG | 0644, S_IFDIR | 0755, S_IFLNK | 0777 };
	char path[256];
	int dir;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
			struct archive a = { .n = 0 };

			add(&a, "x", kinds[i], "one");
			add(&a, "x", kinds[k], "two");
			finish(&a);
			check(unpack(&a, a.n, &dir, path) < 0, "%o after %o of the same name", kinds[k], kinds[i]);
			close(dir);
		}
}

/* Names that would lead out, or through a link that the archive made itself. */
static void test_hostile(void)
{
	static const char *const names[] = { "../out", "/out", "a/../../out", ".", "..", "./out", "a//out", "", "out/" };
	char path[256], out[300];
	int dir;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct archive a = { .n = 0 };

		add(&a, "a", S_IFDIR | 0755, "");
		add(&a, names[i], S_IFREG | 0644, "x");
		finish(&a);
		if (!str_eq(names[i], "."))
			check(unpack(&a, a.n, &dir, path) < 0, "name \"%s\" was taken", names[i]);
		snprintf(out, sizeof(out), "%s/../out", path);
		check(access(out, F_OK) < 0, "name \"%s\" came out above the folder", names[i]);
		close(dir);
	}
	for (unsigned type = 0; type < 16; type++) {
		struct archive a = { .n = 0 };
		unsigned mode = type << 12;
		bool known = S_ISREG(mode) || S_ISLNK(mode) || S_ISDIR(mode);

		add(&a, "x", mode | 0644, "text");
		finish(&a);
		check((unpack(&a, a.n, &dir, path) == 0) == known, "file type %o", type);
		close(dir);
	}
}

void test_cpio(void)
{
	test_good();
	test_truncated();
	test_corrupt();
	test_digits();
	test_sizes();
	test_through_links();
	test_twice();
	test_hostile();
}
