/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracer of crib profile (ptrace(2), SECCOMP_RET_TRACE of seccomp(2)): the command and all that it
 * starts stop at each call that the filter lets pass; it is noted and goes on. That is slow, and misses
 * none. A listener (seccomp_unotify(2)) would do without a tracer, but a signal that comes before it has
 * looked ends the call with EINTR, which most programs do not expect of most calls.
 */
#ifndef CRIB_SUPERVISE_RECORDER_H
#define CRIB_SUPERVISE_RECORDER_H

#include "plan/recorded.h"

#include <sys/types.h>

struct recorder {
	bool started;
	pid_t child; /* our own, the sandbox's first process: its end is for others to wait for */
	struct recorded calls;
};

/* From here on `pid`, which waits for that, is traced. */
int recorder_start(struct recorder *r, pid_t pid, pid_t child, struct err *err) MUST_CHECK;

/* For when a SIGCHLD has come: lets go on what has stopped. True: there is more. */
bool recorder_serve(struct recorder *r);

#endif
