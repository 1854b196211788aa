/* SPDX-License-Identifier: Apache-2.0
 *
 * Mounts on descriptors; see the header.
 */
#include "sandbox/mount.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

static int configure(int fs, const char *option)
{
	char key[256];
	const char *eq = strchr(option, '=');
	size_t n = eq ? (size_t)(eq - option) : strlen(option);

	if (n >= sizeof(key))
		return -EINVAL;
	memcpy(key, option, n);
	key[n] = '\0';
	if (sys_fsconfig(fs, eq ? SYS_FSCONFIG_SET_STRING : SYS_FSCONFIG_SET_FLAG, key, eq ? eq + 1 : NULL, 0) < 0)
		return -errno;
	return 0;
}

int mount_new(const char *type, const struct strs *options, uint32_t attrs)
{
	auto_fd fs = sys_fsopen(type);
	int fd;

	if (fs < 0)
		return -errno;
	/* what mount(8) shows as the device */
	if (sys_fsconfig(fs, SYS_FSCONFIG_SET_STRING, "source", type, 0) < 0)
		return -errno;
	for (size_t i = 0; i < options->n; i++)
		TRY(configure(fs, options->v[i]));
	if (sys_fsconfig(fs, SYS_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = sys_fsmount(fs, attrs);
	return fd >= 0 ? fd : -errno;
}

int mount_clone(int dirfd, const char *path, bool recursive)
{
	int fd = sys_open_tree(dirfd, path, SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | SYS_AT_EMPTY_PATH |
						    (recursive ? SYS_AT_RECURSIVE : 0));

	return fd >= 0 ? fd : -errno;
}

int mount_add_attrs(int fd, uint32_t attrs, bool recursive)
{
	struct sys_mount_attr attr = { .attr_set = attrs, .propagation = MS_PRIVATE };

	if (sys_mount_setattr(fd, "", SYS_AT_EMPTY_PATH | (recursive ? SYS_AT_RECURSIVE : 0), &attr) < 0)
		return -errno;
	return 0;
}

int mount_idmap(int fd, int users, uint32_t attrs, bool recursive)
{
	struct sys_mount_attr attr = {
		.attr_set = SYS_MOUNT_ATTR_IDMAP | attrs, .propagation = MS_PRIVATE, .userns_fd = (uint64_t)users,
	};

	if (sys_mount_setattr(fd, "", SYS_AT_EMPTY_PATH | (recursive ? SYS_AT_RECURSIVE : 0), &attr) < 0)
		return -errno;
	return 0;
}

int mount_attach(int fd, int target)
{
	if (sys_move_mount(fd, "", target, "", SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static const struct {
	unsigned long ms, st;
	uint32_t attr;
} flag_rows[] = {
	{ MS_RDONLY, ST_RDONLY, SYS_MOUNT_ATTR_RDONLY },
	{ MS_NOSUID, ST_NOSUID, SYS_MOUNT_ATTR_NOSUID },
	{ MS_NODEV, ST_NODEV, SYS_MOUNT_ATTR_NODEV },
	{ MS_NOEXEC, ST_NOEXEC, SYS_MOUNT_ATTR_NOEXEC },
	{ MS_NOATIME, ST_NOATIME, 0 },
	{ MS_NODIRATIME, ST_NODIRATIME, 0 },
	{ MS_RELATIME, ST_RELATIME, 0 },
};

/* One mount point by path, keeping the attributes that it has. */
static int remount(const char *path, uint32_t attrs)
{
	unsigned long flags = MS_REMOUNT | MS_BIND;
	struct statvfs st;

	if (statvfs(path, &st) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(flag_rows); i++)
		if (st.f_flag & flag_rows[i].st || attrs & flag_rows[i].attr)
			flags |= flag_rows[i].ms;
	return mount(NULL, path, NULL, flags, NULL) < 0 ? -errno : 0;
}

/* Undoes proc(5)'s \040 and the like. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++, to++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to = *s;
		}
	}
	*to = '\0';
}

/* The mount point of that name below a directory. By descriptor: what is above the directory may be closed to us. */
static int remount_at(int dir, const char *name, uint32_t attrs)
{
	struct sys_open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_SYMLINKS | SYS_RESOLVE_NO_MAGICLINKS,
	};
	auto_fd fd = sys_openat2(dir, name, &how);
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd < 0 ? -errno : remount(link, attrs);
}

/* All mount points below that one. */
static int remount_below(int dir, const char *top, uint32_t attrs)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[8192], path[4096];
	int rc = f ? 0 : -errno;

	while (rc == 0 && fgets(line, sizeof(line), f)) {
		const char *below;

		if (sscanf(line, "%*d %*d %*s %*s %4095s", path) != 1)
			continue;
		unescape(path);
		below = str_after(path, top);
		if (below && *below == '/')
			rc = remount_at(dir, below + 1, attrs);
	}
	if (f)
		fclose(f);
	return rc;
}

/* The paths are the creator's view: the container's /proc is not in sight before
 * the pivot, and nothing of the container runs yet. */
static int change_attached(int fd, uint32_t attrs, bool recursive)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	if (mount(NULL, link, NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (attrs)
		TRY(remount(link, attrs));
	return attrs && recursive ? remount_below(fd, path, attrs) : 0;
}

int mount_attach_with(int fd, int target, uint32_t attrs, bool recursive)
{
	int rc = mount_add_attrs(fd, attrs, recursive);

	if (rc < 0 && rc != -ENOSYS)
		return rc;
	TRY(mount_attach(fd, target));
	return rc == -ENOSYS ? change_attached(fd, attrs, recursive) : 0;
}

int mount_change(int fd, uint32_t attrs)
{
	int rc = mount_add_attrs(fd, attrs, false);

	return rc == -ENOSYS ? change_attached(fd, attrs, false) : rc;
}
