/* SPDX-License-Identifier: Apache-2.0
 *
 * What attacks of tests/attack need and a shell cannot do:
 *
 *     swap A B             exchanges two names as fast as it can until TERM; prints how often
 *     look DIR NAME        sees that DIR is a directory, then opens DIR/NAME, as a careless program does, until it got in
 *     as UID GID COMMAND   runs a command as that user, without groups
 *     fill files DIR       makes empty files until there is an error; prints how many and why
 *     fill bytes FILE      writes until there is an error; prints how many MiB and why
 *     fill fds             opens descriptors in as many processes as there can be; prints how many
 *     fill ptys            opens terminals until there is an error
 *     fill shm             makes System V segments until there is an error, and leaves them
 *     deep N               makes a directory in a directory, N times, from here
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static int swap(char **args)
{
	long n = 0;

	signal(SIGTERM, end);
	while (!ended) {
		if (syscall(SYS_renameat2, AT_FDCWD, args[0], AT_FDCWD, args[1], 2 /* RENAME_EXCHANGE */) < 0 && errno != EBUSY) {
			perror("swap");
			return 1;
		}
		if (++n % 64 == 0)
			sched_yield();
	}
	return printf("%ld\n", n) < 0;
}

static int look(char **args)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", args[0], args[1]);
	for (long n = 1; n < 5000000; n++)
		if (lstat(args[0], &st) == 0 && S_ISDIR(st.st_mode) && open(path, O_RDONLY | O_CLOEXEC) >= 0)
			return printf("%ld\n", n) < 0;
	return 1;
}

static int as(char **args)
{
	uid_t uid = (uid_t)atoi(args[0]);
	gid_t gid = (gid_t)atoi(args[1]);

	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0) {
		perror("as");
		return 1;
	}
	execvp(args[2], args + 2);
	perror(args[2]);
	return 127;
}

static int fill_files(const char *dir)
{
	char name[32];
	long n = 0;
	int fd;

	if (chdir(dir) < 0)
		return 1;
	do {
		snprintf(name, sizeof(name), "f%ld", n);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
	} while (fd >= 0 && ++n < 2000000);
	return printf("%ld %s\n", n, strerror(errno)) < 0;
}

static int fill_bytes(const char *file)
{
	static char block[1 << 20];
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	long n = 0;

	if (fd < 0)
		return 1;
	while (n < 100000 && write(fd, block, sizeof(block)) > 0)
		n++;
	return printf("%ld %s\n", n, strerror(errno)) < 0;
}

/* Each process fills its table, then forks the next. */
static int fill_fds(void)
{
	long n = 0, processes = 0;
	pid_t pid = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	do {
		for (n = 0; open("/dev/null", O_RDONLY) >= 0 && n < 1000000; n++)
			;
		pid = ++processes < 5000 ? fork() : -1;
	} while (pid == 0);
	if (pid < 0)
		printf("%ld processes with %ld more descriptors each\n", processes, n);
	waitpid(pid, NULL, 0);
	return 0;
}

static int fill_ptys(void)
{
	struct rlimit limit;
	long n = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	while (n < 100000 && posix_openpt(O_RDWR | O_NOCTTY) >= 0)
		n++;
	return printf("%ld %s\n", n, strerror(errno)) < 0;
}

static int fill_shm(void)
{
	long n = 0;
	int id;

	while (n < 100000 && (id = shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600)) >= 0) {
		char *p = shmat(id, NULL, 0);

		if (p != (void *)-1) {
			memset(p, 1, 1 << 20);
			shmdt(p);
		}
		n++;
		if (n == 16) /* enough to be seen, and within the memory limit */
			break;
	}
	return printf("%ld\n", n) < 0;
}

static int deep(const char *count)
{
	long n = 0;

	while (n < atol(count) && (mkdir("d", 0755) == 0 || errno == EEXIST) && chdir("d") == 0)
		n++;
	return printf("%ld\n", n) < 0;
}

static int fill(char **args)
{
	if (!strcmp(args[0], "files") && args[1])
		return fill_files(args[1]);
	if (!strcmp(args[0], "bytes") && args[1])
		return fill_bytes(args[1]);
	if (!strcmp(args[0], "fds"))
		return fill_fds();
	if (!strcmp(args[0], "ptys"))
		return fill_ptys();
	return !strcmp(args[0], "shm") ? fill_shm() : 2;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "swap"))
		return swap(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "look"))
		return look(argv + 2);
	if (argc >= 5 && !strcmp(argv[1], "as"))
		return as(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "deep"))
		return deep(argv[2]);
	if (argc >= 3 && !strcmp(argv[1], "fill"))
		return fill(argv + 2);
	fputs("attacker: wrong words\n", stderr);
	return 2;
}
