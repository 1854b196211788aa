/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command is given and what is taken from it: descriptors, limits,
 * ids, capabilities, directory, filter. Looked at from inside the command.
 */
#include "test.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is(const struct run *run, const char *key, const char *value)
{
	if (strcmp(field(run, key), value) == 0)
		return 1;
	printf("        %s is \"%s\", not \"%s\"\n", key, field(run, key), value);
	return 0;
}

static int ran(const struct run *run)
{
	if (code(run) == 0 && !run->reported)
		return 1;
	printf("        %d: %s\n", code(run), run->report.text);
	return 0;
}

#define BIT(cap) ((uint64_t)1 << (cap))

static void plain(uint32_t role)
{
	struct want want = WANT("facts", "-x", "--", "");
	static struct run run;

	want.h.role = role;
	want.no_pid_namespace = !may_unshare;
	run_it(&run, &want);
	check(ran(&run), "role %u: the command runs", role);
	check(is(&run, "fds", "0 1 2"), "role %u: has three descriptors", role);
	check(is(&run, "argc", "4") && is(&run, "env0", "A=1") && is(&run, "env1", "B=two words") &&
		      is(&run, "env2", ""), "role %u: arguments and environment are the ones asked for", role);
	check(strcmp(field(&run, "pid"), field(&run, "sid")) == 0 &&
		      strcmp(field(&run, "pid"), field(&run, "pgrp")) == 0,
	      "role %u: leads its session and process group", role);
	check(is(&run, "SigBlk", "0000000000000000") && is(&run, "SigIgn", "0000000000000000") &&
		      is(&run, "SigCgt", "0000000000000000"), "role %u: signals blocked, ignored: none", role);
	check(is(&run, "CapInh", "0000000000000000") && is(&run, "CapPrm", "0000000000000000") &&
		      is(&run, "CapEff", "0000000000000000") && is(&run, "CapBnd", "0000000000000000") &&
		      is(&run, "CapAmb", "0000000000000000"), "role %u: no capabilities in any set", role);
	check(is(&run, "NoNewPrivs", "1") && is(&run, "Seccomp", "0"), "role %u: no_new_privs", role);
	check(is(&run, "Groups", ""), "role %u: no supplementary groups", role);
	check(is(&run, "Umask", "0022") && is(&run, "cwd", "/"), "role %u: umask, working directory", role);
	check(is(&run, "dumpable", "1"), "role %u: is dumpable again", role);
	check(is(&run, "death", "0"), "role %u: has no death signal", role);
}

static void ids(void)
{
	struct want want = WANT("facts");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	want.h.uid = 1234;
	want.h.gid = 4321;
	want.h.n_groups = 3;
	want.groups = (const uint32_t[]){5, 77, 900};
	want.h.umask = 0077;
	want.cwd = "/usr";
	run_it(&run, &want);
	check(ran(&run) && is(&run, "Uid", "1234\t1234\t1234\t1234") && is(&run, "Gid", "4321\t4321\t4321\t4321"),
	      "uid and gid, all four of each");
	check(strncmp(field(&run, "Groups"), "5 77 900", 8) == 0, "supplementary groups: exactly these");
	check(is(&run, "Umask", "0077") && is(&run, "cwd", "/usr"), "umask 077, working directory /usr");

	want.h.flags |= HANDOFF_KEEP_GROUPS;
	run_it(&run, &want);
	check(ran(&run) && strncmp(field(&run, "Groups"), "5 77 900", 8) != 0, "keep_groups does not set them");
}

