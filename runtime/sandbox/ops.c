/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations on the container's file system, one function a kind, carried
 * out in the order of the plan.
 */
#include "sandbox/inroot.h"
#include "sandbox/inside.h"
#include "sandbox/messages.h"
#include "sandbox/mount.h"
#include "sandbox/sources.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <termios.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */
#endif

enum { DEVPTS_MAGIC = 0x1cd1 };

typedef int op_do(struct inside *in, const struct op *op, struct err *err);

/* Attaches a detached mount and says what failed. */
static int put(int mount, int target, const struct op *op, uint32_t attrs, struct err *err)
{
	int rc = mount_attach_with(mount, target, attrs, op->recursive);

	return rc < 0 ? err_sys(err, -rc, "mount %s", op->target) : 0;
}

static int do_mount(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd target = op->make_target ? inroot_mkdir(in->root, op->target, 0755) :
					   inroot_open(in->root, op->target, O_PATH | O_DIRECTORY);
	auto_fd mount = -1;
	int given = in->sources[op - in->plan->ops], rc;

	if (target < 0)
		return op->missing_ok ? 0 : err_sys(err, -target, "mount point %s", op->target);
	mount = given >= 0 ? given : mount_new(op->fs_type, &op->options, op->attrs);
	if (mount < 0 && op->missing_ok)
		return 0;
	if (mount == -EPERM && str_eq(op->fs_type, "proc"))
		return err_set(err, EPERM, "mount /proc: not permitted: the host's own /proc is not mounted, or is partly "
					   "hidden as in a container (see crib doctor)");
	if (mount < 0)
		return err_sys(err, -mount, "mount %s of type %s", op->target, op->fs_type);
	rc = mount_attach(mount, target);
	if (rc < 0)
		return err_sys(err, -rc, "mount %s", op->target);
	TRY(landlock_allow_inside(in, op, mount, err));
	if (str_eq(op->fs_type, "proc"))
		in->proc = take_fd(&mount);
	else if (op->fresh)
		in->fresh = take_fd(&mount);
	return 0;
}

