/* SPDX-License-Identifier: Apache-2.0
 *
 * Limits to cgroup files. A controller may be on version 1 or 2 of the
 * interface, each one apart (hybrid and mixed hosts); a row of knob_rows is all
 * there is to a limit. cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
 */
#include "plan/planner.h"

#include <errno.h>
#include <inttypes.h>

const char *const controller_names[CTRL_COUNT] = {
	[CTRL_MEMORY] = "memory", [CTRL_PIDS] = "pids", [CTRL_CPU] = "cpu", [CTRL_DEVICES] = "devices",
};

typedef const char *knob_value(struct arena *a, const struct resources *r);

static const char *number(struct arena *a, int64_t n, const char *unlimited)
{
	return n == LIMIT_NONE ? unlimited : arena_printf(a, "%" PRId64, n);
}

static const char *memory_v1(struct arena *a, const struct resources *r) { return number(a, r->memory_bytes, "-1"); }
static const char *memory_v2(struct arena *a, const struct resources *r) { return number(a, r->memory_bytes, "max"); }
static const char *swap_v2(struct arena *a, const struct resources *r)
{
	(void)a;
	return r->memory_bytes == LIMIT_NONE ? "max" : "0";
}
static const char *pids_max(struct arena *a, const struct resources *r) { return number(a, r->pids, "max"); }
static const char *cpu_period(struct arena *a, const struct resources *r) { return number(a, r->cpu_period_us, "100000"); }
static const char *cpu_quota(struct arena *a, const struct resources *r) { return number(a, r->cpu_quota_us, "-1"); }
static const char *cpu_max(struct arena *a, const struct resources *r)
{
	return arena_printf(a, "%s %s", number(a, r->cpu_quota_us, "max"), number(a, r->cpu_period_us, "100000"));
}

static const struct knob_row {
	enum controller controller;
	int version;
	const char *file;
	knob_value *value;
	bool missing_ok;
} knob_rows[] = {
	{ CTRL_MEMORY, 1, "memory.limit_in_bytes", memory_v1, false },
	/* memory and swap together: no swap on top; absent without swap accounting */
	{ CTRL_MEMORY, 1, "memory.memsw.limit_in_bytes", memory_v1, true },
	{ CTRL_MEMORY, 2, "memory.max", memory_v2, false },
	{ CTRL_MEMORY, 2, "memory.swap.max", swap_v2, true },
	{ CTRL_PIDS, 1, "pids.max", pids_max, false },
	{ CTRL_PIDS, 2, "pids.max", pids_max, false },
	{ CTRL_CPU, 1, "cpu.cfs_period_us", cpu_period, false },
	{ CTRL_CPU, 1, "cpu.cfs_quota_us", cpu_quota, false },
	{ CTRL_CPU, 2, "cpu.max", cpu_max, false },
};

struct wish { /* what the spec says of one controller */
	bool said, asked;
};

static struct resources merged(const struct planner *p)
{
	struct resources r = p->container->resources;
	const struct resources *s = &p->spec->sandbox.resources;

	if (!r.memory_bytes) {
		r.memory_bytes = s->memory_bytes;
		r.memory_asked = s->memory_asked;
	}
	if (!r.pids) {
		r.pids = s->pids;
		r.pids_asked = s->pids_asked;
	}
	if (!r.cpu_quota_us) {
		r.cpu_quota_us = s->cpu_quota_us;
		r.cpu_period_us = s->cpu_period_us;
		r.cpu_asked = s->cpu_asked;
	}
	if (!r.cpu_period_us)
		r.cpu_period_us = 100000;
	return r;
}

struct cgroup_plan *plan_cgroup_at(struct planner *p, const struct controller_fact *fact)
{
	struct plan *plan = p->plan;
	const char *path = arena_printf(p->arena, "%s/crib-%s-%s", fact->parent, plan->name, p->id);
	struct cgroup_plan *cg;
	struct step *step;

	for (size_t i = 0; i < plan->n_cgroups; i++)
		if (str_eq(plan->cgroups[i].path, path))
			return &plan->cgroups[i];
	cg = arena_push(p->arena, &plan->cgroups, &plan->n_cgroups, sizeof(*cg));
	*cg = (struct cgroup_plan){ .version = fact->version, .path = path };
	step = arena_push(p->arena, &plan->steps, &plan->n_steps, sizeof(*step));
	*step = (struct step){ STEP_CGROUP, path };
	return cg;
}

static void add_controller(struct planner *p, enum controller ctrl, bool asked, const struct resources *r)
{
	const struct controller_fact *fact = &p->facts->controllers[ctrl];
	struct cgroup_plan *cg = plan_cgroup_at(p, fact);

	if (fact->version == 2 && !fact->enabled)
		cg->enable = arena_printf(p->arena, "%s%s+%s", cg->enable ? cg->enable : "", cg->enable ? " " : "",
					  controller_names[ctrl]);
	for (size_t i = 0; i < ARRAY_SIZE(knob_rows); i++) {
		const struct knob_row *row = &knob_rows[i];
		struct knob *knob;

		if (row->controller != ctrl || row->version != fact->version)
			continue;
		knob = arena_push(p->arena, &cg->knobs, &cg->n_knobs, sizeof(*knob));
		*knob = (struct knob){ row->file, row->value(p->arena, r), asked, row->missing_ok };
	}
}

static const char *why_not(const struct planner *p, enum controller ctrl)
{
	const struct controller_fact *fact = &p->facts->controllers[ctrl];

	if (!fact->version)
		return "this host has no cgroup with that controller";
	return arena_printf(p->arena, "%s is not writable for uid %u", fact->parent, p->facts->uid);
}

int plan_cgroups(struct planner *p)
{
	const struct resources r = merged(p);
	const struct wish wishes[CTRL_DEVICES] = {
		[CTRL_MEMORY] = { r.memory_bytes != LIMIT_UNSET, r.memory_asked },
		[CTRL_PIDS] = { r.pids != LIMIT_UNSET, r.pids_asked },
		[CTRL_CPU] = { r.cpu_quota_us != LIMIT_UNSET, r.cpu_asked },
	};
	const char *missing = NULL, *why = NULL;

	for (int c = 0; c < CTRL_DEVICES; c++) {
		const struct controller_fact *fact = &p->facts->controllers[c];

		if (!wishes[c].said)
			continue;
		if (fact->version && fact->writable) {
			add_controller(p, (enum controller)c, wishes[c].asked, &r);
			continue;
		}
		why = why_not(p, (enum controller)c);
		if (wishes[c].asked)
			return err_set(p->err, EPERM, "the %s limit cannot be had: %s (see crib doctor)",
				       controller_names[c], why);
		missing = missing ? arena_printf(p->arena, "%s and %s", missing, controller_names[c]) :
				    controller_names[c];
	}
	if (missing)
		plan_warn(p, arena_printf(p->arena, "no %s limit: %s (see crib doctor)", missing, why));
	return 0;
}
