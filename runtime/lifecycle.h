/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a sandbox: what the fronts may ask for. Each takes a checked
 * spec and a struct options, gives 0 or -errno with a sentence in err.
 */
#ifndef CRIB_LIFECYCLE_H
#define CRIB_LIFECYCLE_H

#include "model/spec.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/explanation.h"
#include "util/finding.h"
#include "util/verified.h"

struct lifecycle {
	struct arena *arena;
	const char *state_root;  /* --root or $CRIB_ROOT; NULL: the user's default (state/state.h) */
	const char *facts;       /* plan as if on another host: "uid=1000,cgroup=v2,…" (plan/facts.h) */
	void (*warn)(const char *sentence); /* prints one line on stderr; never NULL */
};

/* create, start, attach, wait, delete: a foreground run. *status is what the
 * caller exits with: the command's own, or 128+N. */
int lifecycle_run(const struct lifecycle *lc, const struct spec *spec, int *status, struct err *err) MUST_CHECK;

/* A run of a spec that says record_calls: *profile allows what was called, and what `add` (NULL: nothing) allows. */
int lifecycle_profile(const struct lifecycle *lc, const struct spec *spec, const struct seccomp_spec *add,
		      const struct seccomp_spec **profile, int *status, struct err *err) MUST_CHECK;

/* The plan as text, one step a line, or as JSON; nothing is done. */
int lifecycle_plan(const struct lifecycle *lc, const struct spec *spec, bool json, const char **text,
		   struct err *err) MUST_CHECK;

/* The plan in words of security: what is on, what is open and why, what is left within reach. */
int lifecycle_explain(const struct lifecycle *lc, const struct spec *spec, struct explanations *rows, struct err *err) MUST_CHECK;

/* The same of a live one, by what the kernel says of it. -ENOENT: none of that name is alive. */
int lifecycle_explain_live(const struct lifecycle *lc, const char *name, struct explanations *rows, struct err *err) MUST_CHECK;

/* Finishes what cribs that were killed left behind; *cleaned counts sandboxes. */
int lifecycle_gc(const struct lifecycle *lc, size_t *cleaned, struct err *err) MUST_CHECK;

/* The same in the background: comes back when the command runs, and a process of its own
 * answers for it. remove: nothing is kept when it has ended. *id is what it can be found by. */
int lifecycle_run_background(const struct lifecycle *lc, const struct spec *spec, bool remove, const char **id, int *status,
			     struct err *err) MUST_CHECK;

/* ---- sandboxes that another crib answers for: by name or the beginning of an id ---- */

struct record;
struct record_end;
struct log_query;

/* Those of this user, by name; in the arena. */
int lifecycle_list(const struct lifecycle *lc, struct record **records, size_t *n, struct err *err) MUST_CHECK;

/* Sends a signal to its command. */
int lifecycle_kill(const struct lifecycle *lc, const char *name, int sig, struct err *err) MUST_CHECK;

/* Asks it to end, kills it when the time is over, and waits until nothing of it is left.
 * timeout_s: NULL: what its run said; 0: kill at once; -1: never kill. One that has
 * ended is no error. */
int lifecycle_stop(const struct lifecycle *lc, const char *name, const int64_t *timeout_s, struct err *err) MUST_CHECK;

/* Stops it and forgets what was kept. */
int lifecycle_delete(const struct lifecycle *lc, const char *name, const int64_t *timeout_s, struct err *err) MUST_CHECK;

/* Until it has ended. -ENOENT: nothing was kept of it. */
int lifecycle_wait(const struct lifecycle *lc, const char *name, struct record_end *end, struct err *err) MUST_CHECK;

/* What it printed. follow: and what it prints, until it ends. The sink is called for
 * pieces, with the stream (0, 1). */
int lifecycle_logs(const struct lifecycle *lc, const char *name, const struct log_query *query, bool follow,
		   int (*sink)(void *arg, int stream, const char *text, size_t n, struct err *err), void *arg,
		   struct err *err) MUST_CHECK;

/* ---- crib verify ---- */

struct verify_request {
	const char *path;     /* of the directory */
	const char *command;  /* NULL: none */
	const char *search;   /* its PATH */
	const char *write;    /* a manifest to be written, */
	const char *against;  /* one to compare with; NULL: neither */
};

int lifecycle_verify(const struct lifecycle *lc, const struct verify_request *req, struct verified *out,
		     struct err *err) MUST_CHECK;

/* ---- crib selftest ---- */

/* The program that tries ways out, on disk: use(path, arg) is called while it is there. */
int lifecycle_with_probe(const struct lifecycle *lc, int (*use)(const char *path, void *arg, struct err *err), void *arg,
			 struct err *err) MUST_CHECK;

/* ---- crib doctor ---- */

/* Probes this host as this user; in the arena. */
void lifecycle_doctor(const struct lifecycle *lc, struct finding **findings, size_t *n);

/* The version of this crib and the digest of its embedded root. */
const char *lifecycle_version(void);
const char *lifecycle_rootfs_id(void);

#endif
