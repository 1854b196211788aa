/* SPDX-License-Identifier: Apache-2.0
 *
 * Gathers struct facts of this host and this user: a few statfs and access
 * calls on the well-known places; /proc is read only where those do not answer.
 */
#ifndef CRIB_SANDBOX_FACTS_H
#define CRIB_SANDBOX_FACTS_H

#include "plan/facts.h"

void facts_gather(struct facts *facts, struct arena *arena);

/* Which security modules are on. */
void facts_gather_modules(struct facts *facts, struct arena *arena);

/* Adds the host's device at path, or all below it, unless there are such facts already. */
int facts_gather_device(struct facts *facts, const char *path, struct arena *arena, struct err *err) MUST_CHECK;

#endif
