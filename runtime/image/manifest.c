/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes manifests; what an entry of the tree says of itself.
 */
#include "image/manifest.h"
#include "image/walk.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { CHUNK = 64 * 1024, XATTR_NAMES = 64 * 1024, XATTR_VALUE = 64 * 1024 }; /* xattr(7): the kernel's bounds */

/* ---- entries ---- */

static char type_of(mode_t m)
{
	static const struct {
		mode_t format;
		char type;
	} types[] = { { S_IFDIR, 'd' }, { S_IFREG, 'f' }, { S_IFLNK, 'l' }, { S_IFCHR, 'c' },
		      { S_IFBLK, 'b' }, { S_IFIFO, 'p' }, { S_IFSOCK, 's' } };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((m & S_IFMT) == types[i].format)
			return types[i].type;
	return '?';
}

int manifest_line_of(const struct walk_entry *e, struct manifest_line *out)
{
	const struct stat *st = e->st;
	ssize_t n;

	out->type = type_of(st->st_mode);
	if (e->mount)
		out->type = 'm';
	out->mode = st->st_mode & 07777;
	out->uid = st->st_uid;
	out->gid = st->st_gid;
	out->size = (uint64_t)st->st_size;
	out->major = major(st->st_rdev);
	out->minor = minor(st->st_rdev);
	snprintf(out->name, sizeof(out->name), "%s", e->name);
	if (out->type == '?')
		return -EINVAL;
	if (out->type != 'l')
		return 0;
	n = readlinkat(e->dir, e->name, out->target, sizeof(out->target) - 1);
	if (n < 0)
		return -errno;
	out->target[n] = '\0';
	return 0;
}

static int hash_file(int fd, unsigned char digest[static MANIFEST_DIGEST])
{
	static unsigned char chunk[CHUNK];
	crypto_hash_sha256_state hash;
	ssize_t n;

	crypto_hash_sha256_init(&hash);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		crypto_hash_sha256_update(&hash, chunk, (unsigned long long)n);
	}
	crypto_hash_sha256_final(&hash, digest);
	return 0;
}

int manifest_file_digest(const struct walk_entry *e, unsigned char digest[static MANIFEST_DIGEST])
{
	auto_fd fd = openat(e->dir, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_dev != e->st->st_dev || st.st_ino != e->st->st_ino)
		return -EAGAIN;
	return hash_file(fd, digest);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct manifest_xattr *)a)->name, ((const struct manifest_xattr *)b)->name);
}

static int read_xattr(const char *path, const char *name, struct manifest_xattr *out)
{
	static unsigned char value[XATTR_VALUE];
	ssize_t n = lgetxattr(path, name, value, sizeof(value));

	if (n < 0)
		return -errno;
	if (strlen(name) >= sizeof(out->name))
		return -EINVAL; /* no kernel has such a name */
	memcpy(out->name, name, strlen(name) + 1);
	crypto_hash_sha256(out->digest, value, (unsigned long long)n);
	return 0;
}

int manifest_xattrs_of(const struct walk_entry *e, struct manifest_xattrs *out)
{
	static char names[XATTR_NAMES];
	char path[NAME_MAX + 64];
	ssize_t n;
	int rc = 0;

	*out = (struct manifest_xattrs){ 0 };
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", e->dir, e->name);
	n = llistxattr(path, names, sizeof(names));
	if (n <= 0)
		return n < 0 && errno != EOPNOTSUPP ? -errno : 0;
	for (const char *name = names; name < names + n; name += strlen(name) + 1)
		out->n++;
	out->v = calloc(out->n, sizeof(*out->v));
	if (!out->v)
		return -ENOMEM;
	out->n = 0;
	for (const char *name = names; name < names + n && rc == 0; name += strlen(name) + 1) {
		rc = read_xattr(path, name, &out->v[out->n]);
		if (rc == 0)
			out->n++;
		else if (rc == -ENODATA)
			rc = 0; /* gone meanwhile */
	}
	qsort(out->v, out->n, sizeof(*out->v), by_name);
	return rc;
}

/* ---- writing ---- */

struct writer {
	int fd;
	struct stat own, old; /* the file itself and the one it replaces, where they lie in the tree */
	crypto_hash_sha256_state hash;
	struct manifest_line line;
	char buf[CHUNK];
	size_t n;
};

static int flush(struct writer *w, struct err *err)
{
	int rc = fd_write_all(w->fd, w->buf, w->n);

	w->n = 0;
	return rc < 0 ? err_sys(err, -rc, "write the manifest") : 0;
}

static int put_line(struct writer *w, const struct manifest_line *line, struct err *err)
{
	size_t n;

	if (sizeof(w->buf) - w->n < MANIFEST_LINE)
		TRY(flush(w, err));
	n = manifest_line_write(line, w->buf + w->n);
	crypto_hash_sha256_update(&w->hash, (unsigned char *)w->buf + w->n, n);
	w->n += n;
	return 0;
}

