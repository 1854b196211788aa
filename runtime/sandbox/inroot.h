/* SPDX-License-Identifier: Apache-2.0
 *
 * The one module that walks paths inside a container's root. Every path is
 * resolved by the kernel below the root's descriptor
 * (openat2 with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, Linux 5.6): `..` and
 * absolute symbolic links end at that root, never at the host. What is made
 * is made by *at() calls on a parent that was got in this way.
 *
 * Each gives 0 or a descriptor, or -errno; none fills a struct err: the caller
 * knows what the path was for.
 */
#ifndef CRIB_SANDBOX_INROOT_H
#define CRIB_SANDBOX_INROOT_H

#include "util/fd.h"

#include <sys/stat.h>

/* open(2) flags; O_CLOEXEC is added. */
int inroot_open(int root, const char *path, int flags) MUST_CHECK;

/* Makes path a directory with all its parents where missing (mode of the last
 * one, less the umask, 0755 of the others); gives an O_PATH descriptor. */
int inroot_mkdir(int root, const char *path, mode_t mode) MUST_CHECK;

/* The same for an empty file, a mount point of what is no directory. */
int inroot_mkfile(int root, const char *path) MUST_CHECK;

/* Opens a regular file for writing, empty; makes it and its parents where missing. */
int inroot_create(int root, const char *path) MUST_CHECK;

/* Makes a symbolic link; what is there already stays and is no error. */
int inroot_symlink(int root, const char *path, const char *text) MUST_CHECK;

/* Reads a regular file of less than cap bytes; nothing else is opened for
 * reading (no FIFO blocks, no device acts). Ends it with NUL, gives the length. */
ssize_t inroot_read(int root, const char *path, char *buf, size_t cap) MUST_CHECK;

#endif
