/* SPDX-License-Identifier: Apache-2.0
 *
 * What crib explain tells of one control of a sandbox, or of one thing that is still
 * within reach of who is inside.
 */
#ifndef CRIB_UTIL_EXPLANATION_H
#define CRIB_UTIL_EXPLANATION_H

#include "util/base.h"

enum explain_state {
	EXPLAIN_ON,    /* closed, as it is without a word */
	EXPLAIN_PART,  /* closed in part: by this host's limits, or by what was asked for */
	EXPLAIN_OPEN,  /* opened by name */
	EXPLAIN_OFF,   /* there is none, and none was asked for */
	EXPLAIN_REACH, /* no control: what an attacker inside can still reach */
	EXPLAIN_STATES,
};

struct explanation {
	enum explain_state state;
	const char *control; /* "capabilities" */
	const char *what;    /* what is so */
	const char *why;     /* the flag, the default, or what of the host makes it so; NULL: nothing to say */
	const char *change;  /* the words that change it; NULL: none do */
};

struct explanations {
	struct arena *arena;
	struct explanation *v;
	size_t n;
};

extern const char *const explain_state_names[EXPLAIN_STATES];

void explain_add(struct explanations *list, const struct explanation *row);

#endif
