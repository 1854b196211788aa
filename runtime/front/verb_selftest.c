/* SPDX-License-Identifier: Apache-2.0
 *
 * selftest: runs the probe that crib carries (tests/attack/probe) in sandboxes and
 * shows what it could do there. May call lifecycle.
 */
#include "front/lower.h"
#include "front/run_flags.h"
#include "front/verb.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <yyjson.h>

enum { ROOT, USER, CONTROL, ROUNDS };
enum { OUTPUT_MAX = 256 * 1024, FIELDS = 5 };

#define INSIDE "/.crib-probe"

struct outcome {
	const char *state, *detail;
};

struct tried { /* one way out */
	const char *name, *subject, *tries;
	struct outcome rounds[ROUNDS];
};

struct selftest {
	struct words *w;
	const char *image;     /* NULL: --rootfs */
	bool ran[ROUNDS];
	const char *why[ROUNDS]; /* it did not run */
	struct tried *tried;
	size_t n;
};

static const struct {
	const char *name, *title, *words;
} rounds[ROUNDS] = {
	[ROOT] = { "root", "ROOT", "as root inside" },
	[USER] = { "user", "USER", "as user 1000 inside" },
	[CONTROL] = { "control", "CONTROL", "control, a sandbox opened on purpose" },
};

/* ---- what the probe prints ---- */

static struct tried *find(struct selftest *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->tried[i].name, name))
			return &t->tried[i];
	return arena_push(t->w->arena, &t->tried, &t->n, sizeof(*t->tried));
}

/* NAME, STATE, SUBJECT, TRIES, DETAIL, with tabs between them */
static bool take_line(struct selftest *t, int round, char *line)
{
	char *field[FIELDS];
	struct tried *row;

	for (int i = 0; i < FIELDS; i++)
		if (!(field[i] = strsep(&line, "\t")))
			return false;
	row = find(t, field[0]);
	row->name = field[0];
	row->subject = field[2];
	row->tries = field[3];
	row->rounds[round] = (struct outcome){ field[1], field[4] };
	return true;
}

static int take_output(struct selftest *t, int round, char *text, struct err *err)
{
	size_t before = t->n, taken = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && *line)
		if (take_line(t, round, line))
			taken++;
	if (!taken || (before && taken != before) || t->n != taken)
		return err_set(err, EPROTO, "the probes ended early: only %zu of them were tried", taken);
	return 0;
}

/* ---- sandboxes ---- */

static void be_silent(const char *sentence)
{
	(void)sentence;
}

/* Standard output of the run goes into memory. */
static int run_captured(struct selftest *t, int round, const struct spec *spec, char **text, struct err *err)
{
	auto_fd memory = memfd_create("crib-selftest", MFD_CLOEXEC), saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	struct lifecycle lc = verb_lifecycle(t->w);
	ssize_t n;
	int status, rc;

	if (memory < 0 || saved < 0 || dup2(memory, STDOUT_FILENO) < 0)
		return err_sys(err, errno, "standard output");
	/* what this host cannot do is said once */
	if (round != ROOT)
		lc.warn = be_silent;
	rc = lifecycle_run(&lc, spec, &status, err);
	if (dup2(saved, STDOUT_FILENO) < 0)
		return err_sys(err, errno, "standard output");
	TRY(rc);
	if (status > 1)
		return err_set(err, EPROTO, "the probes ended with status %d", status);
	*text = arena_alloc(t->w->arena, OUTPUT_MAX);
	n = lseek(memory, 0, SEEK_SET) < 0 ? -errno : fd_read_text(memory, *text, OUTPUT_MAX);
	return n < 0 ? err_sys(err, (int)-n, "what the probes said") : 0;
}

static int try_round(struct selftest *t, int round, struct words w, const char *path, struct err *err)
{
	char *rest[] = { (char *)(uintptr_t)t->image, (char *)(uintptr_t) INSIDE, (char *)(uintptr_t) "all", NULL };
	struct spec spec;
	char *text = NULL;

	*(struct mount_spec *)arena_push(w.arena, &w.container.mounts, &w.container.n_mounts, sizeof(struct mount_spec)) =
		(struct mount_spec){ .type = MOUNT_BIND, .destination = INSIDE, .source = path, .readonly = true,
				      .noidmap = true };
	if (round == USER)
		w.container.process.user = "1000:1000";
	TRY(lower_run(&w, t->image ? rest : rest + 1, true, &spec, err));
	TRY(run_captured(t, round, &spec, &text, err));
	TRY(take_output(t, round, text, err));
	t->ran[round] = true;
	return 0;
}

/* As open as flags can make it. */
static int open_words(const struct words *from, struct words *w, struct err *err)
{
	static const char *const flags[] = { "--privileged", "--network=host", "--ipc=host", "--uts=host",
					     "--cgroupns=host", "--userns=host" };
	static const struct flag *const tables[] = { run_flags, NULL };
	size_t n = ARRAY_SIZE(flags) - (geteuid() != 0); /* the last is root's */
	char **args = arena_array(from->arena, n + 1, sizeof(*args));

	*w = (struct words){ .arena = from->arena, .root = from->root, .rootfs = from->rootfs, .verb = from->verb };
	lower_defaults(w);
	for (size_t i = 0; i < n; i++)
		args[i] = (char *)(uintptr_t)flags[i];
	return flags_parse(tables, w, &args, err);
}

static int try_control(struct selftest *t, const char *path, struct err *err)
{
	struct words w;

	TRY(open_words(t->w, &w, err));
	return try_round(t, CONTROL, w, path, err);
}

