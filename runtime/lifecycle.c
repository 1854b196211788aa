/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of contents of the program: what happens in the life of a sandbox, in
 * order. Takes specs, gives exit statuses; may call everything but front/.
 */
#include "lifecycle_parts.h"
#include "lifecycle_verify.h"
#include "image/image.h"
#include "plan/explain.h"
#include "plan/filter.h"
#include "sandbox/cgroup.h"
#include "sandbox/doctor.h"
#include "sandbox/facts.h"
#include "sandbox/steps.h"
#include "util/embed.h"
#include "util/process.h"
#include "util/str.h"

#include <signal.h>
#include <sys/random.h>
#include <time.h>

const char *life_new_id(struct arena *arena)
{
	uint32_t random = 0;

	/* never short, and never fails, for so few bytes (random(7)) */
	if (getrandom(&random, sizeof(random), 0) < 0)
		random = (uint32_t)getpid();
	return arena_printf(arena, "%08x", random);
}

static bool asks_for_label(const struct process_spec *p)
{
	const struct selinux_spec *s = &p->selinux;

	return (p->apparmor_profile && !str_eq(p->apparmor_profile, "unconfined")) || p->selinux_label || s->user || s->role ||
	       s->type || s->level;
}

static int gather_devices(const struct lifecycle *lc, const struct container_spec *c, struct facts *facts, struct err *err)
{
	for (size_t i = 0; i < c->n_devices; i++)
		if (c->devices[i].source)
			TRY(facts_gather_device(facts, c->devices[i].source, lc->arena, err));
	return 0;
}

/* Of what not every spec asks about the host, only what this one does; what was given by words goes before. */
static int gather(const struct lifecycle *lc, const struct spec *spec, struct facts *facts, struct err *err)
{
	facts_gather(facts, lc->arena);
	for (size_t i = 0; i < spec->n_containers; i++)
		if (asks_for_label(&spec->containers[i].process))
			facts_gather_modules(facts, lc->arena);
	if (lc->facts)
		TRY(facts_parse(facts, lc->facts, lc->arena, err));
	for (size_t i = 0; i < spec->n_containers; i++)
		TRY(gather_devices(lc, &spec->containers[i], facts, err));
	return 0;
}

int life_plan(const struct lifecycle *lc, const struct spec *spec, const char *id, struct plan *plan,
		     struct err *err)
{
	struct facts facts;

	TRY(spec_check(spec, err));
	TRY(gather(lc, spec, &facts, err));
	return plan_make(spec, &facts, id, lc->arena, plan, err);
}

int life_open_image(struct life *l, struct err *err)
{
	const struct image_spec *image = &l->spec->containers[0].image;

	l->image = image->kind == IMAGE_EMBEDDED ? image_open_embedded(l->state.root, l->state.path, err) :
						   image_open_directory(image->path, err);
	return l->image < 0 ? l->image : 0;
}

/* Everything outside that outlives a process, each step written down before it is done. */
int life_do_steps(struct life *l, struct err *err)
{
	l->cgroups = arena_array(l->lc->arena, l->plan.n_cgroups + 1, sizeof(*l->cgroups));
	for (size_t i = 0; i < l->plan.n_cgroups; i++)
		l->cgroups[i] = -1;
	for (size_t i = 0; i < l->plan.n_steps; i++)
		TRY(claim_journal(&l->claim, &l->plan.steps[i], err));
	for (size_t i = 0; i < l->plan.n_cgroups; i++) {
		struct err why = { 0 };

		TRY(cgroup_make_outside(&l->plan.cgroups[i], &l->cgroups[i], &why, err));
		if (why.code)
			l->lc->warn(arena_printf(l->lc->arena, "%s (see crib doctor)", why.text));
	}
	return 0;
}

int life_take_ids(struct life *l, struct err *err)
{
	const struct id_choice *choice = &l->plan.ids;
	const struct id_wish wish = { choice->pools, choice->n_pools, choice->count, choice->may_share };

	if (!choice->n_pools)
		return 0;
	TRY(ids_take(&l->ids, &wish, err));
	l->plan.uid_maps.v[choice->at].outside = l->ids.uid;
	l->plan.gid_maps.v[choice->at].outside = l->ids.gid;
	return 0;
}

/* The process is there, and can use no id before this. */
static int on_born(void *arg, pid_t pid, struct err *err)
{
	const struct life *l = arg;

	return ids_record(&l->ids, pid, err);
}

static int confine(struct life *l, bool before_birth, struct err *err)
{
	for (size_t i = 0; i < l->plan.n_cgroups; i++) {
		struct err why = { 0 };

		if (l->cgroups[i] < 0 || l->plan.cgroups[i].devices.before_birth != before_birth)
			continue;
		TRY(cgroup_confine_outside(&l->plan.cgroups[i], l->cgroups[i], &why, err));
		if (why.code)
			l->lc->warn(arena_printf(l->lc->arena, "%s (see crib doctor)", why.text));
	}
	return 0;
}

