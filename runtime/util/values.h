/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain values that more than one layer passes on: lists of strings, and the
 * arguments of kernel interfaces. They live in an arena.
 */
#ifndef CRIB_UTIL_VALUES_H
#define CRIB_UTIL_VALUES_H

#include "util/base.h"

struct strs { /* a list of strings; v[n] is NULL wherever the list is executed */
	const char **v;
	size_t n;
};

struct pair {
	const char *name, *value;
};

struct pairs {
	struct pair *v;
	size_t n;
};

struct id_map { /* a line of uid_map, user_namespaces(7) */
	uint32_t inside, outside, count;
};

struct id_maps {
	struct id_map *v;
	size_t n;
};

struct id_pool { /* ids outside that ranges may be cut from, as many uids as gids */
	uint32_t uid, gid, count;
};

struct rlimit_spec { /* getrlimit(2) */
	int resource;        /* RLIMIT_* */
	uint64_t soft, hard; /* ~0 is infinity */
};

struct ports { /* TCP's */
	bool said; /* then only these */
	uint16_t *v;
	size_t n;
};

#endif
