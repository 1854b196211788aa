/* SPDX-License-Identifier: Apache-2.0
 *
 * System calls and constants that musl 1.2.3 and Linux 6.1's headers lack or
 * hide, with the kernel version that brought them. Wrappers return what the
 * kernel returns through errno, as libc's do.
 */
#ifndef CRIB_UTIL_SYS_H
#define CRIB_UTIL_SYS_H

#include "util/base.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/types.h>

#ifndef SYS_clone3
#define SYS_clone3 435 /* 5.3; the numbers from 424 on are the same on all architectures */
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428 /* 5.2, as the five below */
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424 /* 5.1 */
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* 5.3 */
#endif
#ifndef SYS_close_range
#define SYS_close_range 436 /* 5.9 */
#endif
#ifndef SYS_openat2
#define SYS_openat2 437 /* 5.6 */
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442 /* 5.12 */
#endif

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000 /* 5.2 */
#endif
#define SYS_CLONE_INTO_CGROUP 0x200000000ull /* 5.7 */

struct sys_clone_args { /* struct clone_args of <linux/sched.h>, version 2 (5.7) */
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};

struct sys_open_how { /* struct open_how of <linux/openat2.h> */
	uint64_t flags, mode, resolve;
};

struct sys_mount_attr { /* struct mount_attr of <linux/mount.h>, version 0 (5.12) */
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

#define SYS_RESOLVE_NO_XDEV 0x01
#define SYS_RESOLVE_NO_MAGICLINKS 0x02
#define SYS_RESOLVE_NO_SYMLINKS 0x04
#define SYS_RESOLVE_BENEATH 0x08
#define SYS_RESOLVE_IN_ROOT 0x10

#define SYS_OPEN_TREE_CLONE 1
#define SYS_OPEN_TREE_CLOEXEC 02000000
#define SYS_AT_RECURSIVE 0x8000
#define SYS_AT_EMPTY_PATH 0x1000

#define SYS_MOVE_MOUNT_F_EMPTY_PATH 0x04
#define SYS_MOVE_MOUNT_T_EMPTY_PATH 0x40

#define SYS_FSOPEN_CLOEXEC 1
#define SYS_FSMOUNT_CLOEXEC 1
#define SYS_FSCONFIG_SET_FLAG 0
#define SYS_FSCONFIG_SET_STRING 1
#define SYS_FSCONFIG_CMD_CREATE 6

#define SYS_MOUNT_ATTR_RDONLY 0x01
#define SYS_MOUNT_ATTR_NOSUID 0x02
#define SYS_MOUNT_ATTR_NODEV 0x04
#define SYS_MOUNT_ATTR_NOEXEC 0x08
#define SYS_MOUNT_ATTR_IDMAP 0x00100000

#define SYS_CLOSE_RANGE_CLOEXEC 4 /* 5.11 */

#define SYS_TMPFS_MAGIC 0x01021994
#define SYS_PROC_MAGIC 0x9fa0
#define SYS_CGROUP_MAGIC 0x27e0eb
#define SYS_CGROUP2_MAGIC 0x63677270

static inline long sys_clone3(struct sys_clone_args *args, size_t size)
{
	return syscall(SYS_clone3, args, size);
}

static inline int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dirfd, path, flags);
}

static inline int sys_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

static inline int sys_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, SYS_FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fs, unsigned cmd, const char *key, const char *value, int aux)
{
	return (int)syscall(SYS_fsconfig, fs, cmd, key, value, aux);
}

static inline int sys_fsmount(int fs, unsigned attrs)
{
	return (int)syscall(SYS_fsmount, fs, SYS_FSMOUNT_CLOEXEC, attrs);
}

static inline int sys_mount_setattr(int fd, const char *path, unsigned flags, struct sys_mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, fd, path, flags, attr, sizeof(*attr));
}

static inline int sys_openat2(int dirfd, const char *path, struct sys_open_how *how)
{
	return (int)syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

#endif