static int try_all(const char *path, void *arg, struct err *err)
{
	struct selftest *t = arg;
	struct err why;

	TRY(try_round(t, ROOT, *t->w, path, err));
	if (!t->w->container.process.user && try_round(t, USER, *t->w, path, &why) < 0)
		t->why[USER] = arena_printf(t->w->arena, "%s", why.text);
	if (!t->w->no_control && try_control(t, path, &why) < 0)
		t->why[CONTROL] = arena_printf(t->w->arena, "%s", why.text);
	return 0;
}

/* ---- what is printed ---- */

static size_t count(const struct selftest *t, int round, const char *state)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->tried[i].rounds[round].state && str_eq(t->tried[i].rounds[round].state, state);
	return n;
}

static const char *words_of(const struct selftest *t, int round)
{
	const char *user = t->w->container.process.user;

	return round == ROOT && user ? arena_printf(t->w->arena, "as %s inside", user) : rounds[round].words;
}

static void add_open(const struct selftest *t, int round, struct str *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct outcome *o = &t->tried[i].rounds[round];

		if (o->state && str_eq(o->state, "open"))
			str_add(out, "open %s: %s: it could %s: %s\n", words_of(t, round), t->tried[i].name, t->tried[i].tries,
				o->detail);
	}
}

static void add_summary(const struct selftest *t, struct str *out)
{
	for (int r = ROOT; r <= USER; r++)
		if (t->ran[r])
			str_add(out, "%s: %zu open, %zu closed, %zu not there to be tried\n", words_of(t, r), count(t, r, "open"),
				count(t, r, "closed"), count(t, r, "absent"));
		else if (t->why[r])
			str_add(out, "%s: not tried: %s\n", words_of(t, r), t->why[r]);
	if (t->ran[CONTROL])
		str_add(out, "%s: %zu of the %zu probes succeed, so they can\n", rounds[CONTROL].words, count(t, CONTROL, "open"), t->n);
	else if (t->why[CONTROL])
		str_add(out, "%s: not tried: %s\n", rounds[CONTROL].words, t->why[CONTROL]);
}

static const char *text(const struct selftest *t)
{
	struct str out = { .arena = t->w->arena };

	str_add(&out, "%-19s", "PROBE");
	for (int r = 0; r < ROUNDS; r++)
		if (t->ran[r])
			str_add(&out, "%-8s", rounds[r].title);
	str_add(&out, "TRIES TO\n");
	for (size_t i = 0; i < t->n; i++) {
		const struct tried *row = &t->tried[i];

		str_add(&out, "%-18s ", row->name);
		for (int r = 0; r < ROUNDS; r++)
			if (t->ran[r])
				str_add(&out, "%-8s", row->rounds[r].state ? row->rounds[r].state : "");
		str_add(&out, "%s (%s)\n", row->tries, row->subject);
	}
	str_add(&out, "\n");
	add_open(t, ROOT, &out);
	add_open(t, USER, &out);
	add_summary(t, &out);
	return out.s;
}

static void add_round_json(const struct selftest *t, int r, yyjson_mut_doc *doc, yyjson_mut_val *to)
{
	yyjson_mut_val *o = yyjson_mut_arr_add_obj(doc, to);

	yyjson_mut_obj_add_str(doc, o, "name", rounds[r].name);
	yyjson_mut_obj_add_bool(doc, o, "tried", t->ran[r]);
	if (t->why[r])
		yyjson_mut_obj_add_str(doc, o, "why", t->why[r]);
	yyjson_mut_obj_add_uint(doc, o, "open", count(t, r, "open"));
	yyjson_mut_obj_add_uint(doc, o, "closed", count(t, r, "closed"));
	yyjson_mut_obj_add_uint(doc, o, "absent", count(t, r, "absent"));
}

static int print_json(const struct selftest *t, bool closed, struct err *err)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *list;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_bool(doc, root, "closed", closed);
	list = yyjson_mut_obj_add_arr(doc, root, "rounds");
	for (int r = 0; r < ROUNDS; r++)
		add_round_json(t, r, doc, list);
	list = yyjson_mut_obj_add_arr(doc, root, "probes");
	for (size_t i = 0; i < t->n; i++) {
		const struct tried *row = &t->tried[i];
		yyjson_mut_val *o = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, o, "name", row->name);
		yyjson_mut_obj_add_str(doc, o, "subject", row->subject);
		yyjson_mut_obj_add_str(doc, o, "tries", row->tries);
		for (int r = 0; r < ROUNDS; r++) {
			yyjson_mut_val *one = t->ran[r] ? yyjson_mut_obj_add_obj(doc, o, rounds[r].name) : NULL;

			if (!one || !row->rounds[r].state)
				continue;
			yyjson_mut_obj_add_str(doc, one, "state", row->rounds[r].state);
			yyjson_mut_obj_add_str(doc, one, "detail", row->rounds[r].detail);
		}
	}
	return verb_print_json(doc, err);
}

/* The image, and nothing that would have another program than the probe run, or none of its words come back. */
static int check_words(struct selftest *t, char **rest, struct err *err)
{
	const struct process_spec *process = &t->w->container.process;

	if (process->terminal || process->stdin_open || t->w->entrypoint)
		return err_set(err, EINVAL, "selftest runs a program of its own: leave out -i, -t and --entrypoint");
	if (!t->w->rootfs)
		t->image = *rest ? *rest++ : "busybox";
	return verb_no_more(t->w, rest, err);
}

int verb_selftest(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	struct selftest t = { .w = w };
	bool json, closed;

	TRY(verb_wants_json(w, &json, err));
	TRY(check_words(&t, rest, err));
	TRY(lifecycle_with_probe(&lc, try_all, &t, err));
	closed = !count(&t, ROOT, "open") && !count(&t, USER, "open");
	*status = closed ? 0 : 1;
	return json ? print_json(&t, closed, err) : verb_print(text(&t), err);
}
