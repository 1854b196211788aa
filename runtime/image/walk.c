/* SPDX-License-Identifier: Apache-2.0
 *
 * The walk: a stack of directories, each with the names in it that are still
 * to come. Descriptors of the uppermost ones are kept; deeper ones are found again
 * by `..`, which has to lead to where the walk came from.
 */
#include "image/walk.h"
#include "util/escape.h"
#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>

enum {
	MAX_ENTRIES = 8 << 20,  /* in the whole tree */
	MAX_NAMES = 256 << 20,  /* bytes of names held at a time */
	KEPT = 32,              /* descriptors */
};

struct level {
	struct level *above, *below;
	int fd;             /* -1: not kept */
	char *names;        /* each ended by NUL */
	uint32_t *order;    /* of names */
	size_t n, next, size, cap;
	dev_t dev;
	ino_t ino;
	char *name;         /* of the directory itself, in the names of the level above */
};

struct walk {
	struct level *root, *top;
	size_t depth;       /* 1: in the root */
	size_t entries, most, held;
	uint64_t mount;     /* the root's */
	const struct walk_visitor *visitor;
	void *arg;
	struct err *err;
};

struct dirent64 { /* getdents64(2) */
	uint64_t ino;
	int64_t next;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* ---- paths for people ---- */

/* From the end, so that of a long one its last part is seen; then what fits of its beginning. */
const char *walk_path(const struct walk_entry *e, char buf[static WALK_PATH])
{
	enum { FRONT = 128, MARK = 3 };
	const struct walk *w = e->walk;
	const char *name = e->name;
	char word[1024 + 1];
	size_t at = WALK_PATH - 1, front = 0;

	buf[at] = '\0';
	for (const struct level *l = w->top;; name = l->name, l = l->above) {
		size_t n = escape(word, sizeof(word), name, strlen(name));

		if (n + 1 + FRONT + MARK > at) {
			size_t room = at - FRONT - MARK;

			memcpy(buf + FRONT + MARK, word + n - (room < n ? room : n), room < n ? room : n);
			memmove(buf + FRONT + MARK + (room < n ? room : n), buf + at, WALK_PATH - at);
			break;
		}
		at -= n;
		memcpy(buf + at, word, n);
		if (!l || !l->above)
			return buf + at;
		buf[--at] = '/';
	}
	for (const struct level *l = w->root->below; l && front + 1 < FRONT; l = l->below) {
		front += escape(buf + front, FRONT - front, l->name, strlen(l->name));
		if (front + 1 < FRONT)
			buf[front++] = '/';
	}
	memset(buf + front, '.', MARK);
	memmove(buf + front + MARK, buf + FRONT + MARK, strlen(buf + FRONT + MARK) + 1);
	return buf;
}

/* ---- names of a directory ---- */

static int too_much(struct walk *w)
{
	return err_set(w->err, E2BIG, "it has more entries than are looked through: %zu", w->most);
}

static int add_name(struct walk *w, struct level *l, const char *name)
{
	size_t n = strlen(name) + 1;

	if (str_eq(name, ".") || str_eq(name, ".."))
		return 0;
	if (++w->entries > w->most || w->held + n > MAX_NAMES)
		return too_much(w);
	if (l->size + n > l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 1024;
		char *names = realloc(l->names, cap);

		if (!names)
			return err_sys(w->err, ENOMEM, "names");
		l->names = names;
		l->cap = cap;
	}
	memcpy(l->names + l->size, name, n);
	l->size += n;
	w->held += n;
	l->n++;
	return 0;
}

static int read_names(struct walk *w, struct level *l, int fd)
{
	_Alignas(8) char buf[16 * 1024];

	for (;;) {
		long n = syscall(SYS_getdents64, fd, buf, sizeof(buf));

		if (n < 0)
			return err_sys(w->err, errno, "read a directory");
		if (n == 0)
			return 0;
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(buf + at);

			TRY(add_name(w, l, d->name));
			at += d->size;
		}
	}
}

static int by_name(const struct level *l, uint32_t a, uint32_t b)
{
	return strcmp(l->names + a, l->names + b);
}

/* Heap sort: in place, and no input makes it slow. */
static void sift(struct level *l, size_t from, size_t n)
{
	const uint32_t sinking = l->order[from];

	for (size_t child; (child = from * 2 + 1) < n; from = child) {
		if (child + 1 < n && by_name(l, l->order[child], l->order[child + 1]) < 0)
			child++;
		if (by_name(l, sinking, l->order[child]) >= 0)
			break;
		l->order[from] = l->order[child];
	}
	l->order[from] = sinking;
}

static int sort_names(struct walk *w, struct level *l)
{
	l->order = calloc(l->n + 1, sizeof(*l->order));
	if (!l->order)
		return err_sys(w->err, ENOMEM, "names");
	for (size_t i = 0, at = 0; i < l->n; i++, at += strlen(l->names + at) + 1)
		l->order[i] = (uint32_t)at;
	for (size_t i = l->n / 2; i-- > 0;)
		sift(l, i, l->n);
	for (size_t end = l->n; end-- > 1;) {
		uint32_t largest = l->order[0];

		l->order[0] = l->order[end];
		l->order[end] = largest;
		sift(l, 0, end);
	}
	return 0;
}

/* ---- up and down ---- */

