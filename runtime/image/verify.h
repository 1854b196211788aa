/* SPDX-License-Identifier: Apache-2.0
 *
 * What is wrong with a root directory, before anything of it is used.
 */
#ifndef CRIB_IMAGE_VERIFY_H
#define CRIB_IMAGE_VERIFY_H

#include "util/arena.h"
#include "util/err.h"
#include "util/verified.h"

/* open(2) of a path inside a root: never leads out of it (sandbox/inroot.h). */
typedef int root_open(int root, const char *path, int flags);

/* Looks through the tree; adds to *out, whose lines live in the arena. An error
 * is what kept it from looking, not what it found: -E2BIG, that there are more than
 * `most` entries (0: as many as can be). */
int verify_tree(int root, root_open *open_in_root, size_t most, struct arena *arena, struct verified *out,
		struct err *err) MUST_CHECK;

/* One more of a kind; the line is kept while there are few. */
void verified_add(struct verified *out, struct arena *arena, enum verified_kind kind, const char *fmt, ...) PRINTF(4, 5);

/* "device nodes (dev/sda … and 2 more), set-user-ID programs (bin/su …)" of what is no note; in the arena. */
const char *verified_summary(const struct verified *v, struct arena *arena);

#endif
