/* SPDX-License-Identifier: Apache-2.0
 *
 * The one piece of code that gives up privileges. Takes orders, ends in the
 * command. May be running in a child that shares the memory of PID 1: it writes
 * to nothing but its stack and sync_fd.
 *
 * Theory. Each step takes away what later ones can do without:
 *
 *   step             must come                            must not yet
 *   label            before descriptors, no_new_privs    have closed the procfs
 *   descriptors      before the working directory         have closed the socket
 *   session          before the identity                  -
 *   limits, umask    before the identity: raising one     be before descriptors, which
 *                    needs CAP_SYS_RESOURCE               may be above RLIMIT_NOFILE
 *   bounding set     before the ids: needs CAP_SETPCAP    -
 *   groups, gid      before the uid, which ends CAP_SETGID
 *   uid              with keepcaps, or all is lost
 *   capabilities     after the uid, which empties them    have dropped CAP_SYS_ADMIN when
 *                                                         Landlock or seccomp need it in
 *                                                         place of no_new_privs
 *   death signal     after all changes of credentials,    -
 *                    which clear it
 *   working dir      after the identity: it is the        be trusted: it may be reached by
 *                    command's right to go there          a descriptor from elsewhere
 *   signal mask      before seccomp, which may refuse it
 *   no_new_privs     before Landlock and seccomp
 *   Landlock         after the working directory, which may be refused with other words
 *   seccomp          last: what is above may be forbidden by it
 *   execve           -
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446 /* Linux 5.13 */
#endif

enum { FDS_MAX = 1 << 20 };

#define CAP_BIT(cap) ((uint64_t)1 << (cap))

static void close_between(unsigned int first, unsigned int last)
{
	struct rlimit limit;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	/* kernels before 5.9: what is open is below the limit, which may be absurd */
	if (prlimit(0, RLIMIT_NOFILE, NULL, &limit) < 0 || limit.rlim_cur > FDS_MAX)
		limit.rlim_cur = FDS_MAX;
	for (unsigned int fd = first; fd <= last && fd < limit.rlim_cur; fd++)
		close((int)fd);
}

void close_from(unsigned int first)
{
	close_between(first, ~0u);
}

/* The further descriptors move down to 3..., the socket goes behind all of them, and
 * the ruleset, if there is one, behind that: gives its number. */
static int take_descriptors(uint32_t keep, int with_ruleset)
{
	int first = STDERR_FILENO + 1, end = first + (int)keep, sync = HANDOFF_KEEP_FD + (int)keep;
	int ruleset = with_ruleset ? sync + 1 : -1;

	if (with_ruleset && dup3(HANDOFF_RULESET_FD, ruleset, O_CLOEXEC) < 0)
		fail(EXIT_INIT, errno, "Landlock ruleset");
	if (dup3(sync_fd, sync, O_CLOEXEC) < 0)
		fail(EXIT_INIT, errno, "socket");
	sync_fd = sync;
	for (int i = 0; i < (int)keep; i++)
		if (dup2(HANDOFF_KEEP_FD + i, first + i) < 0)
			fail(EXIT_INIT, errno, "descriptors to be kept");
	close_between((unsigned int)end, (unsigned int)sync - 1);
	close_from((unsigned int)sync + 1 + (unsigned int)with_ruleset);
	return ruleset;
}

