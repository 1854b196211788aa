/* SPDX-License-Identifier: Apache-2.0
 *
 * The command in the container: says what it sees, or misbehaves as told.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void print_file(const char *path)
{
	char line[1024];
	FILE *f = fopen(path, "r");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
}

static void print_descriptors(void)
{
	printf("fds:");
	for (int fd = 0; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d%s", fd, fcntl(fd, F_GETFD) & FD_CLOEXEC ? "x" : "");
	printf("\n");
	for (int fd = 3; fd < 10; fd++) {
		char text[64] = "";

		if (pread(fd, text, sizeof(text) - 1, 0) > 0)
			printf("fd%d: %s\n", fd, text);
	}
}

/* All that init decides about a process. */
static void facts(int argc, char **argv)
{
	char cwd[4096] = "";
	int death = 0;

	print_descriptors(); /* first: nothing of ours is open yet */
	printf("pid: %d\nsid: %d\npgrp: %d\nfirst: %s\n", getpid(), getsid(0), getpgrp(), argv[0]);
	prctl(PR_GET_PDEATHSIG, &death);
	printf("death: %d\ndumpable: %d\n", death, prctl(PR_GET_DUMPABLE));
	printf("uids: %d %d\ngids: %d %d\n", getuid(), geteuid(), getgid(), getegid());
	printf("cwd: %s\n", getcwd(cwd, sizeof(cwd)));
	printf("argc: %d\n", argc);
	for (int i = 0; environ[i]; i++)
		printf("env%d: %s\n", i, environ[i]);
	print_file("/proc/self/status");
	print_file("/proc/self/limits");
}

static _Noreturn void die(int sig)
{
	signal(sig, SIG_DFL);
	kill(getpid(), sig);
	pause();
	_exit(1);
}

/* Tells the signals that come, until so many have. */
static void listen_to(int count)
{
	uint64_t all = ~(uint64_t)0;
	siginfo_t info;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	write(1, "ready\n", 6);
	while (count--) {
		if (syscall(SYS_rt_sigtimedwait, &all, &info, NULL, 8) < 0)
			exit(1);
		dprintf(1, "got %d value %d\n", info.si_signo,
			info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
	}
}

static int count_processes(char state)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while (dir && (e = readdir(dir))) {
		char path[300], line[512] = "";
		int fd;

		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, line, sizeof(line) - 1) > 0) {
			char *end = strrchr(line, ')');

			n += !state || (end && end[2] == state);
		}
		close(fd);
	}
	closedir(dir);
	return n;
}

/* Leaves count processes without their parent; says how many are still there after a while. */
static void orphans(int count)
{
	int made = 0;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pid_t orphan = fork();

			if (orphan == 0) /* some outlive their parent for long, some die before it */
				usleep(i % 3 ? 0 : 20000);
			else if (orphan > 0 && i % 2)
				usleep(100);
			_exit(orphan < 0);
		}
		int status = 1;

		waitpid(pid, &status, 0);
		made += status == 0;
	}
	for (int i = 0; i < 1000 && count_processes(0) > 2; i++)
		usleep(10000);
	printf("made: %d\nleft: %d\nzombies: %d\n", made, count_processes(0) - 2, count_processes('Z'));
}

/* Two processes of one group tell of SIGUSR1. */
static void family(void)
{
	sigset_t set;
	int sig;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	write(1, pid ? "parent ready\n" : "child ready\n", pid ? 13 : 12);
	if (pid == 0)
		alarm(2);
	sigwait(&set, &sig);
	if (pid)
		waitpid(pid, NULL, 0);
	write(1, pid ? "parent got it\n" : "child got it\n", pid ? 14 : 13);
	_exit(0);
}

static void terminal(void)
{
	int in_front = tcgetpgrp(0), dev_tty = open("/dev/tty", O_RDWR);

	printf("tty: %d\nfront: %d\npgrp: %d\nsid: %d\ntsid: %d\ndevtty: %d\n", isatty(0), in_front, getpgrp(),
	       getsid(0), tcgetsid(0), dev_tty >= 0);
	printf("ready\n");
	fflush(stdout);
	pause();
}

static void wait_long(void)
{
	write(1, "ready\n", 6);
	for (;;)
		pause();
}

/* What a ruleset lets it do among the files of all. */
static void fence(void)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/tmp/crib-fence-%ld", (long)time(NULL));
	unlink(name);
	printf("fifo: %d\n", mkfifo(name, 0600) < 0 ? errno : 0);
	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	printf("file: %d\n", fd < 0 ? errno : 0);
	unlink(name);
}

_Noreturn void probe(int argc, char **argv)
{
	const char *what = argv[0];
	int n = argc > 1 ? atoi(argv[1]) : 0;

	if (strcmp(what, "exit") == 0)
		exit(n);
	if (strcmp(what, "die") == 0)
		die(n);
	if (strcmp(what, "facts") == 0)
		facts(argc, argv);
	if (strcmp(what, "listen") == 0)
		listen_to(n);
	if (strcmp(what, "orphans") == 0)
		orphans(n);
	if (strcmp(what, "family") == 0)
		family();
	if (strcmp(what, "terminal") == 0)
		terminal();
	if (strcmp(what, "wait") == 0)
		wait_long();
	if (strcmp(what, "socket") == 0)
		printf("socket: %d\n", socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0);
	if (strcmp(what, "fence") == 0)
		fence();
	exit(0);
}
