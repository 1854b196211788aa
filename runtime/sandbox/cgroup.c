/* SPDX-License-Identifier: Apache-2.0
 *
 * cgroup directories; see the header. Limits are written before anybody is in.
 */
#include "sandbox/cgroup.h"
#include "sandbox/devices.h"
#include "util/sys.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

/* v2: controllers of the children are switched on in the parent. */
static int enable(const struct cgroup_plan *cg, struct err *err)
{
	char path[4096];
	const char *slash = strrchr(cg->path, '/');
	int rc;

	if (!cg->enable)
		return 0;
	snprintf(path, sizeof(path), "%.*s/cgroup.subtree_control", (int)(slash - cg->path), cg->path);
	rc = file_write_text(AT_FDCWD, path, cg->enable);
	if (rc == -EBUSY)
		return err_set(err, EBUSY, "%s: the cgroup that crib runs in has processes of its own, so that it can give no limits",
			       path);
	return rc < 0 ? err_sys(err, -rc, "write %s to %s", cg->enable, path) : 0;
}

static int write_knob(int dirfd, const struct cgroup_plan *cg, const struct knob *knob, struct err *err)
{
	int rc = file_write_text(dirfd, knob->file, knob->value);

	if (rc == -ENOENT && knob->missing_ok)
		return 0;
	return rc < 0 ? err_sys(err, -rc, "write %s to %s/%s", knob->value, cg->path, knob->file) : 0;
}

static bool any_required(const struct cgroup_plan *cg)
{
	for (size_t i = 0; i < cg->n_knobs; i++)
		if (cg->knobs[i].required)
			return true;
	return false;
}

static int make_with_limits(const struct cgroup_plan *cg, int *dirfd, struct err *err)
{
	auto_fd fd = -1;

	TRY(enable(cg, err));
	if (mkdir(cg->path, 0755) < 0)
		return err_sys(err, errno, "cgroup %s", cg->path);
	fd = open(cg->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cgroup %s", cg->path);
	for (size_t i = 0; i < cg->n_knobs; i++)
		TRY(write_knob(fd, cg, &cg->knobs[i], err));
	*dirfd = take_fd(&fd);
	return 0;
}

int cgroup_confine_outside(const struct cgroup_plan *cg, int dirfd, struct err *why, struct err *err)
{
	int rc = devices_confine_outside(cg, dirfd, err);

	if (rc == 0 || cg->devices.required)
		return rc;
	*why = *err;
	err_in(why, rc, "devices are not confined by a cgroup");
	return 0;
}

int cgroup_make_outside(const struct cgroup_plan *cg, int *dirfd, struct err *why, struct err *err)
{
	int rc = make_with_limits(cg, dirfd, err);

	if (rc == 0 || any_required(cg))
		return rc;
	*why = *err;
	err_in(why, rc, "no default limits");
	*dirfd = -1;
	return cgroup_remove_outside(cg->path, err);
}

/* Every process of the cgroup and of those below it; v2 has a file for it since
 * Linux 5.14, elsewhere they are signalled one by one until none is left. */
static void kill_all(int dirfd)
{
	char buf[4096];
	auto_fd fd = -1;
	ssize_t n;

	if (file_write_text(dirfd, "cgroup.kill", "1") == 0)
		return;
	fd = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while ((n = read(fd, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		for (char *at = buf, *end; *at; at = end) {
			long pid = strtol(at, &end, 10);

			if (end == at)
				break;
			/* 0 is a process of another PID namespace: not ours to reach */
			if (pid > 1)
				kill((pid_t)pid, SIGKILL);
			while (*end == '\n')
				end++;
		}
	}
}

static void remove_children(int dirfd)
{
	DIR *dir = dir_open(dirfd);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		auto_fd child = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(dirfd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child < 0)
			continue;
		kill_all(child);
		remove_children(child);
		unlinkat(dirfd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

static bool try_remove(const char *path)
{
	auto_fd fd = -1;

	if (rmdir(path) == 0 || errno == ENOENT || errno == ENODEV)
		return true;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT;
	kill_all(fd);
	remove_children(fd);
	return rmdir(path) == 0;
}

/* A journal is a file, and may name anything: only a cgroup is emptied and removed. */
static bool is_elsewhere(const char *path)
{
	struct statfs st;

	return statfs(path, &st) == 0 && st.f_type != SYS_CGROUP_MAGIC && st.f_type != SYS_CGROUP2_MAGIC;
}

int cgroup_remove_outside(const char *path, struct err *err)
{
	if (is_elsewhere(path))
		return err_set(err, EINVAL, "%s is not on a cgroup file system: not removed", path);
	/* the kernel needs a moment to let go of the dead: 1 ms, 2 ms, … 4 s in all */
	for (long wait_ms = 1; wait_ms < 4096; wait_ms *= 2) {
		struct timespec ts = { wait_ms / 1000, wait_ms % 1000 * 1000000 };

		if (try_remove(path))
			return 0;
		nanosleep(&ts, NULL);
	}
	return err_sys(err, errno, "remove cgroup %s", path);
}
