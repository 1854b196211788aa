/* SPDX-License-Identifier: Apache-2.0
 *
 * crib [--root DIR] VERB …: the table of verbs, help, and what verbs share.
 */
#include "front/front.h"

#include "front/lower.h"
#include "front/mount.h"
#include "front/nearest.h"
#include "front/run_flags.h"
#include "front/verb.h"
#include "util/fd.h"

#include <errno.h>

#define AT(path) offsetof(struct words, path)

static const struct flag global_flags[] = {
	{ 0, "root", "DIR", "where crib keeps its files (default: $CRIB_ROOT, else yours)", flag_set_word, AT(root) },
	{ 'v', "version", NULL, "print the version", flag_set_switch, AT(version) },
	{ 0 },
};

static const struct flag output_flags[] = {
	{ 'o', "output", "text|json", "how to print (default: text)", flag_set_word, AT(output) },
	{ 0 },
};

static const struct flag get_flags[] = {
	{ 'o', "output", "text|wide|json|name", "how to print (default: text)", flag_set_word, AT(output) },
	{ 0 },
};

static const struct flag kill_flags[] = {
	{ 's', "signal", "SIGNAL", "what to send (default: KILL)", flag_set_word, AT(signal) },
	{ 0 },
};

static const struct flag stop_flags[] = {
	{ 't', "timeout", "SECONDS", "time before it is killed; 0: at once; -1: never (default: what its run said)",
	  flag_set_word, AT(timeout) },
	{ 0, "time", "SECONDS", NULL, flag_set_word, AT(timeout) },
	{ 0 },
};

static const struct flag logs_flags[] = {
	{ 'f', "follow", NULL, "go on with what it prints, until it ends", flag_set_switch, AT(follow) },
	{ 'n', "tail", "LINES", "only so many last lines (default: all)", flag_set_word, AT(tail) },
	{ 0, "since", "AGO|TIME", "only what is newer: 10m, or 2026-01-31T12:00:00Z", flag_set_word, AT(since) },
	{ 't', "timestamps", NULL, "with the time in front of each line", flag_set_switch, AT(timestamps) },
	{ 'p', "previous", NULL, "of the start before the last", flag_set_switch, AT(previous) },
	{ 0 },
};

static const struct flag delete_flags[] = {
	{ 0, "grace-period", "SECONDS", "time before it is killed; 0: at once (default: what its run said)", flag_set_word,
	  AT(timeout) },
	{ 0, "now", NULL, "a grace period of one second", flag_set_switch, AT(now) },
	{ 0, "force", NULL, "kill at once", flag_set_switch, AT(force) },
	{ 0 },
};

static const struct flag verify_flags[] = {
	{ 'o', "output", "text|json", "how to print (default: text)", flag_set_word, AT(output) },
	{ 0, "write", "FILE", "write a manifest of DIR: digests, modes, owners, attributes", flag_set_word, AT(write_manifest) },
	{ 0, "against", "FILE", "say what is otherwise than in that manifest", flag_set_word, AT(against) },
	{ 0 },
};

static const struct flag plan_flags[] = {
	{ 'o', "output", "text|json", "how to print (default: text)", flag_set_word, AT(output) },
	{ 0, "facts", "LIST", "plan for another host: uid=1000,kernel=6.12,cgroup=v2,...", flag_set_word, AT(facts) },
	{ 0 },
};

static const struct flag selftest_flags[] = {
	{ 'o', "output", "text|json", "how to print (default: text)", flag_set_word, AT(output) },
	{ 0, "no-control", NULL, "do not try the probes in a sandbox opened on purpose", flag_set_switch, AT(no_control) },
	{ 0 },
};

static const struct flag profile_flags[] = {
	{ 'o', "output", "FILE", "where the profile goes (default: standard output, and the command's own to standard error)",
	  flag_set_word, AT(output) },
	{ 0, "add", "FILE", "allow what this earlier profile allows, too", flag_set_word, AT(add) },
	{ 0 },
};

static verb_function verb_help;

