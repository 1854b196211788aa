/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done to sandboxes that another crib answers for: found by their
 * records, held by their first process. Takes names, may call everything but front/.
 */
#include "lifecycle_parts.h"

#include "plan/live.h"
#include "sandbox/live.h"
#include "sandbox/live_facts.h"
#include "sandbox/steps.h"
#include "state/log.h"
#include "util/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <time.h>

/* What a killed crib left is cleared first: what is listed is there. */
static int list(const struct lifecycle *lc, struct state *state, struct record **records, size_t *n, struct err *err)
{
	size_t debris, cleared;

	TRY(record_list(state, lc->arena, records, n, &debris, err));
	if (!debris)
		return 0;
	TRY(state_recover(state, step_undo_outside, &cleared, err));
	return record_list(state, lc->arena, records, n, &debris, err);
}

int lifecycle_list(const struct lifecycle *lc, struct record **records, size_t *n, struct err *err)
{
	struct state state;
	int rc;

	rc = state_open(&state, lc->state_root, err);
	if (rc == 0)
		rc = list(lc, &state, records, n, err);
	state_close(&state);
	return rc;
}

/* ---- one of them ---- */

struct other {
	struct state state;
	struct record record;
	int pidfd;
};

static void other_close(struct other *o)
{
	fd_close(&o->pidfd);
	state_close(&o->state);
}

static int find(const struct lifecycle *lc, const char *name, struct other *o, struct err *err)
{
	int rc = record_find(&o->state, name, lc->arena, &o->record, err);
	struct record *all;
	struct err why;
	size_t n;

	/* it may be what a killed supervisor left, which is settled then */
	if (rc == -ENOENT && list(lc, &o->state, &all, &n, &why) == 0)
		rc = record_find(&o->state, name, lc->arena, &o->record, err);
	return rc;
}

static int other_find(const struct lifecycle *lc, const char *name, struct other *o, struct err *err)
{
	int rc;

	o->pidfd = -1;
	rc = state_open(&o->state, lc->state_root, err);
	if (rc == 0)
		rc = find(lc, name, o, err);
	if (rc < 0)
		other_close(o);
	return rc;
}

/* A process of the record, held by a descriptor and only then compared: its pid may
 * have become another's. */
static int hold(const struct record *r, const struct record_process *process, int *pidfd, struct err *err)
{
	int rc;

	if (r->state == RECORD_ENDED)
		return err_set(err, ESRCH, "%s is not running any more", r->name);
	if (!process->pid)
		return err_set(err, EAGAIN, "%s is not running at the moment: it is being set up, or waits for its next start",
			       r->name);
	rc = live_open_outside(process->pid, pidfd, err);
	if (rc == -ESRCH || (rc == 0 && process_start_time(process->pid) != process->start_time))
		return err_set(err, ESRCH, "%s has just ended", r->name);
	return rc;
}

int lifecycle_kill(const struct lifecycle *lc, const char *name, int sig, struct err *err)
{
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	rc = hold(&o.record, &o.record.first, &o.pidfd, err);
	if (rc == 0)
		rc = live_signal_outside(o.pidfd, sig, err);
	other_close(&o);
	return rc;
}

int lifecycle_explain_live(const struct lifecycle *lc, const char *name, struct explanations *rows, struct err *err)
{
	struct live_facts facts;
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	rc = hold(&o.record, &o.record.first, &o.pidfd, err);
	if (rc == 0)
		rc = live_facts_gather(o.record.first.pid, &o.record.cgroups, lc->arena, &facts, err);
	if (rc == 0)
		live_explain(&facts, rows);
	other_close(&o);
	return rc;
}

/* ---- stop ---- */

/* Who answers for it clears up; where that one is dead, we do. */
static int await_end(const struct lifecycle *lc, struct other *o, struct err *err)
{
	struct record now;
	size_t n;

	for (long wait_ms = 1; wait_ms < 8192; wait_ms *= 2) {
		struct timespec ts = { wait_ms / 1000, wait_ms % 1000 * 1000000 };

		if (record_find(&o->state, o->record.name, lc->arena, &now, err) < 0 || !str_eq(now.id, o->record.id) ||
		    now.state == RECORD_ENDED)
			return state_recover(&o->state, step_undo_outside, &n, err);
		nanosleep(&ts, NULL);
	}
	return err_set(err, ETIMEDOUT, "%s has ended, but the crib that answers for it has not cleared up", o->record.name);
}

/* In the foreground: what its crib would do. */
static int stop_directly(struct other *o, int64_t timeout_s, struct err *err)
{
	int ended = 0;

	TRY(hold(&o->record, &o->record.first, &o->pidfd, err));
	if (timeout_s != 0) {
		TRY(live_signal_outside(o->pidfd, o->record.stop_signal, err));
		ended = live_await_outside(o->pidfd, timeout_s, err);
	}
	if (ended == 0) {
		TRY(live_signal_outside(o->pidfd, SIGKILL, err));
		ended = live_await_outside(o->pidfd, -1, err);
	}
	return ended < 0 ? ended : 0;
}