static int make_target_like(struct inside *in, const struct op *op, int source)
{
	struct stat st;

	if (!op->make_target)
		return inroot_open(in->root, op->target, O_PATH);
	if (fstat(source, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? inroot_mkdir(in->root, op->target, 0755) : inroot_mkfile(in->root, op->target);
}

static int do_bind(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd mount = in->sources[op - in->plan->ops];
	auto_fd target = -1;

	target = make_target_like(in, op, mount);
	if (target < 0 && op->missing_ok)
		return 0;
	if (target < 0)
		return err_sys(err, -target, "mount point %s", op->target);
	TRY(landlock_allow_inside(in, op, mount, err));
	return put(mount, target, op, op->attrs, err);
}

/* Here nodes may not be made, or not where that one is to be: the host's one is bound over an empty
 * file. Only if it is still the one that was planned for. */
static int do_device(struct inside *in, const struct op *op, struct err *err)
{
	int given = in->sources[op - in->plan->ops];
	auto_fd mount = given >= 0 ? given : mount_clone(AT_FDCWD, op->source, false);
	auto_fd target = -1;
	struct stat st;

	if (mount < 0)
		return err_sys(err, -mount, "device %s of the host", op->source);
	if (fstat(mount, &st) < 0 || (st.st_mode & S_IFMT) != (op->block ? S_IFBLK : S_IFCHR) ||
	    st.st_rdev != makedev(op->major, op->minor))
		return err_set(err, ENODEV, "%s of the host is not the device %u:%u", op->source, op->major, op->minor);
	target = op->fresh ? inroot_mkfile(in->fresh, fresh_name(op)) : inroot_mkfile(in->root, op->target);
	if (target < 0)
		return err_sys(err, -target, "device %s", op->target);
	TRY(landlock_allow_inside(in, op, mount, err));
	return put(mount, target, op, SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC, err);
}

static int do_mkdir(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd fd = -1;

	if (op->fresh) {
		int rc = fresh_entry(in->fresh, op);

		return rc < 0 ? err_sys(err, -rc, "make directory %s", op->target) : 0;
	}
	fd = inroot_mkdir(in->root, op->target, (mode_t)op->mode);
	return fd < 0 ? err_sys(err, -fd, "make directory %s", op->target) : 0;
}

static int do_symlink(struct inside *in, const struct op *op, struct err *err)
{
	int rc = op->fresh ? fresh_entry(in->fresh, op) : inroot_symlink(in->root, op->target, op->source);

	return rc < 0 ? err_sys(err, -rc, "make symbolic link %s", op->target) : 0;
}

/* Written to the root's writable layer, which bounds what may be added to it. */
static int do_file(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd fd = inroot_create(in->root, op->target);
	int rc;

	if (fd < 0 && op->missing_ok)
		return 0;
	rc = fd < 0 ? fd : fd_write_all(fd, op->source, strlen(op->source));
	return rc < 0 ? err_sys(err, -rc, "write %s", op->target) : 0;
}

/* Through the procfs as it was mounted: nothing in the container can stand
 * between (CVE-2019-19921, CVE-2025-52881). */
static int do_sysctl(struct inside *in, const struct op *op, struct err *err)
{
	char path[512];
	struct sys_open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_SYMLINKS | SYS_RESOLVE_NO_MAGICLINKS | SYS_RESOLVE_NO_XDEV,
	};
	const struct strs none = { 0 };
	auto_fd fd = -1, whole = -1;

	if (snprintf(path, sizeof(path), "sys/%s", op->target) >= (int)sizeof(path))
		return err_set(err, ENAMETOOLONG, "sysctl %s", op->target);
	fd = sys_openat2(in->proc, path, &how);
	/* the container's may have the processes only */
	if (fd < 0 && errno == ENOENT && (whole = mount_new("proc", &none, 0)) >= 0)
		fd = sys_openat2(whole, path, &how);
	if (fd < 0 || write(fd, op->source, strlen(op->source)) < 0)
		return err_sys(err, errno, "sysctl %s = %s", op->target, op->source);
	return 0;
}

static int do_network(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd ns = -1;

	(void)op;
	message_await(in->sync);
	TRY(message_expect(in->sync, MESSAGE_NETWORK, &ns, err));
	if (setns(ns, CLONE_NEWNET) < 0)
		return err_sys(err, errno, "join the network namespace");
	return 0;
}

static int do_terminal(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd master = inroot_open(in->root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	auto_fd target = -1, mount = -1;
	struct statfs st;
	int locked = 0;

	if (master < 0)
		return err_sys(err, -master, "open a terminal");
	if (fstatfs(master, &st) < 0 || st.f_type != DEVPTS_MAGIC)
		return err_set(err, ENOTTY, "open a terminal: /dev/pts/ptmx is not the kernel's");
	if (ioctl(master, TIOCSPTLCK, &locked) < 0)
		return err_sys(err, errno, "unlock the terminal");
	in->terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (in->terminal < 0)
		return err_sys(err, errno, "open the terminal");
	in->terminal_master = take_fd(&master);
	target = inroot_mkfile(in->root, op->target);
	if (target < 0)
		return err_sys(err, -target, "%s", op->target);
	mount = mount_clone(in->terminal, "", false);
	if (mount < 0)
		return err_sys(err, -mount, "%s", op->target);
	return put(mount, target, op, SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC, err);
}

static int mask(struct inside *in, const struct op *op, const char *path, int target, struct err *err)
{
	auto_fd mount = -1;
	struct stat st;

	if (fstat(target, &st) < 0)
		return err_sys(err, errno, "mask %s", path);
	mount = mount_clone(in->scratch, S_ISDIR(st.st_mode) ? "void" : "none", false);
	if (mount < 0)
		return err_sys(err, -mount, "mask %s", path);
	return put(mount, target, op, SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NOEXEC, err);
}

/* One of each processor: what '*' stands for. Where the first has none, none has. */
static int mask_numbered(struct inside *in, const struct op *op, const char *star, struct err *err)
{
	enum { PROCESSORS_MAX = 8192 };
	char path[256];
	int missing = 0;

	/* their numbers may have gaps, where some were taken out */
	for (int i = 0; i < PROCESSORS_MAX && missing < 64; i++) {
		auto_fd target = -1;

		snprintf(path, sizeof(path), "%.*s%d%s", (int)(star - op->target), op->target, i, star + 1);
		target = inroot_open(in->root, path, O_PATH);
		if (target < 0 && i == 0)
			break;
		missing = target < 0 ? missing + 1 : 0;
		if (target >= 0)
			TRY(mask(in, op, path, target, err));
	}
	return 0;
}

static int do_mask(struct inside *in, const struct op *op, struct err *err)
{
	const char *star = op->numbered ? strchr(op->target, '*') : NULL;
	auto_fd target = -1;

	if (star)
		return mask_numbered(in, op, star, err);
	target = inroot_open(in->root, op->target, O_PATH);
	if (target < 0)
		return op->missing_ok && (target == -ENOENT || target == -ENOTDIR || target == -EACCES) ?
			       0 :
			       err_sys(err, -target, "mask %s", op->target);
	return mask(in, op, op->target, target, err);
}

static int do_readonly(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd target = -1, mount = -1;
	int rc;

	if (str_eq(op->target, "/")) {
		rc = mount_change(in->root, SYS_MOUNT_ATTR_RDONLY);
		return rc < 0 ? err_sys(err, -rc, "make the root read-only") : 0;
	}
	target = inroot_open(in->root, op->target, O_PATH);
	if (target == -ENOENT || target == -ENOTDIR)
		return op->missing_ok ? 0 : err_sys(err, -target, "make %s read-only", op->target);
	if (target < 0)
		return err_sys(err, -target, "make %s read-only", op->target);
	mount = mount_clone(target, "", true);
	if (mount < 0)
		return err_sys(err, -mount, "make %s read-only", op->target);
	return put(mount, target, op, SYS_MOUNT_ATTR_RDONLY, err);
}

static op_do *const ops[OP_KINDS] = {
	[OP_ROOT] = root_inside,   [OP_MOUNT] = do_mount,       [OP_BIND] = do_bind,
	[OP_DEVICE] = do_device,   [OP_MKDIR] = do_mkdir,       [OP_SYMLINK] = do_symlink,
	[OP_FILE] = do_file,       [OP_SYSCTL] = do_sysctl,     [OP_TERMINAL] = do_terminal,
	[OP_MASK] = do_mask,       [OP_READONLY] = do_readonly,   [OP_NETWORK] = do_network,
};

/* Before the root is built: the scratch will lie over the image's directory. */
static int open_sources(struct inside *in, struct err *err)
{
	for (size_t i = 0; i < in->plan->n_ops; i++) {
		const struct op *op = &in->plan->ops[i];

		if (op->kind != OP_BIND || in->sources[i] != SOURCE_NONE)
			continue;
		in->sources[i] = source_clone(op, err);
		if (in->sources[i] < 0 && !op->missing_ok)
			return in->sources[i];
		if (in->sources[i] < 0)
			in->sources[i] = SOURCE_DONE;
	}
	return 0;
}

int ops_inside(struct inside *in, struct err *err)
{
	TRY(open_sources(in, err));
	TRY(landlock_open_inside(in, err));
	for (size_t i = 0; i < in->plan->n_ops; i++)
		if (in->sources[i] != SOURCE_DONE)
			TRY(ops[in->plan->ops[i].kind](in, &in->plan->ops[i], err));
	return 0;
}
