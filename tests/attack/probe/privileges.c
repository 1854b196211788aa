/* SPDX-License-Identifier: Apache-2.0
 *
 * What the process is and may: capabilities, ids, no_new_privs, seccomp; and ways to become more.
 */
#include "probe.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static const char status[] = "/proc/self/status";

/* Kubernetes' baseline list less AUDIT_WRITE and MKNOD. */
static const uint64_t harmless_caps = 1ull << CAP_CHOWN | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_FOWNER | 1ull << CAP_FSETID |
				      1ull << CAP_KILL | 1ull << CAP_SETGID | 1ull << CAP_SETUID | 1ull << CAP_SETPCAP |
				      1ull << CAP_NET_BIND_SERVICE | 1ull << CAP_SYS_CHROOT | 1ull << CAP_SETFCAP;

static int dangerous_caps(const struct probe *p, const char *arg)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };

	(void)p;
	(void)arg;
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		uint64_t caps = (uint64_t)status_number(status, sets[i], 16);

		if (caps & ~harmless_caps)
			return say(OPEN, "%s has %llx", sets[i], (unsigned long long)(caps & ~harmless_caps));
	}
	return say(CLOSED, "baseline at most, in all five sets");
}

static int inheritable(const struct probe *p, const char *arg)
{
	long long caps = status_number(status, "CapInh", 16), ambient = status_number(status, "CapAmb", 16);

	(void)p;
	(void)arg;
	return caps || ambient ? say(OPEN, "inheritable %llx, ambient %llx", caps, ambient) : say(CLOSED, "empty, as ambient is");
}

static int user_caps(const struct probe *p, const char *arg)
{
	long long caps = status_number(status, "CapEff", 16) | status_number(status, "CapPrm", 16);

	(void)p;
	(void)arg;
	if (!geteuid())
		return say(ABSENT, "is root");
	return caps ? say(OPEN, "user %d has %llx", (int)geteuid(), caps) : say(CLOSED, "none");
}

static int new_privileges(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? say(CLOSED, "no_new_privs is on") : say(OPEN, "no_new_privs is off");
}

static int no_filter(const struct probe *p, const char *arg)
{
	long long mode = status_number(status, "Seccomp", 10);

	(void)p;
	(void)arg;
	if (mode < 0)
		return say(ABSENT, "no seccomp in this kernel");
	return mode == 2 ? say(CLOSED, "a filter is on") : say(OPEN, "no filter is on");
}

/* Root inside is root outside: one bug in the kernel less to be found. */
static int real_root(const struct probe *p, const char *arg)
{
	unsigned int inside, outside, count;
	int state = say(CLOSED, "root inside is nobody outside");
	FILE *f = fopen("/proc/self/uid_map", "re");

	(void)p;
	(void)arg;
	if (!f)
		return say(ABSENT, "no user namespaces in this kernel");
	while (fscanf(f, "%u %u %u", &inside, &outside, &count) == 3)
		if (outside == 0)
			state = say(OPEN, "id %u inside is root outside", inside);
	fclose(f);
	return state;
}

/* ---- programs that give rights ---- */

enum { NOBODY = 1000 };

/* A copy of this program, executable, at path. */
static int copy_self(const char *path)
{
	char buf[4096];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	ssize_t n = 0;

	while (in >= 0 && out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			n = -1;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return in < 0 || out < 0 || n < 0 ? -1 : 0;
}

/* Executes path as another user; its answer: user and capabilities. */
static int ask(const char *path, int *uid, unsigned long long *caps)
{
	char answer[64] = "";
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
		if ((geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0) || dup2(ends[1], 1) < 0)
			_exit(1);
		execl(path, path, "--whoami", (char *)NULL);
		_exit(1);
	}
	close(ends[1]);
	if (read(ends[0], answer, sizeof(answer) - 1) < 0)
		answer[0] = '\0';
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return sscanf(answer, "%d %llx", uid, caps) == 2 ? 0 : -1;
}

static int tell(const char *path)
{
	unsigned long long caps = 0;
	int uid = -1;

	if (ask(path, &uid, &caps) < 0)
		return say(CLOSED, "%s cannot be executed by another user", path);
	if (uid == 0 || caps)
		return say(OPEN, "executing %s made a user uid %d with capabilities %llx", path, uid, caps);
	return say(CLOSED, "uid %d and no capabilities", uid);
}

