/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of trees. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_COPY_H
#define CRIB_SANDBOX_COPY_H

#include "util/err.h"
#include "util/values.h"

struct copy_ids { /* from the ids of the files to what they are outside */
	const struct id_maps *uids, *gids;
};

/* The contents of one directory to another. ids: NULL where they stay as they are seen. */
int copy_tree(int from, int to, const struct copy_ids *ids, struct err *err) MUST_CHECK;

#endif
