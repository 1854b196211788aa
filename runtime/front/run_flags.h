/* SPDX-License-Identifier: Apache-2.0
 *
 * The flags of `crib run`, which lower and plan take as well.
 */
#ifndef CRIB_FRONT_RUN_FLAGS_H
#define CRIB_FRONT_RUN_FLAGS_H

#include "front/flag.h"

extern const struct flag run_flags[];

#endif
