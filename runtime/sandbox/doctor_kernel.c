/* SPDX-License-Identifier: Apache-2.0
 *
 * The doctor on system calls and namespaces: each is tried, and where it is
 * refused the sysctl, the security module or the outer container that refuses
 * it is named.
 */
#include "sandbox/doctor_parts.h"

#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* ---- system calls ---- */

static const struct call { /* called with nonsense: any error but ENOSYS means that it is there */
	const char *name;
	long number;
	const char *since;
	bool needed; /* else there is another way */
} calls[] = {
	{ "clone3", SYS_clone3, "5.3", true },
	{ "fsopen", SYS_fsopen, "5.2", true },
	{ "fsconfig", SYS_fsconfig, "5.2", true },
	{ "fsmount", SYS_fsmount, "5.2", true },
	{ "open_tree", SYS_open_tree, "5.2", true },
	{ "move_mount", SYS_move_mount, "5.2", true },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, "5.1", true },
	{ "openat2", SYS_openat2, "5.6", false },
	{ "close_range", SYS_close_range, "5.9", false },
	{ "mount_setattr", SYS_mount_setattr, "5.12", false },
};

static void try_calls(struct trial *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		t->codes[i] = syscall(calls[i].number, -1L, NULL, -1L, NULL, -1L) < 0 ? errno : 0;
}

static const char *filter_fix(const struct doctor *d)
{
	return d->filtered ? "this is inside a container, whose seccomp filter decides; start that one with, for example,\n"
			     "docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined \\\n"
			     "    --security-opt apparmor=unconfined ..." :
			     "use a kernel of 5.10 or later";
}

bool doctor_system_calls(struct doctor *d)
{
	const char *missing = "", *spare = "";

	if (trial_run(d->trial, 0, try_calls) == ENOSYS) {
		doctor_add(d, FINDING_MISSING, "system calls", "clone3 (Linux 5.3) is not there", filter_fix(d));
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		const char **list = calls[i].needed ? &missing : &spare;

		if (d->trial->codes[i] == ENOSYS || d->trial->codes[i] == TRIAL_NOT_REACHED)
			*list = arena_printf(d->arena, "%s%s%s (Linux %s)", *list, **list ? ", " : "", calls[i].name,
					     calls[i].since);
	}
	if (*missing)
		doctor_add(d, FINDING_MISSING, "system calls", arena_printf(d->arena, "not there: %s", missing),
			   filter_fix(d));
	else if (*spare)
		doctor_add(d, FINDING_OK, "system calls", arena_printf(d->arena, "all needed are there; done without: %s",
								       spare), NULL);
	else
		doctor_add(d, FINDING_OK, "system calls", "all are there", NULL);
	return true;
}

/* ---- user namespaces ---- */

enum { MAPPED, MOUNTED }; /* codes of try_user */

static void try_user(struct trial *t)
{
	t->codes[MAPPED] = trial_map_inside(t);
	if (!t->codes[MAPPED])
		t->codes[MOUNTED] = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? errno : 0;
}

/* AppArmor names a profile by the program's path: the fix is for this very file. */
static const char *apparmor_fix(struct doctor *d)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	return arena_printf(d->arena,
			    "allow it to this file; as root:\n"
			    "printf '%%s\\n' 'abi <abi/4.0>,' 'include <tunables/global>' \\\n"
			    "    'profile crib \"%s\" flags=(unconfined) {' '  userns,' '}' >/etc/apparmor.d/crib\n"
			    "apparmor_parser -r /etc/apparmor.d/crib\n"
			    "or to every program; %s",
			    exe, doctor_set_sysctl(d, "kernel.apparmor_restrict_unprivileged_userns", "0"));
}

/* chroot(2): clone(2) gives no user namespace when the root is not that of the mount namespace */
static bool in_chroot(const struct doctor *d)
{
	char *text = arena_alloc(d->arena, 1 << 18);

	return file_read_text(AT_FDCWD, "/proc/self/mountinfo", text, 1 << 18) > 0 && !strstr(text, " / rw") &&
	       !strstr(text, " / ro");
}

