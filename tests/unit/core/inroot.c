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

	mkdirat(root, "race", 0755);
	link_to(outside_path, "trap");
	racer = fork();
	if (racer == 0)
		for (;;)
			syscall(SYS_renameat2, root, "race", root, "trap", 2 /* RENAME_EXCHANGE */);
	for (int i = 0; i < 20000; i++) {
		int fd = inroot_mkfile(root, "/race/in/file");
		char buf[16];

		if (fd >= 0)
			close(fd);
		lost += inroot_read(root, "/race/canary", buf, sizeof(buf)) >= 0;
	}
	kill(racer, SIGKILL);
	waitpid(racer, NULL, 0);
	check(lost == 0, "the canary was read %d times", lost);
	check(!exists(outside, "in"), "something was made beside the canary");
}

void test_inroot(void)
{
	make_tree();
	test_honest();
	test_hostile();
	test_making();
	test_reading();
	test_race();
	close(root);
	close(outside);
}
