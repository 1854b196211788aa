/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of plan_make(), a file each. Private to plan/.
 */
#ifndef CRIB_PLAN_PLANNER_H
#define CRIB_PLAN_PLANNER_H

#include "model/spec.h"
#include "plan/plan.h"

struct planner {
	const struct spec *spec;
	const struct container_spec *container;
	const struct facts *facts;
	const char *id;
	struct arena *arena;
	struct plan *plan;
	struct err *err;
};

int plan_security(struct planner *p) MUST_CHECK;    /* security.c */
int plan_supported(struct planner *p) MUST_CHECK;   /* supported.c */
int plan_namespaces(struct planner *p) MUST_CHECK;  /* namespaces.c */
int plan_ids(struct planner *p) MUST_CHECK;         /* ids.c; called by plan_namespaces */
int plan_cgroups(struct planner *p) MUST_CHECK;     /* cgroups.c */
int plan_devices(struct planner *p) MUST_CHECK;     /* devices.c; after the file system, which has the nodes */
int plan_filesystem(struct planner *p) MUST_CHECK;  /* filesystem.c */
int plan_process(struct planner *p) MUST_CHECK;     /* process.c */
int plan_labels(struct planner *p) MUST_CHECK;      /* labels.c; after the process */
int plan_filter(struct planner *p) MUST_CHECK;      /* filter.c */
int plan_traced(struct planner *p) MUST_CHECK;      /* traced.c */

/* The nodes that were asked for: those that are made with the new /dev, and the others. devices.c */
int plan_device_nodes(struct planner *p, bool fresh) MUST_CHECK;

/* The sandbox's cgroup below that parent, planned when it is not yet. cgroups.c */
struct cgroup_plan *plan_cgroup_at(struct planner *p, const struct controller_fact *fact) __attribute__((returns_nonnull));
int plan_landlock(struct planner *p) MUST_CHECK;    /* landlock.c: after all of these */

/* A sentence to be said once before the start. */
void plan_warn(struct planner *p, const char *sentence);

#endif