static const struct verb verbs[] = {
	{ "run", "IMAGE [COMMAND [ARG...]]", "run a command in a sandbox of its own", { run_flags }, verb_run,
	  "Examples:\n"
	  "  crib run busybox echo hello\n"
	  "  crib run -it --name box busybox\n"
	  "  crib run -m 64m --cpus 0.5 -v ./data:/data:ro busybox ls /data\n"
	  "  crib run -d --name web --restart on-failure busybox httpd -f -p 8080\n"
	  "  crib run --rootfs ./alpine /bin/sh -c 'cat /etc/os-release'\n\n"
	  "Sizes: k, m, g (or Ki, Mi, Gi) are powers of 1024.\n\n"
	  "Exit status: the command's own; 128+N when signal N ended it; 125 when crib failed or\n"
	  "was used wrongly; 126 when the command cannot be executed; 127 when it was not found.\n" },
	{ "lower", "IMAGE [COMMAND [ARG...]]", "print what a run would ask for, as JSON", { run_flags }, verb_lower,
	  "Does nothing and needs no rights. Takes the flags of run.\n\n"
	  "Example:\n"
	  "  crib lower -m 64m busybox echo hello\n\n"
	  "Exit status: 0; 125 when crib failed or was used wrongly.\n" },
	{ "plan", "IMAGE [COMMAND [ARG...]]", "print what a run would do, step by step", { plan_flags, run_flags },
	  verb_plan,
	  "Does nothing and needs no rights. Takes the flags of run.\n\n"
	  "Examples:\n"
	  "  crib plan busybox echo hello\n"
	  "  crib plan --facts uid=1000,cgroup=none busybox\n\n"
	  "Exit status: 0; 125 when it cannot be done on that host, or crib was used wrongly.\n" },
	{ "explain", "IMAGE [COMMAND [ARG...]] | NAME", "say what is on, what is open and why, and what is left within reach",
	  { plan_flags, run_flags }, verb_explain,
	  "Of a run: takes its flags, does nothing and needs no rights. Of a live sandbox: by what the kernel says of it.\n\n"
	  "Examples:\n"
	  "  crib explain --network host -v ./data:/data busybox\n"
	  "  crib explain web\n"
	  "  crib explain -o json busybox\n\n"
	  "Exit status: 0; 125 when the run cannot be had, the named one is not running, or crib was used wrongly.\n" },
	{ "get", "pods [NAME...]", "list sandboxes", { get_flags, help_flags }, verb_get,
	  "A sandbox started by crib run is a pod of one container. Those of the same user and --root are seen;\n"
	  "those in the background also when they have ended, until they are deleted.\n\n"
	  "Examples:\n"
	  "  crib get pods\n"
	  "  crib get pods web -o json\n\n"
	  "Exit status: 0; 125 when a named one is not running, or crib was used wrongly.\n",
	  .flags_anywhere = true },
	{ "logs", "NAME", "print what one in the background has printed", { logs_flags, help_flags }, verb_logs,
	  "What it wrote to standard output comes on standard output, the rest on standard error.\n\n"
	  "Examples:\n"
	  "  crib logs web\n"
	  "  crib logs -f --tail 10 web\n\n"
	  "Exit status: 0; 125 when there is no such log, or crib was used wrongly.\n", .flags_anywhere = true },
	{ "wait", "NAME...", "wait until those in the background have ended", { help_flags }, verb_wait,
	  "Prints the exit status of each.\n\n"
	  "Example:\n"
	  "  crib wait web\n\n"
	  "Exit status: 0; 125 when one is not there, or crib was used wrongly.\n", .flags_anywhere = true },
	{ "stop", "NAME...", "ask sandboxes to end, and kill them when the time is over", { stop_flags, help_flags },
	  verb_stop,
	  "NAME is a name or the beginning of an id. Ends when nothing is left of them.\n\n"
	  "Example:\n"
	  "  crib stop -t 3 web\n\n"
	  "Exit status: 0; 125 when one was not running, or crib failed or was used wrongly.\n", .flags_anywhere = true },
	{ "kill", "NAME...", "send a signal to the commands of sandboxes", { kill_flags, help_flags }, verb_kill,
	  "NAME is a name or the beginning of an id.\n\n"
	  "Example:\n"
	  "  crib kill -s HUP web\n\n"
	  "Exit status: 0; 125 when one was not running, or crib failed or was used wrongly.\n", .flags_anywhere = true },
	{ "delete", "[pod] NAME...", "stop and remove sandboxes, as kubectl does", { delete_flags, help_flags }, verb_delete,
	  "NAME is a name or the beginning of an id. What was kept of one that has ended goes too.\n\n"
	  "Example:\n"
	  "  crib delete pod web --grace-period=3\n\n"
	  "Exit status: 0; 125 when one was not running, or crib failed or was used wrongly.\n", .flags_anywhere = true },
	{ "profile", "[IMAGE] [--] COMMAND [ARG...]", "run a command and write a seccomp profile of what it calls",
	  { profile_flags, run_flags }, verb_profile,
	  "The profile allows the system calls that were made, and no others; of ioctl, prctl, socket and the like only\n"
	  "with the operations that were used. run --seccomp FILE takes it, and so do docker and podman. What the filter\n"
	  "of the run refuses stays refused. Takes the flags of run; -- without an IMAGE means busybox.\n\n"
	  "Examples:\n"
	  "  crib profile -o ls.json -- ls -l /\n"
	  "  crib profile -o ls.json --add ls.json -- ls -l /nowhere\n"
	  "  crib run --seccomp ls.json busybox ls -l /\n\n"
	  "A recording is as good as the run: exercise all that the command is to do, errors too. It holds for\n"
	  "the C library and the machine that it was made with; others may call others.\n\n"
	  "Exit status: as run. There is no profile when the command could not be started.\n" },
	{ "doctor", "", "say what this host can do, and how to mend what it cannot", { output_flags, help_flags },
	  verb_doctor,
	  "Tries each thing in processes of its own; changes nothing.\n\n"
	  "Exit status: 0 when a sandbox can run here, 1 when not, 125 when crib was used wrongly.\n" },
	{ "verify", "DIR [COMMAND]", "say what is wrong with a directory that is to be a root", { verify_flags, help_flags },
	  verb_verify,
	  "Looks for device nodes, set-user-ID programs, file capabilities, directories that all may write\n"
	  "to, links that lead out, sockets, sparse files and more; with COMMAND whether it could be executed.\n\n"
	  "Examples:\n"
	  "  crib verify ./alpine /bin/sh\n"
	  "  crib verify --write alpine.manifest ./alpine\n"
	  "  crib verify --against alpine.manifest ./alpine\n\n"
	  "Exit status: 0; 1 when something was found that --verify refuse would refuse, or that is\n"
	  "otherwise than in the manifest; 125 when crib failed or was used wrongly.\n" },
	{ "selftest", "[IMAGE]", "try the known ways out of a sandbox, on this machine", { selftest_flags, run_flags },
	  verb_selftest,
	  "Runs a sandbox as the flags say (those of run; without any: the default) and tries to leave it, as root\n"
	  "inside and as an ordinary user; then once more in a sandbox that is opened on purpose, where the same\n"
	  "probes must succeed. They open, mount and call only what does no harm where it succeeds.\n\n"
	  "Examples:\n"
	  "  crib selftest\n"
	  "  crib selftest --network host --cap-add NET_ADMIN\n\n"
	  "Exit status: 0 when all is closed, 1 when something is open, 125 when crib failed or was used wrongly.\n" },
	{ "gc", "", "clean up behind cribs that were killed", { help_flags }, verb_gc,
	  "Every run does this as well, for what it finds.\n\n"
	  "Exit status: 0; 125 when something could not be cleaned.\n" },
	{ "version", "", "print the version", { output_flags, help_flags }, verb_version,
	  "Exit status: 0; 125 when crib was used wrongly.\n" },
	{ "help", "[VERB]", "explain a verb", { help_flags }, verb_help, "" },
};

