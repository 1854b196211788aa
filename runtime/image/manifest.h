/* SPDX-License-Identifier: Apache-2.0
 *
 * A manifest of a tree: what each entry of it is, by digests, so that any change
 * shows. Text, a line an entry, in the order of the walk (walk.h):
 *
 *     crib-manifest 1 sha256 DIGEST          of all that follows this line
 *     d MODE UID GID NAME                    a directory; its entries follow, up to ^
 *     f MODE UID GID SIZE SHA256 NAME        a regular file
 *     l MODE UID GID NAME TARGET             a symbolic link
 *     c MODE UID GID MAJOR:MINOR NAME        a character device; b: a block device
 *     p MODE UID GID NAME                    a FIFO; s: a socket
 *     m NAME                                 something was mounted there, and is not part of it
 *     x NAME SHA256                          an extended attribute of the entry above, by name
 *     ^                                      end of the directory
 *
 * The first d is the root, named `.`. MODE is octal, of four digits; words are
 * separated by one blank, names are written as by util/escape.h. There are no
 * times in it, and no numbers of inodes: a copy of the tree has the same manifest.
 * As names are told below their directories, it is as long as the tree has names,
 * however deep they lie.
 *
 * The digest in the first line shows damage, not deceit: who may write the file may
 * write that as well. Keep it where the tree's owner cannot write.
 */
#ifndef CRIB_IMAGE_MANIFEST_H
#define CRIB_IMAGE_MANIFEST_H

#include "image/verify.h"

#include <limits.h>
#include <sodium/crypto_hash_sha256.h>

enum {
	MANIFEST_LINE = 24 * 1024, /* bytes, of the longest: a link's target with every byte escaped */
	MANIFEST_DIGEST = crypto_hash_sha256_BYTES,
};

struct manifest_line {
	char type;                /* d f l c b p s m x ^ */
	uint32_t mode, uid, gid;
	uint64_t size;
	uint32_t major, minor;
	unsigned char digest[MANIFEST_DIGEST];
	char name[NAME_MAX + 1];
	char target[PATH_MAX];
};

/* A line without its newline. -EINVAL: it is none. */
int manifest_line_read(const char *text, struct manifest_line *out) MUST_CHECK;

/* The line that reads as that, with its newline; gives its length. */
size_t manifest_line_write(const struct manifest_line *line, char out[static MANIFEST_LINE]);

/* Writes the manifest of a tree to a file, whole or not at all. path: of the file. */
int manifest_write(int root, const char *path, struct verified *out, struct err *err) MUST_CHECK;

/* Adds to *out what is otherwise than the manifest has it. An error is what kept it from comparing:
 * the manifest itself, mostly. */
int manifest_compare(int root, const char *path, struct arena *arena, struct verified *out, struct err *err) MUST_CHECK;

/* ---- shared by the two above ---- */

struct walk_entry;

/* All of a line that the entry's metadata tells; the digest of a file not yet. -errno of what could not be read. */
int manifest_line_of(const struct walk_entry *e, struct manifest_line *out) MUST_CHECK;

/* The digest of the content of the file that e told of; opened as what it was, or -errno. */
int manifest_file_digest(const struct walk_entry *e, unsigned char digest[static MANIFEST_DIGEST]) MUST_CHECK;

/* The extended attributes of an entry, by name. */
struct manifest_xattr {
	char name[NAME_MAX + 1];
	unsigned char digest[MANIFEST_DIGEST];
};

struct manifest_xattrs {
	struct manifest_xattr *v; /* from malloc */
	size_t n;
};

int manifest_xattrs_of(const struct walk_entry *e, struct manifest_xattrs *out) MUST_CHECK;

#endif