static void drop_level(struct walk *w)
{
	struct level *l = w->top;

	fd_close(&l->fd);
	w->held -= l->size;
	w->top = l->above;
	*(l->above ? &l->above->below : &w->root) = NULL;
	w->depth--;
	free(l->names);
	free(l->order);
	free(l);
}

static int push_level(struct walk *w, int fd, char *name, const struct stat *st)
{
	struct level *l = calloc(1, sizeof(*l));

	if (!l)
		return err_sys(w->err, ENOMEM, "directories");
	*l = (struct level){ .above = w->top, .fd = -1, .dev = st->st_dev, .ino = st->st_ino, .name = name };
	*(w->top ? &w->top->below : &w->root) = l;
	w->top = l;
	w->depth++;
	TRY(read_names(w, l, fd));
	return sort_names(w, l);
}

static int changed(struct walk *w)
{
	return err_set(w->err, EAGAIN, "it was changed while it was looked through");
}

static bool same(const struct stat *st, dev_t dev, ino_t ino)
{
	return st->st_dev == dev && st->st_ino == ino;
}

/* What an open directory is mounted by: a number of the mount (statx, Linux 5.8), else of the device. */
static uint64_t mount_of(int fd, const struct stat *st)
{
	struct statx sx = { 0 };

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0x1000u /* STATX_MNT_ID */, &sx) == 0 && sx.stx_mask & 0x1000u)
		return sx.stx_mnt_id;
	return (uint64_t)st->st_dev;
}

static int enter(struct walk *w, int below, const struct stat *st, int *fd)
{
	struct level *l = w->top;

	if (w->depth <= KEPT)
		l->fd = *fd;
	else
		close(*fd);
	*fd = below;
	return push_level(w, *fd, l->names + l->order[l->next - 1], st);
}

/* Back to the directory above; the root has none. */
static int leave(struct walk *w, int *fd)
{
	const struct walk_entry end = { .walk = w, .dir = *fd, .name = "", .depth = w->depth - 1 };
	struct level *l;
	struct stat st;
	int up;

	if (w->visitor->leave)
		TRY(w->visitor->leave(w->arg, &end, w->err));
	drop_level(w);
	if (!w->depth)
		return 0;
	l = w->top;
	up = l->fd >= 0 ? l->fd : openat(*fd, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	l->fd = -1;
	close(*fd);
	*fd = up;
	if (up < 0)
		return err_sys(w->err, errno, "go back from a directory");
	if (fstat(up, &st) < 0 || !same(&st, l->dev, l->ino))
		return changed(w);
	return 0;
}

static int visit(struct walk *w, struct walk_entry *e, int below, int *fd)
{
	const int code = errno;
	int rc = w->visitor->entry(w->arg, e, w->err);

	if (rc == WALK_ON && S_ISDIR(e->st->st_mode) && !e->mount) {
		if (below >= 0)
			return enter(w, below, e->st, fd);
		rc = w->visitor->closed(w->arg, e, code, w->err);
	}
	if (below >= 0)
		close(below);
	return rc < 0 ? rc : 0;
}

/* A directory is opened before it is looked at: what is told of it is told of what is entered. */
static int step_directory(struct walk *w, struct walk_entry *e, struct stat *st, int *fd)
{
	int below = openat(e->dir, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat opened;

	if (below < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return changed(w);
	if (below >= 0) {
		if (fstat(below, &opened) < 0 || !same(&opened, st->st_dev, st->st_ino)) {
			close(below);
			return changed(w);
		}
		*st = opened;
		e->mount = mount_of(below, st) != w->mount;
	}
	return visit(w, e, below, fd);
}

static int step(struct walk *w, int *fd)
{
	struct level *l = w->top;
	struct stat st;
	struct walk_entry e = { .walk = w, .dir = *fd, .st = &st, .depth = w->depth - 1 };

	if (l->next == l->n)
		return leave(w, fd);
	e.name = l->names + l->order[l->next++];
	if (fstatat(*fd, e.name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0; /* gone meanwhile */
		memset(&st, 0, sizeof(st));
		return w->visitor->closed(w->arg, &e, errno, w->err);
	}
	if (S_ISDIR(st.st_mode))
		return step_directory(w, &e, &st, fd);
	e.mount = st.st_dev != l->dev;
	return visit(w, &e, -1, fd);
}

static int begin(struct walk *w, int fd)
{
	struct stat st;
	struct walk_entry e = { .dir = fd, .name = ".", .st = &st };

	if (fstat(fd, &st) < 0)
		return err_sys(w->err, errno, "the directory");
	w->mount = mount_of(fd, &st);
	e.walk = w;
	TRY(w->visitor->entry(w->arg, &e, w->err));
	return push_level(w, fd, NULL, &st);
}

int walk_tree(int root, const struct walk_visitor *visitor, void *arg, size_t most, size_t *entries, struct err *err)
{
	struct walk w = { .visitor = visitor, .arg = arg, .err = err, .most = most && most < MAX_ENTRIES ? most : MAX_ENTRIES };
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_sys(err, errno, "open the directory");
	rc = begin(&w, fd);
	while (rc == 0 && w.top)
		rc = step(&w, &fd);
	while (w.top)
		drop_level(&w);
	fd_close(&fd);
	*entries = w.entries;
	return rc < 0 ? rc : 0;
}
