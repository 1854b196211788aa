/* SPDX-License-Identifier: Apache-2.0
 *
 * The state area: what live sandboxes have outside, on disk.
 *
 *     ROOT/                0700, the user's own
 *       images/            unpacked roots, one directory a digest (image/)
 *       sandboxes/NAME     one a sandbox: its journal, locked (flock) by the process
 *                          that answers for it
 *       pods/NAME/         of one in the background: what it printed (log.h)
 *
 * The lock is the truth about life: the kernel lets go of it however its holder dies.
 * A journal that can be locked is debris, and says what to undo; or it has nothing to undo
 * and notes how a sandbox in the background ended, and is kept until it is deleted.
 *
 * ROOT is /run/crib for root, $XDG_RUNTIME_DIR/crib for others, and
 * /tmp/crib-UID where that cannot be had; --root or $CRIB_ROOT name another.
 */
#ifndef CRIB_STATE_STATE_H
#define CRIB_STATE_STATE_H

#include "plan/step.h"
#include "util/fd.h"

struct state {
	char path[4000];  /* of ROOT, absolute */
	int root, sandboxes;
	int pods; /* -1 until it is needed */
};

/* Where the area is or would be, absolute; root: NULL for the default. Touches nothing. */
int state_locate(struct state *state, const char *root, struct err *err) MUST_CHECK;

/* Opens the area, making what is missing. */
int state_open(struct state *state, const char *root, struct err *err) MUST_CHECK;
void state_close(struct state *state);

struct claim { /* a name that this process answers for */
	char name[64];
	int journal;
	char *text;  /* what was written to it by this process: undoing it needs no reading */
	size_t n;
};

/* Takes the name; what a dead crib left under it is undone first.
 * -EEXIST: a live sandbox has it. */
typedef int step_undo(const struct step *step, struct err *err);
int claim_take(struct claim *claim, const struct state *state, const char *name, step_undo *undo, struct err *err)
	MUST_CHECK;

/* Writes the step down; must come before it is done. */
int claim_journal(struct claim *claim, const struct step *step, struct err *err) MUST_CHECK;

/* Writes a note: what needs no undoing, and is there for who asks. Control characters of
 * the value become question marks, and what is longer than a few thousand bytes is cut. */
int claim_note(struct claim *claim, const char *key, const char *value, struct err *err) MUST_CHECK;

/* The process that was written down is gone: takes its lines out of the journal. */
int claim_process_ended(struct claim *claim, const struct state *state, struct err *err) MUST_CHECK;

/* Undoes all that the journal holds, last first, and gives the name back. When a
 * step cannot be undone the journal stays, for the next try. */
int claim_undo(struct claim *claim, const struct state *state, step_undo *undo, struct err *err) MUST_CHECK;

/* Instead of that: undoes all, and keeps the notes with one more, "ended". Who reads them sees
 * either the journal or these. */
int claim_settle(struct claim *claim, const struct state *state, step_undo *undo, const char *ended, struct err *err)
	MUST_CHECK;

/* Takes what is kept under that name away. -ENOENT: nothing is. -EEXIST: it lives. */
int claim_forget(const struct state *state, const char *name, struct err *err) MUST_CHECK;

/* The directory of a sandbox in the background; made where it is missing. */
int state_pod_open(struct state *state, const char *name, bool make, struct err *err) MUST_CHECK;
void state_pod_remove(struct state *state, const char *name);

/* claim_undo for every sandbox whose holder is dead; *n counts them. One that was in the
 * background is settled. Returns the
 * first failure after having tried all. */
int state_recover(const struct state *state, step_undo *undo, size_t *n, struct err *err) MUST_CHECK;

#endif
