/* SPDX-License-Identifier: Apache-2.0
 *
 * What the creator can prepare for the operations inside, because it may more
 * than the new user namespace's root: binds' sources, and a fresh /dev
 * with real device nodes. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_SOURCES_H
#define CRIB_SANDBOX_SOURCES_H

#include "plan/plan.h"
#include "util/err.h"

enum {
	SOURCE_NONE = -1, /* nothing: the operation is done inside */
	SOURCE_DONE = -2, /* all: the operation was done on a fresh mount */
};

/* One a plan's operation: a detached mount's descriptor, or one of the above.
 * What is not allowed outside is left to be done inside. */
int sources_open_outside(const struct plan *plan, int *sources, struct err *err) MUST_CHECK;
void sources_close(const struct plan *plan, int *sources);

/* A detached copy of a bind's source with its attributes. */
int source_clone(const struct op *op, struct err *err) MUST_CHECK;

/* The name of a fresh mount's entry below it. */
const char *fresh_name(const struct op *op) __attribute__((returns_nonnull));

/* An entry of a fresh mount: a directory, a link, a device. -errno. */
int fresh_entry(int mount, const struct op *op) MUST_CHECK;

#endif
