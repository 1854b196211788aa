/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that is written whole or not at all: what was there stays until all of the
 * new is on the disk.
 */
#ifndef CRIB_FRONT_OUTPUT_FILE_H
#define CRIB_FRONT_OUTPUT_FILE_H

#include "util/arena.h"
#include "util/err.h"

struct output_file {
	const char *path, *beside; /* the name that it has while it is written; NULL: path is no regular file, such as a pipe */
	uint32_t mode;
};

/* Before there is something to write: whether it can be. */
int output_file_check(struct output_file *f, const char *path, struct arena *arena, struct err *err) MUST_CHECK;

int output_file_write(const struct output_file *f, const char *text, struct err *err) MUST_CHECK;

#endif
