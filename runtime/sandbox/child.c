/* SPDX-License-Identifier: Apache-2.0
 *
 * From birth to init, in a straight line: what fails is reported and ends the
 * process. Order:
 *
 *   1. die with the creator; join the version 1 cgroups
 *      (must: before anything that they are to count)
 *   2. wait for MAPPED, become root of the user namespace
 *   3. unshare the cgroup and time namespaces (must: after 1; the new mounts show them)
 *   4. build the file system (must not yet: look at anything through the
 *      container's own paths but by sandbox/inroot.c)
 *   5. pivot; host name
 *   6. read the container's user database, write the handoff
 *   7. READY; standard streams; execute init, which waits for START
 */
#include "sandbox/inside.h"
#include "sandbox/maps.h"
#include "sandbox/messages.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Writing 0 to `tasks` moves just the writer, and by that spares the kernel the
 * lock over all forks and exits that moving a process by its pid takes. */
int join_v1_cgroups(const struct sandbox_request *req, struct err *err)
{
	for (size_t i = 0; i < req->plan->n_cgroups; i++) {
		const struct cgroup_plan *cg = &req->plan->cgroups[i];
		int rc;

		if (cg->version != 1 || req->cgroups[i] < 0)
			continue;
		rc = file_write_text(req->cgroups[i], "tasks", "0");
		if (rc < 0)
			return err_sys(err, -rc, "join cgroup %s", cg->path);
	}
	return 0;
}

static int await_ids(struct inside *in, struct err *err)
{
	int copied = -1, rc;

	message_await(in->sync);
	rc = message_receive(in->sync, &copied, err);
	if (rc == 0)
		_exit(EXIT_CRIB);
	if (rc > 0 && rc != MESSAGE_MAPPED && rc != MESSAGE_COPY)
		return err_set(err, EPROTO, "unexpected message from the creator");
	TRY(rc);
	in->copy = rc == MESSAGE_COPY;
	if (!in->copy)
		return 0;
	fd_close(&in->image);
	in->image = copied;
	return 0;
}

static int become_root(struct inside *in, struct err *err)
{
	if (!(in->plan->clone_flags & CLONE_NEWUSER))
		return 0;
	if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
		return err_sys(err, errno, "become root of the user namespace");
	/* changing ids disarmed it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(err, errno, "die with the creator");
	return 0;
}

static int unshare_late(struct inside *in, struct err *err)
{
	char text[160];
	int rc;

	if (in->plan->unshare_cgroup && unshare(CLONE_NEWCGROUP) < 0)
		return err_sys(err, errno, "unshare the cgroup namespace");
	if (!in->plan->unshare_time)
		return 0;
	/* who has changed ids may not write its own files in /proc; there is nobody else yet to look into it */
	if (in->plan->shifted && prctl(PR_SET_DUMPABLE, 1) < 0)
		return err_sys(err, errno, "prctl");
	if (unshare(CLONE_NEWTIME) < 0)
		return err_sys(err, errno, "unshare the time namespace");
	snprintf(text, sizeof(text), "monotonic %" PRId64 " %" PRId64 "\nboottime %" PRId64 " %" PRId64 "\n",
		 in->plan->time_monotonic_ns / 1000000000, in->plan->time_monotonic_ns % 1000000000,
		 in->plan->time_boottime_ns / 1000000000, in->plan->time_boottime_ns % 1000000000);
	rc = file_write_text(AT_FDCWD, "/proc/self/timens_offsets", text);
	return rc < 0 ? err_sys(err, -rc, "set the offsets of the time namespace") : 0;
}

static int name_it(struct inside *in, struct err *err)
{
	const struct plan *plan = in->plan;

	if (plan->hostname && sethostname(plan->hostname, strlen(plan->hostname)) < 0)
		return err_sys(err, errno, "set the host name %s", plan->hostname);
	if (plan->domainname && setdomainname(plan->domainname, strlen(plan->domainname)) < 0)
		return err_sys(err, errno, "set the domain name %s", plan->domainname);
	return 0;
}

/* Out of the way of the numbers that are dealt out below. */
static int lift(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HANDOFF_KEEP_FD);

	return high < 0 ? -errno : high;
}

