/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop of a foreground run; see the header. One poll(2) over the signals, the
 * process, the socket and the relays; nothing here blocks but on the caller's
 * own streams.
 */
#include "supervise/attach.h"
#include "supervise/recorder.h"
#include "supervise/relay.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

enum { STDIN, OUTPUT, ERROR };

/* The caller's terminal as it was; one per process, as terminals are. */
static struct termios saved;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void never_wait(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* The caller's terminal or pipe, opened anew, so that a write to it never waits:
 * the flag on the description that we share with others would be theirs too. */
static int own_output(int fd)
{
	char path[32];
	struct stat st;
	int own;

	if (!isatty(fd) && !(fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return own >= 0 ? own : fd;
}

/* A pipe between the caller's terminal and the sandbox. */
static int relay_terminal(struct attach *a, int fd, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	a->streams[fd] = ends[fd == STDIN ? 0 : 1];
	if (fd != STDIN)
		return relay_start(&a->relays[fd], ends[0], own_output(fd), false, err);
	never_wait(ends[1]);
	return relay_start(&a->relays[STDIN], STDIN_FILENO, ends[1], true, err);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_rdev == y.st_rdev && x.st_ino == y.st_ino;
}

/* From a directory's descriptor one could go up, out of the root (CVE-2024-21626). */
static int check_streams(const struct attach *a, struct err *err)
{
	static const char *const names[] = { "standard input", "standard output", "standard error" };
	struct stat st;

	for (int i = 0; i < 3; i++)
		if (a->streams[i] == i && fstat(i, &st) == 0 && S_ISDIR(st.st_mode))
			return err_set(err, EISDIR, "%s is a directory: it would be a way out of the sandbox", names[i]);
	return 0;
}

static int choose_streams(struct attach *a, struct err *err)
{
	a->streams[0] = a->stdin_open ? STDIN_FILENO : -1;
	a->streams[1] = STDOUT_FILENO;
	a->streams[2] = STDERR_FILENO;
	if (a->terminal)
		return 0;
	if (a->stdin_open && isatty(STDIN_FILENO))
		TRY(relay_terminal(a, STDIN, err));
	if (isatty(STDOUT_FILENO))
		TRY(relay_terminal(a, OUTPUT, err));
	/* one pipe for both keeps their order on the screen */
	if (isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) && same_file(STDOUT_FILENO, STDERR_FILENO))
		a->streams[2] = a->streams[1];
	else if (isatty(STDERR_FILENO))
		TRY(relay_terminal(a, ERROR, err));
	return 0;
}

int attach_open(struct attach *a, struct err *err)
{
	sigset_t all;

	a->master = a->signals = -1;
	a->streams[0] = a->streams[1] = a->streams[2] = -1;
	for (int i = 0; i < ATTACH_RELAYS; i++)
		a->relays[i] = (struct relay){ .from = -1, .to = -1 };
	sigfillset(&all);
	/* what the caller ignores (nohup, jobs in the background) stays ignored: blocked, it would be read */
	for (int sig = 1; sig < 32; sig++) {
		struct sigaction old;

		if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			sigdelset(&all, sig);
	}
	sigaddset(&all, SIGCHLD);
	sigaddset(&all, SIGPIPE);
	sigprocmask(SIG_BLOCK, &all, NULL);
	/* a caller that ignores it would have children vanish with their exit status */
	signal(SIGCHLD, SIG_DFL);
	a->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a->signals < 0)
		return err_sys(err, errno, "signalfd");
	TRY(choose_streams(a, err));
	return check_streams(a, err);
}

void attach_started(struct attach *a)
{
	for (int i = 0; i < 3; i++)
		if (a->streams[i] > STDERR_FILENO) {
			int fd = a->streams[i];

			for (int k = i; k < 3; k++)
				if (a->streams[k] == fd)
					a->streams[k] = -1;
			close(fd);
		}
}

static void copy_size(const struct attach *a)
{
	struct winsize size;

	if (a->master >= 0 && (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0))
		ioctl(a->master, TIOCSWINSZ, &size);
}

static void go_raw(struct attach *a)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return;
	raw = saved;
	cfmakeraw(&raw);
	a->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void go_cooked(struct attach *a)
{
	/* not waiting for output: the terminal may be stopped */
	if (a->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	a->raw = false;
}

static int terminal_came(struct attach *a, struct err *err)
{
	copy_size(a);
	never_wait(a->master);
	TRY(relay_start(&a->relays[OUTPUT], a->master, own_output(STDOUT_FILENO), false, err));
	if (!a->stdin_open)
		return 0;
	go_raw(a);
	return relay_start(&a->relays[STDIN], STDIN_FILENO, a->master, false, err);
}

void attach_close(struct attach *a)
{
	go_cooked(a);
	attach_started(a);
	for (int i = 0; i < ATTACH_RELAYS; i++) {
		struct relay *r = &a->relays[i];

		if (r->from > STDERR_FILENO && r->from != a->master)
			fd_close(&r->from);
		if (r->to > STDERR_FILENO && r->to != a->master)
			fd_close(&r->to);
		free(r->buf);
		r->buf = NULL;
	}
	fd_close(&a->master);
	fd_close(&a->signals);
}

/* Suspends crib itself, as the caller's shell expects; its terminal is the
 * shell's meanwhile. */
static void suspend(struct attach *a)
{
	bool raw = a->raw;

	go_cooked(a);
	raise(SIGSTOP);
	if (raw)
		go_raw(a);
	copy_size(a);
}

/* SIGTERM asks for an orderly stop: the container's stop signal, and SIGKILL when
 * the time is over. All others are passed on as they are. Who asks three times to
 * end means it. */
static void act_on_signal(struct attach *a, int sig, int pidfd)
{
	switch (sig) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGTTIN:
	case SIGTTOU:
		return;
	case SIGWINCH:
		if (a->terminal) {
			copy_size(a);
			return;
		}
		break;
	case SIGTSTP:
		sys_pidfd_send_signal(pidfd, SIGTSTP);
		suspend(a);
		return;
	case SIGTERM:
		if (!a->deadline_ms && a->stop_timeout_s >= 0)
			a->deadline_ms = now_ms() + a->stop_timeout_s * 1000;
		sig = a->stop_signal;
		a->asked_to_end++;
		break;
	case SIGINT:
		a->asked_to_end++;
		break;
	}
	sys_pidfd_send_signal(pidfd, a->asked_to_end >= 3 ? SIGKILL : sig);
}

static void read_signals(struct attach *a, int pidfd)
{
	struct signalfd_siginfo info;

	while (read(a->signals, &info, sizeof(info)) == sizeof(info))
		act_on_signal(a, (int)info.ssi_signo, pidfd);
}

static int wait_ms(const struct attach *a)
{
	int64_t left;

	if (!a->deadline_ms)
		return -1;
	left = a->deadline_ms - now_ms();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static int reap(const struct attach_target *target)
{
	int status = 0;

	while (waitpid(target->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the sandbox wrote before it ended is still in the pipes and the terminal;
 * no writer is left, so that their end comes. Signals still act: a reader that
 * does not read cannot hold crib when it is asked to end. */
static void flush_output(struct attach *a)
{
	while (relay_active(&a->relays[OUTPUT]) || relay_active(&a->relays[ERROR])) {
		struct pollfd p[3] = { { .fd = -1 }, { .fd = -1 }, { a->signals, POLLIN, 0 } };
		struct signalfd_siginfo info;

		for (int i = OUTPUT; i <= ERROR; i++)
			if (relay_active(&a->relays[i]))
				relay_want(&a->relays[i], &p[i - OUTPUT]);
		int ready = poll(p, 3, a->asked_to_end ? 1000 : -1);

		if (ready == 0)
			return; /* asked to end, and nobody reads */
		if (ready < 0)
			continue;
		for (int i = OUTPUT; i <= ERROR; i++)
			if (relay_active(&a->relays[i]))
				relay_act(&a->relays[i], &p[i - OUTPUT]);
		while (read(a->signals, &info, sizeof(info)) == sizeof(info))
			if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT || info.ssi_signo == SIGHUP)
				return;
	}
}

enum { P_SIGNALS, P_PROCESS, P_SYNC, P_RELAYS, P_COUNT = P_RELAYS + ATTACH_RELAYS };

static int act_on_message(struct attach *a, const struct attach_target *target, int *sync, struct err *err)
{
	int had = a->master, rc = target->on_message(target->arg, &a->master, err);

	if (rc != 0)
		*sync = -1;
	if (had < 0 && a->master >= 0)
		TRY(terminal_came(a, err));
	return rc < 0 ? rc : 0;
}

int attach_loop(struct attach *a, const struct attach_target *target, int *status, struct err *err)
{
	int sync = target->sync, rc = 0;
	bool more = false; /* of the recorder's */

	for (;;) {
		struct pollfd p[P_COUNT] = {
			[P_SIGNALS] = { a->signals, POLLIN, 0 },
			[P_PROCESS] = { target->pidfd, POLLIN, 0 },
			[P_SYNC] = { sync, POLLIN, 0 },
		};

		for (int i = 0; i < ATTACH_RELAYS; i++) {
			p[P_RELAYS + i].fd = -1;
			if (relay_active(&a->relays[i]))
				relay_want(&a->relays[i], &p[P_RELAYS + i]);
		}
		if (poll(p, P_COUNT, more ? 0 : wait_ms(a)) < 0)
			continue;
		if (a->deadline_ms && now_ms() >= a->deadline_ms) {
			a->deadline_ms = 0;
			sys_pidfd_send_signal(target->pidfd, SIGKILL);
		}
		if (p[P_SYNC].revents && rc == 0)
			rc = act_on_message(a, target, &sync, err);
		for (int i = 0; i < ATTACH_RELAYS; i++)
			if (relay_active(&a->relays[i]))
				relay_act(&a->relays[i], &p[P_RELAYS + i]);
		if (p[P_SIGNALS].revents)
			read_signals(a, target->pidfd);
		if (target->recorder && (p[P_SIGNALS].revents || more))
			more = recorder_serve(target->recorder);
		if (p[P_PROCESS].revents)
			break;
	}
	/* the report of a process that died at once may still be there */
	while (sync >= 0 && rc == 0)
		rc = act_on_message(a, target, &sync, err);
	flush_output(a);
	*status = reap(target);
	return rc;
}
