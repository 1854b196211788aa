/* SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of a live sandbox, for those who ask later: a line of its
 * journal. A pid is worth nothing alone, for the kernel gives it again: with the
 * start time beside it, it names one process of this boot.
 */
#ifndef CRIB_STATE_RECORD_H
#define CRIB_STATE_RECORD_H

#include "util/arena.h"
#include "util/err.h"
#include "util/values.h"

#include <sys/types.h>

struct record {
	const char *name, *id; /* id: eight hexadecimal digits */
	pid_t pid;           /* of its first process, as seen by the crib that started it; 0: not there yet */
	uint64_t start_time; /* of it, in clock ticks since boot (proc_pid_stat(5), field 22) */
	int64_t started_s;   /* since the epoch */
	int stop_signal;
	int64_t stop_timeout_s; /* -1: never kill */
	struct strs cgroups; /* absolute directories */
	const char *image;   /* as the user said it */
	const char *command;
};

struct state;
struct claim;

/* Adds to the journal of a claim what the members other than name and cgroups say. */
int record_write(struct claim *claim, const struct record *record, struct err *err) MUST_CHECK;

/* The live sandboxes of the area, by name; in the arena. */
int record_list(const struct state *state, struct arena *arena, struct record **records, size_t *n, struct err *err)
	MUST_CHECK;

/* The one of that name, or else the one whose id begins so. -ENOENT and a sentence: none
 * is alive; -EEXIST: more than one id does. */
int record_find(const struct state *state, const char *name, struct arena *arena, struct record *record, struct err *err)
	MUST_CHECK;

/* The start time of a process, as above. 0: there is none of that pid, or no /proc. */
uint64_t process_start_time(pid_t pid);

#endif
