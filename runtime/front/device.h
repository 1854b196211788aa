/* SPDX-License-Identifier: Apache-2.0
 *
 * --device and --device-cgroup-rule, as docker's.
 */
#ifndef CRIB_FRONT_DEVICE_H
#define CRIB_FRONT_DEVICE_H

#include "front/words.h"

/* HOST[:CONTAINER][:rwm]; HOST is a device or a directory of such */
int device_add(struct words *w, const char *value, struct err *err) MUST_CHECK;

/* "c 10:200 rwm"; a for both kinds, * for any number */
int device_add_rule(struct words *w, const char *value, struct err *err) MUST_CHECK;

#endif
