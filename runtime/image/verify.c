/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks, one entry of the tree at a time. Reads metadata and the texts of
 * links; of files only /etc/passwd and /etc/shadow.
 */
#include "image/verify.h"
#include "image/walk.h"
#include "util/escape.h"
#include "util/fd.h"
#include "util/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum {
	SPARSE_BYTES = 64 << 20, /* from here on, a file with sixteen times less on the disk counts as sparse */
	SPARSE_TIMES = 16,
	OWN_IDS = 65536,
	LINKED = 1 << 14,        /* files with several names that are kept in mind; a power of two */
	ACCOUNTS = 1 << 20,      /* bytes of a file of accounts */
};

struct linked { /* a file of which a name was seen, and how many names it has */
	dev_t dev;
	ino_t ino;
	nlink_t names, seen;
	const char *path;
};

struct verifier {
	int root;
	root_open *open_in_root;
	struct arena *arena;
	struct verified *out;
	struct linked *linked;
	size_t n_linked;
	bool no_xattrs; /* the file system has none */
	char path[WALK_PATH];
};

void verified_add(struct verified *out, struct arena *arena, enum verified_kind kind, const char *fmt, ...)
{
	struct strs *shown = &out->shown[kind];
	char line[WALK_PATH + 256];
	va_list ap;

	out->count[kind]++;
	out->bad |= kind < VERIFIED_NOTES;
	if (shown->n == VERIFIED_SHOWN)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	*(const char **)arena_push(arena, &shown->v, &shown->n, sizeof(*shown->v)) = arena_strdup(arena, line);
}

#define FOUND(v, kind, ...) verified_add((v)->out, (v)->arena, kind, __VA_ARGS__)

/* Put together only for what is told. */
static const char *where(struct verifier *v, const struct walk_entry *e)
{
	return walk_path(e, v->path);
}

const char *verified_summary(const struct verified *v, struct arena *arena)
{
	struct str s = { .arena = arena };

	for (int kind = 0; kind < VERIFIED_NOTES; kind++) {
		if (!v->count[kind])
			continue;
		str_add(&s, "%s%s (%.120s", s.n ? ", " : "", verified_topics[kind], v->shown[kind].v[0]);
		if (v->count[kind] > 1)
			str_add(&s, " and %zu more", v->count[kind] - 1);
		str_add(&s, ")");
	}
	return s.n ? s.s : "";
}

/* ---- regular files ---- */

static bool has_capabilities(struct verifier *v, const struct walk_entry *e)
{
	char path[NAME_MAX + 64];

	if (v->no_xattrs || !(e->st->st_mode & 0111))
		return false;
	/* by name, since that needs no right to read the file: only the last component is the root's own word */
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", e->dir, e->name);
	if (lgetxattr(path, "security.capability", NULL, 0) > 0)
		return true;
	v->no_xattrs = errno == EOPNOTSUPP;
	return false;
}

static struct linked *find_linked(struct verifier *v, const struct stat *st)
{
	uint64_t hash = ((uint64_t)st->st_ino ^ (uint64_t)st->st_dev << 40) * UINT64_C(0x9e3779b97f4a7c15);

	if (!v->linked)
		v->linked = arena_array(v->arena, LINKED, sizeof(*v->linked));
	for (size_t i = hash >> 50;; i = (i + 1) & (LINKED - 1)) {
		struct linked *l = &v->linked[i];

		if (l->names && (l->dev != st->st_dev || l->ino != st->st_ino))
			continue;
		return l;
	}
}

static void count_name(struct verifier *v, const struct walk_entry *e)
{
	struct linked *l;

	if (v->n_linked >= LINKED / 4 * 3)
		return;
	l = find_linked(v, e->st);
	if (!l->names) {
		*l = (struct linked){ e->st->st_dev, e->st->st_ino, e->st->st_nlink, 0, NULL };
		l->path = arena_printf(v->arena, "%.160s", where(v, e));
		v->n_linked++;
	}
	l->seen++;
}

