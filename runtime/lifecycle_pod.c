/* SPDX-License-Identifier: Apache-2.0
 *
 * A sandbox in the background, and the process that answers for it: the
 * supervisor. Takes a checked spec, may call everything but front/.
 *
 * Theory: the caller forks, and its child does all that a run in the foreground
 * does, in a session of its own; the caller waits for one message: the command
 * runs, or why it does not. From then on the supervisor has nothing of the caller's.
 * When it is killed the sandbox lives on without one: the next crib that comes by
 * clears it, by the journal.
 */
#include "lifecycle_parts.h"
#include "lifecycle_verify.h"

#include "sandbox/steps.h"
#include "sandbox/usage.h"
#include "state/log.h"
#include "supervise/watch.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* the kubelet's: containerLogMaxSize, containerLogMaxFiles */
enum { LOG_FILE_BYTES = 10 << 20, LOG_FILES = 5 };

/* Kubernetes' back-off: at once, then 10 s, 20 s, … 5 minutes; forgotten after 10 minutes without an end. */
enum { BACKOFF_MS = 10 * 1000, BACKOFF_MOST_MS = 300 * 1000, BACKOFF_FORGET_S = 600 };

struct pod {
	struct life life;
	struct watch watch;
	bool remove;      /* keep nothing */
	int report;       /* to the caller, until the command runs; then -1 */
	int directory;
	int restarts;
	int64_t started_s;
	struct record_end last;
	bool ran;         /* the command was executed in this instance */
};

/* ---- one start of the command ---- */

/* A named pipe that its own writer holds open for reading too: where the supervisor dies,
 * nobody is killed by SIGPIPE for that. */
