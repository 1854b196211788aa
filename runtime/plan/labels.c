/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels of security modules: given as asked, or refused where the host has no such
 * module; never left out. Who asks for none keeps crib's own.
 */
#include "plan/planner.h"

#include <errno.h>

static int plan_apparmor(struct planner *p)
{
	const char *name = p->container->process.apparmor_profile;

	if (!name || str_eq(name, "unconfined"))
		return 0;
	if (!p->facts->apparmor)
		return err_set(p->err, EOPNOTSUPP, "AppArmor profile %s cannot be had: AppArmor is not enabled on this host (see crib "
						   "doctor)", name);
	p->plan->process.apparmor_profile = name;
	return 0;
}

/* user:role:type[:level]; the level has colons of its own */
static const char *with_parts(struct planner *p, const char *label, const struct selinux_spec *s)
{
	const char *parts[4] = { "", "", "", "" };

	for (size_t i = 0; i < 4 && *label; i++) {
		size_t n = i < 3 ? strcspn(label, ":") : strlen(label);

		parts[i] = arena_strndup(p->arena, label, n);
		label += n + (label[n] == ':');
	}
	if (s->user)
		parts[0] = s->user;
	if (s->role)
		parts[1] = s->role;
	if (s->type)
		parts[2] = s->type;
	if (s->level)
		parts[3] = s->level;
	return arena_printf(p->arena, "%s:%s:%s%s%s", parts[0], parts[1], parts[2], *parts[3] ? ":" : "", parts[3]);
}

static int plan_selinux(struct planner *p)
{
	const struct process_spec *s = &p->container->process;
	bool parts = s->selinux.user || s->selinux.role || s->selinux.type || s->selinux.level;

	if (!s->selinux_label && !parts)
		return 0;
	if (!p->facts->selinux)
		return err_set(p->err, EOPNOTSUPP, "an SELinux label cannot be had: SELinux is not enabled on this host (see crib doctor)");
	p->plan->process.selinux_label =
		parts ? with_parts(p, s->selinux_label ? s->selinux_label : p->facts->selinux, &s->selinux) : s->selinux_label;
	return 0;
}

int plan_labels(struct planner *p)
{
	TRY(plan_apparmor(p));
	return plan_selinux(p);
}
