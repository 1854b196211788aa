/* SPDX-License-Identifier: Apache-2.0
 *
 * The first process of a live sandbox, seen from outside by somebody who is not
 * its parent: held by a pidfd, so that what is signalled is what was looked at.
 */
#ifndef CRIB_SANDBOX_LIVE_H
#define CRIB_SANDBOX_LIVE_H

#include "util/err.h"

#include <sys/types.h>

int live_open_outside(pid_t pid, int *pidfd, struct err *err) MUST_CHECK;

/* One that has ended already is no error. */
int live_signal_outside(int pidfd, int sig, struct err *err) MUST_CHECK;

/* The same with a number that goes with it (sigqueue(3)). */
int live_signal_value_outside(int pidfd, int sig, int value, struct err *err) MUST_CHECK;

/* 1: it has ended; 0: not within that time. -1 s: for ever. */
int live_await_outside(int pidfd, int64_t seconds, struct err *err) MUST_CHECK;

#endif
