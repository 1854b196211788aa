/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths in a root end in that root, whatever links it is made of, also while they change.
 */
#include "sandbox/inroot.h"
#include "test.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int root, outside;
static char root_path[256], outside_path[256];

static void link_to(const char *text, const char *name)
{
	if (symlinkat(text, root, name) < 0)
		abort();
}

static bool same(int fd, int dirfd, const char *path)
{
	struct stat a, b;

	return fd >= 0 && fstat(fd, &a) == 0 && fstatat(dirfd, path, &b, 0) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static void make_tree(void)
{
	char up[512];

	root = folder(root_path);
	outside = folder(outside_path);
	write_file(outside, "canary", "alive");
	mkdirat(root, "run", 0755);
	mkdirat(root, "var", 0755);
	mkdirat(root, "deep", 0755);
	write_file(root, "run/pid", "1");
	link_to("/run", "var/run");
	link_to("../run", "var/relative");
	link_to("var/run", "chained");
	link_to("loop", "loop");
	link_to("/nowhere", "dangling");
	link_to(outside_path, "absolute");
	snprintf(up, sizeof(up), "../../../../../../../..%s", outside_path);
	link_to(up, "up");
	link_to("/proc/self/root", "magic");
	link_to("/proc/self/cwd", "magic2");
	mkdirat(root, "proc", 0755);
}

/* Honest links work: /var/run is /run. */
static void test_honest(void)
{
	static const char *const paths[] = { "/run/pid", "run/pid", "/var/run/pid", "/var/relative/pid", "/chained/pid",
					     "//run///pid", "/run/../run/pid", "/../../run/pid", "/./run/./pid" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		auto_fd fd = inroot_open(root, paths[i], O_PATH);

		check(same(fd, root, "run/pid"), "%s is run/pid", paths[i]);
	}
}

/* All others end inside or nowhere. */
static void test_hostile(void)
{
	static const char *const paths[] = { "/absolute/canary", "/up/canary", "/magic/etc/passwd", "/magic2", "/loop/x",
					     "/dangling/x", "/../../../../../../../../etc/passwd", "" };
	char buf[64];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		auto_fd fd = inroot_open(root, paths[i], O_PATH);

		check(fd < 0, "%s was opened", paths[i]);
		check(inroot_read(root, paths[i], buf, sizeof(buf)) < 0, "%s was read", paths[i]);
	}
}

/* What is made through such links is made inside. */
static void test_making(void)
{
	char name[NAME_MAX + 2], path[300];
	int fd;

	fd = inroot_mkdir(root, "/up/made", 0755);
	if (fd >= 0)
		close(fd);
	fd = inroot_mkfile(root, "/absolute/made");
	if (fd >= 0)
		close(fd);
	check(inroot_symlink(root, "/absolute/link", "x") < 0 || !exists(outside, "link"), "a link outside");
	check(!exists(outside, "made") && !exists(outside, "link"), "something was made outside");
	fd = inroot_mkdir(root, "/deep/a/b/c/", 01777);
	check(same(fd, root, "deep/a/b/c"), "directories with their parents");
	fd_close(&fd);
	fd = inroot_mkfile(root, "/var/run/new/file");
	check(same(fd, root, "run/new/file"), "a file behind an honest link");
	fd_close(&fd);
	check(inroot_mkdir(root, "/deep/..", 0755) >= 0, "a directory that is there, by ..");
	check(inroot_mkfile(root, "/deep/new/..") < 0, "a file named ..");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "/deep/%s", name);
	check(inroot_mkfile(root, path) == -ENAMETOOLONG, "a name of 256 bytes");
	fd = inroot_mkfile(root, path + 1);
	check(fd < 0, "the same without a slash");
	fd = inroot_create(root, "/run/pid");
	check(fd >= 0 && write(fd, "22", 2) == 2, "an existing file, emptied");
	fd_close(&fd);
	check(inroot_create(root, "/deep") < 0, "a directory is no file to write to");
}

