/* SPDX-License-Identifier: Apache-2.0
 *
 * The container's root. Takes the image as the working directory (the creator
 * stood there when it cloned, so that no path to it has to be walked with the
 * child's rights) and gives a mounted root with a writable layer of bounded
 * size, and the pivot into it.
 *
 * All of it hangs on one tmpfs, the scratch, mounted over the image's directory
 * and gone from sight with the pivot: l the image, u and w overlay's upper and
 * work directories, r the root's mount point, none and void what masks show.
 */
#include "sandbox/copy.h"
#include "sandbox/inside.h"
#include "sandbox/mount.h"
#include "sandbox/sources.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static int make_scratch(struct inside *in, struct err *err)
{
	const uint32_t nosuid = in->plan->process.no_new_privs ? SYS_MOUNT_ATTR_NOSUID : 0;
	char size[64], inodes[64];
	const struct strs options = { (const char *[]){ "mode=0755", size, inodes }, 3 };
	int rc;

	snprintf(size, sizeof(size), "size=%" PRId64, in->plan->writable_bytes);
	snprintf(inodes, sizeof(inodes), "nr_inodes=%" PRId64, layer_inodes(in->plan));
	in->scratch = mount_new("tmpfs", &options, SYS_MOUNT_ATTR_NODEV | nosuid);
	if (in->scratch < 0)
		return err_sys(err, -in->scratch, "tmpfs for the writable layer");
	/* no "." is looked up: the image's directory need not be open to the sandbox's root */
	if (sys_move_mount(in->scratch, "", AT_FDCWD, "", SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(err, errno, "mount the writable layer");
	rc = openat(in->scratch, "none", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (rc < 0 || mkdirat(in->scratch, "void", 0555) < 0 || mkdirat(in->scratch, "l", 0755) < 0 ||
	    mkdirat(in->scratch, "r", 0755) < 0)
		return err_sys(err, errno, "the writable layer");
	close(rc);
	return 0;
}

/* The image itself, as a detached mount. A directory with something mounted
 * below it cannot be cloned without that in a user namespace. */
static int open_image(struct err *err)
{
	int fd = mount_clone(AT_FDCWD, ".", false);

	if (fd == -EINVAL)
		return err_set(err, EINVAL, "there are mounts below the directory of the root: they cannot be left out");
	return fd < 0 ? err_sys(err, -fd, "open the root's directory") : fd;
}

/* Without extended attributes on the upper directory (tmpfs has user.* since
 * Linux 6.6) overlay cannot make a directory where one was removed: refuse it. */
static bool upper_is_complete(const struct inside *in, int upper)
{
	if (!(in->plan->clone_flags & CLONE_NEWUSER))
		return true;
	return fsetxattr(upper, "user.crib", "", 0, 0) == 0;
}

/* Generated files can be put into the upper layer before there is an overlay:
 * nothing has to be copied up for them. Only below a real directory of the image,
 * whose twin above it gets the same owner and mode; what cannot be done so is left
 * to be done later. */
static void write_early(struct inside *in, const struct op *op, int lower, int upper)
{
	char directory[64];
	const char *name = strrchr(op->target, '/') + 1;
	size_t n = (size_t)(name - op->target);
	auto_fd dir = -1, file = -1;
	struct stat st;

	if (n < 3 || n >= sizeof(directory))
		return;
	snprintf(directory, sizeof(directory), "%.*s", (int)n - 2, op->target + 1);
	if (strchr(directory, '/') || fstatat(lower, directory, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return;
	if (mkdirat(upper, directory, st.st_mode & 07777) == 0 && (st.st_uid || st.st_gid) &&
	    fchownat(upper, directory, st.st_uid, st.st_gid, 0) < 0) {
		unlinkat(upper, directory, AT_REMOVEDIR);
		return;
	}
	dir = openat(upper, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file >= 0 && fd_write_all(file, op->source, strlen(op->source)) == 0)
		in->sources[op - in->plan->ops] = SOURCE_DONE;
}

static void write_files_early(struct inside *in, int lower, int upper)
{
	for (size_t i = 0; i < in->plan->n_ops; i++)
		if (in->plan->ops[i].kind == OP_FILE)
			write_early(in, &in->plan->ops[i], lower, upper);
}

static void forget_files(struct inside *in)
{
	for (size_t i = 0; i < in->plan->n_ops; i++)
		if (in->plan->ops[i].kind == OP_FILE)
			in->sources[i] = SOURCE_NONE;
}

/* Gives a detached overlay, or -errno where this kernel has none for us. */
static int try_overlay(struct inside *in, uint32_t attrs)
{
	const struct strs options = {
		(const char *[]){ "lowerdir=l", "upperdir=u", "workdir=w", "userxattr" },
		in->plan->clone_flags & CLONE_NEWUSER ? 4 : 3,
	};
	auto_fd lower = openat(in->scratch, "l", O_PATH | O_DIRECTORY | O_CLOEXEC), upper = -1;
	struct stat st;

	if (lower < 0 || fstat(lower, &st) < 0 || mkdirat(in->scratch, "u", st.st_mode & 07777) < 0 ||
	    mkdirat(in->scratch, "w", 0700) < 0)
		return -errno;
	upper = openat(in->scratch, "u", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (upper < 0)
		return -errno;
	if (!upper_is_complete(in, upper))
		return -EOPNOTSUPP;
	write_files_early(in, lower, upper);
	return mount_new("overlay", &options, attrs);
}

static int use_copy(struct inside *in, int rc, struct err *err)
{
	if (rc == -ENOSPC)
		return err_set(err, ENOSPC,
			       "the root does not fit in the writable layer of %" PRId64
			       " bytes, into which crib has to copy it here: use --storage-opt size=",
			       in->plan->writable_bytes);
	TRY(rc);
	/* it has the scratch's own attributes: nodev, and nosuid as the root should */
	rc = mount_clone(in->scratch, "r", false);
	return rc < 0 ? err_sys(err, -rc, "mount the copied root") : rc;
}

static int copied_root(struct inside *in, struct err *err)
{
	const struct copy_ids ids = { .set_ids = !in->plan->process.no_new_privs };
	auto_fd from = openat(in->scratch, "l", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd to = openat(in->scratch, "r", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from < 0 || to < 0)
		return err_sys(err, errno, "copy the root");
	return use_copy(in, copy_tree(from, to, &ids, err), err);
}

/* Straight from the archive, so that all of it belongs to who it should. */
static int unpacked_root(struct inside *in, struct err *err)
{
	auto_fd to = openat(in->scratch, "r", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (to < 0)
		return err_sys(err, errno, "unpack the root");
	return use_copy(in, in->req->unpack(to, err), err);
}

static int make_root(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd image = take_fd(&in->image), target = -1;
	int rc, root;

	if (image < 0 && !in->copy)
		image = open_image(err);
	if (image < 0 && !in->copy)
		return image;
	TRY(make_scratch(in, err));
	if (image >= 0 && in->copy)
		return take_fd(&image);
	if (in->copy || (in->plan->private_root && in->req->unpack))
		return unpacked_root(in, err);
	target = openat(in->scratch, "l", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = target < 0 ? -errno : mount_attach(image, target);
	if (rc < 0)
		return err_sys(err, -rc, "mount the image");
	if (fchdir(in->scratch) < 0)
		return err_sys(err, errno, "the writable layer");
	root = in->plan->private_root ? -EOPNOTSUPP : try_overlay(in, op->attrs);
	if (root >= 0)
		return root;
	forget_files(in);
	return copied_root(in, err);
}

int root_inside(struct inside *in, const struct op *op, struct err *err)
{
	auto_fd target = -1;
	int rc;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, errno, "make mounts private");
	in->root = make_root(in, op, err);
	TRY(in->root);
	TRY(landlock_allow_inside(in, op, in->root, err));
	target = openat(in->scratch, "r", O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = target < 0 ? -errno : mount_attach(in->root, target);
	return rc < 0 ? err_sys(err, -rc, "mount the root") : 0;
}

/* pivot_root(2) onto itself: the old root lies on top of the new one, and is
 * taken off: no directory of the container serves as a mount point for it. The
 * initial ramfs cannot be pivoted (it has no parent mount): there the new root
 * is moved over it, as switch_root does. */
static int pivot(int root, struct err *err)
{
	if (fchdir(root) < 0)
		return err_sys(err, errno, "enter the root");
	if (sys_pivot_root(".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			return err_sys(err, errno, "unmount the old root");
	} else {
		if (errno != EINVAL)
			return err_sys(err, errno, "pivot_root");
		if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
			return err_sys(err, errno, "move the root");
	}
	return 0;
}

/* Joining one's own mount namespace leads to the top of it, out of any chroot: if
 * that is not the new root, crib itself was in a chroot, and a process with
 * CAP_SYS_CHROOT could leave it as well. */
static int check_top(int ns, int root, struct err *err)
{
	struct stat top, ours;

	if (ns < 0 || setns(ns, CLONE_NEWNS) < 0 || stat("/", &top) < 0 || fstat(root, &ours) < 0)
		return err_sys(err, errno, "look for the top of the mounts");
	if (top.st_dev != ours.st_dev || top.st_ino != ours.st_ino)
		return err_set(err, EPERM, "crib runs in a chroot, out of which a sandbox in the host's user namespace could go: "
					   "run it outside of the chroot");
	return 0;
}

/* In a user namespace of its own there is nothing to check: the kernel makes none for
 * who is in a chroot. */
int pivot_inside(int root, bool own_users, struct err *err)
{
	auto_fd ns = own_users ? -1 : open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	TRY(pivot(root, err));
	if (!own_users)
		TRY(check_top(ns, root, err));
	return chdir("/") < 0 ? err_sys(err, errno, "enter the root") : 0;
}
