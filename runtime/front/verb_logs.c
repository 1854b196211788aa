/* SPDX-License-Identifier: Apache-2.0
 *
 * logs: what a sandbox in the background printed. May call lifecycle.
 */
#include "front/value.h"
#include "front/verb.h"
#include "state/log.h"

#include <errno.h>
#include <time.h>

/* Standard output and standard error apart, as the command had them; whoever reads one of
 * them slowly or not at all ends this, and nothing else. */
static int print(void *arg, int stream, const char *text, size_t n, struct err *err)
{
	FILE *to = stream ? stderr : stdout;

	(void)arg;
	if (fwrite(text, 1, n, to) != n)
		return err_sys(err, errno, "write");
	return 0;
}

static int print_and_flush(void *arg, int stream, const char *text, size_t n, struct err *err)
{
	TRY(print(arg, stream, text, n, err));
	if (n && text[n - 1] == '\n' && fflush(stream ? stderr : stdout) < 0)
		return err_sys(err, errno, "write");
	return 0;
}

/* A time (RFC 3339, in UTC) or how long ago: 90s, 10m, 2h. */
static int parse_since(const char *text, int64_t *since_ns, struct err *err)
{
	static const struct { const char *letter; int64_t seconds; } units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	char *letter;
	long long n;

	if (end && (str_eq(end, "Z") || !*end)) {
		*since_ns = (int64_t)timegm(&tm) * 1000000000;
		return 0;
	}
	errno = 0;
	n = strtoll(text, &letter, 10);
	for (size_t i = 0; letter != text && n >= 0 && n < 1000000000 && !errno && i < ARRAY_SIZE(units); i++)
		if (str_eq(letter, units[i].letter)) {
			*since_ns = ((int64_t)time(NULL) - n * units[i].seconds) * 1000000000;
			return 0;
		}
	return err_set(err, EINVAL, "--since %.64s: how long ago (90s, 10m, 2h) or a time (2026-01-31T12:00:00Z)", text);
}

int verb_logs(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	struct log_query query = { .previous = w->previous, .timestamps = w->timestamps };
	int64_t tail = -1;

	if (!*rest)
		return err_set(err, EINVAL, "which sandbox? crib logs NAME");
	TRY(verb_no_more(w, rest + 1, err));
	if (w->tail && !str_eq(w->tail, "all"))
		TRY(err_in(err, value_int(w->tail, -1, INT32_MAX, &tail, err), "--tail %.32s", w->tail));
	query.has_tail = tail >= 0;
	query.tail = (unsigned long)tail;
	if (w->since)
		TRY(parse_since(w->since, &query.since_ns, err));
	*status = 0;
	TRY(lifecycle_logs(&lc, *rest, &query, w->follow, w->follow ? print_and_flush : print, NULL, err));
	if (fflush(stdout) < 0 || fflush(stderr) < 0)
		return err_sys(err, errno, "write");
	return 0;
}
