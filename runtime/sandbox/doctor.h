/* SPDX-License-Identifier: Apache-2.0 */
#include "util/arena.h"
struct finding;
void doctor_probe(struct arena *arena, const char *state_root, struct finding **f, size_t *n);
