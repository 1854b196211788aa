/* SPDX-License-Identifier: Apache-2.0
 *
 * A walk over all that a directory holds. The tree is hostile and may change
 * meanwhile: every step is one name below the descriptor of a directory that
 * was checked to be the one that was looked at (openat, O_NOFOLLOW; on the way up the
 * parent has to be the same as on the way down), nothing is followed, no mount is
 * entered, and neither depth nor names nor numbers can use up more than a
 * bounded amount of descriptors and memory.
 *
 * Order: by the bytes of the names in each directory, a directory's own entries
 * right behind it.
 */
#ifndef CRIB_IMAGE_WALK_H
#define CRIB_IMAGE_WALK_H

#include "util/err.h"

#include <sys/stat.h>

struct walk;

struct walk_entry {
	const struct walk *walk;
	int dir;                /* the directory that it is in */
	const char *name;       /* "." for the root itself */
	const struct stat *st;  /* of the entry itself, never of what a link names */
	size_t depth;           /* 0 for the root and for what is right in it */
	bool mount;             /* something is mounted here; not entered */
};

enum { WALK_ON = 0, WALK_SKIP = 1 }; /* SKIP: do not enter this directory */

/* Each gives WALK_ON, WALK_SKIP, or -errno with err filled, which ends the walk. */
struct walk_visitor {
	int (*entry)(void *arg, const struct walk_entry *e, struct err *err);
	int (*leave)(void *arg, const struct walk_entry *e, struct err *err);            /* behind the last entry of a directory; e has no name then; may be NULL */
	int (*closed)(void *arg, const struct walk_entry *e, int code, struct err *err); /* a directory that cannot be read */
};

/* root stays open; *entries counts all that were met. At most `most` of them: -E2BIG, also at
 * some million, whatever most is; 0: no bound of the caller's. */
int walk_tree(int root, const struct walk_visitor *visitor, void *arg, size_t most, size_t *entries, struct err *err) MUST_CHECK;

/* The entry's path in the tree as a printable word; a long one is cut in its middle. */
enum { WALK_PATH = 512 };
const char *walk_path(const struct walk_entry *e, char buf[static WALK_PATH]);

#endif
