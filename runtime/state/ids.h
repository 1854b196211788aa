/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges of ids, one a live sandbox, over all state directories of this user on this
 * host. The truth is one file at a fixed place, /run/crib-ids for root: bytes as many as there
 * are ids, of which a sandbox locks those of its uids, and further on those of its gids. The
 * kernel lets go of the locks (fcntl(2)'s open file description locks) however their holder
 * dies. Behind them lies a record for each range: the process in which the sandbox lives, so that
 * nobody has its range while a sandbox whose crib was killed is still dying.
 */
#ifndef CRIB_STATE_IDS_H
#define CRIB_STATE_IDS_H

#include "util/fd.h"
#include "util/values.h"

struct ids {
	int file;            /* -1: nothing is held */
	uint32_t uid, gid, count;
};

struct id_wish {
	const struct id_pool *pools;
	size_t n;
	uint32_t count;      /* ids in a row */
	bool may_share;      /* rather one that others have than none */
};

/* Takes a range that nobody has, by chance out of the pools: no two start to look at the same. */
int ids_take(struct ids *ids, const struct id_wish *wish, struct err *err) MUST_CHECK;

/* The range is that process's now, also after this one. Must come before it can use it. */
int ids_record(const struct ids *ids, pid_t pid, struct err *err) MUST_CHECK;

/* That process is gone, with all that it had started. */
void ids_release(struct ids *ids);

#endif
