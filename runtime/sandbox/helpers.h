/* SPDX-License-Identifier: Apache-2.0
 *
 * newuidmap(1) and newgidmap(1): the host's set-user-ID programs that write an
 * ordinary user's maps. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_HELPERS_H
#define CRIB_SANDBOX_HELPERS_H

#include "plan/plan.h"
#include "util/err.h"

#include <sys/types.h>

/* Both at once, with no environment and nothing of ours open; their own words in err. */
int helpers_map_outside(const struct plan *plan, pid_t pid, struct err *err) MUST_CHECK;

#endif
