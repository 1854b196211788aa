/* SPDX-License-Identifier: Apache-2.0
 *
 * The command: who it is, what it may, what it gets.
 */
#include "model/caps.h"
#include "model/names.h"
#include "plan/planner.h"

#include <errno.h>
#include <signal.h>

/* In the host's user namespace there are those that crib itself has, and no others. */
static int bound_caps(struct planner *p, uint64_t *caps)
{
	const struct caps_spec *c = &p->container->process.caps;
	bool all = c->add == CAPS_ALL || p->container->privileged;
	uint64_t named = c->said ? *caps : all ? 0 : c->add, here = p->facts->caps;

	if (p->spec->sandbox.ns[NS_USER].mode != NS_HOST)
		return 0;
	if (named & ~here)
		return err_set(p->err, EPERM, "%s cannot be had: crib itself does not have it here, and in the host's user "
					      "namespace nobody can give it", caps_text(p->arena, named & ~here));
	if (!c->said && !all && *caps & ~here)
		plan_warn(p, arena_printf(p->arena, "not given: %s, which crib itself does not have here",
					  caps_text(p->arena, *caps & ~here)));
	*caps &= here;
	return 0;
}

static int plan_caps(struct planner *p, struct process_plan *out)
{
	const struct caps_spec *c = &p->container->process.caps;
	uint64_t caps = caps_chosen(p->container) | c->permitted | c->effective | c->ambient;

	TRY(bound_caps(p, &caps));
	out->cap_bounding = c->said ? c->bounding : caps;
	out->cap_permitted = c->said ? c->permitted : caps;
	out->cap_effective = c->said ? c->effective : caps;
	out->cap_ambient = c->said ? c->ambient : 0;
	/* what was asked for by name is meant for the command, whoever it is run as; the
	 * default list is what a root gets, as everywhere */
	out->cap_user_ambient = c->said ? 0 : caps & c->add;
	return 0;
}

int plan_process(struct planner *p)
{
	const struct process_spec *s = &p->container->process;
	struct process_plan *out = &p->plan->process;
	struct strs args = { 0 };

	if (!s->args.n)
		return err_set(p->err, EINVAL, "no command: the image has none of its own, so say one");
	for (size_t i = 0; i < s->args.n; i++)
		*(const char **)arena_push(p->arena, &args.v, &args.n, sizeof(char *)) = s->args.v[i];
	*out = (struct process_plan){
		.role = s->init ? ROLE_PID1 : ROLE_EXEC,
		.args = args,
		.env = s->env,
		.cwd = s->cwd ? s->cwd : "/",
		.user = s->user,
		.extra_groups = s->extra_groups,
		.umask = s->umask ? s->umask : 022,
		.nonroot_required = s->nonroot_required,
		.no_new_privs = !s->allow_new_privs,
		.terminal = s->terminal,
		.stdin_open = s->stdin_open,
		.forward_group = s->forward_group,
		.rlimits = s->rlimits,
		.n_rlimits = s->n_rlimits,
		.stop_signal = s->stop_signal ? s->stop_signal : SIGTERM,
		.stop_timeout_s = s->stop_timeout_s,
	};
	out->rlimit_names = arena_array(p->arena, s->n_rlimits, sizeof(char *));
	for (size_t i = 0; i < s->n_rlimits; i++)
		out->rlimit_names[i] = rlimit_name(s->rlimits[i].resource);
	return plan_caps(p, out);
}
