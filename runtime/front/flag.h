/* SPDX-License-Identifier: Apache-2.0
 *
 * Flags: a table per command, one row a flag, and docker's way of reading them.
 * Flags come before the first word that is none: what follows belongs to the
 * command in the sandbox and is not looked at.
 *
 *     --name value   --name=value   -v value   -vvalue   -v=value
 *     --read-only    --read-only=false         -it       --  (no more flags)
 */
#ifndef CRIB_FRONT_FLAG_H
#define CRIB_FRONT_FLAG_H

#include "front/words.h"
#include "util/str.h"

struct flag {
	char letter;          /* 0: it has none */
	const char *name;     /* NULL ends the table */
	const char *argument; /* what help calls its value; NULL: a switch */
	const char *help;     /* NULL: not shown */
	/* A switch gets "true", or NULL when it was turned off. The parser puts the
	 * flag and its value in front of the sentence in err. */
	int (*set)(struct words *w, const struct flag *flag, const char *value, struct err *err);
	size_t member; /* for the setters below: offset in struct words */
};

/* Setters for rows that are one member. */
int flag_set_switch(struct words *w, const struct flag *flag, const char *value, struct err *err); /* bool */
int flag_set_unswitch(struct words *w, const struct flag *flag, const char *value, struct err *err); /* bool, turned round */
int flag_set_text(struct words *w, const struct flag *flag, const char *value, struct err *err);   /* const char * */
int flag_set_word(struct words *w, const struct flag *flag, const char *value, struct err *err);   /* the same, not "" */
int flag_add_word(struct words *w, const struct flag *flag, const char *value, struct err *err);   /* struct strs */

extern const struct flag help_flags[]; /* -h, --help: last in a verb's tables */

/* Reads flags into w; tables is ended by NULL, the first row that fits counts.
 * *args is moved to the first word that is no flag. */
int flags_parse(const struct flag *const *tables, struct words *w, char ***args, struct err *err) MUST_CHECK;

/* The same for verbs without a command behind them, kubectl's way: flags may stand
 * between and behind the words, up to a "--"; the words stay in args. */
int flags_parse_anywhere(const struct flag *const *tables, struct words *w, char **args, struct err *err) MUST_CHECK;

/* The rows as help, one line each. */
void flags_help(const struct flag *const *tables, struct str *out);

#endif
