/* SPDX-License-Identifier: Apache-2.0
 *
 * A tree beside its manifest: both come in the same order, so one line of the one
 * and one entry of the other are all that is held at a time.
 */
#include "image/manifest.h"
#include "image/walk.h"
#include "util/escape.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

struct comparison {
	int fd;
	const char *path;
	struct stat own;            /* of the manifest, where it lies in the tree */
	char buf[2 * MANIFEST_LINE];
	size_t n, at;
	uint64_t number;            /* of the line */
	crypto_hash_sha256_state hash;
	unsigned char digest[MANIFEST_DIGEST]; /* as its first line has it */
	struct manifest_line line;  /* the next that is not yet compared; its type is 0 at the end */
	struct manifest_line entry; /* of the tree */
	struct arena *arena;
	struct verified *out;
};

#define DIFFERS(c, e, kind, fmt, ...)                                                             \
	do {                                                                                      \
		char where_[WALK_PATH];                                                           \
		verified_add((c)->out, (c)->arena, kind, "%s" fmt, walk_path(e, where_), ##__VA_ARGS__); \
	} while (0)

/* ---- lines ---- */

static int malformed(struct comparison *c, struct err *err)
{
	return err_set(err, EBADMSG, "manifest %s: line %" PRIu64 " is not understood", c->path, c->number);
}

static int fill(struct comparison *c, struct err *err)
{
	ssize_t n;

	memmove(c->buf, c->buf + c->at, c->n - c->at);
	c->n -= c->at;
	c->at = 0;
	do
		n = read(c->fd, c->buf + c->n, sizeof(c->buf) - c->n);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, errno, "manifest %s", c->path);
	c->n += (size_t)n;
	return n > 0;
}

/* The next line, its newline made a NUL; NULL at the end of the file. */
static int next_text(struct comparison *c, char **text, size_t *size, struct err *err)
{
	char *end;
	int rc = 1;

	*text = NULL;
	c->number++;
	while (!(end = memchr(c->buf + c->at, '\n', c->n - c->at)) && rc) {
		rc = fill(c, err);
		TRY(rc);
	}
	if (!end && c->n == c->at)
		return 0;
	if (!end || end - (c->buf + c->at) >= MANIFEST_LINE)
		return malformed(c, err);
	*text = c->buf + c->at;
	*size = (size_t)(end - *text) + 1;
	c->at += *size;
	return 0;
}

static int advance(struct comparison *c, struct err *err)
{
	char *text;
	size_t size;

	TRY(next_text(c, &text, &size, err));
	c->line.type = 0;
	if (!text)
		return 0;
	crypto_hash_sha256_update(&c->hash, (unsigned char *)text, size);
	text[size - 1] = '\0';
	if (strlen(text) + 1 != size || manifest_line_read(text, &c->line) < 0)
		return malformed(c, err);
	return 0;
}

/* Over attributes, and where the line is a directory over all that is in it. */
static int skip(struct comparison *c, struct err *err)
{
	size_t depth = 0;

	do {
		if (!c->line.type)
			return malformed(c, err);
		depth += c->line.type == 'd';
		depth -= c->line.type == '^';
		TRY(advance(c, err));
	} while (depth || c->line.type == 'x');
	return 0;
}

/* ---- one entry ---- */

static int compare_content(struct comparison *c, const struct walk_entry *e)
{
	const struct manifest_line *was = &c->line;
	unsigned char digest[MANIFEST_DIGEST];
	int rc;

	if (was->size != c->entry.size) {
		DIFFERS(c, e, VERIFIED_CONTENT, " (%" PRIu64 " bytes, were %" PRIu64 ")", c->entry.size, was->size);
		return 0;
	}
	rc = manifest_file_digest(e, digest);
	if (rc < 0)
		DIFFERS(c, e, VERIFIED_UNREAD, ": %s", strerror(-rc));
	else if (memcmp(digest, was->digest, sizeof(digest)) != 0)
		DIFFERS(c, e, VERIFIED_CONTENT, "");
	return 0;
}

