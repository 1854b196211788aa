/* SPDX-License-Identifier: Apache-2.0
 *
 * profile: a run whose calls become a file. May call lifecycle.
 */
#include "front/lower.h"
#include "front/mount.h"
#include "front/output_file.h"
#include "front/seccomp_file.h"
#include "front/verb.h"
#include "model/seccomp_names.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>

/* IMAGE -- COMMAND, -- COMMAND, IMAGE COMMAND: the words as run has them, IMAGE COMMAND. */
static int arrange(struct words *w, char **rest, char ***words, struct err *err)
{
	static char busybox[] = "busybox";
	bool dashes = str_eq(rest[-1], "--"); /* flags end with it, or the verb is there */
	size_t n = 0, at = 0;
	char **made;

	while (rest[n])
		n++;
	made = arena_array(w->arena, n + 2, sizeof(*made));
	if (dashes && !w->rootfs)
		made[at++] = busybox;
	if (!dashes && !w->rootfs && n)
		made[at++] = *rest++;
	if (!dashes && *rest && str_eq(*rest, "--"))
		rest++;
	if (!*rest && !w->entrypoint)
		return err_set(err, EINVAL, "which command? crib profile [FLAGS] [IMAGE] -- COMMAND [ARG...]");
	for (; *rest; rest++)
		made[at++] = *rest;
	*words = made;
	return 0;
}

static int read_added(struct words *w, const struct seccomp_spec **add, struct err *err)
{
	*add = NULL;
	if (!w->add)
		return 0;
	return err_in(err, seccomp_file_read(w->arena, w->add, 0, add, err), "--add");
}

/* Standard output is the profile's: what the command writes there goes to standard error. */
static int take_stdout(int *out, struct err *err)
{
	*out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (*out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return err_sys(err, errno, "standard output");
	return 0;
}

static int record(struct words *w, const struct spec *spec, const char **text, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	const struct seccomp_spec *add, *profile = NULL;

	TRY(read_added(w, &add, err));
	TRY(lifecycle_profile(&lc, spec, add, &profile, status, err));
	*text = seccomp_json(profile, w->arena);
	return 0;
}

/* What run has and a recording has not. */
static int check_run(const struct words *w, const struct spec *spec, struct err *err)
{
	const struct process_spec *process = &w->container.process;

	if (w->detach)
		return err_set(err, EINVAL, "-d: a recording is not made in the background");
	if (spec->sandbox.restart != RESTART_NO)
		return err_set(err, EINVAL, "--restart: a recording is of one run; more are added with --add");
	if (process->terminal && process->stdin_open && !isatty(STDIN_FILENO))
		return err_set(err, ENOTTY, "the input device is not a terminal: leave out -t");
	return 0;
}

int verb_profile(struct words *w, char **rest, int *status, struct err *err)
{
	struct output_file file = { 0 };
	auto_fd out = -1;
	struct spec spec;
	const char *text;
	char **words;
	int rc;

	TRY(arrange(w, rest, &words, err));
	w->container.record_calls = true;
	TRY(lower_run(w, words, true, &spec, err));
	TRY(check_run(w, &spec, err));
	/* absolute: a run does not come back to the caller's directory */
	if (w->output)
		TRY(err_in(err, path_absolute(w->arena, w->output, &w->output, err), "--output"));
	if (w->output)
		TRY(err_in(err, output_file_check(&file, w->output, w->arena, err), "--output"));
	else
		TRY(take_stdout(&out, err));
	TRY(record(w, &spec, &text, status, err));
	if (w->output)
		return err_in(err, output_file_write(&file, text, err), "--output");
	rc = fd_write_all(out, text, strlen(text));
	return rc < 0 ? err_sys(err, -rc, "standard output") : 0;
}
