/* SPDX-License-Identifier: Apache-2.0
 *
 * Mounts on descriptors (Linux 5.2's fsopen, open_tree, move_mount; 5.12's
 * mount_setattr): a mount is made detached, with its attributes, and then put
 * in its place. Each gives 0 or a descriptor, or -errno.
 */
#ifndef CRIB_SANDBOX_MOUNT_H
#define CRIB_SANDBOX_MOUNT_H

#include "util/fd.h"
#include "util/values.h"

/* A new file system of that type; options are fsconfig's, "key" or "key=value". */
int mount_new(const char *type, const struct strs *options, uint32_t attrs) MUST_CHECK;

/* A detached copy of what is at (dirfd, path), an empty path being dirfd itself. */
int mount_clone(int dirfd, const char *path, bool recursive) MUST_CHECK;

/* Adds MOUNT_ATTR_* to a detached mount, and makes it private: a copy of a shared
 * mount is its peer, so that what is mounted below the one appears below the
 * other, on the host. -ENOSYS before Linux 5.12: see mount_attach_with(). */
int mount_add_attrs(int fd, uint32_t attrs, bool recursive) MUST_CHECK;

/* Gives the files of a detached mount the ids of that user namespace (ns/user of a process in
 * it), besides attributes as above. Needs Linux 5.12, and of file systems: ext4 and xfs 5.12, btrfs 5.15,
 * overlay 5.19 as a lower layer, tmpfs 6.3, fuse 6.12; others never. */
int mount_idmap(int fd, int users, uint32_t attrs, bool recursive) MUST_CHECK;

/* Puts a detached mount over the O_PATH descriptor target. */
int mount_attach(int fd, int target) MUST_CHECK;

/* Both, in the order that this kernel can: before Linux 5.12 a mount is attached
 * first, and then it and those below it are made private and changed by mount(2). */
int mount_attach_with(int fd, int target, uint32_t attrs, bool recursive) MUST_CHECK;

/* Adds attributes to an attached mount. */
int mount_change(int fd, uint32_t attrs) MUST_CHECK;

#endif