static void compare_target(struct comparison *c, const struct walk_entry *e)
{
	char was[160], is[160];

	if (str_eq(c->line.target, c->entry.target))
		return;
	escape(was, sizeof(was), c->line.target, strlen(c->line.target));
	escape(is, sizeof(is), c->entry.target, strlen(c->entry.target));
	DIFFERS(c, e, VERIFIED_TARGET, " (%s, was %s)", is, was);
}

static int compare_line(struct comparison *c, const struct walk_entry *e)
{
	const struct manifest_line *was = &c->line, *is = &c->entry;

	if (is->mode != was->mode)
		DIFFERS(c, e, VERIFIED_MODE, " (%04o, was %04o)", is->mode, was->mode);
	if (is->uid != was->uid || is->gid != was->gid)
		DIFFERS(c, e, VERIFIED_OWNER, " (%u:%u, was %u:%u)", is->uid, is->gid, was->uid, was->gid);
	if ((is->type == 'c' || is->type == 'b') && (is->major != was->major || is->minor != was->minor))
		DIFFERS(c, e, VERIFIED_NUMBER, " (%u:%u, was %u:%u)", is->major, is->minor, was->major, was->minor);
	if (is->type == 'l')
		compare_target(c, e);
	return is->type == 'f' ? compare_content(c, e) : 0;
}

static void gone_xattr(struct comparison *c, const struct walk_entry *e)
{
	char name[300];

	escape(name, sizeof(name), c->line.name, strlen(c->line.name));
	if (str_after(c->line.name, "trusted.") && geteuid() != 0)
		DIFFERS(c, e, VERIFIED_HIDDEN_XATTR, " (%s)", name);
	else
		DIFFERS(c, e, VERIFIED_XATTR, " (%s is gone)", name);
}

/* Both by name. */
static int merge_xattrs(struct comparison *c, const struct walk_entry *e, const struct manifest_xattrs *attrs,
			struct err *err)
{
	for (size_t i = 0; i < attrs->n || c->line.type == 'x';) {
		int order = i == attrs->n ? 1 : c->line.type != 'x' ? -1 : strcmp(attrs->v[i].name, c->line.name);
		char name[300];

		if (i < attrs->n)
			escape(name, sizeof(name), attrs->v[i].name, strlen(attrs->v[i].name));
		if (order < 0)
			DIFFERS(c, e, VERIFIED_XATTR, " (%s is new)", name);
		else if (order > 0)
			gone_xattr(c, e);
		else if (memcmp(attrs->v[i].digest, c->line.digest, MANIFEST_DIGEST) != 0)
			DIFFERS(c, e, VERIFIED_XATTR, " (%s)", name);
		if (order <= 0)
			i++;
		if (order >= 0)
			TRY(advance(c, err));
	}
	return 0;
}

static int compare_xattrs(struct comparison *c, const struct walk_entry *e, struct err *err)
{
	struct manifest_xattrs attrs = { 0 };
	int rc = e->mount ? 0 : manifest_xattrs_of(e, &attrs);

	if (rc < 0)
		DIFFERS(c, e, VERIFIED_UNREAD, ": extended attributes: %s", strerror(-rc));
	rc = merge_xattrs(c, e, &attrs, err);
	free(attrs.v);
	return rc;
}

/* Of the same name. The lines of a directory's entries come next. */
static int compare(struct comparison *c, const struct walk_entry *e, struct err *err)
{
	if (c->line.type != c->entry.type) {
		DIFFERS(c, e, VERIFIED_TYPE, " (%c, was %c)", c->entry.type, c->line.type);
		TRY(skip(c, err));
		return WALK_SKIP;
	}
	if (c->line.type != 'm')
		TRY(compare_line(c, e));
	TRY(advance(c, err));
	TRY(compare_xattrs(c, e, err));
	return WALK_ON;
}

/* ---- a directory ---- */

static int missing(struct comparison *c, const struct walk_entry *e, struct err *err)
{
	const struct walk_entry gone = { .walk = e->walk, .name = c->line.name };

	if (c->line.type == 'x')
		return malformed(c, err);
	DIFFERS(c, &gone, VERIFIED_MISSING, "");
	return skip(c, err);
}

/* Lines of entries that should have come before name. */
static int catch_up(struct comparison *c, const struct walk_entry *e, struct err *err)
{
	while (c->line.type && c->line.type != '^' && strcmp(c->line.name, e->name) < 0)
		TRY(missing(c, e, err));
	return c->line.type && c->line.type != '^' && str_eq(c->line.name, e->name);
}

