/* SPDX-License-Identifier: Apache-2.0
 *
 * Which namespaces are made, and when.
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