int life_spawn(struct life *l, const int streams[3], bool outlives, struct err *err)
{
	struct sandbox_request req = {
		.plan = &l->plan, .image = l->image, .cgroups = l->cgroups, .streams = { streams[0], streams[1], streams[2] },
		.born = on_born, .born_arg = l, .warn = l->lc->warn, .outlives = outlives,
	};

	if (l->spec->containers[0].image.kind == IMAGE_EMBEDDED)
		req.unpack = image_unpack_embedded;
	TRY(confine(l, true, err));
	TRY(sandbox_spawn_outside(&req, &l->sandbox, err));
	return confine(l, false, err); /* must: before START */
}

static int spawn(struct life *l, struct err *err)
{
	TRY(life_spawn(l, l->attach.streams, false, err));
	attach_started(&l->attach);
	return sandbox_start_outside(&l->sandbox, err);
}

/* Debris of others is cleared while the new sandbox is starting: it costs no start. */
void life_recover_others(struct life *l)
{
	struct err err;
	size_t n;

	if (state_recover(&l->state, step_undo_outside, &n, &err) < 0)
		l->lc->warn(err.text);
	image_clean(l->state.root);
}

/* The command waits for it, and would for ever. */
static int start_recorder(struct life *l, pid_t pid, struct err *err)
{
	int rc = l->recorder ? recorder_start(l->recorder, pid, l->sandbox.pid, err) : err_set(err, EPROTO, "no tracer");

	if (rc == 0)
		rc = sandbox_start_outside(&l->sandbox, err);
	if (rc < 0)
		kill(l->sandbox.pid, SIGKILL);
	return rc < 0 ? rc : 0;
}

static int on_message(void *arg, int *master, struct err *err)
{
	struct life *l = arg;
	int descriptor = -1;

	switch (sandbox_event_outside(&l->sandbox, &descriptor, err)) {
	case SANDBOX_READY:
		*master = descriptor;
		return 0;
	case SANDBOX_TRACE:
		return start_recorder(l, descriptor, err);
	case SANDBOX_RUNNING:
		return 1;
	default:
		return -err->code;
	}
}

void life_record(const struct life *l, struct record *r)
{
	const struct process_plan *process = &l->plan.process;
	struct str command = { .arena = l->lc->arena };

	for (size_t i = 0; i < process->args.n; i++)
		str_add(&command, "%s%s", i ? " " : "", process->args.v[i]);
	*r = (struct record){
		.id = l->id,
		.stop_signal = process->stop_signal,
		.stop_timeout_s = process->stop_timeout_s,
		.image = l->spec->containers[0].image.name,
		.command = command.s,
	};
}

struct record_process life_process(pid_t pid)
{
	return (struct record_process){ pid, process_start_time(pid) };
}

/* For those who ask (crib get): not being able to is no reason not to run. */
static void remember(struct life *l)
{
	struct record r;
	struct err err;

	life_record(l, &r);
	r.first = life_process(l->sandbox.pid);
	r.started_s = time(NULL);
	if (record_write(&l->claim, &r, &err) < 0 || record_write_start(&l->claim, &r, &err) < 0)
		l->lc->warn(err.text);
}

static int attend(struct life *l, int *status, struct err *err)
{
	const struct attach_target target = { l->sandbox.pid, l->sandbox.pidfd, l->sandbox.sync, on_message, l, l->recorder };
	int rc;

	remember(l);
	life_recover_others(l);
	rc = attach_loop(&l->attach, &target, status, err);
	l->sandbox.pid = -1; /* reaped */
	return rc;
}

static int live(struct life *l, int *status, struct err *err)
{
	TRY(life_take_ids(l, err));
	TRY(life_do_steps(l, err));
	TRY(spawn(l, err));
	return attend(l, status, err);
}

/* Backwards, whatever had been reached. */
static void end(struct life *l)
{
	struct err err;

	sandbox_end_outside(&l->sandbox);
	ids_release(&l->ids);
	for (size_t i = 0; l->cgroups && i < l->plan.n_cgroups; i++)
		fd_close(&l->cgroups[i]);
	if (claim_undo(&l->claim, &l->state, step_undo_outside, &err) < 0)
		l->lc->warn(err.text);
}

static int open_root(struct life *l, struct err *err)
{
	TRY(state_open(&l->state, l->lc->state_root, err));
	TRY(life_open_image(l, err));
	return err_in(err, verify_before_start(l->lc, &l->plan, l->state.root, l->image, err), "%s", l->plan.name);
}

static int live_and_end(struct life *l, int *status, struct err *err)
{
	int rc;

	if (l->image < 0)
		TRY(open_root(l, err));
	TRY(claim_take(&l->claim, &l->state, l->plan.name, step_undo_outside, err));
	for (size_t i = 0; i < l->plan.warnings.n; i++)
		l->lc->warn(l->plan.warnings.v[i]);
	rc = live(l, status, err);
	end(l);
	if (rc < 0)
		verify_explain(&l->plan, l->image, err);
	return rc < 0 ? err_in(err, rc, "%s", l->plan.name) : 0;
}

