/* SPDX-License-Identifier: Apache-2.0
 *
 * The command: who it is, what it may, what it gets.
 */
#include "model/names.h"
#include "plan/planner.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>

#define CAP(name) (1ull << CAP_##name)

/* Pod Security's baseline list without AUDIT_WRITE and MKNOD. */
static const uint64_t default_caps = CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) | CAP(KILL) |
				     CAP(NET_BIND_SERVICE) | CAP(SETFCAP) | CAP(SETGID) | CAP(SETPCAP) | CAP(SETUID) |
				     CAP(SYS_CHROOT);

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
	out->cap_bounding = s->caps.said ? s->caps.bounding : default_caps;
	out->cap_permitted = s->caps.said ? s->caps.permitted : default_caps;
	out->cap_effective = s->caps.said ? s->caps.effective : default_caps;
	out->cap_ambient = s->caps.said ? s->caps.ambient : 0;
	return 0;
}
