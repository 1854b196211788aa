/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads flags by table, as docker does. Takes words, calls setters; every
 * sentence about wrong use of a flag is made here or in a setter.
 */
#include "front/flag.h"

#include "front/nearest.h"

#include <errno.h>

struct parse {
	const struct flag *const *tables;
	struct words *w;
	char **at; /* the word being read */
	struct err *err;
};

/* ---- setters ---- */

int flag_set_switch(struct words *w, const struct flag *flag, const char *value, struct err *err)
{
	(void)err;
	*(bool *)((char *)w + flag->member) = value != NULL;
	return 0;
}

int flag_set_unswitch(struct words *w, const struct flag *flag, const char *value, struct err *err)
{
	(void)err;
	*(bool *)((char *)w + flag->member) = value == NULL;
	return 0;
}

int flag_set_text(struct words *w, const struct flag *flag, const char *value, struct err *err)
{
	(void)err;
	*(const char **)(void *)((char *)w + flag->member) = value;
	return 0;
}

int flag_set_word(struct words *w, const struct flag *flag, const char *value, struct err *err)
{
	if (!*value)
		return err_set(err, EINVAL, "must not be empty");
	return flag_set_text(w, flag, value, err);
}

int flag_add_word(struct words *w, const struct flag *flag, const char *value, struct err *err)
{
	struct strs *list = (struct strs *)(void *)((char *)w + flag->member);

	if (!*value)
		return err_set(err, EINVAL, "must not be empty");
	*(const char **)arena_push(w->arena, &list->v, &list->n, sizeof(*list->v)) = value;
	return 0;
}

const struct flag help_flags[] = {
	{ 'h', "help", NULL, "print this help", flag_set_switch, offsetof(struct words, help) },
	{ 0 },
};

/* ---- parsing ---- */

static const struct flag *find_name(const struct parse *p, const char *name, size_t n)
{
	for (const struct flag *const *t = p->tables; *t; t++)
		for (const struct flag *f = *t; f->name; f++)
			if (strlen(f->name) == n && memcmp(f->name, name, n) == 0)
				return f;
	return NULL;
}

static const struct flag *find_letter(const struct parse *p, char letter)
{
	for (const struct flag *const *t = p->tables; *t; t++)
		for (const struct flag *f = *t; f->name; f++)
			if (f->letter == letter)
				return f;
	return NULL;
}

static int see_help(struct parse *p)
{
	size_t n = strlen(p->err->text);
	bool question = n && p->err->text[n - 1] == '?';

	snprintf(p->err->text + n, sizeof(p->err->text) - n, "%s: crib %s%s--help", question ? " See" : "; see",
		 p->w->verb ? p->w->verb : "", p->w->verb ? " " : "");
	return -EINVAL;
}

static int unknown_name(struct parse *p, const char *name, size_t n)
{
	struct nearest near = { .word = arena_strndup(p->w->arena, name, n) };

	for (const struct flag *const *t = p->tables; *t; t++)
		for (const struct flag *f = *t; f->name; f++)
			nearest_try(&near, f->name);
	if (near.best)
		err_set(p->err, EINVAL, "unknown flag --%.64s, did you mean --%s?", near.word, near.best);
	else
		err_set(p->err, EINVAL, "unknown flag --%.64s", near.word);
	return see_help(p);
}

static int no_value(struct parse *p, const struct flag *f)
{
	err_set(p->err, EINVAL, "flag --%s needs a value: %s", f->name, f->argument);
	return see_help(p);
}

static int set(struct parse *p, const struct flag *f, const char *value)
{
	int rc = f->set(p->w, f, value, p->err);

	p->w->n_flags++;
	if (f->argument)
		return err_in(p->err, rc, "--%s %.64s", f->name, *value ? value : "\"\"");
	return err_in(p->err, rc, "--%s", f->name);
}

/* The words that Go's strconv.ParseBool knows. */
static int set_switch(struct parse *p, const struct flag *f, const char *value)
{
	static const struct {
		const char *word;
		bool on;
	} words[] = {
		{ "true", true },   { "True", true },   { "TRUE", true },   { "t", true },  { "T", true },  { "1", true },
		{ "false", false }, { "False", false }, { "FALSE", false }, { "f", false }, { "F", false }, { "0", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(value, words[i].word))
			return set(p, f, words[i].on ? "true" : NULL);
	return err_set(p->err, EINVAL, "--%s=%.64s: a switch is true or false", f->name, value);
}

/* --name, --name=value, --name value */
static int parse_name(struct parse *p)
{
	const char *name = *p->at + 2;
	size_t n = strcspn(name, "=");
	const struct flag *f = find_name(p, name, n);
	bool joined = name[n] == '=';

	if (!f)
		return unknown_name(p, name, n);
	if (!f->argument)
		return joined ? set_switch(p, f, name + n + 1) : set(p, f, "true");
	if (joined)
		return set(p, f, name + n + 1);
	if (!p->at[1])
		return no_value(p, f);
	return set(p, f, *++p->at);
}

/* -it, -vVALUE, -v=VALUE, -v VALUE, -itv VALUE */
static int parse_letters(struct parse *p)
{
	for (const char *c = *p->at + 1; *c; c++) {
		const struct flag *f = find_letter(p, *c);

		if (!f) {
			if (strlen(*p->at) == 2)
				err_set(p->err, EINVAL, "unknown flag %s", *p->at);
			else
				err_set(p->err, EINVAL, "unknown flag -%c in %.64s", *c, *p->at);
			return see_help(p);
		}
		if (!f->argument && c[1] == '=')
			return set_switch(p, f, c + 2);
		if (!f->argument) {
			TRY(set(p, f, "true"));
			continue;
		}
		if (c[1])
			return set(p, f, c[1] == '=' ? c + 2 : c + 1);
		if (!p->at[1])
			return no_value(p, f);
		return set(p, f, *++p->at);
	}
	return 0;
}

int flags_parse(const struct flag *const *tables, struct words *w, char ***args, struct err *err)
{
	struct parse p = { tables, w, *args, err };

	for (; *p.at; p.at++) {
		const char *word = *p.at;

		if (word[0] != '-' || !word[1])
			break;
		if (str_eq(word, "--")) {
			p.at++;
			break;
		}
		TRY(word[1] == '-' ? parse_name(&p) : parse_letters(&p));
	}
	*args = p.at;
	return 0;
}

int flags_parse_anywhere(const struct flag *const *tables, struct words *w, char **args, struct err *err)
{
	char **to = args;
	bool flags = true;

	while (*args) {
		char **before = args;

		if (flags)
			TRY(flags_parse(tables, w, &args, err));
		flags &= args == before || !str_eq(args[-1], "--");
		if (*args)
			*to++ = *args++;
	}
	*to = NULL;
	return 0;
}

/* ---- help ---- */

void flags_help(const struct flag *const *tables, struct str *out)
{
	enum { COLUMN = 34 };

	for (; *tables; tables++)
		for (const struct flag *f = *tables; f->name; f++) {
			char left[64];
			int n;

			if (!f->help)
				continue;
			n = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", f->letter ? '-' : ' ',
				     f->letter ? f->letter : ' ', f->letter ? ',' : ' ', f->name, f->argument ? " " : "",
				     f->argument ? f->argument : "");
			str_add(out, "%s%*s%s\n", left, n < COLUMN ? COLUMN - n : 1, "", f->help);
		}
}
