/* SPDX-License-Identifier: Apache-2.0
 *
 * kill, stop, delete, wait: the ends of sandboxes. May call lifecycle. Each name is
 * tried, whatever became of those before it; the first failure is told last.
 */
#include "front/value.h"
#include "front/verb.h"
#include "model/names.h"
#include "state/record.h"

#include <errno.h>
#include <signal.h>

struct end { /* what is to be done to each name */
	int sig;
	const int64_t *timeout_s;
	const char *said; /* printf's, of the name: once it is done */
};

static int end_one(struct words *w, const struct end *end, const char *name, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);

	if (end->sig)
		TRY(lifecycle_kill(&lc, name, end->sig, err));
	else if (end->said)
		TRY(lifecycle_delete(&lc, name, end->timeout_s, err));
	else
		TRY(lifecycle_stop(&lc, name, end->timeout_s, err));
	return verb_print(arena_printf(w->arena, "%s%s%s\n", end->said ? "pod \"" : "", name, end->said ? end->said : ""), err);
}

static int end_all(struct words *w, const struct end *end, char **names, struct err *err)
{
	int rc = 0;

	if (!*names)
		return err_set(err, EINVAL, "which sandbox? crib %s NAME...", w->verb);
	for (; *names; names++) {
		struct err one;
		int now = end_one(w, end, *names, &one);

		if (now == 0)
			continue;
		if (rc)
			fprintf(stderr, "crib: %s\n", err->text);
		*err = one;
		rc = now;
	}
	return rc;
}

static int parse_timeout(const char *text, const char *flag, int64_t *timeout_s, struct err *err)
{
	return err_in(err, value_int(text, -1, INT32_MAX, timeout_s, err), "--%s %.32s", flag, text);
}

int verb_kill(struct words *w, char **rest, int *status, struct err *err)
{
	struct end end = { .sig = w->signal ? signal_number(w->signal) : SIGKILL };

	if (end.sig < 0)
		return err_set(err, EINVAL, "--signal %.32s: no such signal", w->signal);
	*status = 0;
	return end_all(w, &end, rest, err);
}

int verb_stop(struct words *w, char **rest, int *status, struct err *err)
{
	struct end end = { 0 };
	int64_t timeout_s;

	if (w->timeout) {
		TRY(parse_timeout(w->timeout, "timeout", &timeout_s, err));
		end.timeout_s = &timeout_s;
	}
	*status = 0;
	return end_all(w, &end, rest, err);
}

/* docker's: the exit status of each, a line each. */
int verb_wait(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);

	if (!*rest)
		return err_set(err, EINVAL, "which sandbox? crib wait NAME...");
	*status = 0;
	for (; *rest; rest++) {
		struct record_end end;

		TRY(lifecycle_wait(&lc, *rest, &end, err));
		TRY(verb_print(arena_printf(w->arena, "%d\n", end.exit_code), err));
	}
	return 0;
}

/* kubectl's: the kind may be said; --now and --force do not wait for anybody. */
int verb_delete(struct words *w, char **rest, int *status, struct err *err)
{
	struct end end = { .said = "\" deleted" };
	int64_t timeout_s = w->now ? 1 : 0;

	if (w->timeout)
		TRY(parse_timeout(w->timeout, "grace-period", &timeout_s, err));
	if (w->timeout || w->now || w->force)
		end.timeout_s = &timeout_s;
	if (*rest && rest[1] && (str_eq(*rest, "pod") || str_eq(*rest, "pods") || str_eq(*rest, "po")))
		rest++;
	*status = 0;
	return end_all(w, &end, rest, err);
}
