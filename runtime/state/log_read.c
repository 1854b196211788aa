/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading logs; see the header. A log is no trusted input: what is no entry is
 * given as it is.
 */
#include "state/log.h"

#include "state/log_files.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

enum { ENTRY_MOST = LOG_LINE + 128, BUF = 64 * 1024 };

/* ---- which files ---- */

struct range {
	unsigned instance;       /* looked for */
	unsigned last_instance;
	unsigned first, last;    /* numbers of the instance looked for */
	bool any, found;
};

static void see_instance(int dir, const char *name, unsigned instance, unsigned number, void *arg)
{
	struct range *r = arg;

	(void)dir;
	(void)name;
	(void)number;
	if (!r->any || instance > r->last_instance)
		r->last_instance = instance;
	r->any = true;
}

static void see_number(int dir, const char *name, unsigned instance, unsigned number, void *arg)
{
	struct range *r = arg;

	(void)dir;
	(void)name;
	if (instance != r->instance)
		return;
	if (!r->found || number < r->first)
		r->first = number;
	if (!r->found || number > r->last)
		r->last = number;
	r->found = true;
}

static int open_number(struct log_reader *r, unsigned number)
{
	int fd = openat(r->dir, log_name(r->instance, number).s, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	fd_close(&r->fd);
	r->fd = fd;
	r->number = number;
	return 0;
}

/* ---- entries ---- */

struct entry {
	const char *stamp;
	size_t stamp_n;
	int stream;
	bool whole;
	const char *text;
	size_t n;
};

static bool parse_entry(const char *line, size_t n, struct entry *e)
{
	const char *blank = memchr(line, ' ', n < 64 ? n : 64);
	const char *at;

	if (!blank)
		return false;
	e->stamp = line;
	e->stamp_n = (size_t)(blank - line);
	at = blank + 1;
	if (n - (size_t)(at - line) < 9 || (memcmp(at, "stdout ", 7) != 0 && memcmp(at, "stderr ", 7) != 0))
		return false;
	e->stream = at[3] == 'e';
	at += 7;
	if ((*at != 'F' && *at != 'P') || at[1] != ' ')
		return false;
	e->whole = *at == 'F';
	e->text = at + 2;
	e->n = n - (size_t)(e->text - line);
	return true;
}

/* RFC 3339 with nine digits, in UTC, as log.c writes it; 0: it is none. */
static int64_t stamp_ns(const struct entry *e)
{
	struct tm tm = { 0 };
	char text[64];
	long ns = 0;

	snprintf(text, sizeof(text), "%.*s", (int)e->stamp_n, e->stamp);
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ldZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &ns) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * 1000000000 + ns;
}

static int give(struct log_reader *r, const char *line, size_t n, log_sink *sink, void *arg, struct err *err)
{
	struct entry e;
	bool begins = !r->continues;
	char feed = '\n';

	if (!parse_entry(line, n, &e))
		e = (struct entry){ .text = line, .n = n, .whole = true };
	r->continues = !e.whole;
	if (r->query.since_ns && e.stamp && stamp_ns(&e) < r->query.since_ns)
		return 0;
	if (r->query.timestamps && begins && e.stamp) {
		TRY(sink(arg, e.stream, e.stamp, e.stamp_n, err));
		TRY(sink(arg, e.stream, " ", 1, err));
	}
	if (e.n)
		TRY(sink(arg, e.stream, e.text, e.n, err));
	return e.whole ? sink(arg, e.stream, &feed, 1, err) : 0;
}

static int give_lines(struct log_reader *r, log_sink *sink, void *arg, struct err *err)
{
	char *at = r->buf, *end = r->buf + r->n;

	for (char *feed; at < end && (feed = memchr(at, '\n', (size_t)(end - at))); at = feed + 1)
		TRY(give(r, at, (size_t)(feed - at), sink, arg, err));
	r->n = (size_t)(end - at);
	memmove(r->buf, at, r->n);
	if (r->n >= ENTRY_MOST) { /* no entry is so long */
		TRY(give(r, r->buf, r->n, sink, arg, err));
		r->n = 0;
	}
	return 0;
}

static int read_file(struct log_reader *r, log_sink *sink, void *arg, struct err *err)
{
	ssize_t n;

	while ((n = read(r->fd, r->buf + r->n, BUF - r->n)) > 0) {
		r->n += (size_t)n;
		TRY(give_lines(r, sink, arg, err));
	}
	return n < 0 ? err_sys(err, errno, "read the log") : 0;
}

/* ---- --tail: the last lines of what is there, from the end ---- */

/* The offset in the file at which its last *lines entries begin (the kubelet counts
 * them so too); *lines is what is left to be found in earlier files. */
static off_t find_tail(int fd, char *buf, unsigned long *lines)
{
	struct stat st;
	off_t at;

	if (fstat(fd, &st) < 0)
		return 0;
	at = st.st_size;
	while (at > 0) {
		size_t n = at < BUF ? (size_t)at : BUF;

		at -= (off_t)n;
		if (pread(fd, buf, n, at) != (ssize_t)n)
			return 0;
		for (size_t i = n; i-- > 0;)
			if (buf[i] == '\n' && at + (off_t)i + 1 < st.st_size && --*lines == 0)
				return at + (off_t)i + 1;
	}
	if (st.st_size && *lines)
		--*lines;
	return 0;
}

static void go_to_tail(struct log_reader *r, const struct range *range)
{
	unsigned long lines = r->query.tail;

	if (!lines) {
		if (open_number(r, range->last) == 0)
			(void)lseek(r->fd, 0, SEEK_END);
		return;
	}
	for (unsigned number = range->last + 1; number-- > range->first && lines;) {
		off_t at;

		if (open_number(r, number) < 0)
			return;
		at = find_tail(r->fd, r->buf, &lines);
		(void)lseek(r->fd, at, SEEK_SET);
	}
}

/* ---- the reader ---- */

int log_open(struct log_reader *r, int dir, const struct log_query *query, struct err *err)
{
	struct range range = { 0 };
	int rc;

	*r = (struct log_reader){ .dir = dir, .fd = -1, .query = *query };
	rc = log_each(dir, see_instance, &range);
	if (rc < 0)
		return err_sys(err, -rc, "log");
	if (!range.any || (query->previous && !range.last_instance))
		return err_set(err, ENOENT, query->previous ? "its command was not started before" : "there is no log");
	range.instance = r->instance = range.last_instance - query->previous;
	rc = log_each(dir, see_number, &range);
	if (rc < 0 || !range.found)
		return err_set(err, ENOENT, "that log is not kept any more");
	r->buf = malloc(BUF);
	if (!r->buf)
		return err_sys(err, ENOMEM, "log");
	rc = open_number(r, range.first);
	if (rc == 0 && query->has_tail)
		go_to_tail(r, &range);
	return rc < 0 ? err_sys(err, -rc, "log") : 0;
}

int log_read(struct log_reader *r, log_sink *sink, void *arg, struct err *err)
{
	for (;;) {
		struct stat st;
		bool more = fstatat(r->dir, log_name(r->instance, r->number + 1).s, &st, AT_SYMLINK_NOFOLLOW) == 0;

		/* in this order: when the next one is there, this one is complete */
		TRY(read_file(r, sink, arg, err));
		if (!more)
			return 0;
		if (open_number(r, r->number + 1) < 0)
			return 0;
		r->n = 0;
	}
}

void log_close(struct log_reader *r)
{
	free(r->buf);
	r->buf = NULL;
	fd_close(&r->fd);
}