/* ---- what verbs share ---- */

static void warn(const char *sentence)
{
	fprintf(stderr, "crib: %s\n", sentence);
}

struct lifecycle verb_lifecycle(struct words *w)
{
	return (struct lifecycle){ w->arena, w->root, w->facts, warn };
}

int verb_print(const char *text, struct err *err)
{
	int rc = fd_write_all(STDOUT_FILENO, text, strlen(text));

	return rc < 0 ? err_sys(err, -rc, "standard output") : 0;
}

int verb_wants_json(const struct words *w, bool *json, struct err *err)
{
	*json = w->output && str_eq(w->output, "json");
	if (w->output && !*json && !str_eq(w->output, "text"))
		return err_set(err, EINVAL, "--output %.64s: text or json", w->output);
	return 0;
}

int verb_no_more(const struct words *w, char **rest, struct err *err)
{
	return *rest ? err_set(err, EINVAL, "%s takes no \"%.64s\"", w->verb, *rest) : 0;
}

/* ---- help ---- */

static int help(struct words *w, struct err *err)
{
	static const struct flag *const tables[] = { global_flags, help_flags, NULL };
	struct str out = { .arena = w->arena };

	str_add(&out, "Usage: crib [FLAGS] VERB ...\n\nRuns commands in sandboxes of their own.\n\nVerbs:\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		str_add(&out, "  %-10s%s\n", verbs[i].name, verbs[i].summary);
	str_add(&out, "\nFlags:\n");
	flags_help(tables, &out);
	str_add(&out, "\nTry: crib run busybox echo hello. More on a verb: crib help VERB\n");
	return verb_print(out.s, err);
}

static int help_on(struct words *w, const struct verb *v, struct err *err)
{
	struct str out = { .arena = w->arena };

	str_add(&out, "Usage: crib %s [FLAGS]%s%s\n\n%c%s.\n\nFlags:\n", v->name, *v->arguments ? " " : "", v->arguments,
		v->summary[0] - 'a' + 'A', v->summary + 1);
	flags_help(v->tables, &out);
	if (*v->more)
		str_add(&out, "\n%s", v->more);
	return verb_print(out.s, err);
}

static int find_verb(const char *name, const struct verb **verb, struct err *err)
{
	struct nearest near = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (str_eq(name, verbs[i].name)) {
			*verb = &verbs[i];
			return 0;
		}
		nearest_try(&near, verbs[i].name);
	}
	if (near.best)
		return err_set(err, EINVAL, "no verb \"%.64s\", did you mean %s? See: crib help", name, near.best);
	return err_set(err, EINVAL, "no verb \"%.64s\"; see: crib help", name);
}

