/* SPDX-License-Identifier: Apache-2.0
 *
 * What the model can say and this version does not carry out yet. No member of
 * a spec is dropped in silence: it is planned, or it is refused here by name.
 */
#include "plan/planner.h"

#include <errno.h>

struct refusal {
	bool said;
	const char *what;
};

int plan_supported(struct planner *p)
{
	const struct container_spec *c = p->container;
	const struct sandbox_spec *s = &p->spec->sandbox;
	const struct refusal refusals[] = {
		{ p->spec->n_containers != 1, "more or less than one container" },
		{ s->ns[NS_PID].mode == NS_HOST, "the host's PID namespace" },
		{ s->ns[NS_MOUNT].mode == NS_HOST, "the host's mount namespace" },
		{ s->cgroups_path != NULL, "a cgroup path" },
		{ c->n_hooks != 0, "hooks" },
		{ c->process.caps.inheritable & ~c->process.caps.ambient, "inheritable capabilities" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].said)
			return err_set(p->err, EOPNOTSUPP, "%s cannot be had: not supported by this version",
				       refusals[i].what);
	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode == NS_PATH)
			return err_set(p->err, EOPNOTSUPP,
				       "joining the %s namespace at %s cannot be had: not supported by this version",
				       ns_type_names[t], s->ns[t].path);
	return 0;
}