static int deal_descriptors(struct inside *in, int streams[3], struct err *err)
{
	const int from[] = { streams[0], streams[1], streams[2], in->blob, in->sync, in->ruleset };
	const size_t n = ARRAY_SIZE(from) - (in->ruleset < 0);
	int high[ARRAY_SIZE(from)];

	for (size_t i = 0; i < n; i++) {
		high[i] = lift(from[i]);
		if (high[i] < 0)
			return err_sys(err, -high[i], "descriptor %d for the command", from[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (dup2(high[i], (int)i) < 0)
			return err_sys(err, errno, "descriptors for the command");
	return 0;
}

/* As the terminal is the user's that logs in: by /dev/stdout it is opened anew. */
static void give_streams(const struct inside *in, const int *streams)
{
	struct stat st;

	for (int i = 0; i < 3; i++)
		if (in->user && (in->terminal >= 0 || is_pipe(streams[i])) && fstat(streams[i], &st) == 0 && st.st_uid == 0 &&
		    fchown(streams[i], in->user, (gid_t)-1) < 0)
			errno = 0;
}

static int choose_streams(struct inside *in, int streams[3], struct err *err)
{
	for (int i = 0; i < 3; i++)
		streams[i] = in->plan->process.terminal ? in->terminal : in->req->streams[i];
	for (int i = 0; i < 3; i++) {
		if (streams[i] >= 0)
			continue;
		streams[i] = open("/dev/null", (i ? O_WRONLY : O_RDONLY) | O_CLOEXEC | O_NOCTTY);
		if (streams[i] < 0)
			return err_sys(err, errno, "open /dev/null for a standard stream");
	}
	return 0;
}

/* Below the highest that are lifted, and above those that are dealt out: for init alone. */
static int hand_over_proc(struct inside *in, struct err *err)
{
	const struct process_plan *p = &in->plan->process;

	if (!p->apparmor_profile && !p->selinux_label)
		return 0;
	if (in->proc < 0)
		return err_set(err, EINVAL, "a security label needs a /proc in the sandbox");
	if (dup2(in->proc, HANDOFF_PROC_FD) < 0)
		return err_sys(err, errno, "descriptor of /proc");
	return 0;
}

static int become_init(struct inside *in, struct err *err)
{
	static const char *const argv[] = { "init", NULL }, *const envp[] = { NULL };
	int streams[3], init, first;

	TRY(handoff_inside(in, err));
	TRY(choose_streams(in, streams, err));
	if (in->plan->clone_flags & CLONE_NEWUSER)
		give_streams(in, streams);
	TRY(landlock_streams_inside(in, streams, err));
	TRY(message_expect(in->sync, MESSAGE_INIT, &in->init, err));
	if (in->terminal_master >= 0)
		TRY(message_send(in->sync, MESSAGE_READY, in->terminal_master, err));
	init = lift(in->init);
	if (init < 0)
		return err_sys(err, -init, "descriptor of init");
	if (in->proc >= 0)
		in->proc = lift(in->proc);
	TRY(deal_descriptors(in, streams, err));
	in->sync = HANDOFF_SYNC_FD;
	first = HANDOFF_RULESET_FD + (in->ruleset >= 0);
	if (sys_close_range((unsigned)first, ~0u, SYS_CLOSE_RANGE_CLOEXEC) < 0)
		for (int fd = first; fd < 1024; fd++)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	TRY(hand_over_proc(in, err));
	/* from here on it is the gate that ends with its creator */
	if (in->req->outlives && prctl(PR_SET_PDEATHSIG, 0) < 0)
		return err_sys(err, errno, "outlive the creator");
	syscall(SYS_execveat, init, "", argv, envp, SYS_AT_EMPTY_PATH);
	return err_sys(err, errno, "execute init");
}

static int live(struct inside *in, struct err *err)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(err, errno, "die with the creator");
	/* a session keyring of its own: the caller's would be the container's too */
	if (syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL) < 0 && errno != ENOSYS && errno != EPERM)
		return err_sys(err, errno, "session keyring");
	TRY(join_v1_cgroups(in->req, err));
	TRY(await_ids(in, err));
	TRY(become_root(in, err));
	TRY(unshare_late(in, err));
	TRY(ops_inside(in, err));
	TRY(pivot_inside(in->root, in->plan->clone_flags & CLONE_NEWUSER, err));
	TRY(name_it(in, err));
	return become_init(in, err);
}

_Noreturn void child_inside(struct inside *in)
{
	struct err err = { 0 };

	if (live(in, &err) < 0)
		message_report(in->sync, &err);
	_exit(err.exit_status ? err.exit_status : EXIT_CRIB);
}
