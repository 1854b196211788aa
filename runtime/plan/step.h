/* SPDX-License-Identifier: Apache-2.0
 *
 * The outside steps: each can be undone by its kind and its argument alone, so
 * that the journal's lines are enough for rollback, delete and recovery.
 */
#ifndef CRIB_PLAN_STEP_H
#define CRIB_PLAN_STEP_H

enum step_kind {
	STEP_CGROUP,  /* argument: absolute path of the directory; undo kills what is in it and removes it */
	STEP_PROCESS, /* argument: PID START-TIME (util/process.h); undo kills it */
	STEP_KINDS,
};

struct step {
	enum step_kind kind;
	const char *arg;
};

extern const char *const step_names[STEP_KINDS];

#endif