static void no_user_namespace(struct doctor *d, const char *step, int code)
{
	static const char topic[] = "user namespaces";
	const char *what = arena_printf(d->arena, "%s: %s", step, strerror(code));
	int64_t most = doctor_sysctl(d, "user.max_user_namespaces", -1);

	if (code == EINVAL)
		doctor_add(d, FINDING_MISSING, topic, "this kernel was built without them (CONFIG_USER_NS)",
			   "use a kernel with them: those of the distributions have them");
	else if (most == 0 || code == ENOSPC || code == EUSERS)
		doctor_add(d, FINDING_MISSING, topic,
			   arena_printf(d->arena, "user.max_user_namespaces is %lld, no more may be made (%s)",
					(long long)most, what),
			   doctor_set_sysctl(d, "user.max_user_namespaces", "15000"));
	else if (doctor_sysctl(d, "kernel.unprivileged_userns_clone", 1) == 0)
		doctor_add(d, FINDING_MISSING, topic,
			   arena_printf(d->arena, "kernel.unprivileged_userns_clone is 0: only root may make one (%s)", what),
			   doctor_set_sysctl(d, "kernel.unprivileged_userns_clone", "1"));
	else if (doctor_sysctl(d, "kernel.apparmor_restrict_unprivileged_userns", 0) == 1)
		doctor_add(d, FINDING_MISSING, topic,
			   arena_printf(d->arena, "kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor allows them "
						  "to listed programs only (%s)", what), apparmor_fix(d));
	else if (d->filtered)
		doctor_add(d, FINDING_MISSING, topic,
			   arena_printf(d->arena, "a seccomp filter or the outer container refuses them (%s)", what),
			   filter_fix(d));
	else if (d->proc && in_chroot(d))
		doctor_add(d, FINDING_MISSING, topic,
			   arena_printf(d->arena, "this shell is in a chroot, where the kernel gives none (%s)", what),
			   "run crib outside of the chroot");
	else
		doctor_add(d, FINDING_MISSING, topic, what, d->facts.privileged ? "--userns host does without" : NULL);
}

/* Gives whether there are any. */
static bool user_namespaces(struct doctor *d)
{
	int code = trial_run(d->trial, CLONE_NEWUSER | CLONE_NEWNS, try_user);

	if (code)
		no_user_namespace(d, "clone3", code);
	else if (d->trial->codes[MAPPED])
		no_user_namespace(d, "write /proc/self/uid_map", d->trial->codes[MAPPED]);
	else if (d->trial->codes[MOUNTED])
		no_user_namespace(d, "mount", d->trial->codes[MOUNTED]);
	else
		doctor_add(d, FINDING_OK, "user namespaces", "this user may make them and mount in them", NULL);
	return !code && !d->trial->codes[MAPPED] && !d->trial->codes[MOUNTED];
}

/* ---- the others ---- */

static const struct kind {
	const char *name;
	uint64_t flag;
	const char *sysctl, *config;
	bool needed;
} kinds[] = {
	{ "PID", CLONE_NEWPID, "user.max_pid_namespaces", "CONFIG_PID_NS", true },
	{ "mount", CLONE_NEWNS, "user.max_mnt_namespaces", NULL, true },
	{ "network", CLONE_NEWNET, "user.max_net_namespaces", "CONFIG_NET_NS", true },
	{ "UTS", CLONE_NEWUTS, "user.max_uts_namespaces", "CONFIG_UTS_NS", true },
	{ "IPC", CLONE_NEWIPC, "user.max_ipc_namespaces", "CONFIG_IPC_NS", true },
	{ "cgroup", CLONE_NEWCGROUP, "user.max_cgroup_namespaces", "CONFIG_CGROUPS", true },
	{ "time", CLONE_NEWTIME, "user.max_time_namespaces", "CONFIG_TIME_NS, since Linux 5.6", false },
};

static void nothing(struct trial *t)
{
	(void)t;
}

static void no_namespace(struct doctor *d, const struct kind *k, int code)
{
	enum finding_level level = k->needed ? FINDING_MISSING : FINDING_LIMITED;
	const char *topic = arena_printf(d->arena, "%s namespaces", k->name);
	const char *without = k->needed ? "" : "; only --time-offset wants one";

	if (code == EINVAL)
		doctor_add(d, level, topic,
			   arena_printf(d->arena, "this kernel was built without them (%s)%s",
					k->config ? k->config : "clone3", without), NULL);
	else if (code == ENOSPC || code == EUSERS)
		doctor_add(d, level, topic,
			   arena_printf(d->arena, "%s is %lld, no more may be made%s", k->sysctl,
					(long long)doctor_sysctl(d, k->sysctl, -1), without),
			   doctor_set_sysctl(d, k->sysctl, "15000"));
	else
		doctor_add(d, level, topic, arena_printf(d->arena, "clone3: %s%s", strerror(code), without),
			   d->filtered ? filter_fix(d) : NULL);
}

void doctor_namespaces(struct doctor *d)
{
	bool user = user_namespaces(d);
	const char *fine = "";

	if (!user && !d->facts.privileged)
		return; /* all others would fail for the same reason */
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int code = trial_run(d->trial, kinds[i].flag | (user ? CLONE_NEWUSER : 0), nothing);

		if (code)
			no_namespace(d, &kinds[i], code);
		else
			fine = arena_printf(d->arena, "%s%s%s", fine, *fine ? ", " : "", kinds[i].name);
	}
	if (*fine)
		doctor_add(d, FINDING_OK, "namespaces", fine, NULL);
}
