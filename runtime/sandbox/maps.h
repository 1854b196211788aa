/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids of a user namespace: its maps, and what follows them outside: the ownership of
 * mounts, of the image and of the standard streams. All of it runs in the creator. Private to
 * sandbox/.
 */
#ifndef CRIB_SANDBOX_MAPS_H
#define CRIB_SANDBOX_MAPS_H

#include "sandbox/sandbox.h"

/* Writes the maps of a new user namespace, or has the host's helpers write them. */
int maps_write_outside(const struct plan *plan, pid_t pid, struct err *err) MUST_CHECK;

/* What id 0 inside is outside. */
uint32_t maps_root(const struct id_maps *maps) __attribute__((pure));
/* The same of any id inside; one that is not mapped is itself. */
uint32_t maps_outside(const struct id_maps *maps, uint32_t inside) __attribute__((pure));

/* How the child comes to its root. */
struct image_source {
	int mount;    /* a detached mount of the image; -1: the child makes it */
	bool copy;    /* its ids cannot be mapped: the child unpacks it */
	int copied;   /* or this was filled for it, a tmpfs to be its root; else -1 */
	int users;    /* the user namespace, opened while nobody but its creator is in it; -1: not needed */
};

/* Before the clone: a mount of the image that the child inherits. */
int image_prepare_outside(const struct sandbox_request *req, struct image_source *image, struct err *err) MUST_CHECK;

/* After the maps: the image's and the binds' ids become the sandbox's. */
int mounts_map_outside(const struct sandbox_request *req, const int *sources, pid_t pid, struct image_source *image,
		       struct err *err) MUST_CHECK;

/* Pipes among the standard streams belong to the sandbox's root, which can then open them anew,
 * by /dev/stdout. Files and devices of the caller stay the caller's. */
void streams_own_outside(const struct sandbox_request *req);

/* Whether it is a pipe without a name. */
bool is_pipe(int fd);

/* A tmpfs with a copy of the image at the detached mount, ids shifted, made by a process in the
 * sandbox's cgroups. copy_outside.c */
int image_copy_outside(const struct sandbox_request *req, int image, struct err *err) MUST_CHECK;

#endif
