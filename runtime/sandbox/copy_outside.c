/* SPDX-License-Identifier: Apache-2.0
 *
 * A copy of an image with the sandbox's ids, where its mount cannot have them. In the
 * sandbox its files are nobody's, and part of them closed, so it is made outside; by a process
 * in the sandbox's cgroups, whose memory it takes.
 */
#include "sandbox/copy.h"
#include "sandbox/inside.h"
#include "sandbox/maps.h"
#include "sandbox/mount.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int fill(const struct sandbox_request *req, int image, int copy, struct err *err)
{
	const struct copy_ids ids = { &req->plan->uid_maps, &req->plan->gid_maps, !req->plan->process.no_new_privs };
	auto_fd from = openat(image, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_fd to = openat(copy, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (from < 0 || to < 0)
		return err_sys(err, errno, "copy the root");
	TRY(join_v1_cgroups(req, err));
	rc = copy_tree(from, to, &ids, err);
	if (rc == -ENOSPC)
		return err_set(err, ENOSPC,
			       "the root does not fit in the writable layer of %" PRId64
			       " bytes, into which this kernel makes crib copy it: use --storage-opt size=",
			       req->plan->writable_bytes);
	return rc;
}

static _Noreturn void child(const struct sandbox_request *req, int image, int copy, int report)
{
	struct err err = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fill(req, image, copy, &err) == 0)
		_exit(0);
	_exit(fd_write_all(report, &err, sizeof(err)) < 0 ? 2 : 1);
}

static int wait_for(long pid, int report, struct err *err)
{
	int status = 0;

	while (waitpid((pid_t)pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, errno, "wait for the copy of the root");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (read(report, err, sizeof(*err)) == (ssize_t)sizeof(*err))
		return -err->code;
	return err_set(err, ENOMEM, "the copy of the root was not finished, perhaps since the memory limit is too low for it");
}

static int copy(const struct sandbox_request *req, int image, int to, struct err *err)
{
	int ends[2], cgroup = cgroup_v2(req);
	auto_fd report = -1, theirs = -1;
	struct sys_clone_args args = {
		.flags = cgroup >= 0 ? SYS_CLONE_INTO_CGROUP : 0, .exit_signal = SIGCHLD, .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
	};
	long pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "pipe");
	report = ends[0];
	theirs = ends[1];
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return err_sys(err, errno, "clone3");
	if (pid == 0)
		child(req, image, to, theirs);
	return wait_for(pid, report, err);
}

int image_copy_outside(const struct sandbox_request *req, int image, struct err *err)
{
	char size[64], inodes[64], uid[32], gid[32];
	const struct strs options = { (const char *[]){ "mode=0755", size, inodes, uid, gid }, 5 };
	auto_fd mount = -1;

	snprintf(size, sizeof(size), "size=%" PRId64, req->plan->writable_bytes);
	snprintf(inodes, sizeof(inodes), "nr_inodes=%" PRId64, layer_inodes(req->plan));
	snprintf(uid, sizeof(uid), "uid=%u", maps_root(&req->plan->uid_maps));
	snprintf(gid, sizeof(gid), "gid=%u", maps_root(&req->plan->gid_maps));
	mount = mount_new("tmpfs", &options, SYS_MOUNT_ATTR_NODEV |
			  (req->plan->process.no_new_privs ? SYS_MOUNT_ATTR_NOSUID : 0));
	if (mount < 0)
		return err_sys(err, -mount, "tmpfs for a copy of the root");
	TRY(copy(req, image, mount, err));
	return take_fd(&mount);
}
