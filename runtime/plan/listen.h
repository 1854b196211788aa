/* SPDX-License-Identifier: Apache-2.0
 *
 * A filter that tells of each call that it allows, and waits for the answer
 * (SECCOMP_RET_USER_NOTIF, seccomp_unotify(2)). Pure.
 */
#ifndef CRIB_PLAN_LISTEN_H
#define CRIB_PLAN_LISTEN_H

#include "util/arena.h"
#include "util/err.h"

struct sock_filter;

/* What init has as the fourth argument of the sendmsg(2) that sends the listener out: that call, which
 * nobody could answer yet, is let pass. The kernel does not look at a fourth argument; no program has this one. */
#define LISTEN_MARK UINT64_C(0x63726962206c6f67)

/* *code (n instructions; 0: all is allowed) is replaced by one in the arena. */
int listen_filter(struct sock_filter **code, size_t *n, struct arena *arena, struct err *err) MUST_CHECK;

#endif
