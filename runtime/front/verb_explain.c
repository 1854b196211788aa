/* SPDX-License-Identifier: Apache-2.0
 *
 * explain: the security of a run, or of a live sandbox, row by row. May call lifecycle.
 */
#include "front/lower.h"
#include "front/verb.h"
#include "util/str.h"

#include <errno.h>
#include <yyjson.h>

/* ---- text ---- */

enum { WIDTH = 110, STATE = 6, CONTROL = 24 };

static void add_colour(struct str *out, enum explain_state state)
{
	static const char *const colours[EXPLAIN_STATES] = {
		[EXPLAIN_ON] = "\033[32m", [EXPLAIN_PART] = "\033[33m", [EXPLAIN_OPEN] = "\033[31m", [EXPLAIN_OFF] = "\033[33m",
		[EXPLAIN_REACH] = "\033[35m",
	};
	const char *no_colour = getenv("NO_COLOR");
	bool colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);

	str_add(out, "%s%-*s%s", colour ? colours[state] : "", STATE, explain_state_names[state], colour ? "\033[0m" : "");
}

/* Words, in lines that begin below one another; the first begins where the cursor is. */
static void add_wrapped(struct str *out, const char *text)
{
	const size_t margin = STATE + CONTROL;
	size_t column = margin;

	for (const char *word = text; *word;) {
		size_t n = strcspn(word, " ");

		if (column > margin && column + 1 + n > WIDTH) {
			str_add(out, "\n%*s", (int)margin, "");
			column = margin;
		}
		if (column > margin) {
			str_add(out, " ");
			column++;
		}
		str_add(out, "%.*s", (int)n, word);
		column += n;
		word += n + strspn(word + n, " ");
	}
	str_add(out, "\n");
}

static void add_row(struct str *out, const struct explanation *row)
{
	const char *notes[] = { row->why, row->change };

	add_colour(out, row->state);
	str_add(out, "%-*s", CONTROL, row->control);
	add_wrapped(out, row->what);
	if (!notes[0] && !notes[1])
		return;
	str_add(out, "%*s", STATE + CONTROL, "");
	add_wrapped(out, arena_printf(out->arena, "(%s%s%s)", notes[0] ? notes[0] : "", notes[0] && notes[1] ? "; to change it: " :
				      notes[1] ? "to change it: " : "", notes[1] ? notes[1] : ""));
}

static int print_text(const struct explanations *rows, struct err *err)
{
	struct str out = { .arena = rows->arena };
	bool reach = false;

	str_add(&out, "%-*s%-*s%s\n", STATE, "STATE", CONTROL, "CONTROL", "WHAT (WHY; HOW TO CHANGE IT)");
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].state == EXPLAIN_REACH && !reach)
			str_add(&out, "\nWhat who is inside can still reach:\n");
		reach |= rows->v[i].state == EXPLAIN_REACH;
		add_row(&out, &rows->v[i]);
	}
	return verb_print(out.s, err);
}

/* ---- JSON ---- */

static void put(yyjson_mut_doc *doc, yyjson_mut_val *o, const char *name, const char *text)
{
	if (text)
		yyjson_mut_obj_add_str(doc, o, name, text);
}

static int print_json(const struct explanations *rows, const char *live, struct err *err)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *controls, *reach;

	yyjson_mut_doc_set_root(doc, root);
	put(doc, root, "live", live);
	controls = yyjson_mut_obj_add_arr(doc, root, "controls");
	reach = yyjson_mut_obj_add_arr(doc, root, "reach");
	for (size_t i = 0; i < rows->n; i++) {
		const struct explanation *row = &rows->v[i];
		bool control = row->state != EXPLAIN_REACH;
		yyjson_mut_val *o = yyjson_mut_arr_add_obj(doc, control ? controls : reach);

		put(doc, o, control ? "control" : "by", row->control);
		put(doc, o, "state", control ? explain_state_names[row->state] : NULL);
		put(doc, o, "what", row->what);
		put(doc, o, "why", row->why);
		put(doc, o, "change", row->change);
	}
	return verb_print_json(doc, err);
}

/* ---- the verb ---- */

/* One word that is no image names a live sandbox; pod/NAME always does. */
static const char *live_name(const struct words *w, char **rest)
{
	const char *name;

	if (w->rootfs || !rest[0])
		return NULL;
	name = str_after(rest[0], "pod/");
	if (name)
		return name;
	return rest[1] || lower_is_image(rest[0]) ? NULL : rest[0];
}

static int explain_live(struct words *w, char **rest, const char *name, struct explanations *rows, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);

	TRY(verb_no_more(w, rest + 1, err));
	if (w->facts || w->n_flags > (w->output != NULL))
		return err_set(err, EINVAL, "\"%.64s\" would be a live sandbox, to which the flags of run mean nothing; only -o does "
					    "(images: see crib help run)", name);
	return lifecycle_explain_live(&lc, name, rows, err);
}

int verb_explain(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	struct explanations rows = { .arena = w->arena };
	const char *live = live_name(w, rest);
	struct spec spec;
	bool json;

	TRY(verb_wants_json(w, &json, err));
	if (live) {
		TRY(explain_live(w, rest, live, &rows, err));
	} else {
		TRY(lower_run(w, rest, false, &spec, err));
		TRY(lifecycle_explain(&lc, &spec, &rows, err));
	}
	*status = 0;
	return json ? print_json(&rows, live, err) : print_text(&rows, err);
}
