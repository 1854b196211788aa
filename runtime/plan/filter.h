/* SPDX-License-Identifier: Apache-2.0
 *
 * The seccomp program of a plan, for who prints it.
 */
#ifndef CRIB_PLAN_FILTER_H
#define CRIB_PLAN_FILTER_H

#include "plan/plan.h"

enum { FILTER_DIGEST = 65 };

/* The SHA-256 of the instructions as the kernel takes them, in hexadecimal; gives buf. */
const char *filter_digest(const struct process_plan *process, char buf[static FILTER_DIGEST]);

/* What it was compiled from; NULL: there is none. In the arena, where it was not needed before. */
const struct seccomp_spec *filter_profile(const struct process_plan *process, struct arena *arena);

#endif