/* Looking through a directory of the host makes nothing and may take its time: signals still end crib. */
static int prepare(struct life *l, struct err *err)
{
	return l->spec->containers[0].image.kind == IMAGE_DIRECTORY ? open_root(l, err) : 0;
}

/* From here on signals wait: none of them can end crib with something left behind. */
static int open_attach(struct life *l, struct err *err)
{
	const struct process_plan *process = &l->plan.process;

	l->attach.terminal = process->terminal;
	l->attach.stdin_open = process->stdin_open;
	l->attach.stop_signal = process->stop_signal;
	l->attach.stop_timeout_s = process->stop_timeout_s;
	return attach_open(&l->attach, err);
}

static int run(struct life *l, int *status, struct err *err)
{
	int rc;

	l->state.root = l->state.sandboxes = l->state.pods = l->image = l->ids.file = -1;
	l->sandbox.pid = l->sandbox.pidfd = l->sandbox.sync = -1;
	l->id = life_new_id(l->lc->arena);
	TRY(life_plan(l->lc, l->spec, l->id, &l->plan, err));
	TRY(sandbox_check_outside(&l->plan, err));
	rc = prepare(l, err);
	if (rc == 0) {
		rc = open_attach(l, err);
		if (rc == 0)
			rc = live_and_end(l, status, err);
		attach_close(&l->attach);
	}
	fd_close(&l->image);
	state_close(&l->state);
	return rc;
}

int lifecycle_run(const struct lifecycle *lc, const struct spec *spec, int *status, struct err *err)
{
	struct life l = { .lc = lc, .spec = spec };

	return run(&l, status, err);
}

int lifecycle_profile(const struct lifecycle *lc, const struct spec *spec, const struct seccomp_spec *add,
		      const struct seccomp_spec **profile, int *status, struct err *err)
{
	struct recorder recorder = { 0 };
	struct life l = { .lc = lc, .spec = spec, .recorder = &recorder };
	int rc;

	if (add)
		TRY(recorded_addable(add, err));
	rc = run(&l, status, err);
	TRY(rc);
	if (!recorder.started)
		return err_set(err, EPROTO, "nothing was recorded: the command was not reached");
	for (size_t i = 0; i < recorder.calls.n_odd; i++)
		lc->warn(arena_printf(lc->arena, "system call number %u has no name here, and is left out of the profile",
				      recorder.calls.odd[i]));
	*profile = recorded_profile(&recorder.calls, filter_profile(&l.plan.process, lc->arena), add, lc->arena);
	return 0;
}

int lifecycle_plan(const struct lifecycle *lc, const struct spec *spec, bool json, const char **text, struct err *err)
{
	struct plan plan;

	TRY(life_plan(lc, spec, "xxxxxxxx", &plan, err));
	*text = json ? plan_json(&plan, lc->arena) : plan_text(&plan, lc->arena);
	return 0;
}

int lifecycle_explain(const struct lifecycle *lc, const struct spec *spec, struct explanations *rows, struct err *err)
{
	struct facts facts;
	struct plan plan;

	TRY(spec_check(spec, err));
	TRY(gather(lc, spec, &facts, err));
	TRY(plan_make(spec, &facts, "xxxxxxxx", lc->arena, &plan, err));
	plan_explain(spec, &facts, &plan, rows);
	return 0;
}

int lifecycle_gc(const struct lifecycle *lc, size_t *cleaned, struct err *err)
{
	struct state state;
	int rc;

	TRY(state_open(&state, lc->state_root, err));
	rc = state_recover(&state, step_undo_outside, cleaned, err);
	image_clean(state.root);
	state_close(&state);
	return rc;
}

int lifecycle_with_probe(const struct lifecycle *lc, int (*use)(const char *path, void *arg, struct err *err), void *arg,
			 struct err *err)
{
	struct image_probe probe;
	struct state state;
	int rc;

	TRY(state_open(&state, lc->state_root, err));
	image_clean(state.root);
	rc = image_probe_unpack(state.root, state.path, &probe, err);
	if (rc == 0) {
		rc = use(arena_printf(lc->arena, "%s/images/%s/probe", state.path, probe.name), arg, err);
		image_probe_remove(&probe);
	}
	state_close(&state);
	return rc;
}

void lifecycle_doctor(const struct lifecycle *lc, struct finding **findings, size_t *n)
{
	struct state state;
	struct err err;

	doctor_probe(lc->arena, state_locate(&state, lc->state_root, &err) == 0 ? state.path : lc->state_root, findings, n);
}

const char *lifecycle_version(void)
{
	return CRIB_VERSION;
}

const char *lifecycle_rootfs_id(void)
{
	return crib_rootfs_id;
}