static int on_entry(void *arg, const struct walk_entry *e, struct err *err)
{
	struct comparison *c = arg;
	int rc;

	if (e->st->st_dev == c->own.st_dev && e->st->st_ino == c->own.st_ino)
		return WALK_ON;
	rc = manifest_line_of(e, &c->entry);
	if (rc < 0) {
		DIFFERS(c, e, VERIFIED_UNREAD, ": %s", strerror(-rc));
		c->entry.type = '?';
	}
	rc = catch_up(c, e, err);
	TRY(rc);
	if (rc)
		return compare(c, e, err);
	DIFFERS(c, e, VERIFIED_ADDED, "%s", c->entry.type == 'd' ? "/" : "");
	return WALK_SKIP;
}

static int on_leave(void *arg, const struct walk_entry *e, struct err *err)
{
	struct comparison *c = arg;

	while (c->line.type && c->line.type != '^')
		TRY(missing(c, e, err));
	if (!c->line.type)
		return malformed(c, err);
	return advance(c, err);
}

static int on_closed(void *arg, const struct walk_entry *e, int code, struct err *err)
{
	struct comparison *c = arg;
	int rc;

	DIFFERS(c, e, VERIFIED_UNREAD, ": %s", strerror(code));
	if (!S_ISDIR(e->st->st_mode)) { /* not even its metadata: nothing was said of it yet */
		rc = catch_up(c, e, err);
		return rc > 0 ? skip(c, err) : rc;
	}
	while (c->line.type && c->line.type != '^')
		TRY(skip(c, err));
	return c->line.type ? advance(c, err) : malformed(c, err);
}

/* ---- the whole ---- */

static int read_header(struct comparison *c, struct err *err)
{
	static const char prefix[] = "crib-manifest 1 sha256 ";
	struct manifest_line digest;
	char *text, line[128];
	const char *rest;
	size_t size;

	TRY(next_text(c, &text, &size, err));
	if (!text || !str_after(text, "crib-manifest "))
		return err_set(err, EBADMSG, "%s is no manifest: its first line is not \"crib-manifest 1 ...\"", c->path);
	text[size - 1] = '\0';
	rest = str_after(text, prefix);
	/* the same digits as of any line with a digest */
	if (!rest || size > 100 || snprintf(line, sizeof(line), "x x %s", rest) < 0 || manifest_line_read(line, &digest) < 0)
		return err_set(err, EBADMSG, "manifest %s: of another version of crib, or damaged", c->path);
	memcpy(c->digest, digest.digest, sizeof(c->digest));
	return 0;
}

static int check_end(struct comparison *c, struct err *err)
{
	unsigned char digest[MANIFEST_DIGEST];

	if (c->line.type)
		return malformed(c, err);
	crypto_hash_sha256_final(&c->hash, digest);
	if (memcmp(digest, c->digest, sizeof(digest)) != 0)
		return err_set(err, EBADMSG, "manifest %s: damaged, its lines have not the digest that its first one says", c->path);
	return 0;
}

static int run(struct comparison *c, int root, struct err *err)
{
	static const struct walk_visitor visitor = { on_entry, on_leave, on_closed };

	c->fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (c->fd < 0 || fstat(c->fd, &c->own) < 0)
		return err_sys(err, errno, "manifest %s", c->path);
	if (!S_ISREG(c->own.st_mode))
		return err_set(err, EINVAL, "manifest %s: is no regular file", c->path);
	crypto_hash_sha256_init(&c->hash);
	TRY(read_header(c, err));
	TRY(advance(c, err));
	if (c->line.type != 'd' || !str_eq(c->line.name, "."))
		return malformed(c, err);
	TRY(walk_tree(root, &visitor, c, 0, &c->out->entries, err));
	return check_end(c, err);
}

int manifest_compare(int root, const char *path, struct arena *arena, struct verified *out, struct err *err)
{
	struct comparison *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return err_sys(err, ENOMEM, "manifest");
	c->path = path;
	c->arena = arena;
	c->out = out;
	c->fd = -1;
	rc = run(c, root, err);
	fd_close(&c->fd);
	free(c);
	return rc;
}
