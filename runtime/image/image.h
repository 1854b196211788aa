/* SPDX-License-Identifier: Apache-2.0
 *
 * Image names to roots on disk: each gives the descriptor of a directory that is
 * only ever read.
 */
#ifndef CRIB_IMAGE_IMAGE_H
#define CRIB_IMAGE_IMAGE_H

#include "util/fd.h"

/* The BusyBox root that this file carries, unpacked once into images/ID below
 * the state directory `root` (its path is for messages). Its SHA-256 is checked
 * before it is unpacked; it appears under its name whole or not at all. */
int image_open_embedded(int root, const char *root_path, struct err *err) MUST_CHECK;

/* The same root into a directory of one's own, as the user that runs: without a look at the
 * digest, which is for what is kept. */
int image_unpack_embedded(int to, struct err *err) MUST_CHECK;

/* The program of crib selftest in a directory of its own below `root`, for as long as it is wanted; a killed
 * crib's is removed by image_clean. */
struct image_probe {
	int images, dir;
	char name[64]; /* below images/ */
};
int image_probe_unpack(int root, const char *root_path, struct image_probe *p, struct err *err) MUST_CHECK;
void image_probe_remove(struct image_probe *p);

/* A directory of the host. */
int image_open_directory(const char *path, struct err *err) MUST_CHECK;

/* Whether a directory of the host was looked through within a day, and was not changed itself
 * since; that it was. root: the state directory (once.c). */
bool image_verified_lately(int root, int image);
void image_note_verified(int root, int image);
void image_forget_verified(int images, const char *name); /* of image_clean */

/* Removes what unpackers that were killed left behind. */
void image_clean(int root);

/* Unpacks a cpio archive ("newc") into an empty directory. The archive's
 * own words are checked: nothing is made outside `to`. */
int cpio_unpack(const unsigned char *data, size_t size, int to, struct err *err) MUST_CHECK;

#endif
