/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs: a row each of the table in cli.c. A verb's function takes what the
 * flags said and the words after them; it sets *status, or gives -errno and a
 * sentence.
 */
#ifndef CRIB_FRONT_VERB_H
#define CRIB_FRONT_VERB_H

#include "front/flag.h"
#include "lifecycle.h"

typedef int verb_function(struct words *w, char **rest, int *status, struct err *err);

struct verb {
	const char *name, *arguments, *summary;
	const struct flag *const tables[4]; /* ended by NULL */
	verb_function *run;
	const char *more; /* help: examples, exit status */
	bool flags_anywhere;
};

verb_function verb_run, verb_lower, verb_plan;      /* verb_run.c */
verb_function verb_profile;                         /* verb_profile.c */
verb_function verb_doctor, verb_gc, verb_version;   /* verb_host.c */

verb_function verb_explain;                         /* verb_explain.c */
verb_function verb_verify;                          /* verb_verify.c */
verb_function verb_selftest;                        /* verb_selftest.c */
verb_function verb_get;                             /* verb_get.c */
verb_function verb_kill, verb_stop, verb_delete, verb_wait; /* verb_stop.c */
verb_function verb_logs;                            /* verb_logs.c */

/* For verbs: what lifecycle wants, the words they may share. */
struct lifecycle verb_lifecycle(struct words *w);

/* Text to standard output, whole. */
int verb_print(const char *text, struct err *err) MUST_CHECK;

struct yyjson_mut_doc;
/* The document, indented, with a line feed; frees it. */
int verb_print_json(struct yyjson_mut_doc *doc, struct err *err) MUST_CHECK;

/* -o: text (the default) or json. */
int verb_wants_json(const struct words *w, bool *json, struct err *err) MUST_CHECK;

/* Words after the flags that a verb has no use for. */
int verb_no_more(const struct words *w, char **rest, struct err *err) MUST_CHECK;

#endif
