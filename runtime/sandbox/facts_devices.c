/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices of the host that a spec asks for by path: what they are, found by
 * one descriptor each. Takes a node, or a directory for all nodes below it; links
 * below it are not followed.
 */
#include "sandbox/facts.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { NODES_MAX = 1024, DEPTH_MAX = 8 };

struct walk {
	struct facts *facts;
	struct arena *arena;
	struct err *err;
	size_t found;
};

static bool is_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

static int add(struct walk *w, const char *path, const struct stat *st)
{
	if (++w->found > NODES_MAX)
		return err_set(w->err, E2BIG, "device %s: there are more than %d with it", path, NODES_MAX);
	*(struct device_fact *)arena_push(w->arena, &w->facts->devices, &w->facts->n_devices, sizeof(struct device_fact)) =
		(struct device_fact){ path, S_ISBLK(st->st_mode) ? 'b' : 'c', major(st->st_rdev), minor(st->st_rdev),
				      st->st_mode & 0777 };
	return 0;
}

static int walk_directory(struct walk *w, int dirfd, const char *path, int depth);

static int visit(struct walk *w, int dirfd, const char *path, const char *name, int depth)
{
	auto_fd fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0; /* gone meanwhile */
	path = arena_printf(w->arena, "%s/%s", path, name);
	if (is_device(&st))
		return add(w, path, &st);
	return S_ISDIR(st.st_mode) ? walk_directory(w, fd, path, depth + 1) : 0;
}

static int walk_directory(struct walk *w, int dirfd, const char *path, int depth)
{
	DIR *dir = dir_open(dirfd);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return err_sys(w->err, errno, "device %s", path);
	while (rc == 0 && depth < DEPTH_MAX && (entry = readdir(dir)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			rc = visit(w, dirfd, path, entry->d_name, depth);
	closedir(dir);
	return rc;
}

static bool is_given(const struct facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->n_devices; i++) {
		const char *rest = str_after(facts->devices[i].path, path);

		if (rest && (!*rest || *rest == '/'))
			return true;
	}
	return false;
}

int facts_gather_device(struct facts *facts, const char *path, struct arena *arena, struct err *err)
{
	struct walk w = { facts, arena, err, 0 };
	auto_fd fd = -1;
	struct stat st;

	if (is_given(facts, path))
		return 0;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "device %s", path);
	if (is_device(&st))
		return add(&w, path, &st);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENODEV, "device %s: is no device node, nor a directory of such; for other files there is --volume",
			       path);
	TRY(walk_directory(&w, fd, path, 0));
	return w.found ? 0 : err_set(err, ENODEV, "device %s: there is no device node in this directory", path);
}
