/* SPDX-License-Identifier: Apache-2.0
 *
 * What the cgroups of a sandbox have counted.
 */
#ifndef CRIB_SANDBOX_USAGE_H
#define CRIB_SANDBOX_USAGE_H

#include "plan/plan.h"

struct usage {
	int64_t oom_kills;   /* processes killed for want of memory, since the cgroup was made */
	int64_t memory_peak; /* bytes; 0: not known here */
};

/* cgroups: by plan->cgroups; -1 where there is none. What cannot be read is 0. */
void usage_read_outside(const struct plan *plan, const int *cgroups, struct usage *usage);

#endif