static void tell_linked(struct verifier *v)
{
	for (size_t i = 0; v->linked && i < LINKED; i++) {
		const struct linked *l = &v->linked[i];

		if (l->names > l->seen)
			FOUND(v, VERIFIED_HARD_LINK, "%s: %ju of its %ju names", l->path, (uintmax_t)(l->names - l->seen),
			      (uintmax_t)l->names);
	}
}

static void check_file(struct verifier *v, const struct walk_entry *e)
{
	const struct stat *st = e->st;
	bool runs = st->st_mode & 0111;

	if (st->st_mode & S_ISUID)
		FOUND(v, VERIFIED_SETUID, "%s (%04o, owner %u)", where(v, e), st->st_mode & 07777, st->st_uid);
	if ((st->st_mode & S_ISGID) && runs)
		FOUND(v, VERIFIED_SETGID, "%s (%04o, group %u)", where(v, e), st->st_mode & 07777, st->st_gid);
	if (has_capabilities(v, e))
		FOUND(v, VERIFIED_CAPABILITIES, "%s", where(v, e));
	if (st->st_mode & S_IWOTH)
		FOUND(v, VERIFIED_WRITABLE_FILE, "%s (%04o)", where(v, e), st->st_mode & 07777);
	if (st->st_size >= SPARSE_BYTES && st->st_blocks * INT64_C(512) < st->st_size / SPARSE_TIMES)
		FOUND(v, VERIFIED_SPARSE, "%s (%" PRId64 " bytes, %" PRId64 " on the disk)", where(v, e), (int64_t)st->st_size,
		      (int64_t)st->st_blocks * 512);
	if (st->st_nlink > 1)
		count_name(v, e);
}

/* ---- links ---- */

/* Whether following it from the directory at that depth leads above the root: by its words, as what
 * lies in between may be a link itself. */
static bool climbs_out(const char *target, size_t depth)
{
	for (const char *at = target; *at;) {
		size_t n = strcspn(at, "/");

		if (n == 2 && at[0] == '.' && at[1] == '.') {
			if (depth-- == 0)
				return true;
		} else if (n && !(n == 1 && at[0] == '.')) {
			depth++;
		}
		at += n + (at[n] == '/');
	}
	return false;
}

/* What only a live sandbox has below these is no news. */
static bool is_of_a_live_one(const char *target)
{
	static const char *const tops[] = { "/proc", "/dev", "/sys", "/run", "/tmp", "/var/run", "/var/lock" };

	for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
		const char *rest = str_after(target, tops[i]);

		if (rest && (!*rest || *rest == '/'))
			return true;
	}
	return false;
}

static void check_link(struct verifier *v, const struct walk_entry *e)
{
	char target[PATH_MAX], word[256];
	ssize_t n = readlinkat(e->dir, e->name, target, sizeof(target) - 1);
	auto_fd fd = -1;

	if (n < 0)
		return; /* gone meanwhile */
	target[n] = '\0';
	escape(word, sizeof(word), target, (size_t)n);
	if (target[0] != '/') {
		if (climbs_out(target, e->depth))
			FOUND(v, VERIFIED_LINK_OUT, "%s -> %s", where(v, e), word);
		return;
	}
	if (climbs_out(target, 0)) {
		FOUND(v, VERIFIED_LINK_OUT, "%s -> %s", where(v, e), word);
		return;
	}
	if (is_of_a_live_one(target))
		return;
	fd = v->open_in_root(v->root, target, O_PATH);
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		FOUND(v, VERIFIED_LINK_NOWHERE, "%s -> %s", where(v, e), word);
}

/* ---- all entries ---- */

