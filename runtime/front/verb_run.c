/* SPDX-License-Identifier: Apache-2.0
 *
 * run, lower, plan: one lowering, three uses of the spec. May call lifecycle.
 */
#include "front/lower.h"
#include "front/verb.h"

#include <errno.h>

int verb_run(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	const struct process_spec *process = &w->container.process;
	struct spec spec;

	TRY(lower_run(w, rest, true, &spec, err));
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