static int verb_help(struct words *w, char **rest, int *status, struct err *err)
{
	const struct verb *verb = NULL;

	*status = 0;
	if (!*rest)
		return help(w, err);
	TRY(verb_no_more(w, rest + 1, err));
	TRY(find_verb(*rest, &verb, err));
	return help_on(w, verb, err);
}

/* ---- the door ---- */

static int call_verb(struct words *w, char **argv, int *status, struct err *err)
{
	const struct verb *verb = NULL;

	TRY(find_verb(*argv, &verb, err));
	w->verb = *argv++;
	w->n_flags = 0;
	TRY(verb->flags_anywhere ? flags_parse_anywhere(verb->tables, w, argv, err) :
				   flags_parse(verb->tables, w, &argv, err));
	*status = 0;
	return w->help ? help_on(w, verb, err) : verb->run(w, argv, status, err);
}

static int cli(struct words *w, char **argv, int *status, struct err *err)
{
	static const struct flag *const tables[] = { global_flags, help_flags, NULL };
	static char *none[] = { NULL };
	const char *root = getenv("CRIB_ROOT");

	w->root = root && *root ? root : NULL;
	TRY(flags_parse(tables, w, &argv, err));
	if (w->root)
		TRY(path_absolute(w->arena, w->root, &w->root, err));
	if (w->version) {
		w->verb = "version";
		return verb_version(w, none, status, err);
	}
	if (w->help || !*argv) {
		*status = 0;
		return help(w, err);
	}
	lower_defaults(w);
	return call_verb(w, argv, status, err);
}

int front_cli(char **argv, int *status, struct err *err)
{
	struct arena arena = { 0 };
	struct words w = { .arena = &arena };
	int rc = cli(&w, *argv ? argv + 1 : argv, status, err);

	arena_free(&arena);
	return rc;
}
