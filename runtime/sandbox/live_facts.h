/* SPDX-License-Identifier: Apache-2.0
 *
 * The truth about a live sandbox, out of /proc. What is read was written by the kernel,
 * but names in it are the sandbox's own: control characters become question marks.
 */
#ifndef CRIB_SANDBOX_LIVE_FACTS_H
#define CRIB_SANDBOX_LIVE_FACTS_H

#include "plan/live.h"
#include "util/arena.h"
#include "util/err.h"

/* init: its first process, held by somebody so that its number stays its own. */
int live_facts_gather(pid_t init, const struct strs *cgroups, struct arena *arena, struct live_facts *facts, struct err *err)
	MUST_CHECK;

#endif