/* The longest name and the deepest path that the kernel takes, and one more of each. */
static void test_lengths(void)
{
	char path[PATH_MAX + 2], name[NAME_MAX + 1];
	struct stat st;
	int fd;

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	fd = inroot_mkfile(root, name);
	check(same(fd, root, name), "a name of 255 bytes");
	fd_close(&fd);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? 'd' : '/';
	path[PATH_MAX - 2] = '\0';
	fd = inroot_mkdir(root, path, 0755);
	check(fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode), "2047 levels: %d", fd);
	fd_close(&fd);
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? 'f' : '/';
	path[PATH_MAX - 2] = '\0';
	fd = inroot_mkfile(root, path);
	check(fd >= 0, "a file 2047 levels deep: %d", fd);
	fd_close(&fd);
	path[PATH_MAX - 2] = '/';
	path[PATH_MAX - 1] = 'f';
	path[PATH_MAX] = '\0';
	check(inroot_mkdir(root, path, 0755) == -ENAMETOOLONG && inroot_mkfile(root, path) == -ENAMETOOLONG &&
		      inroot_symlink(root, path, "x") == -ENAMETOOLONG,
	      "a path of 4096 bytes");
}

/* What is in the way stays, and is told. */
static void test_in_the_way(void)
{
	static const char *const paths[] = { "/run/pid/below", "/dangling", "/loop", "/dangling/below", "/loop/below", "/run/pid/" };
	char buf[64];
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		check(inroot_mkdir(root, paths[i], 0755) < 0 && inroot_create(root, paths[i]) < 0, "%s was made", paths[i]);
	check(!exists(root, "nowhere") && inroot_read(root, "/run/pid", buf, sizeof(buf)) >= 0, "nothing was made");
	check(inroot_mkdir(root, "", 0755) < 0 && inroot_mkfile(root, "") < 0 && inroot_create(root, "") < 0 &&
		      inroot_symlink(root, "", "x") < 0,
	      "no path");
	check(inroot_symlink(root, "/", "x") < 0 || exists(root, "run"), "the root is no link");
	fd = inroot_mkdir(root, "///", 0755);
	check(same(fd, root, "."), "the root itself");
	fd_close(&fd);
	fd = inroot_open(root, "/..", O_PATH);
	check(same(fd, root, "."), "above the root is the root");
	fd_close(&fd);
	check(inroot_symlink(root, "/run/pid", "x") == 0 && inroot_read(root, "/run/pid", buf, sizeof(buf)) >= 0,
	      "a link over a file: the file stays");
	fd = inroot_create(root, "/run/pid");
	check(fd >= 0 && write(fd, "22", 2) == 2, "write");
	fd_close(&fd);
}

/* Only regular files are read: nothing waits, nothing acts. */
static void test_reading(void)
{
	char buf[64];

	mkfifoat(root, "fifo", 0644);
	check(inroot_read(root, "/fifo", buf, sizeof(buf)) == -EINVAL, "a FIFO");
	check(inroot_read(root, "/run", buf, sizeof(buf)) < 0, "a directory");
	write_file(root, "big", "0123456789012345678901234567890123456789012345678901234567890123");
	check(inroot_read(root, "/big", buf, sizeof(buf)) == -EFBIG, "a file as large as the buffer");
	check(inroot_read(root, "/var/run/pid", buf, sizeof(buf)) == 2 && str_eq(buf, "22"), "a file: %s", buf);
}

/* A directory and a link to the outside change places as fast as they can. */
static void test_race(void)
{
	pid_t racer;
	int lost = 0;
	char text[16] = "";

	mkdirat(root, "race", 0755);
	link_to(outside_path, "trap");
	racer = fork();
	if (racer == 0)
		for (;;)
			syscall(SYS_renameat2, root, "race", root, "trap", 2 /* RENAME_EXCHANGE */);
	for (int i = 0; i < 20000; i++) {
		int fds[] = { inroot_mkfile(root, "/race/in/file"), inroot_create(root, "/race/canary"),
			      inroot_mkdir(root, "/race/../race/dir/below", 0755) };
		char buf[16];

		for (size_t k = 0; k < ARRAY_SIZE(fds); k++)
			fd_close(&fds[k]);
		lost += inroot_symlink(root, "/race/link", "x") == 0 && exists(outside, "link");
		lost += inroot_read(root, "/race/canary", buf, sizeof(buf)) > 0;
	}
	kill(racer, SIGKILL);
	waitpid(racer, NULL, 0);
	check(lost == 0, "the canary was read %d times", lost);
	check(!exists(outside, "in") && !exists(outside, "dir") && !exists(outside, "link"),
	      "something was made beside the canary");
	check(file_read_text(outside, "canary", text, sizeof(text)) == 5 && str_eq(text, "alive"), "the canary: %s", text);
}

void test_inroot(void)
{
	make_tree();
	test_honest();
	test_hostile();
	test_making();
	test_lengths();
	test_reading();
	test_in_the_way();
	test_race();
	close(root);
	close(outside);
}
