/* SPDX-License-Identifier: Apache-2.0
 *
 * /etc/subuid and /etc/subgid: which ids were granted to whom (subuid(5)). The text
 * may be anything: a line that is not of the form NAME:FIRST:COUNT is nobody's.
 */
#ifndef CRIB_UTIL_SUBID_H
#define CRIB_UTIL_SUBID_H

#include "util/arena.h"
#include "util/values.h"

enum { SUBID_LEAST = 1000, SUBID_LINES = 64 };

/* The ranges (outside, count) of the lines of that name or, where said, of that number, in
 * their order; at most SUBID_LINES. Left out: ranges with ids that do not exist, that begin
 * below SUBID_LEAST (the system's own users) or that overlap one before. name: NULL for none;
 * id: UINT32_MAX for none. */
struct id_maps subid_parse(const char *text, const char *name, uint32_t id, struct arena *arena);

/* The name of that user in the text of an /etc/passwd, in the arena; NULL: it has none. */
const char *subid_user(const char *passwd, uint32_t uid, struct arena *arena);

/* Ranges of uids and of gids as pairs of equal size, the first with the first. */
void subid_pair(const struct id_maps *uids, const struct id_maps *gids, struct arena *arena, struct id_pool **pools,
		size_t *n);

#endif
