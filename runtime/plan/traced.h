/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter that stops for the tracer at each call that it allows
 * (SECCOMP_RET_TRACE, seccomp(2)). Pure.
 */
#ifndef CRIB_PLAN_TRACED_H
#define CRIB_PLAN_TRACED_H

#include "util/arena.h"
#include "util/err.h"

struct sock_filter;

/* *code (n instructions; 0: all is allowed) is replaced by one in the arena. clone3 is answered with ENOSYS: its
 * flags lie in memory, where no filter can look, so that a profile with it would allow every namespace; libc has clone. */
int traced_filter(const struct sock_filter **code, size_t *n, struct arena *arena, struct err *err) MUST_CHECK;

#endif
