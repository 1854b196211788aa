/* SPDX-License-Identifier: Apache-2.0
 *
 * Which namespaces are made, when, and which ids they map.
 */
#include "plan/planner.h"
#include "util/sys.h"

#include <errno.h>

/* The cgroup namespace is unshared later, from within the right cgroup; the
 * time namespace too, since its offsets are written before anybody enters it; the
 * network namespace is made beside the mounts. */
static const uint64_t clone_flag[NS_TYPES] = {
	[NS_USER] = CLONE_NEWUSER, [NS_PID] = CLONE_NEWPID, [NS_MOUNT] = CLONE_NEWNS,
	[NS_UTS] = CLONE_NEWUTS, [NS_IPC] = CLONE_NEWIPC,
};

static struct id_maps one_map(struct planner *p, uint32_t inside, uint32_t outside, uint32_t count)
{
	struct id_maps maps = { .v = arena_array(p->arena, 1, sizeof(*maps.v)), .n = 1 };

	maps.v[0] = (struct id_map){ inside, outside, count };
	return maps;
}

/* Every id that there is here, as itself. */
static struct id_maps identity(struct planner *p, const struct id_maps *here)
{
	struct id_maps maps = { .v = arena_array(p->arena, here->n, sizeof(*maps.v)), .n = here->n };

	if (!here->n)
		return one_map(p, 0, 0, UINT32_MAX);
	for (size_t i = 0; i < here->n; i++)
		maps.v[i] = (struct id_map){ here->v[i].inside, here->v[i].inside, here->v[i].count };
	return maps;
}

/* Started by root, ids are themselves: the user namespace confines capabilities,
 * not ids. Started by anybody else, the one id that the kernel lets everyone map. */
static int plan_ids(struct planner *p)
{
	const struct sandbox_spec *s = &p->spec->sandbox;
	struct plan *plan = p->plan;

	if (s->ns[NS_USER].mode == NS_HOST) {
		if (!p->facts->privileged)
			return err_set(p->err, EPERM, "a sandbox in the host's user namespace can only be started by root");
		return 0;
	}
	if (s->uid_maps.n || s->gid_maps.n) {
		plan->uid_maps = s->uid_maps;
		plan->gid_maps = s->gid_maps;
	} else if (p->facts->privileged) {
		plan->uid_maps = identity(p, &p->facts->uid_maps);
		plan->gid_maps = identity(p, &p->facts->gid_maps);
		plan->setgroups_deny = p->facts->setgroups_denied;
	} else {
		plan->uid_maps = one_map(p, 0, p->facts->uid, 1);
		plan->gid_maps = one_map(p, 0, p->facts->gid, 1);
		plan->setgroups_deny = true;
	}
	return 0;
}

int plan_namespaces(struct planner *p)
{
	const struct sandbox_spec *s = &p->spec->sandbox;
	struct plan *plan = p->plan;

	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode == NS_NEW)
			plan->clone_flags |= clone_flag[t];
	plan->unshare_cgroup = s->ns[NS_CGROUP].mode == NS_NEW;
	plan->time_monotonic_ns = s->time_monotonic_ns;
	plan->time_boottime_ns = s->time_boottime_ns;
	plan->unshare_time = s->ns[NS_TIME].mode == NS_NEW && (s->time_monotonic_ns || s->time_boottime_ns);
	plan->own_network = s->ns[NS_NETWORK].mode == NS_NEW && s->network != NETWORK_HOST;
	if (plan->clone_flags & CLONE_NEWUTS) {
		plan->hostname = s->hostname ? s->hostname : s->name;
		plan->domainname = s->domainname;
	} else if (s->hostname) {
		return err_set(p->err, EINVAL, "a host name cannot be set in the host's UTS namespace");
	}
	return plan_ids(p);
}
