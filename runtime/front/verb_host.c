/* SPDX-License-Identifier: Apache-2.0
 *
 * doctor, gc, version: of this host and this file. May call lifecycle.
 */
#include "front/verb.h"

#include <yyjson.h>

/* ---- doctor ---- */

struct look { /* how a level is shown */
	const char *word, *sign, *colour;
};

static const struct look looks[] = {
	[FINDING_OK] = { "ok", "\xe2\x9c\x93", "\033[32m" },
	[FINDING_LIMITED] = { "limited", "!", "\033[33m" },
	[FINDING_MISSING] = { "missing", "\xe2\x9c\x97", "\033[31m" },
};

/* locale(7): the first of these that is set decides */
static bool utf8_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

/* Lines of text, each behind as many blanks. */
static void add_indented(struct str *out, const char *text, int blanks)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		str_add(out, "%*s%.*s\n", n ? blanks : 0, "", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void add_finding(struct str *out, const struct finding *f, bool signs, bool colours)
{
	enum { TOPIC = 22 };
	const struct look *look = &looks[f->level];
	int margin = signs ? 2 : 9;
	size_t first = strcspn(f->text, "\n");

	str_add(out, "%s", colours ? look->colour : "");
	if (signs)
		str_add(out, "%s ", look->sign); /* one column, three bytes */
	else
		str_add(out, "%-9s", look->word);
	str_add(out, "%s%-*s %.*s\n", colours ? "\033[0m" : "", TOPIC, f->topic, (int)first, f->text);
	if (f->text[first])
		add_indented(out, f->text + first + 1, margin + TOPIC + 1);
	if (f->fix)
		add_indented(out, f->fix, margin + 2);
}

static const char *findings_text(struct arena *arena, const struct finding *f, size_t n, bool can_run)
{
	const char *no_colour = getenv("NO_COLOR");
	bool terminal = isatty(STDOUT_FILENO);
	struct str out = { .arena = arena };

	for (size_t i = 0; i < n; i++)
		add_finding(&out, &f[i], terminal && utf8_locale(), terminal && !(no_colour && *no_colour));
	str_add(&out, "%s\n", can_run ? "A sandbox can run here." : "No sandbox can run here until what is missing is mended.");
	return out.s;
}

int verb_print_json(yyjson_mut_doc *doc, struct err *err)
{
	char *text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_ALLOW_INVALID_UNICODE, NULL);
	int rc = verb_print(text ? text : "{}", err);

	free(text);
	yyjson_mut_doc_free(doc);
	return rc < 0 ? rc : verb_print("\n", err);
}

static int print_findings_json(const struct finding *f, size_t n, bool can_run, struct err *err)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *array;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_bool(doc, root, "canRun", can_run);
	array = yyjson_mut_obj_add_arr(doc, root, "findings");
	for (size_t i = 0; i < n; i++) {
		yyjson_mut_val *o = yyjson_mut_arr_add_obj(doc, array);

		yyjson_mut_obj_add_str(doc, o, "topic", f[i].topic);
		yyjson_mut_obj_add_str(doc, o, "level", looks[f[i].level].word);
		yyjson_mut_obj_add_str(doc, o, "text", f[i].text);
		if (f[i].fix)
			yyjson_mut_obj_add_str(doc, o, "fix", f[i].fix);
	}
	return verb_print_json(doc, err);
}

int verb_doctor(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	struct finding *findings = NULL;
	bool json, can_run = true;
	size_t n = 0;

	TRY(verb_no_more(w, rest, err));
	TRY(verb_wants_json(w, &json, err));
	lifecycle_doctor(&lc, &findings, &n);
	for (size_t i = 0; i < n; i++)
		can_run &= findings[i].level != FINDING_MISSING;
	*status = can_run ? 0 : 1;
	if (json)
		return print_findings_json(findings, n, can_run, err);
	return verb_print(findings_text(w->arena, findings, n, can_run), err);
}

/* ---- gc, version ---- */

int verb_gc(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	size_t cleaned = 0;

	TRY(verb_no_more(w, rest, err));
	TRY(lifecycle_gc(&lc, &cleaned, err));
	*status = 0;
	return verb_print(arena_printf(w->arena, "%zu cleaned\n", cleaned), err);
}

int verb_version(struct words *w, char **rest, int *status, struct err *err)
{
	yyjson_mut_doc *doc;
	yyjson_mut_val *root;
	bool json;

	TRY(verb_no_more(w, rest, err));
	TRY(verb_wants_json(w, &json, err));
	*status = 0;
	if (!json)
		return verb_print(arena_printf(w->arena, "crib %s\n", lifecycle_version()), err);
	doc = yyjson_mut_doc_new(NULL);
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "version", lifecycle_version());
	yyjson_mut_obj_add_str(doc, root, "rootfs", lifecycle_rootfs_id());
	return verb_print_json(doc, err);
}
