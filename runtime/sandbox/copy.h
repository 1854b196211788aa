/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of trees. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_COPY_H
#define CRIB_SANDBOX_COPY_H

#include "util/err.h"
#include "util/values.h"

struct copy_ids {
	const struct id_maps *uids, *gids; /* from the ids of the files to what they are outside; NULL: they stay as they are seen */
	bool set_ids; /* keep the set-user-ID and set-group-ID bits of files */
};

/* The contents of one directory to another. ids: NULL is none of it. */
int copy_tree(int from, int to, const struct copy_ids *ids, struct err *err) MUST_CHECK;

#endif
