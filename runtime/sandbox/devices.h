/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices outside: the fence around a cgroup's.
 */
#ifndef CRIB_SANDBOX_DEVICES_H
#define CRIB_SANDBOX_DEVICES_H

#include "plan/plan.h"

/* Refuses those in the cgroup open at dirfd all devices but the ones of its rules, for as
 * long as it is there: by the controller's files on version 1, by the program on version 2.
 * Without rules nothing is done. */
int devices_confine_outside(const struct cgroup_plan *cg, int dirfd, struct err *err) MUST_CHECK;

#endif
