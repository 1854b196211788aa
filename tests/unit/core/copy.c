/* SPDX-License-Identifier: Apache-2.0
 *
 * Copying a root for kernels without overlay: what is copied, what is not, and that it ends.
 */
#include "sandbox/copy.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

static off_t blocks(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, 0) == 0 ? st.st_blocks : -1;
}

static void test_kinds(int from, int to)
{
	struct err err;
	struct stat st;
	char text[16];
	int fd;

	write_file(from, "tool", "text");
	fchmodat(from, "tool", 06755, 0);
	mkdirat(from, "dir", 0700);
	fchmodat(from, "dir", 03750, 0);
	write_file(from, "dir/file", "deep");
	mkfifoat(from, "fifo", 0644);
	if (symlinkat("/etc", from, "etc") < 0 || symlinkat("nowhere", from, "dangling") < 0)
		abort();
	fd = openat(from, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (ftruncate(fd, (off_t)5 << 30) < 0 || pwrite(fd, "x", 1, (off_t)3 << 30) != 1)
		abort();
	close(fd);
	check(copy_tree(from, to, NULL, &err) == 0, "copy: %s", err.text);
	check(fstatat(to, "tool", &st, 0) == 0 && (st.st_mode & 07777) == 0755, "no set-user-ID: %o", st.st_mode);
	check(fstatat(to, "dir", &st, 0) == 0 && (st.st_mode & 07777) == 01750, "no set-group-ID: %o", st.st_mode);
	check(file_read_text(to, "dir/file", text, sizeof(text)) == 4 && str_eq(text, "deep"), "a file below");
	check(fstatat(to, "etc", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode), "a link stays a link");
	check(exists(to, "dangling") && !exists(to, "fifo"), "a link to nothing is copied, a FIFO is not");
	check(fstatat(to, "sparse", &st, 0) == 0 && st.st_size == (off_t)5 << 30 && blocks(to, "sparse") < 1024,
	      "holes stay holes: %lld blocks", (long long)blocks(to, "sparse"));
}

/* Depth is bounded: a hostile tree ends in a sentence, not in a full stack. */
static void test_depth(void)
{
	char from_path[256], to_path[256];
	auto_fd from = folder(from_path), to = folder(to_path);
	int at = openat(from, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err err;

	for (int i = 0; i < 300; i++) {
		int next;

		mkdirat(at, "d", 0755);
		next = openat(at, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	check(copy_tree(from, to, NULL, &err) == -ELOOP && strstr(err.text, "deeper"), "300 deep: %s", err.text);
}

void test_copy(void)
{
	char from_path[256], to_path[256];
	auto_fd from = folder(from_path), to = folder(to_path);

	test_kinds(from, to);
	test_depth();
}
