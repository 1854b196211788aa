/* SPDX-License-Identifier: Apache-2.0
 *
 * Unpacks the kernel's own archive format, cpio "newc"
 * (Documentation/driver-api/early-userspace/buffer-format.rst): an ASCII header
 * of 6 + 13 * 8 characters, the name, the data, each padded to 4 bytes.
 * Takes directories, regular files and symbolic links with parents first; names
 * are relative, without `.` and `..`. The owner is whoever unpacks.
 */
#include "image/image.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

enum { HEADER = 110 };

/* The fields of a header, in their order in it. */
enum { F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_SIZE, F_DEVMAJOR, F_DEVMINOR, F_RDEVMAJOR, F_RDEVMINOR, F_NAMESIZE, FIELDS };

struct entry {
	const char *name;           /* NUL inside the archive ends it */
	const unsigned char *data;
	size_t size;
	uint32_t mode;
	time_t mtime;
};

static int damaged(struct err *err)
{
	return err_set(err, EBADMSG, "the archive of the root is damaged");
}

static int hex(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool field(const unsigned char *p, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 8; i++) {
		int digit = hex(p[i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (unsigned)digit;
	}
	return true;
}

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Reads the entry at *at and moves *at behind it. */
static int next_entry(const unsigned char *data, size_t size, size_t *at, struct entry *e, struct err *err)
{
	uint32_t f[FIELDS];
	size_t name_at = *at + HEADER, data_at;

	if (*at > size || size - *at < HEADER || memcmp(data + *at, "070701", 6) != 0)
		return damaged(err);
	for (int i = 0; i < FIELDS; i++)
		if (!field(data + *at + 6 + i * 8, &f[i]))
			return damaged(err);
	if (!f[F_NAMESIZE] || f[F_NAMESIZE] > PATH_MAX || f[F_NAMESIZE] > size - name_at)
		return damaged(err);
	data_at = padded(name_at + f[F_NAMESIZE]);
	if (data[name_at + f[F_NAMESIZE] - 1] != '\0' || data_at > size || f[F_SIZE] > size - data_at)
		return damaged(err);
	*e = (struct entry){ (const char *)data + name_at, data + data_at, f[F_SIZE], f[F_MODE], f[F_MTIME] };
	*at = padded(data_at + f[F_SIZE]);
	return 0;
}

static bool name_is_plain(const char *name)
{
	for (const char *at = name; *at;) {
		size_t n = strcspn(at, "/");

		if (n == 0 || (n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		at += n + (at[n] == '/');
	}
	return *name != '\0';
}

static int make_file(const struct entry *e, int to)
{
	auto_fd fd = openat(to, e->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	TRY(fd_write_all(fd, e->data, e->size));
	return fchmod(fd, e->mode & 01777) < 0 ? -errno : 0;
}

static int make_link(const struct entry *e, int to)
{
	char text[PATH_MAX];

	if (e->size == 0 || e->size >= sizeof(text))
		return -EBADMSG;
	memcpy(text, e->data, e->size);
	text[e->size] = '\0';
	return symlinkat(text, to, e->name) < 0 ? -errno : 0;
}

static int make_directory(const struct entry *e, int to)
{
	if (mkdirat(to, e->name, 0700) < 0 || fchmodat(to, e->name, e->mode & 01777, 0) < 0)
		return -errno;
	return 0;
}

static int set_time(const struct entry *e, int to)
{
	const struct timespec times[2] = { { .tv_sec = e->mtime }, { .tv_sec = e->mtime } };

	return utimensat(to, e->name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int make_entry(const struct entry *e, int to)
{
	int rc;

	switch (e->mode & S_IFMT) {
	case S_IFREG:
		rc = make_file(e, to);
		break;
	case S_IFLNK:
		rc = make_link(e, to);
		break;
	case S_IFDIR:
		rc = make_directory(e, to);
		break;
	default:
		rc = -EBADMSG;
	}
	TRY(rc);
	return set_time(e, to);
}

/* Opens the directory that the entry is in, and leaves of its name what it has there. No link is
 * followed on the way: the archive may have made one itself. */
static int open_parent(struct entry *e, int to)
{
	struct sys_open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_SYMLINKS,
	};
	const char *slash = strrchr(e->name, '/');
	char path[PATH_MAX] = ".";
	int fd;

	if (slash) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - e->name), e->name);
		e->name = slash + 1;
	}
	fd = sys_openat2(to, path, &how);
	return fd < 0 ? -errno : fd;
}

/* One pass over the archive. */
static int for_each(const unsigned char *data, size_t size, int to, int (*act)(const struct entry *e, int to),
		    struct err *err)
{
	size_t at = 0;

	for (;;) {
		struct entry e = { 0 };
		auto_fd parent = -1;
		const char *name;
		int rc;

		TRY(next_entry(data, size, &at, &e, err));
		if (str_eq(e.name, "TRAILER!!!"))
			return 0;
		if (str_eq(e.name, "."))
			continue;
		if (!name_is_plain(e.name))
			return damaged(err);
		name = e.name;
		parent = open_parent(&e, to);
		rc = parent < 0 ? parent : act(&e, parent);
		if (rc < 0)
			return err_sys(err, -rc, "unpack %s", name);
	}
}

/* What was put into a directory has changed its time. */
static int set_directory_time(const struct entry *e, int to)
{
	return S_ISDIR(e->mode) ? set_time(e, to) : 0;
}

int cpio_unpack(const unsigned char *data, size_t size, int to, struct err *err)
{
	TRY(for_each(data, size, to, make_entry, err));
	return for_each(data, size, to, set_directory_time, err);
}
