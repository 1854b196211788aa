/* SPDX-License-Identifier: Apache-2.0
 *
 * One arena for the life of a command: document, spec and plan live in it and
 * go with the process. Memory comes zeroed. Running out of memory is not an
 * error that a command can do anything about: it says so and exits 125
 * before anything was made outside (all allocation happens while planning).
 */
#ifndef CRIB_UTIL_ARENA_H
#define CRIB_UTIL_ARENA_H

#include "util/base.h"

struct arena {
	char *at;
	char *end;
	struct arena_chunk *chunks;
};

void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, alloc_size(2)));
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3) __attribute__((returns_nonnull));
void arena_free(struct arena *a);

/* A growing array of one element type in an arena:
 *     struct mount_op *op = arena_push(a, &ops->v, &ops->n, sizeof(*ops->v));
 * *v is moved when it has to grow: keep no pointer to an element across a push. */
void *arena_push(struct arena *a, void *v, size_t *n, size_t size) __attribute__((returns_nonnull));

#endif
