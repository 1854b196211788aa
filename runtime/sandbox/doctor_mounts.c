/* SPDX-License-Identifier: Apache-2.0
 *
 * The doctor on file systems: what the host shows, and what a sandbox may
 * mount. The mounts are made in a child's own mount namespace and go with it.
 */
#include "sandbox/doctor_parts.h"

#include "sandbox/mount.h"
#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

/* ---- the host's own ---- */

static void look_at_devices(struct doctor *d)
{
	static const char *const names[] = { "null", "zero", "full", "random", "urandom", "tty" };
	const char *missing = "";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *path = arena_printf(d->arena, "/dev/%s", names[i]);
		struct stat st;

		if (stat(path, &st) < 0 || !S_ISCHR(st.st_mode))
			missing = arena_printf(d->arena, "%s%s%s", missing, *missing ? ", " : "", path);
	}
	if (*missing)
		doctor_add(d, FINDING_MISSING, "/dev", arena_printf(d->arena, "not there: %s", missing),
			   "mount -t devtmpfs devtmpfs /dev");
}

static void look_at_host(struct doctor *d)
{
	struct statfs st;

	if (!d->proc)
		doctor_add(d, FINDING_MISSING, "/proc", "is not mounted", "mount -t proc proc /proc");
	if (statfs("/sys", &st) < 0 || (unsigned long)st.f_type != SYSFS_MAGIC)
		doctor_add(d, FINDING_LIMITED, "/sys", "is not mounted: sandboxes have none, and no limits",
			   "mount -t sysfs sysfs /sys");
	look_at_devices(d);
}

/* ---- what a sandbox may mount ---- */

enum what { MAP, TMPFS, PROC, DEVPTS, SYSFS, MQUEUE, OVERLAY, UPPER };

static int close_code(int fd)
{
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static int try_mount(const char *type, const struct strs *options)
{
	return close_code(mount_new(type, options, SYS_MOUNT_ATTR_NOSUID));
}

/* Needs the tmpfs as working directory: overlay takes its directories by path. */
static int try_overlay(struct trial *t)
{
	const struct strs options = {
		(const char *[]){ "lowerdir=l", "upperdir=u", "workdir=w", "userxattr" }, 4,
	};
	auto_fd upper = -1;

	if (mkdir("l", 0755) < 0 || mkdir("u", 0755) < 0 || mkdir("w", 0700) < 0)
		return errno;
	upper = open("u", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* since Linux 6.6; without it overlay cannot remove a directory of the image and make it anew */
	t->codes[UPPER] = upper < 0 || fsetxattr(upper, "user.crib", "", 0, 0) < 0 ? errno : 0;
	return try_mount("overlay", &options);
}

static int try_tmpfs(struct trial *t, const struct strs *none)
{
	auto_fd fs = mount_new("tmpfs", none, SYS_MOUNT_ATTR_NOSUID);

	if (fs < 0)
		return -fs;
	if (sys_move_mount(fs, "", AT_FDCWD, "/", SYS_MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(fs) < 0)
		return errno;
	t->codes[OVERLAY] = try_overlay(t);
	return 0;
}

static void try_mounts(struct trial *t)
{
	const struct strs none = { NULL, 0 };
	const struct strs instance = { (const char *[]){ "newinstance" }, 1 };

	t->codes[MAP] = trial_map_inside(t);
	if (t->codes[MAP] || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	t->codes[PROC] = try_mount("proc", &none);
	t->codes[SYSFS] = try_mount("sysfs", &none);
	t->codes[DEVPTS] = try_mount("devpts", &instance);
	t->codes[MQUEUE] = try_mount("mqueue", &none);
	t->codes[TMPFS] = try_tmpfs(t, &none);
}

static const struct kind {
	const char *name;
	enum what what;
	enum finding_level level;  /* when it cannot be mounted */
	const char *without;       /* what that means */
	const char *absent;        /* ENODEV: what the kernel lacks */
	const char *load;          /* and how to give it to it */
} kinds[] = {
	{ "tmpfs", TMPFS, FINDING_MISSING, "", "CONFIG_TMPFS", NULL },
	{ "proc", PROC, FINDING_MISSING, "", "CONFIG_PROC_FS", NULL },
	{ "devpts", DEVPTS, FINDING_MISSING, "", "CONFIG_UNIX98_PTYS", NULL },
	{ "sysfs", SYSFS, FINDING_LIMITED, "sandboxes have no /sys", "CONFIG_SYSFS", NULL },
	{ "mqueue", MQUEUE, FINDING_LIMITED, "sandboxes have no /dev/mqueue", "CONFIG_POSIX_MQUEUE", NULL },
	{ "overlay", OVERLAY, FINDING_LIMITED, "the root is copied into memory at each start", "CONFIG_OVERLAY_FS",
	  "modprobe overlay" },
};

/* proc and sysfs may be mounted in a user namespace only where one without
 * anything mounted over its parts is to be seen (mount_namespaces(7)). */
static const char *refused_fix(const struct kind *k)
{
	if (k->what == PROC)
		return "parts of this /proc are hidden, as in a container; start that one with, for example,\n"
		       "docker run --security-opt systempaths=unconfined ...";
	if (k->what == SYSFS)
		return "parts of this /sys are hidden or it is not mounted: mount -t sysfs sysfs /sys";
	if (k->what == OVERLAY)
		return "use a kernel of 6.6 or later";
	return NULL;
}

static void cannot_mount(struct doctor *d, const struct kind *k, int code)
{
	const char *comma = *k->without ? "; " : "";

	if (code == ENODEV)
		doctor_add(d, k->level, k->name, arena_printf(d->arena, "this kernel has none (%s)%s%s", k->absent, comma,
							      k->without), k->load);
	else
		doctor_add(d, k->level, k->name, arena_printf(d->arena, "mount: %s%s%s", strerror(code), comma, k->without),
			   code == EPERM || code == EACCES ? refused_fix(k) : NULL);
}

static void look_at_mounts(struct doctor *d)
{
	const int *codes = d->trial->codes;
	const char *fine = "";

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *k = &kinds[i];

		if (codes[k->what] == TRIAL_NOT_REACHED)
			continue;
		if (codes[k->what])
			cannot_mount(d, k, codes[k->what]);
		else if (k->what == OVERLAY && codes[UPPER])
			doctor_add(d, k->level, k->name,
				   arena_printf(d->arena, "tmpfs has no user.* attributes here (Linux 6.6 has); %s", k->without),
				   "use a kernel of 6.6 or later");
		else
			fine = arena_printf(d->arena, "%s%s%s", fine, *fine ? ", " : "", k->name);
	}
	if (*fine)
		doctor_add(d, FINDING_OK, "mounts", fine, NULL);
}

void doctor_file_systems(struct doctor *d)
{
	static const uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC;

	look_at_host(d);
	if (!trial_run(d->trial, flags, try_mounts) && d->trial->codes[MAP] == 0)
		look_at_mounts(d);
}
