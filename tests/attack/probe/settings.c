/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's settings and secrets as files: /proc, /sys, cgroups.
 */
#include "probe.h"

#include <sys/klog.h>
#include <sys/wait.h>

enum { MANY = 40000 };

static int writable(const struct probe *p, const char *arg)
{
	const char *path = arg ? arg : p->word;

	return by_open(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), path);
}

static int init_memory(const struct probe *p, const char *arg)
{
	return getppid() == 1 ? say(ABSENT, "is PID 1 itself") : writable(p, arg);
}

/* ---- whole trees: is there one file that can be opened for writing? ---- */

/* What any process may write by design, and what belongs to its own namespaces. */
static int harmless(const char *path)
{
	static const char *const names[] = { "/proc/sys/net/",	 "/proc/sys/fs/mqueue/", "/proc/sys/kernel/msg",
					     "/proc/sys/kernel/sem", "/proc/sys/kernel/shm", "/proc/sys/kernel/hostname",
					     "/proc/sys/kernel/domainname", "/proc/sys/user/", "/proc/pressure/" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(path, names[i], strlen(names[i])))
			return 1;
	return 0;
}

static int try_file(const char *path, const struct stat *st)
{
	int fd;

	/* a file without a bit for writing is one that the kernel writes nothing to, though root may open it */
	if (!S_ISREG(st->st_mode) || !(st->st_mode & 0222) || harmless(path))
		return CLOSED;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return CLOSED;
	close(fd);
	return say(OPEN, "%s can be opened for writing", path);
}

static int writable_tree(const struct probe *p, const char *arg)
{
	const char *path = arg ? arg : p->word;
	long left = MANY;
	int state = access(path, F_OK) < 0 ? say(ABSENT, "%s is not there", path) : walk(path, &left, try_file);

	if (left == MANY - 1 && state == CLOSED)
		return say(ABSENT, "%s is empty", path);
	return state == CLOSED ? say(CLOSED, "none of %ld files", MANY - left) : state;
}

/* Of /proc, what is not below a process. */
static int proc_tree(const struct probe *p, const char *arg)
{
	static const char *const tops[] = { "sys",   "sysrq-trigger", "irq",  "bus",	    "fs",     "scsi", "acpi", "asound",
					    "driver", "mtrr",	      "kmsg", "timer_stats", "sched_debug" };
	int state = CLOSED;
	long left = MANY;
	char path[64];

	(void)p;
	(void)arg;
	for (size_t i = 0; state == CLOSED && i < sizeof(tops) / sizeof(*tops); i++) {
		snprintf(path, sizeof(path), "/proc/%s", tops[i]);
		state = walk(path, &left, try_file);
	}
	return state == CLOSED ? say(CLOSED, "none of %ld files", MANY - left) : state;
}

static int named(const char *path, const struct stat *st)
{
	const char *name = strrchr(path, '/') + 1;

	return !strcmp(name, "release_agent") || !strcmp(name, "notify_on_release") ? try_file(path, st) : CLOSED;
}

static int release_agent(const struct probe *p, const char *arg)
{
	long left = MANY;

	(void)p;
	(void)arg;
	return walk("/sys/fs/cgroup", &left, named) == OPEN ? OPEN : say(CLOSED, "none that can be written to");
}

/* ---- what tells of the host ---- */

static int readable(const struct probe *p, const char *arg)
{
	char byte = 0;
	const char *path = arg ? arg : p->word;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return by_open(fd, path);
	n = read(fd, &byte, 1);
	close(fd);
	if (n == 1)
		return say(OPEN, "%s can be read", path);
	return say(CLOSED, "%s: %s", path, n < 0 ? strerror(errno) : "is empty");
}

static int secrets(const struct probe *p, const char *arg)
{
	static const char *const files[] = { "/proc/kcore",	    "/proc/keys",	 "/proc/timer_list", "/proc/sched_debug",
					     "/proc/latency_stats", "/proc/interrupts",	 "/proc/timer_stats", "/proc/kmsg",
					     "/proc/vmallocinfo",   "/proc/kpagecount", "/proc/kpageflags", "/proc/kpagecgroup",
					     "/proc/slabinfo",	    "/proc/self/root/proc/kcore", "/proc/1/root/proc/kcore",
					     "/proc/thread-self/root/proc/keys", "/sys/devices/virtual/powercap/intel-rapl/enabled",
					     "/sys/firmware/dmi/tables/DMI", "/sys/fs/selinux/enforce",
					     "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count",
					     "/sys/kernel/debug/sleep_time", "/sys/kernel/vmcoreinfo", "/sys/kernel/notes" };

	(void)p;
	for (size_t i = 0; i + 2 < sizeof(files) / sizeof(*files); i++)
		if (readable(&(struct probe){ .word = files[i] }, arg) == OPEN)
			return OPEN;
	return say(CLOSED, "none of %zu files", sizeof(files) / sizeof(*files) - 2);
}

