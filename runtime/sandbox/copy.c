/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies an image's tree into the writable layer, for kernels that give
 * no overlay to a user namespace (before 5.11, or without extended attributes
 * on tmpfs before 6.6). Descriptors all the way, no link is followed.
 * Takes directories, regular files and symbolic links; devices, sockets and
 * FIFOs of an image are not for a sandbox.
 */
#include "sandbox/copy.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 128 };

enum { NOBODY = 65534 };

/* What no map has is nobody's, as the kernel shows it. */
static uint32_t shift(const struct id_maps *maps, uint32_t id)
{
	for (size_t i = 0; i < maps->n; i++)
		if (id >= maps->v[i].inside && id - maps->v[i].inside < maps->v[i].count)
			return id - maps->v[i].inside + maps->v[i].outside;
	return id == NOBODY ? maps->v[0].outside : shift(maps, NOBODY);
}

/* 1: it could not be given away. */
static int copy_owner(int to, const char *name, const struct stat *st, const struct copy_ids *ids)
{
	uint32_t uid = ids && ids->uids ? shift(ids->uids, st->st_uid) : st->st_uid;
	uint32_t gid = ids && ids->gids ? shift(ids->gids, st->st_gid) : st->st_gid;

	if (fchownat(to, name, uid, gid, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	/* inside, ids that have no meaning in the user namespace become its root */
	return errno == EPERM || errno == EINVAL ? 1 : -errno;
}

static int copy_range(int in, int out, off_t at, off_t end)
{
	if (lseek(out, at, SEEK_SET) < 0)
		return -errno;
	while (at < end) {
		ssize_t n = sendfile(out, in, &at, (size_t)(end - at));

		if (n < 0)
			return -errno;
		if (n == 0)
			break; /* it has become shorter */
	}
	return 0;
}

/* Holes stay holes: what is nothing on the disk must not fill the memory. */
static int copy_data(int in, int out, off_t size)
{
	off_t at = 0;

	while (at < size) {
		off_t data = lseek(in, at, SEEK_DATA), hole;

		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0)
			return -errno;
		hole = lseek(in, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		TRY(copy_range(in, out, data, hole));
		at = hole;
	}
	return ftruncate(out, size) < 0 ? -errno : 0;
}

static int copy_file(int from, int to, const char *name, const struct stat *st, const struct copy_ids *ids)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	auto_fd out = -1;
	auto_fd in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int rc;

	if (in < 0)
		return -errno;
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return -errno;
	TRY(copy_data(in, out, st->st_size));
	rc = copy_owner(to, name, st, ids);
	TRY(rc);
	/* these bits are not wanted unless they were asked for, and never for another than their owner */
	if (fchmod(out, st->st_mode & (rc == 0 && ids && ids->set_ids ? 07777 : 01777)) < 0 || futimens(out, times) < 0)
		return -errno;
	return 0;
}

static int copy_link(int from, int to, const char *name, const struct stat *st, const struct copy_ids *ids)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(from, name, text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (symlinkat(text, to, name) < 0)
		return -errno;
	TRY(copy_owner(to, name, st, ids));
	return 0;
}

static int copy_directory(int from, int to, int depth, const struct copy_ids *ids, struct err *err);

static int copy_subdirectory(int from, int to, const char *name, const struct stat *st, int depth,
			     const struct copy_ids *ids, struct err *err)
{
	auto_fd in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_fd out = -1;

	if (in < 0)
		return -errno;
	if (mkdirat(to, name, 0700) < 0)
		return -errno;
	out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		return -errno;
	TRY(copy_directory(in, out, depth + 1, ids, err));
	TRY(copy_owner(to, name, st, ids));
	return fchmod(out, st->st_mode & 01777) < 0 ? -errno : 0;
}

static int copy_entry(int from, int to, const char *name, int depth, const struct copy_ids *ids, struct err *err)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return copy_file(from, to, name, &st, ids);
	case S_IFLNK:
		return copy_link(from, to, name, &st, ids);
	case S_IFDIR:
		return copy_subdirectory(from, to, name, &st, depth, ids, err);
	default:
		return 0;
	}
}

static int copy_directory(int from, int to, int depth, const struct copy_ids *ids, struct err *err)
{
	DIR *dir = depth < MAX_DEPTH ? dir_open(from) : NULL;
	struct dirent *entry;
	int rc = 0;

	if (depth >= MAX_DEPTH)
		return err_set(err, ELOOP, "copy the root: directories are nested deeper than %d", MAX_DEPTH);
	if (!dir)
		return err_sys(err, errno, "copy the root");
	while (rc == 0 && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (str_eq(name, ".") || str_eq(name, ".."))
			continue;
		err->code = 0;
		rc = copy_entry(from, to, name, depth, ids, err);
		if (rc < 0 && !err->code)
			rc = err_sys(err, -rc, "copy the root: %s", name);
	}
	closedir(dir);
	return rc;
}

int copy_tree(int from, int to, const struct copy_ids *ids, struct err *err)
{
	struct stat st;

	TRY(copy_directory(from, to, 0, ids, err));
	if (fstat(from, &st) < 0 || copy_owner(to, ".", &st, ids) < 0 || fchmod(to, st.st_mode & 01777) < 0)
		return err_sys(err, errno, "copy the root");
	return 0;
}
