/* SPDX-License-Identifier: Apache-2.0
 *
 * The command's environment: a list of NAME=value, each name once.
 */
#ifndef CRIB_FRONT_ENV_H
#define CRIB_FRONT_ENV_H

#include "model/spec.h"
#include "util/arena.h"
#include "util/err.h"

/* "NAME=value", or "NAME" alone: the caller's value, or none where the caller
 * has none. Takes the place of what the list had under that name. */
int env_put(struct arena *arena, struct strs *env, const char *entry, struct err *err) MUST_CHECK;

/* Docker's format: an entry a line, as it is (quotes are part of the value);
 * lines that are empty or start with # are left out. */
int env_put_file(struct arena *arena, struct strs *env, const char *path, struct err *err) MUST_CHECK;

#endif