static void capabilities(void)
{
	const uint64_t two = BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_KILL);
	struct want want = WANT("facts");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	want.h.cap_bounding = want.h.cap_permitted = want.h.cap_effective = two;
	run_it(&run, &want);
	check(ran(&run) && is(&run, "CapBnd", "0000000000000420") && is(&run, "CapPrm", "0000000000000420") &&
		      is(&run, "CapEff", "0000000000000420") && is(&run, "CapInh", "0000000000000000") &&
		      is(&run, "CapAmb", "0000000000000000"), "root with two capabilities");

	want.h.uid = 1000;
	run_it(&run, &want);
	check(ran(&run) && is(&run, "CapBnd", "0000000000000420") && is(&run, "CapPrm", "0000000000000000") &&
		      is(&run, "CapEff", "0000000000000000"), "another user loses them, as everywhere");

	want.h.flags |= HANDOFF_AMBIENT;
	want.h.cap_ambient = BIT(CAP_NET_BIND_SERVICE);
	run_it(&run, &want);
	check(ran(&run) && is(&run, "CapPrm", "0000000000000400") && is(&run, "CapEff", "0000000000000400") &&
		      is(&run, "CapAmb", "0000000000000400") && is(&run, "CapInh", "0000000000000400"),
	      "another user keeps an ambient one");

	want.h.cap_ambient = BIT(CAP_CHOWN);
	run_it(&run, &want);
	check(code(&run) == 125 && run.reported == 1, "ambient beyond permitted: %s", run.report.text);

	want.h.flags &= ~(uint32_t)HANDOFF_AMBIENT;
	want.h.cap_bounding = want.h.cap_permitted = want.h.cap_effective = ~(uint64_t)0;
	want.h.uid = 0;
	run_it(&run, &want);
	check(ran(&run) || run.reported, "all 64 of them: runs or is reported");
}

static void limits_and_descriptors(int no_close_range)
{
	static const struct handoff_rlimit limits[] = {
		{.resource = RLIMIT_NOFILE, .soft = 3, .hard = 64}, /* fewer than are open during the work */
		{.resource = RLIMIT_CORE, .soft = 0, .hard = ~(uint64_t)0},
		{.resource = RLIMIT_STACK, .soft = 1 << 20, .hard = 1ull << 40},
	};
	struct want want = WANT("facts");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	want.no_close_range = no_close_range;
	want.h.n_rlimits = 2;
	want.rlimits = limits + 1;
	want.h.keep_fds = 3;
	run_it(&run, &want);
	check(ran(&run) && is(&run, "fds", "0 1 2 3 4 5") && is(&run, "fd3", "kept 0") &&
		      is(&run, "fd4", "kept 1") && is(&run, "fd5", "kept 2"), "three further descriptors, in order%s",
	      no_close_range ? ", without close_range(2)" : "");
	check(strstr(run.text, "Max core file size        0                    unlimited") &&
		      strstr(run.text, "Max stack size            1048576              1099511627776"),
	      "64-bit rlimits");
	run_it(&run, (want.rlimits = limits, want.h.n_rlimits = 1, &want));
	check(code(&run) == 127 || ran(&run), "RLIMIT_NOFILE below the descriptors in use");

	want.rlimits = (const struct handoff_rlimit[]){{.resource = RLIMIT_NOFILE, .soft = 5, .hard = 4}};
	run_it(&run, &want);
	check(code(&run) == 125 && strcmp(run.report.text, "RLIMIT_NOFILE: Invalid argument") == 0,
	      "a bad rlimit: %s", run.report.text);
	want.rlimits = (const struct handoff_rlimit[]){{.resource = 99}};
	run_it(&run, &want);
	check(code(&run) == 125 && run.reported, "an unknown rlimit: %s", run.report.text);
}

