/* SPDX-License-Identifier: Apache-2.0
 *
 * The outside half of a birth: clone, id maps, gate. See sandbox.h for the order.
 */
#include "sandbox/inside.h"
#include "sandbox/maps.h"
#include "sandbox/messages.h"
#include "sandbox/network.h"
#include "sandbox/sources.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

/* Only root may have limits above its own: raised here, they are inherited and
 * then set exactly by init. */
static int raise_rlimits(const struct process_plan *p, struct err *err)
{
	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct rlimit_spec *want = &p->rlimits[i];
		unsigned long long here;
		struct rlimit now;

		if (getrlimit(want->resource, &now) < 0)
			return err_sys(err, errno, "limit %s", p->rlimit_names[i]);
		if (want->hard <= now.rlim_max)
			continue;
		here = now.rlim_max;
		now.rlim_max = want->hard;
		if (setrlimit(want->resource, &now) < 0)
			return err_set(err, errno,
				       "limit %s: the most that may be had here is %llu (a hard limit, which only root can "
				       "raise, and not beyond the kernel's own)",
				       p->rlimit_names[i], here);
	}
	return 0;
}

int sandbox_check_outside(const struct plan *plan, struct err *err)
{
	enum { OWN = 32 }; /* 24 were seen in use */
	struct rlimit now;
	size_t need = OWN + plan->n_cgroups;

	for (size_t i = 0; i < plan->n_ops; i++)
		need += plan->ops[i].kind == OP_BIND;
	if (getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur < need)
		return err_set(err, EMFILE, "the limit of open files here is %llu, and this takes %zu: ulimit -n %zu",
			       (unsigned long long)now.rlim_cur, need, need);
	return 0;
}

int cgroup_v2(const struct sandbox_request *req)
{
	for (size_t i = 0; i < req->plan->n_cgroups; i++)
		if (req->plan->cgroups[i].version == 2)
			return req->cgroups[i];
	return -1;
}

static int clone_error(const struct plan *plan, int code, struct err *err)
{
	if ((code == EPERM || code == EUSERS || code == ENOSPC) && plan->clone_flags & CLONE_NEWUSER)
		return err_sys(err, code, "user namespaces are not allowed to this user here (crib doctor says why)");
	return err_sys(err, code, "clone3");
}

static long clone_sandbox(const struct sandbox_request *req, int *pidfd, struct err *err)
{
	int cgroup = cgroup_v2(req);
	struct sys_clone_args args = {
		.flags = req->plan->clone_flags | CLONE_PIDFD | (cgroup >= 0 ? SYS_CLONE_INTO_CGROUP : 0),
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
	};
	long pid = sys_clone3(&args, sizeof(args));

	return pid < 0 ? clone_error(req->plan, errno, err) : pid;
}

static _Noreturn void child(const struct sandbox_request *req, int image, int *sources, int sync, int theirs)
{
	struct inside in = {
		.req = req, .plan = req->plan, .sources = sources, .sync = sync, .image = image,
		.root = -1, .scratch = -1, .proc = -1, .terminal_master = -1, .terminal = -1, .fresh = -1, .ruleset = -1, .blob = -1, .init = -1,
	};

	close(theirs);
	child_inside(&in);
}

static int spawn(const struct sandbox_request *req, int image, int *sources, struct sandbox *sb, struct err *err)
{
	int pair[2];
	auto_fd ours = -1, theirs = -1;
	long pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "socketpair");
	ours = pair[0];
	theirs = pair[1];
	/* messages then say who sent them: the command, in its own PID namespace, does not know its number here */
	if (req->plan->process.traced && setsockopt(ours, SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)) < 0)
		return err_sys(err, errno, "socketpair with credentials");
	/* the child starts where the image is: no path to it is walked with its rights */
	if (fchdir(req->image) < 0)
		return err_sys(err, errno, "enter the root's directory");
	pid = clone_sandbox(req, &sb->pidfd, err);
	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		child(req, image, sources, theirs, ours);
	sb->pid = (pid_t)pid;
	sb->sync = take_fd(&ours);
	return 0;
}