static void lead_session(uint32_t flags)
{
	if (setsid() < 0 && getsid(0) != getpid())
		fail(EXIT_INIT, errno, "session");
	/* makes our group its foreground group too */
	if ((flags & HANDOFF_TERMINAL) && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		fail(EXIT_INIT, errno, "controlling terminal");
}

static void set_limits(const struct orders *o)
{
	static const char names[][18] = {
		"RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS",
		"RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS",
		"RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
	};
	const size_t known = sizeof(names) / sizeof(names[0]);

	for (uint32_t i = 0; i < o->h.n_rlimits; i++) {
		const struct handoff_rlimit *r = &o->rlimits[i];
		struct rlimit limit = {.rlim_cur = r->soft, .rlim_max = r->hard};

		if (prlimit(0, (int)r->resource, &limit, NULL) < 0)
			fail(EXIT_INIT, errno, r->resource < known ? names[r->resource] : "unknown rlimit");
	}
	umask(o->h.umask);
}

static void drop_bounding(uint64_t keep)
{
	/* up to what the kernel knows, be it newer than we are */
	for (int cap = 0; cap < 64; cap++) {
		if (keep & CAP_BIT(cap) || prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break; /* the kernel knows no more */
		/* without CAP_SETPCAP: well, if it is out already */
		if (errno != EPERM || prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0)
			fail(EXIT_INIT, EPERM, "bounding set");
	}
}

static void set_ids(const struct orders *o)
{
	const struct handoff *h = &o->h;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		fail(EXIT_INIT, errno, "keepcaps");
	/* raw: libc's wrappers wake all threads that it knows of */
	if (!(h->flags & HANDOFF_KEEP_GROUPS) && syscall(SYS_setgroups, h->n_groups, o->groups) < 0)
		fail(EXIT_INIT, errno, "supplementary groups");
	if (syscall(SYS_setresgid, h->gid, h->gid, h->gid) < 0)
		fail(EXIT_INIT, errno, "gid");
	if (syscall(SYS_setresuid, h->uid, h->uid, h->uid) < 0)
		fail(EXIT_INIT, errno, "uid");
}

void set_capabilities(uint64_t permitted, uint64_t effective, uint64_t inheritable)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(permitted >> 32 * i);
		data[i].effective = (uint32_t)(effective >> 32 * i);
		data[i].inheritable = (uint32_t)(inheritable >> 32 * i);
	}
	if (syscall(SYS_capset, &header, data) < 0)
		fail(EXIT_INIT, errno, "capabilities");
}

uint64_t own_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/* Inheritable and ambient are empty unless asked for: capset empties the
 * second with the first. */
static void set_command_capabilities(const struct handoff *h, uint64_t loan)
{
	uint64_t ambient = h->flags & HANDOFF_AMBIENT ? h->cap_ambient : 0;

	set_capabilities(h->cap_permitted | loan, h->cap_effective | loan, ambient);
	for (int cap = 0; cap < 64; cap++) {
		if (!(ambient & CAP_BIT(cap)) || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break; /* all were asked for, and the kernel knows no more */
		fail(EXIT_INIT, errno, "ambient capabilities");
	}
}

/* A directory outside of our root has no name here (CVE-2024-21626): the kernel
 * says "(unreachable)" for it. */
static void enter_directory(const char *path)
{
	char name[PATH_MAX];

	if (chdir(path) < 0)
		fail(EXIT_INIT, errno, "working directory ", path);
	if (syscall(SYS_getcwd, name, sizeof(name)) < 0)
		fail(EXIT_INIT, errno, "working directory ", path, ": its name");
	if (name[0] != '/')
		fail(EXIT_INIT, 0, "working directory ", path, ": is outside of the root");
}

static void fence_in(int ruleset)
{
	if (ruleset < 0)
		return;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		fail(EXIT_INIT, errno, "Landlock");
	close(ruleset);
}

static void filter_calls(const struct orders *o)
{
	struct sock_fprog program = {.len = (unsigned short)o->h.n_seccomp, .filter = o->seccomp};

	if (o->h.flags & HANDOFF_TRACED)
		await_tracer();
	if (program.len && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, o->h.seccomp_flags, &program) < 0)
		fail(EXIT_INIT, errno, "seccomp");
}

_Noreturn void become(const struct orders *o)
{
	const struct handoff *h = &o->h;
	int with_ruleset = (h->flags & HANDOFF_LANDLOCK) != 0, fenced = h->n_seccomp || with_ruleset;
	/* what Landlock and seccomp want in place of no_new_privs; execve takes it back, as it
	 * makes the permitted set anew from bounding, inheritable and ambient */
	uint64_t loan = fenced && !(h->flags & HANDOFF_NO_NEW_PRIVS) ? CAP_BIT(CAP_SYS_ADMIN) : 0;
	int ruleset;

	label_command(o);
	ruleset = take_descriptors(h->keep_fds, with_ruleset);
	lead_session(h->flags);
	set_limits(o);
	drop_bounding(h->cap_bounding);
	set_ids(o);
	set_command_capabilities(h, loan);
	die_with_parent(h->flags);
	enter_directory(o->cwd);
	signals_unblock();
	if ((h->flags & HANDOFF_NO_NEW_PRIVS) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail(EXIT_INIT, errno, "no_new_privs");
	fence_in(ruleset);
	filter_calls(o);
	command_execute(o);
}
