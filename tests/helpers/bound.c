/* SPDX-License-Identifier: Apache-2.0
 *
 * bound [OPTION...] COMMAND [ARGUMENT...]: runs a command with an end in sight,
 * and sees to it that it leaves no process behind, wherever it forked it to:
 *
 *     -t SECONDS       for at most so long (60); then all that it started is killed
 *     -k SIGNAL@USEC   sends the command that signal after so many microseconds
 *     -g MILLISECONDS  so long its descendants may live on once it has ended (1000)
 *     -p FILE          writes the command's process id to FILE
 *
 * It is the subreaper of all that the command starts, so nothing hides by
 * forking twice. Exit status: the command's, 128+N for a signal; 124 out of
 * time; 99 descendants left (named on standard error, and killed). INT and
 * QUIT are as at a terminal, though a shell's `&` ignores them; descriptors
 * pass through untouched.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Waits for SIGCHLD until the deadline. */
static void doze(const sigset_t *chld, long deadline_us)
{
	long left = deadline_us - now_us();
	struct timespec t = { .tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000 };

	if (left > 0)
		sigtimedwait(chld, NULL, &t);
}

static int status_of(int wstatus)
{
	return WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
}

/* Reaps what has ended. True once pid has; its status then is in *status. */
static int reap(pid_t pid, int *status)
{
	int wstatus, ended = 0;
	pid_t got;

	while ((got = waitpid(-1, &wstatus, WNOHANG)) > 0)
		if (got == pid) {
			*status = status_of(wstatus);
			ended = 1;
		}
	return ended;
}

/* The parent of a process by /proc/PID/stat; 0 when it is gone. */
static pid_t parent_of(const char *pid)
{
	char path[64], stat[512], *after;
	int ppid = 0, fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = 0;
	after = strrchr(stat, ')');
	if (!after || sscanf(after, ") %*c %d", &ppid) != 1)
		return 0;
	return ppid;
}

/* Kills the children that are left, naming them when told to; the rest
 * becomes ours, and is found by the next call. Gives how many there were. */
static int kill_children(int name_them)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == getpid()) {
			if (name_them)
				fprintf(stderr, "bound: left behind: process %s\n", entry->d_name);
			kill(atoi(entry->d_name), SIGKILL);
			n++;
		}
	if (proc)
		closedir(proc);
	return n;
}

static int children_left(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void end_all(const sigset_t *chld, int name_them)
{
	int status;

	for (int i = 0; i < 200 && children_left(); i++) {
		kill_children(name_them && i == 0);
		doze(chld, now_us() + 20000);
		reap(-1, &status);
	}
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static void write_pid(const char *file, pid_t pid)
{
	FILE *f = file ? fopen(file, "we") : NULL;

	if (f) {
		fprintf(f, "%d\n", pid);
		fclose(f);
	}
}

int main(int argc, char **argv)
{
	long limit_us = 60000000, kill_us = -1, grace_us = 1000000, started;
	const char *pid_file = NULL, *at;
	int opt, signal_no = 0, status = 0;
	sigset_t chld;
	pid_t pid;

	while ((opt = getopt(argc, argv, "+t:k:g:p:")) != -1) {
		at = opt == 'k' ? strchr(optarg, '@') : NULL;
		if (opt == 't')
			limit_us = atol(optarg) * 1000000;
		else if (opt == 'g')
			grace_us = atol(optarg) * 1000;
		else if (opt == 'p')
			pid_file = optarg;
		else if (at) {
			signal_no = atoi(optarg);
			kill_us = atol(at + 1);
		} else
			return 2;
	}
	if (optind == argc)
		return 2;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	started = now_us();
	pid = start(argv + optind);
	if (pid < 0)
		return 98;
	write_pid(pid_file, pid);
	while (!reap(pid, &status)) {
		long spent = now_us() - started;

		if (kill_us >= 0 && spent >= kill_us) {
			kill(pid, signal_no);
			kill_us = -1;
		} else if (spent >= limit_us) {
			fprintf(stderr, "bound: not done after %ld s\n", limit_us / 1000000);
			kill(pid, SIGKILL);
			end_all(&chld, 0);
			return 124;
		}
		doze(&chld, started + (kill_us >= 0 && kill_us < limit_us ? kill_us : limit_us));
	}
	for (long until = now_us() + grace_us; children_left() && now_us() < until; reap(-1, &opt))
		doze(&chld, until);
	if (!children_left())
		return status;
	end_all(&chld, 1);
	return 99;
}
