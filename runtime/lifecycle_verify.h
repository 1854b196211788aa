/* SPDX-License-Identifier: Apache-2.0
 *
 * For lifecycle.c: what is looked at before a start, and after one that failed.
 */
#ifndef CRIB_LIFECYCLE_VERIFY_H
#define CRIB_LIFECYCLE_VERIFY_H

#include "lifecycle.h"
#include "plan/plan.h"

/* As the plan says: the root's manifest, its tree, its command. image: its directory; state: crib's own. */
int verify_before_start(const struct lifecycle *lc, const struct plan *plan, int state, int image,
			struct err *err) MUST_CHECK;

/* err is why the command could not be executed: says it more closely where the image tells. */
void verify_explain(const struct plan *plan, int image, struct err *err);

#endif