/* Made while the child is busy with its mounts: both are there before they are needed. */
static int send_network_and_init(const struct plan *plan, struct sandbox *sb, int users, struct err *err)
{
	auto_fd network = -1, init = -1;

	if (plan->own_network) {
		network = network_make_outside(users >= 0 ? users : sb->pidfd, plan->clone_flags & CLONE_NEWUSER, err);
		TRY(network);
		TRY(message_send(sb->sync, MESSAGE_NETWORK, network, err));
	}
	init = init_make(err);
	TRY(init);
	return message_send(sb->sync, MESSAGE_INIT, init, err);
}

/* The ids are there, and what belongs to them. */
static int send_mapped(const struct sandbox_request *req, struct sandbox *sb, const int *sources,
		       struct image_source *image, struct err *err)
{
	TRY(req->born ? req->born(req->born_arg, sb->pid, err) : 0);
	TRY(maps_write_outside(req->plan, sb->pid, err));
	TRY(mounts_map_outside(req, sources, sb->pid, image, err));
	return message_send(sb->sync, image->copy ? MESSAGE_COPY : MESSAGE_MAPPED, image->copied, err);
}

static int with_image(const struct sandbox_request *req, struct image_source *image, int *sources, struct sandbox *sb,
		      struct err *err)
{
	TRY(image_prepare_outside(req, image, err));
	TRY(spawn(req, image->mount, sources, sb, err));
	TRY(send_mapped(req, sb, sources, image, err));
	return send_network_and_init(req->plan, sb, image->users, err);
}

static int bring_up(const struct sandbox_request *req, int *sources, struct sandbox *sb, struct err *err)
{
	struct image_source image = { .mount = -1, .copied = -1, .users = -1 };
	int rc;

	umask(0); /* modes are said in full, here and inside */
	TRY(sources_open_outside(req->plan, sources, err));
	TRY(raise_rlimits(&req->plan->process, err));
	streams_own_outside(req);
	rc = with_image(req, &image, sources, sb, err);
	fd_close(&image.mount);
	fd_close(&image.copied);
	fd_close(&image.users);
	return rc;
}

/* A process that failed inside says why over the socket: that is the cause, and what
 * its end makes fail out here (ESRCH mostly) is not. */
static bool has_ended(const struct sandbox *sb, int rc)
{
	struct pollfd end = { .fd = sb->pidfd, .events = POLLIN };

	return sb->pid > 0 && (rc == -ESRCH || poll(&end, 1, 0) == 1);
}

int sandbox_spawn_outside(const struct sandbox_request *req, struct sandbox *sb, struct err *err)
{
	int *sources = calloc(req->plan->n_ops + 1, sizeof(*sources));
	int rc;

	*sb = (struct sandbox){ .pid = -1, .pidfd = -1, .sync = -1 };
	if (!sources)
		return err_sys(err, ENOMEM, "spawn");
	for (size_t i = 0; i < req->plan->n_ops; i++)
		sources[i] = SOURCE_NONE;
	rc = bring_up(req, sources, sb, err);
	if (rc < 0 && has_ended(sb, rc))
		rc = 0; /* the next event tells */
	sources_close(req->plan, sources);
	free(sources);
	if (rc < 0)
		sandbox_end_outside(sb);
	return rc;
}

int sandbox_start_outside(struct sandbox *sb, struct err *err)
{
	int rc = message_send(sb->sync, MESSAGE_START, -1, err);

	sb->started = rc == 0;
	return rc;
}

enum sandbox_event sandbox_event_outside(struct sandbox *sb, int *descriptor, struct err *err)
{
	int rc = message_receive(sb->sync, descriptor, err);

	if (rc == MESSAGE_READY)
		return SANDBOX_READY;
	if (rc == MESSAGE_TRACE)
		return SANDBOX_TRACE;
	if (rc == 0 && sb->started)
		return SANDBOX_RUNNING;
	if (rc == 0)
		message_lost(err);
	if (rc > 0)
		err_set(err, EPROTO, "a message from the sandbox was not understood");
	return SANDBOX_FAILED;
}

void sandbox_end_outside(struct sandbox *sb)
{
	if (sb->pid > 0) {
		kill(sb->pid, SIGKILL);
		while (waitpid(sb->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	sb->pid = -1;
	fd_close(&sb->pidfd);
	fd_close(&sb->sync);
}
