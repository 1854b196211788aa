/* SPDX-License-Identifier: Apache-2.0
 *
 * Mounts, roots and namespaces of the file system. What is done where it is allowed is done in a
 * mount namespace of its own, so that nobody else sees it.
 */
#include "probe.h"

#include <sched.h>
#include <sys/mount.h>

#define PLACES { "/tmp", "/mnt", "/dev/shm", "/run", "/var/tmp", "/home", "/" }

/* a mount point that is there everywhere */
static const char *place(void)
{
	static const char *const places[] = PLACES;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], F_OK) == 0)
			return places[i];
	return "/";
}

/* Where that is allowed, all that follows stays in this process. */
static void go_private(void)
{
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int by_mount(int rc, const char *what)
{
	if (rc < 0 && errno == ENODEV)
		return say(ABSENT, "this kernel has no %s", what);
	return by_result(rc, what);
}

/* A second mount of these takes its options for the first one, too: nothing must change. */
static const char *options_of(const char *type)
{
	if (!strcmp(type, "cgroup"))
		return "none,name=crib-probe,crib-probe"; /* EINVAL to who may mount it: a new hierarchy would be seen outside */
	if (!strcmp(type, "overlay"))
		return "lowerdir=/:/";
	if (!strcmp(type, "debugfs") || !strcmp(type, "tracefs"))
		return "mode=700"; /* what it is without */
	/* outside of the first cgroup namespace the kernel keeps the options that it has */
	if (!strcmp(type, "cgroup2") && unshare(CLONE_NEWCGROUP) < 0)
		return "crib-probe"; /* EINVAL to who may mount it */
	return NULL;
}

static int mount_type(const struct probe *p, const char *arg)
{
	(void)arg;
	go_private();
	return by_mount(mount("none", place(), p->word, 0, options_of(p->word)), p->word);
}

static int bind(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	go_private();
	return by_result(mount("/", place(), NULL, MS_BIND, NULL), "mount --bind / elsewhere");
}

/* ---- what is hidden or read-only, by the mounts over it ---- */

static int each_fence(int (*lift)(const char *target, char *options), const char *nothing)
{
	char line[1024], target[512], options[256];
	int state = say(ABSENT, "%s", nothing);
	FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f && state != OPEN && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d %*d %*s %*s %511s %255s", target, options) == 2 &&
		    (!strncmp(target, "/proc", 5) || !strncmp(target, "/sys", 4)))
			state = lift(target, options);
	if (f)
		fclose(f);
	return state;
}

static int take_off(const char *target, char *options)
{
	(void)options;
	return by_result(umount2(target, MNT_DETACH), target);
}

static int make_writable(const char *target, char *options)
{
	(void)options;
	return by_result(mount(NULL, target, NULL, MS_REMOUNT | MS_BIND, NULL), target);
}

static int unmask(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	go_private();
	return each_fence(take_off, "nothing is mounted over /proc and /sys");
}

static int remount(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	go_private();
	return each_fence(make_writable, "nothing is mounted on /proc and /sys");
}

/* ---- other roots ---- */

static int chroot_break(const struct probe *p, const char *arg)
{
	struct stat before, after;
	char name[] = "/tmp/probe-XXXXXX";
	int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	(void)p;
	(void)arg;
	if (stat("/", &before) < 0 || top < 0 || !mkdtemp(name))
		return say(ABSENT, "no directory can be made in /tmp");
	rc = chroot(name);
	if (rc < 0) {
		rc = errno;
		rmdir(name);
		return say(CLOSED, "chroot: %s", strerror(rc));
	}
	if (fchdir(top) < 0)
		return say(CLOSED, "fchdir: %s", strerror(errno));
	unlinkat(top, name + 1, AT_REMOVEDIR);
	for (int i = 0; i < 128; i++)
		if (chdir("..") < 0)
			break;
	if (chroot(".") < 0 || stat("/", &after) < 0)
		return say(CLOSED, "%s", strerror(errno));
	if (before.st_dev == after.st_dev && before.st_ino == after.st_ino)
		return say(CLOSED, "the way up ends at the same root");
	return say(OPEN, "another root lies above this one");
}

/* What lies below or beside the root in the mount namespace. */
static int leave_by_setns(const struct probe *p, const char *arg)
{
	struct stat before, after;
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	(void)p;
	(void)arg;
	if (ns < 0 || stat("/", &before) < 0)
		return say(ABSENT, "/proc/self/ns/mnt: %s", strerror(errno));
	if (setns(ns, CLONE_NEWNS) < 0)
		return say(CLOSED, "setns: %s", strerror(errno));
	if (stat("/", &after) == 0 && before.st_dev == after.st_dev && before.st_ino == after.st_ino)
		return say(CLOSED, "leads to the same root");
	return say(OPEN, "leads to another root");
}

static int umount_root(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	go_private();
	return by_result(umount2("/", MNT_DETACH), "umount /");
}

static int new_namespace(const struct probe *p, const char *arg)
{
	(void)arg;
	return by_result(unshare((int)p->number[0]), p->word);
}

#define MOUNT(type, tries) { "mount-" type, "mount(2)", tries, mount_type, type, { 0 } }
#define NEW(name, flag) { "unshare-" name, "nested namespaces", "make a " name " namespace", new_namespace, "unshare(" #flag ")", { flag } }

const struct probe mount_probes[] = {
	MOUNT("proc", "mount a /proc in which nothing is hidden"),
	MOUNT("sysfs", "mount a /sys that can be written to"),
	MOUNT("cgroup", "mount a version 1 hierarchy (CVE-2022-0492)"),
	MOUNT("cgroup2", "mount the cgroups, to write to them"),
	MOUNT("debugfs", "mount the kernel's debug interfaces"),
	MOUNT("tracefs", "mount the kernel's tracing"),
	MOUNT("securityfs", "mount the security modules' settings"),
	MOUNT("bpf", "mount the BPF file system"),
	MOUNT("binfmt_misc", "register interpreters for the host's programs"),
	MOUNT("devpts", "mount other terminals"),
	MOUNT("tmpfs", "cover parts of its own file system"),
	MOUNT("overlay", "mount an overlay (CVE-2023-0386, CVE-2021-3493)"),
	MOUNT("mqueue", "mount the message queues"),
	{ "mount-bind", "mount(2)", "bind its root elsewhere, below what hides it", bind, NULL, { 0 } },
	{ "unmask", "CVE-2025-31133", "take off the mounts that hide parts of /proc and /sys", unmask, NULL, { 0 } },
	{ "remount", "mount(2)", "make read-only parts of /proc and /sys writable", remount, NULL, { 0 } },
	{ "umount-root", "pivot_root(2)", "take off its root to see what lies below", umount_root, NULL, { 0 } },
	{ "chroot-break", "chroot(2)", "climb out of its root by a second chroot", chroot_break, NULL, { 0 } },
	{ "setns-break", "setns(2)", "climb out of its root by joining its own namespace", leave_by_setns, NULL, { 0 } },
	NEW("mnt", CLONE_NEWNS),
	NEW("net", CLONE_NEWNET),
	NEW("pid", CLONE_NEWPID),
	NEW("ipc", CLONE_NEWIPC),
	NEW("uts", CLONE_NEWUTS),
	NEW("cgroup", CLONE_NEWCGROUP),
	NEW("user", CLONE_NEWUSER),
	{ 0 },
};
