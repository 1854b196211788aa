/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers a filter's listener (seccomp_unotify(2)): every call that it tells of is noted and let
 * go on. The process waits meanwhile, so it is slow, and misses none.
 */
#ifndef CRIB_SUPERVISE_RECORDER_H
#define CRIB_SUPERVISE_RECORDER_H

#include "plan/recorded.h"

struct recorder {
	int listener; /* -1: not here yet, or all that had the filter are gone */
	bool started;
	struct recorded calls;
};

/* Takes the listener over. */
void recorder_start(struct recorder *r, int listener);

/* Answers what is there; for when poll(2) says that there is something. */
void recorder_serve(struct recorder *r);

void recorder_close(struct recorder *r);

#endif
