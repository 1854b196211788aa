/* SPDX-License-Identifier: Apache-2.0
 *
 * plan_make: spec and facts in, plan out. Pure: no system calls. The order of
 * the calls is the order in which the parts may rely on one another.
 */
#include "plan/planner.h"

const char *const step_names[STEP_KINDS] = {
	[STEP_CGROUP] = "cgroup",
	[STEP_PROCESS] = "process",
};

const char *const op_names[OP_KINDS] = {
	[OP_ROOT] = "root",
	[OP_MOUNT] = "mount",
	[OP_BIND] = "bind",
	[OP_DEVICE] = "device",
	[OP_MKDIR] = "mkdir",
	[OP_SYMLINK] = "symlink",
	[OP_FILE] = "file",
	[OP_SYSCTL] = "sysctl",
	[OP_NETWORK] = "network",
	[OP_TERMINAL] = "terminal",
	[OP_MASK] = "mask",
	[OP_READONLY] = "read-only",
};

void plan_warn(struct planner *p, const char *sentence)
{
	*(const char **)arena_push(p->arena, &p->plan->warnings.v, &p->plan->warnings.n, sizeof(char *)) = sentence;
}

int plan_make(const struct spec *spec, const struct facts *facts, const char *id, struct arena *arena, struct plan *plan,
	      struct err *err)
{
	struct plan made = { .name = spec->sandbox.name };
	struct planner p = {
		.spec = spec,
		.container = spec->containers,
		.facts = facts,
		.id = id,
		.arena = arena,
		.plan = &made,
		.err = err,
	};

	TRY(plan_security(&p));
	TRY(plan_supported(&p));
	TRY(plan_namespaces(&p));
	TRY(plan_cgroups(&p));
	TRY(plan_filesystem(&p));
	TRY(plan_devices(&p));
	TRY(plan_process(&p));
	TRY(plan_labels(&p));
	TRY(plan_filter(&p));
	TRY(plan_landlock(&p));
	TRY(plan_traced(&p));
	*plan = made;
	return 0;
}
