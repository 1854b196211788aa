/* SPDX-License-Identifier: Apache-2.0
 *
 * Undoing an outside step: by its kind and argument alone, as often as one
 * likes. Rollback, delete and recovery after a crash are this function over
 * a list of steps in reverse order.
 */
#ifndef CRIB_SANDBOX_STEPS_H
#define CRIB_SANDBOX_STEPS_H

#include "plan/step.h"
#include "util/err.h"

int step_undo_outside(const struct step *step, struct err *err) MUST_CHECK;

#endif
