/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing logs; see the header.
 */
#include "state/log.h"

#include "state/log_files.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

static const char *const stream_names[LOG_STREAMS] = { "stdout", "stderr" };

int log_each(int dir, void (*each)(int dir, const char *name, unsigned instance, unsigned number, void *arg), void *arg)
{
	DIR *d = dir_open(dir);
	struct dirent *entry;
	unsigned instance, number;

	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		if (log_name_read(entry->d_name, &instance, &number))
			each(dir, entry->d_name, instance, number, arg);
	closedir(d);
	return 0;
}

/* ---- files ---- */

static int open_file(struct log *log)
{
	int fd = openat(log->dir, log_name(log->instance, log->number).s,
			O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	fd_close(&log->fd);
	log->fd = fd;
	log->size = 0;
	return 0;
}

static void remove_older(int dir, const char *name, unsigned instance, unsigned number, void *arg)
{
	const struct log *log = arg;

	(void)number;
	if (instance + 1 < log->instance)
		unlinkat(dir, name, 0);
}

int log_begin(struct log *log, unsigned instance, struct err *err)
{
	int rc;

	log->instance = instance;
	log->number = 0;
	for (int i = 0; i < LOG_STREAMS; i++)
		log->streams[i].n = 0;
	rc = open_file(log);
	if (rc == 0 && instance > 1)
		rc = log_each(log->dir, remove_older, log);
	return rc < 0 ? err_sys(err, -rc, "log") : 0;
}

/* The next file; where none can be made, this one grows on. */
static void rotate(struct log *log)
{
	log->number++;
	if (open_file(log) < 0) {
		log->number--;
		return;
	}
	if (log->number >= log->max_files)
		unlinkat(log->dir, log_name(log->instance, log->number - log->max_files).s, 0);
}

/* ---- entries, many at once ---- */

struct batch {
	struct log *log;
	char stamp[40];
	size_t stamp_n;
	size_t n, text;  /* bytes of it, bytes of the sandbox's among them */
	char buf[2 * LOG_LINE];
};

static void begin_batch(struct batch *b, struct log *log)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	b->log = log;
	b->n = b->text = 0;
	b->stamp_n = strftime(b->stamp, sizeof(b->stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	b->stamp_n += (size_t)snprintf(b->stamp + b->stamp_n, sizeof(b->stamp) - b->stamp_n, ".%09ldZ ", now.tv_nsec);
}

/* All or nothing: half an entry would spoil the file. */
static bool write_whole(struct log *log, const char *data, size_t n)
{
	if (fd_write_all(log->fd, data, n) == 0) {
		log->size += (off_t)n;
		return true;
	}
	if (ftruncate(log->fd, log->size) < 0)
		rotate(log);
	return false;
}

static void tell_loss(struct log *log, const char *stamp)
{
	char line[160];
	int n = snprintf(line, sizeof(line), "%s%s F crib: %llu bytes of output did not get to the disk\n", stamp,
			 stream_names[1], log->lost);

	if (write_whole(log, line, (size_t)n))
		log->lost = 0;
}

static void flush_batch(struct batch *b)
{
	struct log *log = b->log;

	if (!b->n)
		return;
	if (log->size + (off_t)b->n > log->max_size && log->size)
		rotate(log);
	if (log->lost)
		tell_loss(log, b->stamp);
	if (log->lost || !write_whole(log, b->buf, b->n))
		log->lost += b->text;
	b->n = b->text = 0;
}

static void add(struct batch *b, const char *data, size_t n)
{
	memcpy(b->buf + b->n, data, n);
	b->n += n;
}

/* An entry of two pieces: what had waited, and what came. */
static void add_entry(struct batch *b, int stream, bool whole, const char *head, size_t head_n, const char *tail, size_t tail_n)
{
	if (b->n + b->stamp_n + 16 + head_n + tail_n > sizeof(b->buf))
		flush_batch(b);
	add(b, b->stamp, b->stamp_n);
	add(b, stream_names[stream], strlen(stream_names[stream]));
	add(b, whole ? " F " : " P ", 3);
	add(b, head, head_n);
	add(b, tail, tail_n);
	add(b, "\n", 1);
	b->text += head_n + tail_n + whole;
}

void log_feed(struct log *log, int stream, const char *data, size_t n)
{
	static struct batch b;
	struct log_stream *s = &log->streams[stream];

	begin_batch(&b, log);
	while (n) {
		size_t most = LOG_LINE - s->n, room = n < most ? n : most;
		const char *end = memchr(data, '\n', room);
		size_t take = end ? (size_t)(end - data) : room;

		if (!end && take < most) { /* no end yet, and room to wait for it */
			memcpy(s->buf + s->n, data, take);
			s->n += take;
			break;
		}
		add_entry(&b, stream, end != NULL, s->buf, s->n, data, take);
		s->n = 0;
		data += take + (end != NULL);
		n -= take + (end != NULL);
	}
	flush_batch(&b);
}

void log_end(struct log *log)
{
	static struct batch b;

	begin_batch(&b, log);
	for (int i = 0; i < LOG_STREAMS; i++) {
		if (log->streams[i].n)
			add_entry(&b, i, false, log->streams[i].buf, log->streams[i].n, "", 0);
		log->streams[i].n = 0;
	}
	flush_batch(&b);
	if (log->lost)
		tell_loss(log, b.stamp);
	fd_close(&log->fd);
}
