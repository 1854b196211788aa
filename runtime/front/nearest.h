/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean": the candidate that a mistyped word is nearest to.
 */
#ifndef CRIB_FRONT_NEAREST_H
#define CRIB_FRONT_NEAREST_H

#include "util/base.h"

struct nearest {
	const char *word;
	const char *best; /* NULL: nothing is near enough */
	size_t distance;  /* of best */
};

void nearest_try(struct nearest *near, const char *candidate);

#endif
