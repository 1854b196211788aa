/* SPDX-License-Identifier: Apache-2.0
 *
 * What docker and podman say about security in words: --cap-add, --cap-drop,
 * --security-opt. Each puts it into the spec or gives -EINVAL and a sentence.
 */
#ifndef CRIB_FRONT_SECURITY_OPT_H
#define CRIB_FRONT_SECURITY_OPT_H

#include "front/words.h"

/* "NET_ADMIN", "cap_net_admin", "ALL", or more of them with commas; adds their bits to *set. */
int caps_add(const char *names, uint64_t *set, struct arena *arena, struct err *err) MUST_CHECK;

/* KEY[=VALUE], or docker's older KEY:VALUE */
int security_opt_add(struct words *w, const char *value, struct err *err) MUST_CHECK;

#endif
