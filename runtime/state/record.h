/* SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of a sandbox, for those who ask: the notes of its journal.
 */
#ifndef CRIB_STATE_RECORD_H
#define CRIB_STATE_RECORD_H

#include "util/arena.h"
#include "util/err.h"
#include "util/values.h"

#include <sys/types.h>

enum record_state {
	RECORD_PENDING,  /* being set up, or between two starts of its command */
	RECORD_RUNNING,
	RECORD_ENDED,    /* in the background, and kept */
};

struct record_process { /* and the start time that tells it from others of the same pid */
	pid_t pid;           /* 0: not there */
	uint64_t start_time;
};

struct record_end {
	int exit_code;          /* 128+N for signal N */
	bool out_of_memory;     /* the kernel killed for want of memory in it */
	int64_t finished_s;     /* since the epoch */
	int64_t cpu_us;         /* user and system time of all its processes */
	int64_t memory_peak;    /* bytes; 0: not known */
	bool lost;              /* who answered for it was killed: nothing else is known */
};

struct record {
	const char *name, *id; /* id: eight hexadecimal digits */
	enum record_state state;
	struct record_process first, supervisor; /* supervisor: of those in the background */
	int64_t started_s;   /* since the epoch: the last start of the command */
	int restarts;
	bool background;
	struct record_end last; /* of the last process that ended; with RECORD_ENDED, of it all */
	bool has_last;
	int stop_signal;
	int64_t stop_timeout_s; /* -1: never kill */
	struct strs cgroups; /* absolute directories */
	const char *image;   /* as the user said it */
	const char *command;
};

struct state;
struct claim;

/* Adds to the journal of a claim what does not change. */
int record_write(struct claim *claim, const struct record *record, struct err *err) MUST_CHECK;

/* The command was started, or has ended. */
int record_write_start(struct claim *claim, const struct record *record, struct err *err) MUST_CHECK;
int record_write_end(struct claim *claim, const struct record *record, struct err *err) MUST_CHECK;

/* The same as the text of claim_settle. */
void record_end_text(const struct record_end *end, char text[static 160]);

/* The sandboxes of the area, by name; in the arena. *debris counts those whose holder is
 * dead: they are not in it. */
int record_list(const struct state *state, struct arena *arena, struct record **records, size_t *n, size_t *debris,
		struct err *err) MUST_CHECK;

/* The one of that name, whatever its state, or else the one whose id begins so. -ENOENT and a sentence: there
 * is none; -EEXIST: more than one id does. */
int record_find(const struct state *state, const char *name, struct arena *arena, struct record *record, struct err *err)
	MUST_CHECK;

/* Until the one who answers for it lets go of the journal; it may take it again at once. */
void record_await(const struct state *state, const char *name);

#endif
