/* SPDX-License-Identifier: Apache-2.0
 *
 * What a sandbox prints, on disk, in Kubernetes' CRI log format
 * (design-proposals/node/kubelet-cri-logging.md): one line an entry,
 *
 *     2026-11-24T12:00:00.123456789Z stdout F a whole line
 *     2026-11-24T12:00:00.123456790Z stdout P the first 16 KiB of a longer one, or one without its end
 *
 * so that the bytes of a stream are its entries' texts in order, with a line feed
 * behind each F.
 *
 * The files of a directory are log.INSTANCE.NUMBER: instances count the starts of the
 * sandbox's command, numbers the files of one, a next one begun when one is full. A
 * file's name never changes: who follows goes on with the next number.
 */
#ifndef CRIB_STATE_LOG_H
#define CRIB_STATE_LOG_H

#include "util/err.h"

#include <sys/types.h>

enum { LOG_LINE = 16 * 1024, LOG_STREAMS = 2 };

struct log {
	int dir, fd;              /* dir is the caller's */
	unsigned instance, number;
	off_t size, max_size;     /* of a file */
	unsigned max_files;       /* of an instance, the current one among them */
	unsigned long long lost;  /* bytes that did not get to the disk, not told yet */
	struct log_stream {
		char buf[LOG_LINE];
		size_t n;
	} streams[LOG_STREAMS]; /* standard output, standard error */
};

/* The first file of an instance. Of earlier ones only the last is kept. */
int log_begin(struct log *log, unsigned instance, struct err *err) MUST_CHECK;

/* Entries for the whole lines of data; the rest waits for its end. A full disk loses
 * entries, and says how much it was when there is room again: it never stops the sandbox. */
void log_feed(struct log *log, int stream, const char *data, size_t n);

/* The end of the streams: what is unfinished is written as it is. */
void log_end(struct log *log);

/* ---- reading ---- */

struct log_query {
	bool previous;       /* the instance before the last */
	bool timestamps;
	bool has_tail;
	unsigned long tail;  /* of the lines that are there, only so many last ones */
	int64_t since_ns;    /* since the epoch; 0: from the beginning */
};

/* Takes an entry's text with its line feed, if it has one; stream: 0 or 1. */
typedef int log_sink(void *arg, int stream, const char *text, size_t n, struct err *err);

struct log_reader {
	int dir, fd;
	unsigned instance, number;
	struct log_query query;
	bool continues;      /* the last entry was a P: what follows is the same line */
	char *buf;
	size_t n;            /* bytes in it: the beginning of an entry */
};

/* -ENOENT: there is no such instance. */
int log_open(struct log_reader *r, int dir, const struct log_query *query, struct err *err) MUST_CHECK;

/* All that is there now, through all files; to be called again for what came since. */
int log_read(struct log_reader *r, log_sink *sink, void *arg, struct err *err) MUST_CHECK;
void log_close(struct log_reader *r);

#endif
