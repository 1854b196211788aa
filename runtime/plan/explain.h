/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan in words of security: which controls are on, which are open and by which
 * flag, and what is still within reach from inside. Pure: as plan_make.
 */
#ifndef CRIB_PLAN_EXPLAIN_H
#define CRIB_PLAN_EXPLAIN_H

#include "model/spec.h"
#include "plan/plan.h"
#include "util/explanation.h"

/* The plan has been made of this spec and these facts. */
void plan_explain(const struct spec *spec, const struct facts *facts, const struct plan *plan, struct explanations *rows);

/* ---- parts, a file each; private to plan/ ---- */

struct explainer {
	const struct spec *spec;
	const struct container_spec *c;
	const struct facts *facts;
	const struct plan *plan;
	struct arena *arena;
	struct explanations *rows;
};

void explain_calls(struct explainer *e);  /* explain_calls.c: system calls, socket families */
void reach_calls(struct explainer *e);
void explain_files(struct explainer *e);  /* explain_files.c: root, volumes, /proc and /sys, devices, limits */
void explain_reach(struct explainer *e);  /* explain_reach.c: what is left to an attacker */

/* "11: CHOWN, KILL": without the prefix, which all have */
const char *explain_caps(struct arena *arena, uint64_t set);

#define EXPLAIN(e, ...) explain_add((e)->rows, &(struct explanation){ __VA_ARGS__ })

#endif
