/* SPDX-License-Identifier: Apache-2.0
 *
 * cgroups outside: made with their limits before the process is born, removed
 * with all that is in them.
 */
#ifndef CRIB_SANDBOX_CGROUP_H
#define CRIB_SANDBOX_CGROUP_H

#include "plan/plan.h"
#include "util/fd.h"

/* Makes the directory and writes the limits. Where only defaults could not be had,
 * *dirfd is left -1, why->code is set, *why says what, and nothing was left. */
int cgroup_make_outside(const struct cgroup_plan *cg, int *dirfd, struct err *why, struct err *err) MUST_CHECK;

/* Confines the devices of whoever is in it: before anything that is not crib's own runs
 * there. Where only the default could not be had, why->code is set. */
int cgroup_confine_outside(const struct cgroup_plan *cg, int dirfd, struct err *why, struct err *err) MUST_CHECK;

/* Kills what is in it and below it and removes it; what is gone is no error. */
int cgroup_remove_outside(const char *path, struct err *err) MUST_CHECK;

#endif