static int put_xattrs(struct writer *w, const struct walk_entry *e, struct err *err)
{
	struct manifest_xattrs attrs;
	int rc = manifest_xattrs_of(e, &attrs);
	char path[WALK_PATH];

	if (rc < 0)
		err_sys(err, -rc, "extended attributes of %s", walk_path(e, path));
	for (size_t i = 0; rc == 0 && i < attrs.n; i++) {
		w->line.type = 'x';
		memcpy(w->line.name, attrs.v[i].name, sizeof(w->line.name));
		memcpy(w->line.digest, attrs.v[i].digest, sizeof(w->line.digest));
		rc = put_line(w, &w->line, err);
	}
	free(attrs.v);
	return rc;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A sparse file of any size takes any time to read. */
static bool is_bomb(const struct stat *st)
{
	return st->st_size >= INT64_C(1) << 30 && st->st_blocks * INT64_C(512) < st->st_size / 16;
}

static int write_entry(void *arg, const struct walk_entry *e, struct err *err)
{
	struct writer *w = arg;
	char path[WALK_PATH];
	int rc;

	if (same(e->st, &w->own) || same(e->st, &w->old))
		return WALK_ON;
	rc = manifest_line_of(e, &w->line);
	if (rc == 0 && w->line.type == 'f' && is_bomb(e->st))
		return err_set(err, EFBIG, "%s has %jd bytes, nearly none of them on the disk: there is no manifest of such a file",
			       walk_path(e, path), (intmax_t)e->st->st_size);
	if (rc == 0 && w->line.type == 'f')
		rc = manifest_file_digest(e, w->line.digest);
	if (rc < 0)
		return err_sys(err, -rc, "%s", walk_path(e, path));
	TRY(put_line(w, &w->line, err));
	return e->mount ? WALK_SKIP : put_xattrs(w, e, err);
}

static int write_end(void *arg, const struct walk_entry *e, struct err *err)
{
	static const struct manifest_line end = { .type = '^' };

	(void)e;
	return put_line(arg, &end, err);
}

static int write_closed(void *arg, const struct walk_entry *e, int code, struct err *err)
{
	char path[WALK_PATH];

	(void)arg;
	return err_sys(err, code, "%s", walk_path(e, path));
}

static size_t header(char out[static 128], const unsigned char *digest)
{
	size_t n = (size_t)snprintf(out, 128, "crib-manifest 1 sha256 ");

	for (size_t i = 0; i < MANIFEST_DIGEST; i++)
		n += (size_t)snprintf(out + n, 128 - n, "%02x", digest[i]);
	return n + (size_t)snprintf(out + n, 128 - n, "\n");
}

/* The digest in the first line is known last: the line is written twice. */
static int write_all(int root, struct writer *w, size_t *entries, struct err *err)
{
	static const struct walk_visitor visitor = { write_entry, write_end, write_closed };
	unsigned char digest[MANIFEST_DIGEST] = { 0 };
	char first[128];
	size_t n = header(first, digest);
	int rc;

	crypto_hash_sha256_init(&w->hash);
	memcpy(w->buf, first, n);
	w->n = n;
	TRY(walk_tree(root, &visitor, w, 0, entries, err));
	TRY(flush(w, err));
	crypto_hash_sha256_final(&w->hash, digest);
	header(first, digest);
	rc = lseek(w->fd, 0, SEEK_SET) < 0 ? -errno : fd_write_all(w->fd, first, n);
	if (rc < 0 || fsync(w->fd) < 0)
		return err_sys(err, rc < 0 ? -rc : errno, "write the manifest");
	return 0;
}

static int write_beside(int root, const char *path, const char *temporary, size_t *entries, struct err *err)
{
	struct writer *w = calloc(1, sizeof(*w));
	auto_fd fd = -1;
	int rc;

	if (!w)
		return err_sys(err, ENOMEM, "manifest");
	fd = w->fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || fstat(fd, &w->own) < 0) {
		free(w);
		return err_sys(err, errno, "make %s", temporary);
	}
	if (stat(path, &w->old) < 0)
		w->old = w->own;
	rc = write_all(root, w, entries, err);
	free(w);
	if (rc == 0 && rename(temporary, path) < 0)
		rc = err_sys(err, errno, "rename %s", temporary);
	if (rc < 0)
		unlink(temporary);
	return rc;
}

int manifest_write(int root, const char *path, struct verified *out, struct err *err)
{
	char temporary[PATH_MAX];
	uint32_t random = (uint32_t)getpid();

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint32_t)getpid();
	if (snprintf(temporary, sizeof(temporary), "%s.%08x", path, random) >= (int)sizeof(temporary))
		return err_sys(err, ENAMETOOLONG, "%s", path);
	return write_beside(root, path, temporary, &out->entries, err);
}