/* In the background: its supervisor would start it again else. */
static int stop_through_supervisor(struct other *o, int64_t timeout_s, struct err *err)
{
	int rc;

	TRY(hold(&o->record, &o->record.supervisor, &o->pidfd, err));
	TRY(live_signal_value_outside(o->pidfd, SIGTERM, (int)timeout_s, err));
	rc = live_await_outside(o->pidfd, timeout_s < 0 ? -1 : timeout_s + 30, err);
	return rc == 0 ? err_set(err, ETIMEDOUT, "%s does not end", o->record.name) : rc < 0 ? rc : 0;
}

static int stop(const struct lifecycle *lc, struct other *o, const int64_t *timeout_s, struct err *err)
{
	int64_t wait_s = timeout_s ? *timeout_s : o->record.stop_timeout_s;

	if (o->record.state == RECORD_ENDED)
		return 0;
	TRY(o->record.background ? stop_through_supervisor(o, wait_s, err) : stop_directly(o, wait_s, err));
	return await_end(lc, o, err);
}

int lifecycle_stop(const struct lifecycle *lc, const char *name, const int64_t *timeout_s, struct err *err)
{
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	rc = stop(lc, &o, timeout_s, err);
	other_close(&o);
	return rc;
}

int lifecycle_delete(const struct lifecycle *lc, const char *name, const int64_t *timeout_s, struct err *err)
{
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	rc = stop(lc, &o, timeout_s, err);
	if (rc == 0 && o.record.background) {
		rc = claim_forget(&o.state, o.record.name, err);
		if (rc == 0)
			state_pod_remove(&o.state, o.record.name);
		/* one that was run with --rm, or another crib deletes it too */
		if (rc == -ENOENT)
			rc = 0;
	}
	other_close(&o);
	return rc;
}

/* ---- wait ---- */

int lifecycle_wait(const struct lifecycle *lc, const char *name, struct record_end *end, struct err *err)
{
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	while (rc = 0, o.record.state != RECORD_ENDED) {
		const char *id = o.record.id;

		record_await(&o.state, o.record.name);
		rc = find(lc, o.record.name, &o, err);
		if (rc < 0 || !str_eq(o.record.id, id)) {
			rc = err_set(err, ENOENT, "%s has ended, and nothing of it was kept: its run has the exit status", name);
			break;
		}
	}
	*end = o.record.last;
	other_close(&o);
	return rc;
}

/* ---- logs ---- */

struct follow {
	int inotify;
	struct other *o;
	const struct lifecycle *lc;
};

static int follow_open(struct follow *f, int dir, struct err *err)
{
	char path[64];

	f->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->inotify < 0)
		return err_sys(err, errno, "follow the log");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	if (inotify_add_watch(f->inotify, path, IN_MODIFY | IN_CREATE) < 0)
		return err_sys(err, errno, "follow the log");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->o->state.sandboxes);
	return inotify_add_watch(f->inotify, path, IN_MOVED_TO | IN_DELETE) < 0 ? err_sys(err, errno, "follow the log") : 0;
}

/* true: it has ended, and all that it said is written. */
static bool follow_ended(struct follow *f)
{
	struct record now;
	struct err err;

	return record_find(&f->o->state, f->o->record.name, f->lc->arena, &now, &err) < 0 || now.state == RECORD_ENDED ||
	       !str_eq(now.id, f->o->record.id);
}

/* Until something has changed; a moment longer, so that many changes are read at once. */
static void follow_wait(struct follow *f)
{
	static char events[4096];
	struct pollfd p = { .fd = f->inotify, .events = POLLIN };
	const struct timespec moment = { .tv_nsec = 10000000 };

	(void)poll(&p, 1, 2000);
	nanosleep(&moment, NULL);
	while (read(f->inotify, events, sizeof(events)) > 0)
		;
}

static int read_on(struct log_reader *r, struct follow *f, log_sink *sink, void *arg, struct err *err)
{
	for (bool ended = false; !ended; follow_wait(f)) {
		ended = follow_ended(f);
		TRY(log_read(r, sink, arg, err));
		if (ended)
			break;
	}
	return 0;
}

static int read_log(const struct lifecycle *lc, struct other *o, const struct log_query *query, bool follow, log_sink *sink,
		    void *arg, struct err *err)
{
	auto_fd dir = -1;
	struct follow f = { .inotify = -1, .o = o, .lc = lc };
	struct log_reader reader = { .fd = -1 };
	int rc;

	if (!o->record.background)
		return err_set(err, EINVAL, "what %s prints goes to the terminal of its run: there is a log of those in the background",
			       o->record.name);
	dir = state_pod_open(&o->state, o->record.name, false, err);
	TRY(dir);
	rc = log_open(&reader, dir, query, err);
	if (rc == 0 && follow && !query->previous && o->record.state != RECORD_ENDED) {
		rc = follow_open(&f, dir, err);
		if (rc == 0)
			rc = read_on(&reader, &f, sink, arg, err);
	} else if (rc == 0) {
		rc = log_read(&reader, sink, arg, err);
	}
	log_close(&reader);
	fd_close(&f.inotify);
	return rc < 0 ? err_in(err, rc, "%s", o->record.name) : 0;
}

int lifecycle_logs(const struct lifecycle *lc, const char *name, const struct log_query *query, bool follow, log_sink *sink,
		   void *arg, struct err *err)
{
	struct other o;
	int rc;

	TRY(other_find(lc, name, &o, err));
	rc = read_log(lc, &o, query, follow, sink, arg, err);
	other_close(&o);
	return rc;
}
