/* SPDX-License-Identifier: Apache-2.0
 *
 * Kubernetes' Pod Security Standards, latest version, over a spec. Pure.
 */
#ifndef CRIB_PLAN_SECURITY_H
#define CRIB_PLAN_SECURITY_H

#include "model/spec.h"
#include "util/arena.h"

struct violation {
	const char *id;     /* of the check, as in Kubernetes' pod-security-admission: hostNamespaces */
	const char *name;   /* its words there: "host namespaces" */
	const char *detail; /* who does it, and by which words */
};

/* All that this spec does and that level refuses, in the standard's order; in the arena. */
struct violation *security_check(const struct spec *spec, enum security_level level, struct arena *arena, size_t *n);

#endif
