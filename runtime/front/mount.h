/* SPDX-License-Identifier: Apache-2.0
 *
 * The mounts of a docker command line, three notations for one mount_spec:
 *
 *     -v SRC:DST[:OPTION,…]
 *     --mount type=bind,source=SRC,target=DST,readonly
 *     --tmpfs DST[:OPTION,…]
 *
 * Each appends to the container or gives -EINVAL and a sentence. A relative
 * source is made absolute; whether it exists is not asked here.
 */
#ifndef CRIB_FRONT_MOUNT_H
#define CRIB_FRONT_MOUNT_H

#include "front/words.h"

int mount_add_volume(struct words *w, const char *value, struct err *err) MUST_CHECK;
int mount_add_mount(struct words *w, const char *value, struct err *err) MUST_CHECK;
int mount_add_tmpfs(struct words *w, const char *value, struct err *err) MUST_CHECK;

/* One spelling for a path: no "//", no "/./", no slash at the end. */
const char *path_clean(struct arena *arena, const char *path) __attribute__((returns_nonnull));

/* path, if relative, behind the working directory */
int path_absolute(struct arena *arena, const char *path, const char **out, struct err *err) MUST_CHECK;

#endif
