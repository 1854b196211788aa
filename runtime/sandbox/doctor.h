/* SPDX-License-Identifier: Apache-2.0
 *
 * What this host gives a sandbox of this user, found out by trying: in child
 * processes, in namespaces of their own, each with a deadline. The host is
 * left as it was. Where something fails, the cause is looked up.
 */
#ifndef CRIB_SANDBOX_DOCTOR_H
#define CRIB_SANDBOX_DOCTOR_H

#include "util/arena.h"
#include "util/finding.h"

/* state_root: where crib's files are or will be; NULL: not looked at. */
void doctor_probe(struct arena *arena, const char *state_root, struct finding **findings, size_t *n);

#endif