static bool has_controls(const char *name)
{
	for (const unsigned char *c = (const unsigned char *)name; *c; c++)
		if (*c < ' ' || *c == 127 || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			return true;
	return false;
}

static void check_by_type(struct verifier *v, const struct walk_entry *e)
{
	const struct stat *st = e->st;

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		check_file(v, e);
		break;
	case S_IFDIR:
		if ((st->st_mode & S_IWOTH) && !(st->st_mode & S_ISVTX))
			FOUND(v, VERIFIED_WRITABLE_DIRECTORY, "%s (%04o)", where(v, e), st->st_mode & 07777);
		break;
	case S_IFLNK:
		check_link(v, e);
		break;
	case S_IFBLK:
	case S_IFCHR:
		FOUND(v, VERIFIED_DEVICE, "%s (%s device %u:%u, %04o)", where(v, e), S_ISBLK(st->st_mode) ? "block" : "character",
		      major(st->st_rdev), minor(st->st_rdev), st->st_mode & 07777);
		break;
	case S_IFSOCK:
		FOUND(v, VERIFIED_SOCKET, "%s", where(v, e));
		break;
	case S_IFIFO:
		FOUND(v, VERIFIED_FIFO, "%s", where(v, e));
		break;
	default:
		FOUND(v, VERIFIED_DEVICE, "%s (a file of an unknown type)", where(v, e));
	}
}

static int check_entry(void *arg, const struct walk_entry *e, struct err *err)
{
	struct verifier *v = arg;
	const struct stat *st = e->st;

	(void)err;
	if (e->mount) {
		FOUND(v, VERIFIED_MOUNT, "%s", where(v, e));
		return WALK_ON;
	}
	if (has_controls(e->name))
		FOUND(v, VERIFIED_NAME, "%s", where(v, e));
	if (st->st_uid >= OWN_IDS || st->st_gid >= OWN_IDS)
		FOUND(v, VERIFIED_FOREIGN_OWNER, "%s (%u:%u)", where(v, e), st->st_uid, st->st_gid);
	check_by_type(v, e);
	return WALK_ON;
}

static int note_closed(void *arg, const struct walk_entry *e, int code, struct err *err)
{
	struct verifier *v = arg;

	(void)err;
	FOUND(v, VERIFIED_CLOSED, "%s: %s", where(v, e), strerror(code));
	return WALK_ON;
}

/* ---- accounts ---- */

static char *read_accounts(struct verifier *v, const char *path)
{
	auto_fd fd = v->open_in_root(v->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size >= ACCOUNTS)
		return NULL;
	text = arena_alloc(v->arena, (size_t)st.st_size + 1);
	return fd_read_text(fd, text, (size_t)st.st_size + 1) < 0 ? NULL : text;
}

/* Of a line its first three fields: name, password, in passwd the user's number. */
static void check_account(struct verifier *v, const char *file, char *line, bool numbered)
{
	char *password = strchr(line, ':'), *uid = password ? strchr(password + 1, ':') : NULL;
	size_t digits = uid ? strcspn(uid + 1, ":") : 0;
	char word[64];

	if (!uid || !*line || *line == '#')
		return;
	*password++ = '\0';
	*uid++ = '\0';
	escape(word, sizeof(word), line, strlen(line));
	if (!*password)
		FOUND(v, VERIFIED_ACCOUNT, "%s: %s has no password", file, word);
	if (numbered && !str_eq(line, "root") && digits && strspn(uid, "0") == digits)
		FOUND(v, VERIFIED_ACCOUNT, "%s: %s is user 0, as root is", file, word);
}

static void check_accounts(struct verifier *v, const char *file, bool numbered)
{
	for (char *line = read_accounts(v, file), *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		check_account(v, file, line, numbered);
	}
}

int verify_tree(int root, root_open *open_in_root, size_t most, struct arena *arena, struct verified *out,
		struct err *err)
{
	static const struct walk_visitor visitor = { .entry = check_entry, .closed = note_closed };
	struct verifier v = { .root = root, .open_in_root = open_in_root, .arena = arena, .out = out };

	if (access("/proc/self/fd", F_OK) < 0)
		return err_set(err, ENOENT, "/proc is not mounted here: mount -t proc proc /proc");
	TRY(walk_tree(root, &visitor, &v, most, &out->entries, err));
	tell_linked(&v);
	check_accounts(&v, "etc/passwd", true);
	check_accounts(&v, "etc/shadow", false);
	return 0;
}
