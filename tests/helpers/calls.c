/* SPDX-License-Identifier: Apache-2.0
 *
 * calls WHAT...: system calls, raw, as an attacker would make them, from the inside:
 *
 *     calls call NUMBER [ARGUMENT...]   one call; "@TEXT" is the address of TEXT, "-" one of nothing mapped
 *     calls clone FLAGS                 clone with these flags; the child ends at once
 *     calls all FIRST LAST              each of these numbers, with arguments that make no sense, in a process of its own
 *     calls families                    socket() for each address family from 0 to 64
 *     calls netlink                     socket() for each netlink protocol from 0 to 31
 *     calls int80                       getpid by int $0x80
 *     calls loop NUMBER COUNT           nanoseconds for each of so many calls
 *
 * Prints what came of it, a line each: ok, the error's number, "killed N" or "blocks"; of
 * lists behind the number. Exit status 0 unless it is used wrongly.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long raw(long nr, const long *a)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long rc;

	__asm__ volatile("syscall"
			 : "=a"(rc)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return rc;
#else
	long rc = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	return rc < 0 ? -errno : rc;
#endif
}

static long legacy(long nr)
{
	long rc = -ENOSYS;
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(nr), "b"(0), "c"(0), "d"(0) : "r8", "r9", "r10", "r11", "memory");
#else
	(void)nr;
#endif
	return rc;
}

static void say(long rc)
{
	if (rc < 0 && rc > -4096)
		printf("%ld\n", -rc);
	else
		puts("ok");
}

/* Runs in a child, for a quarter of a second at most; -1000 - N: killed by signal N, -2000: it blocks. */
static long apart(long (*run)(const void *), const void *arg)
{
	int pipe_fds[2], status;
	long rc = -3000;
	struct pollfd end;
	pid_t pid;

	if (pipe(pipe_fds) < 0)
		exit(2);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		exit(2);
	if (pid == 0) {
		close(pipe_fds[0]);
		dup2(pipe_fds[1], 1000); /* where a wild close does not find it */
		close(pipe_fds[1]);
		rc = run(arg);
		if (write(1000, &rc, sizeof(rc)) != sizeof(rc))
			_exit(1);
		_exit(0);
	}
	close(pipe_fds[1]);
	end = (struct pollfd){ .fd = pipe_fds[0], .events = POLLIN };
	if (poll(&end, 1, 250) == 0)
		rc = -2000;
	else if (read(pipe_fds[0], &rc, sizeof(rc)) != sizeof(rc))
		rc = -3000;
	close(pipe_fds[0]);
	kill(pid, rc == -2000 ? SIGKILL : SIGCONT);
	if (rc == -3000) {
		waitpid(pid, &status, __WALL);
		return WIFSIGNALED(status) ? -1000000 - WTERMSIG(status) : 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, __WALL);
	return rc == -2000 ? -2000000 : rc;
}

static void say_apart(long rc)
{
	if (rc == -2000000)
		puts("blocks");
	else if (rc <= -1000000 && rc > -1000100)
		printf("killed %ld\n", -1000000 - rc);
	else
		say(rc);
}

static long nonsense(const void *nr)
{
	static const long a[6] = { -1, -1, -1, -1, -1, -1 };
	pid_t pid = getpid();
	long rc = raw(*(const long *)nr, a);

	if (getpid() != pid) /* it was a fork: one answer is enough */
		_exit(0);
	return rc;
}

/* What would take away the stack under us, or make the kernel log that we are out of our mind. */
static int untried(long nr)
{
#ifdef SYS_vfork
	if (nr == SYS_vfork)
		return 1;
#endif
	return nr == SYS_rt_sigreturn;
}

static long old_getpid(const void *nr)
{
	return legacy(*(const long *)nr);
}

struct one {
	long nr, a[6];
};

static long one(const void *arg)
{
	const struct one *o = arg;

	return raw(o->nr, o->a);
}

static long cloned(const void *flags)
{
	long a[6] = { *(const long *)flags | SIGCHLD }, rc = raw(SYS_clone, a);

	if (rc == 0)
		_exit(0);
	return rc;
}

static long number(const char *s)
{
	return (long)strtoull(s, NULL, 0);
}

static void call(char **argv)
{
	struct one o = { .nr = number(argv[0]) };

	for (int i = 0; i < 6 && argv[i + 1]; i++) {
		const char *s = argv[i + 1];

		o.a[i] = *s == '@' ? (long)(intptr_t)(s + 1) : strcmp(s, "-") == 0 ? 8 : number(s);
	}
	say_apart(apart(one, &o));
}

static void sockets(int families)
{
	for (long i = 0; i <= (families ? 64 : 31); i++) {
		long a[6] = { families ? i : 16, families ? 1 : 3, families ? 0 : i }, rc;

		if (families && (i == 16 || i == 17 || i == 38)) /* netlink, packet, alg: not streams */
			a[1] = i == 38 ? 5 : 3;
		rc = raw(SYS_socket, a);
		if (rc >= 0)
			close((int)rc);
		printf("%ld ", i);
		say(rc);
	}
}

static void loop(long nr, long count)
{
	static const long a[6] = { -1, 0, 0, 0, 0, 0 };
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < count; i++)
		raw(nr, a);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.2f\n", ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)count);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long n;

	if (strcmp(what, "call") == 0 && argc > 2) {
		call(argv + 2);
	} else if (strcmp(what, "clone") == 0 && argc > 2) {
		n = number(argv[2]);
		say_apart(apart(cloned, &n));
	} else if (strcmp(what, "all") == 0 && argc > 3) {
		for (n = number(argv[2]); n <= number(argv[3]); n++) {
			printf("%ld ", n);
			if (untried(n))
				puts("untried");
			else
				say_apart(apart(nonsense, &n));
		}
	} else if (strcmp(what, "families") == 0 || strcmp(what, "netlink") == 0) {
		sockets(*what == 'f');
	} else if (strcmp(what, "int80") == 0) {
		n = 20;
		say_apart(apart(old_getpid, &n));
	} else if (strcmp(what, "loop") == 0 && argc > 3) {
		loop(number(argv[2]), number(argv[3]));
	} else {
		fputs("calls: see the head of its source\n", stderr);
		return 2;
	}
	return 0;
}
