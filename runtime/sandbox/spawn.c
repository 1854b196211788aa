/* SPDX-License-Identifier: Apache-2.0
 *
 * The outside half of a birth: clone, id maps, gate. See sandbox.h for the order.
 */
#include "sandbox/inside.h"
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

static int write_proc(pid_t pid, const char *file, const char *text, struct err *err)
{
	char path[64];
	struct statfs st;
	auto_fd fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ENOENT, "/proc is not mounted here: mount -t proc proc /proc");
	if (fd < 0)
		return err_sys(err, errno, "open %s", path);
	if (fstatfs(fd, &st) < 0 || st.f_type != SYS_PROC_MAGIC)
		return err_set(err, EINVAL, "/proc is no procfs");
	if (write(fd, text, strlen(text)) < 0)
		return err_sys(err, errno, "write \"%.*s\" to %s", (int)strcspn(text, "\n"), text, path);
	return 0;
}

static int write_map(pid_t pid, const char *file, const struct id_maps *maps, struct err *err)
{
	char text[4096];
	size_t n = 0;

	for (size_t i = 0; i < maps->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%u %u %u\n", maps->v[i].inside, maps->v[i].outside,
				      maps->v[i].count);
		if (n >= sizeof(text))
			return err_set(err, E2BIG, "%s: more lines than the kernel takes", file);
	}
	return write_proc(pid, file, text, err);
}

static int write_maps(const struct plan *plan, pid_t pid, struct err *err)
{
	if (!(plan->clone_flags & CLONE_NEWUSER))
		return 0;
	TRY(write_map(pid, "uid_map", &plan->uid_maps, err));
	if (plan->setgroups_deny)
		TRY(write_proc(pid, "setgroups", "deny", err));
	return write_map(pid, "gid_map", &plan->gid_maps, err);
}

static int v2_cgroup(const struct sandbox_request *req)
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
	int cgroup = v2_cgroup(req);
	struct sys_clone_args args = {
		.flags = req->plan->clone_flags | CLONE_PIDFD | (cgroup >= 0 ? SYS_CLONE_INTO_CGROUP : 0),
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
	};
	long pid = sys_clone3(&args, sizeof(args));

	return pid < 0 ? clone_error(req->plan, errno, err) : pid;
}

static _Noreturn void child(const struct sandbox_request *req, int *sources, int sync, int theirs)
{
	struct inside in = {
		.req = req, .plan = req->plan, .sources = sources, .sync = sync,
		.root = -1, .scratch = -1, .proc = -1, .terminal_master = -1, .terminal = -1, .fresh = -1, .blob = -1, .init = -1,
	};

	close(theirs);
	child_inside(&in);
}

static int spawn(const struct sandbox_request *req, int *sources, struct sandbox *sb, struct err *err)
{
	int pair[2];
	auto_fd ours = -1, theirs = -1;
	long pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "socketpair");
	ours = pair[0];
	theirs = pair[1];
	/* the child starts where the image is: no path to it is walked with its rights */
	if (fchdir(req->image) < 0)
		return err_sys(err, errno, "enter the root's directory");
	pid = clone_sandbox(req, &sb->pidfd, err);
	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		child(req, sources, theirs, ours);
	sb->pid = (pid_t)pid;
	sb->sync = take_fd(&ours);
	return 0;
}

/* Made while the child is busy with its mounts: both are there before they are needed. */
static int send_network_and_init(const struct plan *plan, struct sandbox *sb, struct err *err)
{
	auto_fd network = -1, init = -1;

	if (plan->own_network) {
		network = network_make_outside(sb->pidfd, plan->clone_flags & CLONE_NEWUSER, err);
		TRY(network);
		TRY(message_send(sb->sync, MESSAGE_NETWORK, network, err));
	}
	init = init_make(err);
	TRY(init);
	return message_send(sb->sync, MESSAGE_INIT, init, err);
}

static int bring_up(const struct sandbox_request *req, int *sources, struct sandbox *sb, struct err *err)
{
	umask(0); /* modes are said in full, here and inside */
	TRY(sources_open_outside(req->plan, sources, err));
	TRY(raise_rlimits(&req->plan->process, err));
	TRY(spawn(req, sources, sb, err));
	TRY(write_maps(req->plan, sb->pid, err));
	TRY(message_send(sb->sync, MESSAGE_MAPPED, -1, err));
	return send_network_and_init(req->plan, sb, err);
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

enum sandbox_event sandbox_event_outside(struct sandbox *sb, int *terminal, struct err *err)
{
	int rc = message_receive(sb->sync, terminal, err);

	if (rc == MESSAGE_READY)
		return SANDBOX_READY;
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