static int kallsyms(const struct probe *p, const char *arg)
{
	char line[256];
	FILE *f = fopen("/proc/kallsyms", "re");
	int state = f ? say(CLOSED, "addresses are zero") : say(ABSENT, "/proc/kallsyms: %s", strerror(errno));

	(void)p;
	(void)arg;
	/* the first ones are per processor, and zero in truth */
	for (int i = 0; f && i < 4000 && state != OPEN && fgets(line, sizeof(line), f); i++)
		if (strtoull(line, NULL, 16) > 1 << 30)
			state = say(OPEN, "%s", line);
	if (f)
		fclose(f);
	return state;
}

static int kernel_log(const struct probe *p, const char *arg)
{
	char buf[64];

	(void)p;
	(void)arg;
	return by_result(klogctl(3, buf, sizeof(buf)), "syslog(SYSLOG_ACTION_READ_ALL)");
}

static int other_cgroups(const struct probe *p, const char *arg)
{
	char line[512];
	FILE *f = fopen("/proc/self/cgroup", "re");
	int state = f ? say(CLOSED, "all are /") : say(ABSENT, "no /proc/self/cgroup");

	(void)p;
	(void)arg;
	while (f && state == CLOSED && fgets(line, sizeof(line), f)) {
		const char *path = strrchr(line, ':');

		if (path && strcmp(path, ":/\n") != 0)
			state = say(OPEN, "%s", line);
	}
	if (f)
		fclose(f);
	return state;
}

#define WRITE(name, path, subject, tries) { name, subject, tries, writable, path, { 0 } }

const struct probe settings_probes[] = {
	WRITE("core-pattern", "/proc/sys/kernel/core_pattern", "CVE-2025-31133, CVE-2022-0811", "name the program that the host runs for a core dump"),
	WRITE("modprobe-path", "/proc/sys/kernel/modprobe", "usermode helpers", "name the program that the host runs to load modules"),
	WRITE("hotplug", "/proc/sys/kernel/hotplug", "usermode helpers", "name the program that the host runs for devices"),
	WRITE("uevent-helper", "/sys/kernel/uevent_helper", "usermode helpers", "name the program that the host runs for devices"),
	WRITE("binfmt-misc", "/proc/sys/fs/binfmt_misc/register", "usermode helpers", "name interpreters for the host's programs"),
	WRITE("sysrq", "/proc/sysrq-trigger", "CVE-2025-52881", "crash or reboot the host by a letter"),
	WRITE("poweroff-cmd", "/proc/sys/kernel/poweroff_cmd", "usermode helpers", "name the program that the host runs to power off"),
	WRITE("drop-caches", "/proc/sys/vm/drop_caches", "/proc/sys", "change the host's memory management"),
	WRITE("ns-last-pid", "/proc/sys/kernel/ns_last_pid", "/proc/sys", "choose the next process id"),
	WRITE("panic-on-oom", "/proc/sys/vm/panic_on_oom", "/proc/sys", "have the host panic"),
	WRITE("power-state", "/sys/power/state", "/sys", "put the host to sleep"),
	WRITE("kmsg-write", "/dev/kmsg", "/dev", "write into the kernel's log"),
	{ "init-memory", "CVE-2016-9962", "write into the memory of PID 1", init_memory, "/proc/1/mem", { 0 } },
	{ "proc-writable", "/proc", "write to any setting in /proc", proc_tree, NULL, { 0 } },
	{ "sys-writable", "/sys", "write to any setting in /sys", writable_tree, "/sys", { 0 } },
	{ "cgroup-writable", "CVE-2023-25809", "write to a cgroup's file", writable_tree, "/sys/fs/cgroup", { 0 } },
	{ "release-agent", "CVE-2022-0492", "name the program that the host runs for an empty cgroup", release_agent, NULL, { 0 } },
	{ "cgroup-view", "cgroup namespace", "see where in the host's cgroups it is", other_cgroups, NULL, { 0 } },
	{ "host-secrets", "masked paths", "read what tells of the host's memory, keys, timers and power", secrets, NULL, { 0 } },
	{ "kernel-addresses", "KASLR", "read the kernel's addresses", kallsyms, NULL, { 0 } },
	{ "kernel-log", "syslog(2)", "read the kernel's log", kernel_log, NULL, { 0 } },
	{ 0 },
};
