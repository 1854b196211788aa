/* SPDX-License-Identifier: Apache-2.0
 *
 * Which capabilities a command is to have, out of what was said. Pure; bit N is
 * capability N (capabilities(7)).
 */
#ifndef CRIB_MODEL_CAPS_H
#define CRIB_MODEL_CAPS_H

#include "model/spec.h"

/* Pod Security's baseline list, what may be added at that level. */
extern const uint64_t caps_baseline;

/* What a command gets that nothing was said for: that without AUDIT_WRITE and MKNOD. */
extern const uint64_t caps_default;

/* What the restricted level of Pod Security asks for and a run can be given without being told. */
void spec_restrict(const struct sandbox_spec *sandbox, struct container_spec *container);

/* The set that add and drop make of the default one, or the bounding one of the five that were said. */
uint64_t caps_chosen(const struct container_spec *container);

/* "CAP_KILL, CAP_SYS_TIME"; "none" */
const char *caps_text(struct arena *arena, uint64_t set);

#endif
