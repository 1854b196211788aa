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
int plan_filesystem(struct planner *p) MUST_CHECK;  /* filesystem.c */
int plan_process(struct planner *p) MUST_CHECK;     /* process.c */
int plan_filter(struct planner *p) MUST_CHECK;      /* filter.c */

/* A sentence to be said once before the start. */
void plan_warn(struct planner *p, const char *sentence);

#endif
