/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /init of a bare guest: a box that holds the kernel's modules, crib and nothing else. Loads the modules, runs one sandbox with
 * an empty PATH, and looks at what came out and what stayed behind.
 * Takes: /crib, /modules/NN-NAME.ko, the layout (v2, or none: not a single mount is made before) as its argument.
 * Called as `bare-init leave N` it only ends QEMU with status 2N+1 (the cloud kernels have no /dev/port to do that from a shell).
 * Gives: on the console the sandbox's output, a count and the @ lines for tests/qemu/guest; QEMU's exit status 33 or 35.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct text {
	char data[65536];
	size_t size;
};

static struct text mounts_before, mounts_after, output;
static int passed, failed;

static void check(const char *what, int good)
{
	if (good)
		passed++;
	else
		failed++;
	printf("%s: %s\n", good ? "ok" : "FAILED", what);
}

static void mount_or_say(const char *type, const char *where, const char *options)
{
	if (mount(type, where, type, 0, options) < 0)
		printf("FAILED: mount %s on %s: %m\n", type, where);
}

static void read_all(int fd, struct text *text)
{
	ssize_t n;

	text->size = 0;
	while ((n = read(fd, text->data + text->size, sizeof(text->data) - 1 - text->size)) > 0)
		text->size += (size_t)n;
	text->data[text->size] = '\0';
	close(fd);
}

static void load_modules(void)
{
	struct dirent **names;
	int n = scandir("/modules", &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[300];
		int fd;

		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (syscall(SYS_finit_module, fd, "", 0) < 0)
			printf("FAILED: load %s: %m\n", path);
		close(fd);
	}
}

/* the sandbox's output into a buffer and, when it is over, onto the console; returns its exit status, 128+N for a signal */
static int run_sandbox(void)
{
	static char *const argv[] = { "crib", "run", "busybox", "sh", "-c", "echo hello from $(hostname); ps", NULL };
	static char *const envp[] = { "PATH=", NULL };
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		execve("/crib", argv, envp);
		_exit(127);
	}
	close(ends[1]);
	read_all(ends[0], &output);
	waitpid(pid, &status, 0);
	fwrite(output.data, 1, output.size, stdout);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* processes that are neither kernel threads nor this one; zombies count */
static int strangers(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (proc && (entry = readdir(proc))) {
		char path[300], line[512], name[64], state;
		int ppid = 0;
		FILE *file;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !strcmp(entry->d_name, "1") || !strcmp(entry->d_name, "2"))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(line, sizeof(line), file) && sscanf(line, "%*d (%63[^)]) %c %d", name, &state, &ppid) == 3 && ppid != 2) {
			printf("left over: process %s, state %c\n", name, state);
			count++;
		}
		if (file)
			fclose(file);
	}
	if (proc)
		closedir(proc);
	return count;
}

/* folders in the cgroup root */
static int cgroups(void)
{
	struct stat st;

	return stat("/sys/fs/cgroup", &st) < 0 ? 0 : (int)st.st_nlink;
}

static void look_around(struct text *mounts)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	mounts->size = 0;
	if (fd >= 0)
		read_all(fd, mounts);
}

/* QEMU's isa-debug-exit takes the status; the console's last bytes must be out first */
static void leave(int status)
{
	fflush(stdout);
	tcdrain(1);
	if (ioperm(0x501, 1, 1) == 0)
		outb((unsigned char)status, 0x501);
}

static long clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec;
}

static void report(void)
{
	printf("bare: %d passed, %d failed, 0 skipped\n@end bare %d %ld\n@done\n", passed, failed, failed > 0,
	       clock_seconds());
	leave(failed ? 17 : 16);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int mounted = argc > 1 && !strcmp(argv[1], "v2"), cgroups_before;

	if (argc > 2 && !strcmp(argv[1], "leave")) {
		leave(atoi(argv[2]));
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("@suite bare\n");
	load_modules();
	if (mounted) {
		mount_or_say("proc", "/proc", NULL);
		mount_or_say("sysfs", "/sys", NULL);
		mount_or_say("devtmpfs", "/dev", NULL);
		mount_or_say("tmpfs", "/run", "mode=755");
		mount_or_say("cgroup2", "/sys/fs/cgroup", NULL);
	}
	look_around(&mounts_before);
	cgroups_before = cgroups();
	check("the sandbox ends with status 0", run_sandbox() == 0);
	check("it says hello from its own host name",
	      strstr(output.data, "hello from ") && !strstr(output.data, "hello from (none)") && !strstr(output.data, "hello from \n"));
	check("its processes are numbered from 1", strstr(output.data, "\n    1 ") != NULL);
	if (!mounted) /* now the box may be looked at */
		mount_or_say("proc", "/proc", NULL);
	look_around(&mounts_after);
	if (mounted)
		check("the mounts are as before", !strcmp(mounts_before.data, mounts_after.data));
	else
		check("nothing is mounted but the root", strchr(mounts_after.data, '\n') == strrchr(mounts_after.data, '\n') ||
		      strchr(strchr(mounts_after.data, '\n') + 1, '\n') == strrchr(mounts_after.data, '\n'));
	check("the cgroups are as before", cgroups() == cgroups_before);
	check("no process is left", strangers() == 0);
	report();
}