static int make_output(struct pod *p, const char *name, int *reader, int *writer, struct err *err)
{
	if (mkfifoat(p->directory, name, 0622) < 0 && errno != EEXIST)
		return err_sys(err, errno, "pipe for its output");
	/* whoever has it may open it by name, /dev/stdout, whatever its ids are */
	if (fchmodat(p->directory, name, 0622, 0) < 0)
		return err_sys(err, errno, "pipe for its output");
	*reader = openat(p->directory, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	*writer = openat(p->directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	return *reader < 0 || *writer < 0 ? err_sys(err, errno, "pipe for its output") : 0;
}

static int make_outputs(struct pod *p, int streams[3], struct err *err)
{
	streams[0] = streams[1] = streams[2] = -1;
	if (p->life.plan.process.terminal)
		return 0;
	TRY(make_output(p, "stdout", &p->watch.outputs[0], &streams[1], err));
	return make_output(p, "stderr", &p->watch.outputs[1], &streams[2], err);
}

static int spawn(struct pod *p, struct err *err)
{
	struct life *l = &p->life;
	char process[64];
	int streams[3], rc;

	rc = make_outputs(p, streams, err);
	if (rc == 0)
		rc = life_spawn(l, streams, true, err);
	for (int i = 0; i < 3; i++)
		fd_close(&streams[i]);
	TRY(rc);
	/* until the gate is open it dies with us; from then on it is in the journal */
	snprintf(process, sizeof(process), "%d %llu", (int)l->sandbox.pid,
		 (unsigned long long)life_process(l->sandbox.pid).start_time);
	TRY(claim_journal(&l->claim, &(struct step){ STEP_PROCESS, process }, err));
	return sandbox_start_outside(&l->sandbox, err);
}

/* The caller may go; nothing of it is held. */
static void tell_caller(struct pod *p)
{
	const struct err ok = { 0 };
	int null;

	if (p->report < 0)
		return;
	if (write(p->report, &ok, sizeof(ok)) < 0)
		p->life.lc->warn("the caller did not wait");
	fd_close(&p->report);
	if (chdir("/") < 0)
		p->life.lc->warn("cannot leave the directory of the root");
	null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
	for (int i = 0; i < 3 && null >= 0; i++)
		(void)dup2(null, i);
	fd_close(&null);
}

static int on_message(void *arg, int *master, struct err *err)
{
	struct pod *p = arg;

	switch (sandbox_event_outside(&p->life.sandbox, master, err)) {
	case SANDBOX_READY:
		return 0;
	case SANDBOX_RUNNING:
		p->ran = true;
		tell_caller(p);
		return 1;
	default:
		return -err->code;
	}
}

static void note_start(struct pod *p)
{
	struct record r = { .first = life_process(p->life.sandbox.pid), .restarts = p->restarts };
	struct err err;

	p->started_s = r.started_s = time(NULL);
	if (record_write_start(&p->life.claim, &r, &err) < 0)
		p->life.lc->warn(err.text);
}

static int64_t used_us(const struct rusage *u)
{
	return ((int64_t)u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000 + u->ru_utime.tv_usec + u->ru_stime.tv_usec;
}

static void note_end(struct pod *p, int status, const struct rusage *usage)
{
	const struct life *l = &p->life;
	struct usage in_cgroups;

	usage_read_outside(&l->plan, l->cgroups, &in_cgroups);
	p->last = (struct record_end){
		.exit_code = WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status),
		.out_of_memory = in_cgroups.oom_kills > p->life.oom_kills,
		.finished_s = time(NULL),
		.cpu_us = used_us(usage),
		.memory_peak = in_cgroups.memory_peak,
	};
	p->life.oom_kills = in_cgroups.oom_kills;
}

/* From its start to its end. */
static int live_once(struct pod *p, struct err *err)
{
	struct life *l = &p->life;
	struct watch_target target;
	struct rusage usage = { 0 };
	int status = 0, rc;

	p->ran = false;
	TRY(log_begin(p->watch.log, (unsigned)p->restarts, err));
	rc = spawn(p, err);
	if (rc < 0) {
		sandbox_end_outside(&l->sandbox);
		return rc;
	}
	note_start(p);
	target = (struct watch_target){ l->sandbox.pid, l->sandbox.pidfd, l->sandbox.sync, on_message, p };
	if (p->report >= 0)
		life_recover_others(l);
	rc = watch_loop(&p->watch, &target, &status, &usage, err);
	l->sandbox.pid = -1; /* reaped */
	sandbox_end_outside(&l->sandbox);
	note_end(p, status, &usage);
	return rc;
}

/* ---- again and again ---- */

static bool wants_restart(const struct pod *p)
{
	const struct sandbox_spec *s = &p->life.spec->sandbox;

	if (p->watch.asked_to_end || s->restart == RESTART_NO)
		return false;
	if (s->restart == RESTART_ON_FAILURE && !p->last.exit_code)
		return false;
	return !s->restart_most || p->restarts < s->restart_most;
}

static int next_backoff(const struct pod *p, int backoff_ms)
{
	if (p->last.finished_s - p->started_s >= BACKOFF_FORGET_S)
		return 0;
	if (!backoff_ms)
		return BACKOFF_MS;
	return backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : backoff_ms * 2;
}

static int live_on(struct pod *p, struct err *err)
{
	struct life *l = &p->life;

	for (int backoff_ms = 0;; backoff_ms = next_backoff(p, backoff_ms)) {
		int rc = live_once(p, err);

		/* the first start decides; what cannot be started again is tried again, as what has failed */
		if (rc < 0 && p->report >= 0)
			return rc;
		if (rc < 0)
			p->last = (struct record_end){ .exit_code = err->exit_status ? err->exit_status : EXIT_CRIB,
						       .finished_s = time(NULL) };
		if (!wants_restart(p))
			return 0;
		TRY(claim_process_ended(&l->claim, &l->state, err));
		TRY(record_write_end(&l->claim, &(struct record){
			.last = p->last, .started_s = p->started_s, .restarts = p->restarts }, err));
		if (!watch_pause(&p->watch, backoff_ms))
			return 0;
		p->restarts++;
	}
}

/* ---- the supervisor ---- */

static int begin(struct pod *p, struct err *err)
{
	struct life *l = &p->life;
	struct record r;

	life_record(l, &r);
	r.background = true;
	r.supervisor = life_process(getpid());
	TRY(record_write(&l->claim, &r, err));
	if (p->remove)
		TRY(claim_note(&l->claim, "remove", "", err));
	for (size_t i = 0; i < l->plan.warnings.n; i++)
		l->lc->warn(l->plan.warnings.v[i]);
	state_pod_remove(&l->state, l->plan.name); /* of an earlier one, whose record is gone */
	p->directory = state_pod_open(&l->state, l->plan.name, true, err);
	TRY(p->directory);
	p->watch.log->dir = p->directory;
	return life_do_steps(l, err);
}

static void end(struct pod *p, bool ever_ran)
{
	struct life *l = &p->life;
	struct err err;
	char text[160];
	int rc;

	ids_release(&l->ids);
	for (size_t i = 0; l->cgroups && i < l->plan.n_cgroups; i++)
		fd_close(&l->cgroups[i]);
	if (p->directory >= 0) {
		unlinkat(p->directory, "stdout", 0);
		unlinkat(p->directory, "stderr", 0);
	}
	record_end_text(&p->last, text);
	if (ever_ran && !p->remove) {
		rc = claim_settle(&l->claim, &l->state, step_undo_outside, text, &err);
	} else {
		state_pod_remove(&l->state, l->plan.name);
		rc = claim_undo(&l->claim, &l->state, step_undo_outside, &err);
	}
	if (rc < 0)
		l->lc->warn(err.text);
}

static int supervise(struct pod *p, struct err *err)
{
	struct life *l = &p->life;
	int rc;

	TRY(watch_open(&p->watch, err));
	TRY(state_open(&l->state, l->lc->state_root, err));
	TRY(life_open_image(l, err));
	TRY(err_in(err, verify_before_start(l->lc, &l->plan, l->state.root, l->image, err), "%s", l->plan.name));
	TRY(claim_take(&l->claim, &l->state, l->plan.name, step_undo_outside, err));
	rc = begin(p, err);
	if (rc == 0)
		rc = life_take_ids(l, err);
	if (rc == 0)
		rc = live_on(p, err);
	end(p, p->report < 0);
	if (rc < 0)
		verify_explain(&l->plan, l->image, err);
	return rc < 0 ? err_in(err, rc, "%s", l->plan.name) : 0;
}

/* A pipe of the caller's that stayed open here would never end for its reader. */
static void hold_nothing_else(struct pod *p)
{
	enum { REPORT = 3 };

	if (p->report != REPORT && dup3(p->report, REPORT, O_CLOEXEC) == REPORT)
		p->report = REPORT;
	if (sys_close_range(REPORT + 1, ~0u, 0) < 0)
		for (int fd = REPORT + 1; fd < 1024; fd++)
			close(fd);
}

static _Noreturn void supervisor(const struct lifecycle *lc, const struct spec *spec, const struct plan *plan, const char *id,
				 bool remove, int report)
{
	static struct log log = { .fd = -1, .max_size = LOG_FILE_BYTES, .max_files = LOG_FILES };
	static struct pod p;
	struct err err = { 0 };

	p = (struct pod){
		.life = { .lc = lc, .spec = spec, .plan = *plan, .image = -1, .id = id,
			  .ids = { .file = -1 },
			  .state = { .root = -1, .sandboxes = -1, .pods = -1 },
			  .sandbox = { .pid = -1, .pidfd = -1, .sync = -1 } },
		.watch = { .log = &log, .signals = -1, .outputs = { -1, -1 }, .stop_signal = plan->process.stop_signal,
			   .stop_timeout_s = plan->process.stop_timeout_s },
		.remove = remove,
		.report = report,
		.directory = -1,
	};
	setsid();
	umask(022);
	hold_nothing_else(&p);
	if (supervise(&p, &err) < 0 && p.report >= 0 && write(p.report, &err, sizeof(err)) < 0)
		lc->warn(err.text);
	_exit(0);
}

/* ---- the caller ---- */

static int await_report(int report, int *status, struct err *err)
{
	struct err told;
	ssize_t n;

	do
		n = read(report, &told, sizeof(told));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(told))
		return err_set(err, ECHILD, "the process that was to answer for the sandbox has died");
	*status = 0;
	if (!told.code)
		return 0;
	*err = told;
	return -told.code;
}

int lifecycle_run_background(const struct lifecycle *lc, const struct spec *spec, bool remove, const char **id, int *status,
			     struct err *err)
{
	struct plan plan;
	auto_fd ours = -1, theirs = -1;
	int ends[2];
	pid_t pid;

	*id = life_new_id(lc->arena);
	TRY(life_plan(lc, spec, *id, &plan, err));
	TRY(sandbox_check_outside(&plan, err));
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	ours = ends[0];
	theirs = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(err, errno, "fork");
	if (pid == 0) {
		fd_close(&ours);
		supervisor(lc, spec, &plan, *id, remove, take_fd(&theirs));
	}
	fd_close(&theirs);
	return await_report(ours, status, err);
}