static const char *const places[] = { "/tmp/probe-program", "/dev/shm/probe-program", "/run/probe-program", "/probe-program" };
enum { PLACES = sizeof(places) / sizeof(*places) };

/* ARG: a set-user-ID copy of this program; else root makes one */
static int setuid_program(const struct probe *p, const char *arg)
{
	int state = say(ABSENT, "none can be made");

	(void)p;
	if (arg)
		return tell(arg);
	for (size_t i = 0; state != OPEN && i < PLACES; i++) {
		if (copy_self(places[i]) == 0 && chmod(places[i], 04755) == 0 && geteuid() == 0)
			state = tell(places[i]);
		unlink(places[i]);
	}
	return state;
}

static int file_caps(const struct probe *p, const char *arg)
{
	const struct vfs_cap_data all = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
					  .data = { { (uint32_t)harmless_caps, 0 }, { 0, 0 } } };
	int state = say(ABSENT, "none can be made");

	(void)p;
	if (arg)
		return tell(arg);
	for (size_t i = 0; state != OPEN && i < PLACES; i++) {
		if (copy_self(places[i]) == 0 && chmod(places[i], 0755) == 0)
			state = setxattr(places[i], "security.capability", &all, sizeof(all), 0) == 0 ?
					tell(places[i]) : say(CLOSED, "file capabilities: %s", strerror(errno));
		unlink(places[i]);
	}
	return state;
}

/* Set-user-ID programs that lie around; not looked for in other file systems */
static int is_setuid(const char *path, const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_mode & (S_ISUID | S_ISGID)) && (st->st_mode & S_IXOTH) ?
		       say(OPEN, "%s is set-user-ID or set-group-ID", path) : CLOSED;
}

static int setuid_around(const struct probe *p, const char *arg)
{
	static const char *const tops[] = { "/bin", "/sbin", "/usr", "/lib", "/opt" };
	int state = CLOSED;
	long left = 40000;

	(void)p;
	(void)arg;
	for (size_t i = 0; state == CLOSED && i < sizeof(tops) / sizeof(*tops); i++)
		state = walk(tops[i], &left, is_setuid);
	return state == CLOSED ? say(CLOSED, "none") : state;
}

static int become_root(const struct probe *p, const char *arg)
{
	(void)arg;
	if (!geteuid())
		return say(ABSENT, "is root");
	return by_result(setresuid(0, 0, 0), p->word);
}

static int gain_bounding(const struct probe *p, const char *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	(void)arg;
	if (syscall(SYS_capget, &header, data) < 0)
		return say(ABSENT, "capget: %s", strerror(errno));
	if (data[0].permitted & 1u << CAP_SYS_ADMIN)
		return say(OPEN, "has CAP_SYS_ADMIN");
	data[0].permitted |= 1u << CAP_SYS_ADMIN;
	data[0].effective |= 1u << CAP_SYS_ADMIN;
	return by_result(syscall(SYS_capset, &header, data), p->word);
}

const struct probe privilege_probes[] = {
	{ "capabilities", "capabilities(7)", "use capabilities beyond the baseline", dangerous_caps, NULL, { 0 } },
	{ "inheritable", "CVE-2022-29162, CVE-2022-24769", "pass on inheritable or ambient capabilities", inheritable, NULL, { 0 } },
	{ "user-capabilities", "capabilities(7)", "have capabilities as an ordinary user", user_caps, NULL, { 0 } },
	{ "gain-capabilities", "capset(2)", "add to its own capabilities", gain_bounding, "capset", { 0 } },
	{ "new-privileges", "no_new_privs", "gain rights by executing programs", new_privileges, NULL, { 0 } },
	{ "no-filter", "seccomp(2)", "call anything that the kernel has", no_filter, NULL, { 0 } },
	{ "real-root", "user namespace", "be the host's root", real_root, NULL, { 0 } },
	{ "setuid-program", "set-user-ID", "become root by a set-user-ID program", setuid_program, NULL, { 0 } },
	{ "file-capabilities", "file capabilities", "gain capabilities by a program's file", file_caps, NULL, { 0 } },
	{ "setuid-around", "set-user-ID", "find a set-user-ID program", setuid_around, NULL, { 0 } },
	{ "become-root", "setuid(2)", "become root as an ordinary user", become_root, "setresuid(0)", { 0 } },
	{ 0 },
};