/* socket(2) fails with EXDEV, the rest is allowed. */
static void filter(void)
{
	const struct sock_filter no_socket[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 18),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	/* kills on all that must not come after it */
	const struct sock_filter strict[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_capset, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setresuid, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chdir, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct want want = WANT("socket");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	want.seccomp = no_socket;
	want.h.n_seccomp = 4;
	run_it(&run, &want);
	check(ran(&run) && is(&run, "socket", "18"), "seccomp with no_new_privs");
	want.seccomp = strict;
	want.h.n_seccomp = 9;
	want.argv = (const char *const[]){"/bin/true", NULL};
	run_it(&run, &want);
	check(ran(&run), "seccomp is last: only execve comes after it");

	want = WANT("socket");
	want.no_pid_namespace = !may_unshare;
	want.seccomp = no_socket;
	want.h.n_seccomp = 4;
	want.h.flags = 0;
	want.h.cap_bounding = BIT(CAP_KILL);
	run_it(&run, &want);
	check(ran(&run) && is(&run, "socket", "18"), "seccomp without no_new_privs, for root");
	want.argv = (const char *const[]){probe_path, "probe", "facts", NULL};
	run_it(&run, &want);
	check(ran(&run) && is(&run, "CapPrm", "0000000000000020") && is(&run, "CapEff", "0000000000000020"),
	      "which has what it is to have, not what seccomp needed");
	want.seccomp = strict;
	want.h.n_seccomp = 9;
	want.argv = (const char *const[]){"/bin/true", NULL};
	run_it(&run, &want);
	check(ran(&run), "and is last there too");

	want.seccomp = no_socket;
	want.h.n_seccomp = 4;
	want.argv = (const char *const[]){probe_path, "probe", "socket", NULL};
	want.h.uid = 1000;
	run_it(&run, &want);
	check(ran(&run) && is(&run, "socket", "18"), "seccomp without no_new_privs, for another user");
	want.argv = (const char *const[]){probe_path, "probe", "facts", NULL};
	run_it(&run, &want);
	check(ran(&run) && is(&run, "NoNewPrivs", "0") && is(&run, "CapPrm", "0000000000000000") &&
		      is(&run, "CapEff", "0000000000000000") && is(&run, "Seccomp", "2"),
	      "and what it needed for that is gone");
}

static uint64_t own_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	syscall(SYS_capget, &header, data);
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static void directories(void)
{
	char path[128];
	struct want want = WANT("facts");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	snprintf(path, sizeof(path), "%s/closed", scratch);
	mkdir(path, 0700);
	want.cwd = path;
	want.h.uid = 1000;
	run_it(&run, &want);
	check(code(&run) == 125 && strstr(run.report.text, ": Permission denied"),
	      "a working directory that is closed to the user: %s", run.report.text);
	want.h.uid = 0;
	want.h.cap_permitted = want.h.cap_effective = want.h.cap_bounding = 0;
	chown(path, 1000, 1000);
	run_it(&run, &want);
	check(code(&run) == 125, "and to a root without CAP_DAC_OVERRIDE");
	rmdir(path);
	want.cwd = "/proc/self/fd/3";
	run_it(&run, &want);
	check(code(&run) == 125, "a working directory by descriptor: %s", run.report.text);
	if (!may_unshare) {
		skip("a working directory outside of the root: no namespaces here");
		return;
	}
	want.h.cap_permitted = want.h.cap_effective = want.h.cap_bounding = own_capabilities();
	want.outside = 1;
	want.cwd = "/proc/2/root/etc";
	run_it(&run, &want);
	check(code(&run) == 125 && strstr(run.report.text, ": is outside of the root"), "%s", run.report.text);
}

/* A label that cannot be had, or a procfs that is none, is told, and the command never runs. */
static void labels(uint32_t role)
{
	static const struct {
		const char *apparmor, *selinux, *proc, *part;
	} rows[] = {
		{ "crib-unit-none", NULL, NULL, "AppArmor profile crib-unit-none: /proc/self/attr: " },
		{ "crib-unit-none", NULL, "/", "AppArmor profile crib-unit-none: /proc/self/attr: " },
		{ "crib-unit-none", NULL, "/proc", "AppArmor profile crib-unit-none: " },
		{ NULL, "a:b:c", NULL, "SELinux label a:b:c: /proc/self/attr: " },
		{ NULL, "a:b:c", "/proc", "SELinux label a:b:c: " },
	};
	static struct run run;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct want want = WANT("facts");

		want.h.role = role;
		want.no_pid_namespace = !may_unshare;
		want.apparmor = rows[i].apparmor;
		want.selinux = rows[i].selinux;
		want.proc = rows[i].proc;
		run_it(&run, &want);
		check(code(&run) == 125 && run.reported && strncmp(run.report.text, rows[i].part, strlen(rows[i].part)) == 0,
		      "role %u: %d: %s", role, code(&run), run.report.text);
		check(!strstr(run.text, "argc"), "role %u: %s: the command did not run", role, rows[i].part);
	}
}

void test_identity(void)
{
	plain(HANDOFF_PID1);
	plain(HANDOFF_EXEC);
	ids();
	capabilities();
	limits_and_descriptors(0);
	limits_and_descriptors(1);
	filter();
	directories();
	labels(HANDOFF_PID1);
	labels(HANDOFF_EXEC);
}
