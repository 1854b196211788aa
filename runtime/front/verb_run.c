/* SPDX-License-Identifier: Apache-2.0
 *
 * run, lower, plan: one lowering, three uses of the spec. May call lifecycle.
 */
#include "front/lower.h"
#include "front/verb.h"

#include <errno.h>

static int run_in_background(struct words *w, const struct lifecycle *lc, const struct spec *spec, int *status, struct err *err)
{
	const char *id;

	if (w->remove && spec->sandbox.restart != RESTART_NO)
		return err_set(err, EINVAL, "--rm and --restart do not go together");
	if (w->container.process.stdin_open)
		return err_set(err, EINVAL, "-i has nobody to read from in the background: leave it out");
	TRY(lifecycle_run_background(lc, spec, w->remove, &id, status, err));
	return verb_print(arena_printf(w->arena, "%s\n", id), err);
}

int verb_run(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	const struct process_spec *process = &w->container.process;
	struct spec spec;

	TRY(lower_run(w, rest, true, &spec, err));
	if (w->detach)
		return run_in_background(w, &lc, &spec, status, err);
	if (spec.sandbox.restart != RESTART_NO)
		return err_set(err, EINVAL, "--restart is for sandboxes in the background: say -d as well");
	if (process->terminal && process->stdin_open && !isatty(STDIN_FILENO))
		return err_set(err, ENOTTY, "the input device is not a terminal: leave out -t");
	return lifecycle_run(&lc, &spec, status, err);
}

int verb_lower(struct words *w, char **rest, int *status, struct err *err)
{
	struct spec spec;

	TRY(lower_run(w, rest, false, &spec, err));
	TRY(verb_print(spec_json(&spec, w->arena), err));
	*status = 0;
	return verb_print("\n", err);
}

int verb_plan(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	const char *text;
	struct spec spec;
	size_t n;
	bool json;

	TRY(verb_wants_json(w, &json, err));
	TRY(lower_run(w, rest, false, &spec, err));
	TRY(lifecycle_plan(&lc, &spec, json, &text, err));
	*status = 0;
	n = strlen(text);
	TRY(verb_print(text, err));
	return n && text[n - 1] == '\n' ? 0 : verb_print("\n", err);
}
