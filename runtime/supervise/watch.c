/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. One poll(2) over the signals, the process, the socket and the
 * outputs. Nothing here waits for anybody but a disk.
 */
#include "supervise/watch.h"
#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int watch_open(struct watch *w, struct err *err)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	signal(SIGCHLD, SIG_DFL);
	w->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals < 0 ? err_sys(err, errno, "signalfd") : 0;
}

void watch_close(struct watch *w)
{
	for (int i = 0; i < LOG_STREAMS; i++)
		fd_close(&w->outputs[i]);
	fd_close(&w->signals);
}

/* ---- signals ---- */

/* SIGTERM ends it in order; a number that comes with it is the time it is given. Another one
 * that gives less time counts. All other signals are nobody's. */
static void ask_to_end(struct watch *w, const struct signalfd_siginfo *info, int pidfd)
{
	int64_t timeout_s = info->ssi_code == SI_QUEUE ? info->ssi_int : w->stop_timeout_s;
	int64_t deadline_ms = now_ms() + timeout_s * 1000;

	if (timeout_s >= 0 && (!w->deadline_ms || deadline_ms < w->deadline_ms))
		w->deadline_ms = deadline_ms;
	if (!w->asked_to_end && timeout_s != 0 && pidfd >= 0)
		sys_pidfd_send_signal(pidfd, w->stop_signal);
	w->asked_to_end = true;
}

static void read_signals(struct watch *w, int pidfd)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			ask_to_end(w, &info, pidfd);
}

static int left_ms(int64_t deadline_ms)
{
	int64_t left = deadline_ms - now_ms();

	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

bool watch_pause(struct watch *w, int64_t ms)
{
	const int64_t end = now_ms() + ms;

	while (!w->asked_to_end && now_ms() < end) {
		struct pollfd p = { .fd = w->signals, .events = POLLIN };

		if (poll(&p, 1, left_ms(end)) > 0)
			read_signals(w, -1);
	}
	return !w->asked_to_end;
}

/* ---- outputs ---- */

/* false: nothing is there at the moment, or ever again. A terminal whose other end is gone
 * gives EIO. */
static bool read_output(struct watch *w, int stream)
{
	static char buf[32 * 1024];
	ssize_t n = read(w->outputs[stream], buf, sizeof(buf));

	if (n > 0) {
		log_feed(w->log, stream, buf, (size_t)n);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		fd_close(&w->outputs[stream]);
	return false;
}

static int act_on_message(struct watch *w, const struct watch_target *target, int *sync, struct err *err)
{
	int master = -1, rc = target->on_message(target->arg, &master, err);

	if (rc != 0)
		*sync = -1;
	if (master >= 0) {
		fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
		fd_close(&w->outputs[0]);
		w->outputs[0] = master;
	}
	return rc < 0 ? rc : 0;
}

/* ---- the loop ---- */

enum { P_SIGNALS, P_PROCESS, P_SYNC, P_OUTPUTS, P_COUNT = P_OUTPUTS + LOG_STREAMS };

static void drain(struct watch *w)
{
	for (int i = 0; i < LOG_STREAMS; i++) {
		while (w->outputs[i] >= 0 && read_output(w, i))
			;
		fd_close(&w->outputs[i]);
	}
	log_end(w->log);
}

int watch_loop(struct watch *w, const struct watch_target *target, int *status, struct rusage *usage, struct err *err)
{
	int sync = target->sync, rc = 0;

	for (bool ended = false; !ended;) {
		struct pollfd p[P_COUNT] = {
			[P_SIGNALS] = { w->signals, POLLIN, 0 },
			[P_PROCESS] = { target->pidfd, POLLIN, 0 },
			[P_SYNC] = { sync, POLLIN, 0 },
			[P_OUTPUTS] = { w->outputs[0], POLLIN, 0 },
			[P_OUTPUTS + 1] = { w->outputs[1], POLLIN, 0 },
		};

		if (poll(p, P_COUNT, w->deadline_ms ? left_ms(w->deadline_ms) : -1) < 0)
			continue;
		if (w->deadline_ms && now_ms() >= w->deadline_ms) {
			w->deadline_ms = 0;
			sys_pidfd_send_signal(target->pidfd, SIGKILL);
		}
		if (p[P_SYNC].revents && rc == 0)
			rc = act_on_message(w, target, &sync, err);
		for (int i = 0; i < LOG_STREAMS; i++)
			if (p[P_OUTPUTS + i].revents && w->outputs[i] >= 0)
				read_output(w, i);
		if (p[P_SIGNALS].revents)
			read_signals(w, target->pidfd);
		ended = p[P_PROCESS].revents;
	}
	/* the report of a process that died at once may still be there */
	while (sync >= 0 && rc == 0)
		rc = act_on_message(w, target, &sync, err);
	drain(w);
	while (wait4(target->pid, status, 0, usage) < 0 && errno == EINTR)
		;
	return rc;
}
