/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's network namespace. To make one is half of all that a sandbox
 * costs the kernel, so it is made beside the mounts: by a helper of the creator, in
 * the sandbox's user namespace, while the sandbox's first process builds its file
 * system; that joins it when it needs it (sysfs shows the network namespace of
 * its mounter).
 */
#ifndef CRIB_SANDBOX_NETWORK_H
#define CRIB_SANDBOX_NETWORK_H

#include "util/fd.h"

#include <sys/types.h>

struct network_job {
	pid_t helper;
	int pidfd;        /* whose user namespace is to own it */
	bool own_users;   /* whether that has one of its own */
	int ns;           /* the result, or -1 */
	const char *step; /* what failed, and how */
	int code;
};

enum { NETWORK_STACK = 16 * 1024 };

/* Begins; the job with its stack must stay where it is until network_finish_outside(). */
int network_begin_outside(struct network_job *job, char stack[static NETWORK_STACK], struct err *err) MUST_CHECK;

/* Waits and gives the namespace's descriptor. */
int network_finish_outside(struct network_job *job, struct err *err) MUST_CHECK;

#endif
