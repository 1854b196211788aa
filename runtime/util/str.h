/* SPDX-License-Identifier: Apache-2.0
 *
 * A string that grows in an arena.
 */
#ifndef CRIB_UTIL_STR_H
#define CRIB_UTIL_STR_H

#include "util/arena.h"

struct str {
	struct arena *arena;
	char *s;        /* NULL until something was added; then ended by NUL */
	size_t n, cap;
};

void str_add(struct str *s, const char *fmt, ...) PRINTF(2, 3);

#endif
