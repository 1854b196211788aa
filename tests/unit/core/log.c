/* SPDX-License-Identifier: Apache-2.0
 *
 * Logs: the bytes of a stream come out as they went in, whatever their lines, through
 * rotation; the end of it is found; what is no log is shown for what it is.
 */
#include "state/log.h"
#include "test.h"

#include <fcntl.h>

struct got {
	char *text[LOG_STREAMS];
	size_t n[LOG_STREAMS], room[LOG_STREAMS];
};

static int sink(void *arg, int stream, const char *text, size_t n, struct err *err)
{
	struct got *g = arg;

	(void)err;
	if (g->n[stream] + n >= g->room[stream]) {
		g->room[stream] = (g->n[stream] + n) * 2 + 64;
		g->text[stream] = realloc(g->text[stream], g->room[stream]);
		if (!g->text[stream])
			abort();
	}
	memcpy(g->text[stream] + g->n[stream], text, n);
	g->n[stream] += n;
	g->text[stream][g->n[stream]] = '\0';
	return 0;
}

static void forget(struct got *g)
{
	for (int i = 0; i < LOG_STREAMS; i++)
		free(g->text[i]);
	*g = (struct got){ 0 };
}

static bool read_all(int dir, const struct log_query *query, struct got *g)
{
	struct log_reader r;
	struct err err;
	int rc = log_open(&r, dir, query, &err);

	if (rc == 0)
		rc = log_read(&r, sink, g, &err);
	log_close(&r);
	return rc == 0;
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Random pieces with lines of random lengths, some of them longer than an entry. */
static void test_bytes(void)
{
	static struct log log;
	static char piece[40000];
	struct got want = { 0 }, got = { 0 };
	uint32_t seed = 1;
	struct err err;
	char path[256];

	log = (struct log){ .dir = folder(path), .fd = -1, .max_size = 100000, .max_files = 1000 };
	check(log_begin(&log, 0, &err) == 0, "begin");
	for (int round = 0; round < 300; round++) {
		size_t n = next(&seed) % sizeof(piece);
		int stream = (int)(next(&seed) % LOG_STREAMS);

		for (size_t i = 0; i < n; i++)
			piece[i] = next(&seed) % (round % 5 ? 50 : 60000) ? (char)next(&seed) : '\n';
		log_feed(&log, stream, piece, n);
		(void)sink(&want, stream, piece, n, &err);
	}
	log_end(&log);
	check(log.number > 10, "it has rotated: %u", log.number);
	check(read_all(log.dir, &(struct log_query){ 0 }, &got), "read");
	for (int i = 0; i < LOG_STREAMS; i++)
		check(got.n[i] == want.n[i] && memcmp(got.text[i], want.text[i], got.n[i]) == 0, "stream %d: %zu of %zu bytes", i,
		      got.n[i], want.n[i]);
	forget(&want);
	forget(&got);
	close(log.dir);
}

/* The last lines, also when they lie in more than one file; none and more than there are. */
static void test_tail(void)
{
	static struct log log;
	struct got got = { 0 };
	struct err err;
	char path[256], line[32], want[64];

	log = (struct log){ .dir = folder(path), .fd = -1, .max_size = 300, .max_files = 100 };
	check(log_begin(&log, 0, &err) == 0, "begin");
	for (int i = 0; i < 50; i++)
		log_feed(&log, 0, line, (size_t)snprintf(line, sizeof(line), "line %02d\n", i));
	log_end(&log);
	for (unsigned long tail = 0; tail <= 60; tail++) {
		unsigned long n = tail < 50 ? tail : 50;

		check(read_all(log.dir, &(struct log_query){ .has_tail = true, .tail = tail }, &got), "tail %lu", tail);
		snprintf(want, sizeof(want), "line %02lu\n", 50 - n);
		check(got.n[0] == n * 8 && (!n || str_after(got.text[0], want)), "tail %lu: %zu bytes", tail, got.n[0]);
		forget(&got);
	}
	close(log.dir);
}

/* Older files and older starts go. */
static void test_kept(void)
{
	static struct log log;
	struct got got = { 0 };
	struct err err;
	char path[256];

	log = (struct log){ .dir = folder(path), .fd = -1, .max_size = 100, .max_files = 2 };
	for (unsigned start = 0; start < 4; start++) {
		char text[8];

		check(log_begin(&log, start, &err) == 0, "begin");
		for (int i = 0; i < 20; i++)
			log_feed(&log, 0, text, (size_t)snprintf(text, sizeof(text), "%u-%02d\n", start, i));
		log_end(&log);
	}
	check(!exists(log.dir, "log.1.19") && !exists(log.dir, "log.3.1") && exists(log.dir, "log.3.10") == exists(log.dir, "log.2.10"),
	      "only the last files of the last starts");
	check(read_all(log.dir, &(struct log_query){ 0 }, &got) && strstr(got.text[0], "3-19\n") && got.n[0] < 40, "the last start");
	forget(&got);
	check(read_all(log.dir, &(struct log_query){ .previous = true }, &got) && strstr(got.text[0], "2-19\n"), "the one before");
	forget(&got);
	close(log.dir);
}

/* What is no entry, and times. */
static void test_odd(void)
{
	static const char text[] = "2026-01-01T00:00:00.000000001Z stdout F old\n"
				   "2026-01-01T00:00:02.000000000Z stderr P ne\n2026-01-01T00:00:02.000000000Z stderr F w\n"
				   "no entry\n"
				   "2026-01-01T00:00:03.000000000Z stdout X y\n\n \n    .\n";
	struct got got = { 0 };
	char path[256];
	int dir = folder(path);

	write_file(dir, "log.0.0", text);
	check(read_all(dir, &(struct log_query){ 0 }, &got) && str_eq(got.text[1], "new\n") &&
		      str_eq(got.text[0], "old\nno entry\n2026-01-01T00:00:03.000000000Z stdout X y\n\n \n    .\n"),
	      "what is no entry: %s", got.text[0]);
	forget(&got);
	check(read_all(dir, &(struct log_query){ .since_ns = INT64_C(1767225601) * 1000000000, .timestamps = true }, &got) &&
		      str_eq(got.text[1], "2026-01-01T00:00:02.000000000Z new\n") && !strstr(got.text[0], "old"),
	      "since: %s", got.text[1]);
	forget(&got);
	check(!read_all(dir, &(struct log_query){ .previous = true }, &got), "no start before the first");
	close(dir);
}

void test_log(void)
{
	test_bytes();
	test_tail();
	test_kept();
	test_odd();
}
