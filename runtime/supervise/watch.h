/* SPDX-License-Identifier: Apache-2.0
 *
 * A sandbox in the background: what it prints goes to its log, and who wants it to
 * end tells the watching process by SIGTERM.
 */
#ifndef CRIB_SUPERVISE_WATCH_H
#define CRIB_SUPERVISE_WATCH_H

#include "state/log.h"

#include <sys/resource.h>

struct watch {
	int signals;             /* signalfd; all signals are blocked */
	struct log *log;
	int outputs[LOG_STREAMS]; /* what is read for the log; -1: none, or at its end */
	int stop_signal;
	int64_t stop_timeout_s;  /* of SIGTERM without a number; -1: never kill */
	bool asked_to_end;
	int64_t deadline_ms;     /* of that; 0: none */
};

struct watch_target {
	pid_t pid;
	int pidfd;
	int sync;
	/* reads the next message of sync: 0 go on watching, 1 nothing more will come, <0 failed */
	int (*on_message)(void *arg, int *master, struct err *err);
	void *arg;
};

/* Blocks all signals. */
int watch_open(struct watch *w, struct err *err) MUST_CHECK;
void watch_close(struct watch *w);

/* Until the process ends and what it wrote is in the log: *status as of waitpid(2), and what
 * it and all that it waited for used. A failure that on_message told of is returned then. */
int watch_loop(struct watch *w, const struct watch_target *target, int *status, struct rusage *usage, struct err *err)
	MUST_CHECK;

/* Lets time pass; false: it was asked to end. */
bool watch_pause(struct watch *w, int64_t ms);

#endif
