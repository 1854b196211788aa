/* SPDX-License-Identifier: Apache-2.0
 *
 * get: the sandboxes, in kubectl's columns and as its list. May call lifecycle.
 */
#include "front/verb.h"
#include "state/record.h"
#include "util/str.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include <yyjson.h>

/* kubectl's: the two largest units that matter */
static const char *age(struct arena *arena, int64_t seconds)
{
	static const struct { int64_t up_to, unit; char sign; int64_t rest; char rest_sign; } rows[] = {
		{ 120, 1, 's', 0, 0 },         { 600, 60, 'm', 1, 's' },      { 10800, 60, 'm', 0, 0 },
		{ 28800, 3600, 'h', 60, 'm' }, { 172800, 3600, 'h', 0, 0 },   { 691200, 86400, 'd', 3600, 'h' },
		{ INT64_MAX, 86400, 'd', 0, 0 },
	};
	size_t i = 0;
	int64_t rest;

	if (seconds < 0)
		seconds = 0;
	while (seconds >= rows[i].up_to && i + 1 < ARRAY_SIZE(rows))
		i++;
	rest = rows[i].rest ? seconds % rows[i].unit / rows[i].rest : 0;
	if (rest)
		return arena_printf(arena, "%" PRId64 "%c%" PRId64 "%c", seconds / rows[i].unit, rows[i].sign, rest,
				    rows[i].rest_sign);
	return arena_printf(arena, "%" PRId64 "%c", seconds / rows[i].unit, rows[i].sign);
}

/* ---- the table ---- */

enum { COLUMNS = 9 };

/* kubectl's words for what has become of it */
static const char *status_of(const struct record *r)
{
	if (r->state == RECORD_RUNNING)
		return "Running";
	if (r->state == RECORD_PENDING)
		return r->has_last ? "CrashLoopBackOff" : "Pending";
	if (r->last.lost)
		return "Unknown";
	if (r->last.out_of_memory)
		return "OOMKilled";
	return r->last.exit_code ? "Error" : "Completed";
}

static void fill_row(const struct record *r, struct arena *arena, int64_t now, const char *row[COLUMNS])
{
	row[0] = r->name;
	row[1] = r->state == RECORD_RUNNING ? "1/1" : "0/1";
	row[2] = status_of(r);
	row[3] = arena_printf(arena, "%d", r->restarts);
	row[4] = r->started_s ? age(arena, now - r->started_s) : "0s";
	row[5] = *r->id ? r->id : "-";
	row[6] = r->state == RECORD_RUNNING ? arena_printf(arena, "%d", (int)r->first.pid) : "-";
	row[7] = *r->image ? r->image : "-";
	row[8] = *r->command ? r->command : "-";
}

static const char *table(struct arena *arena, const struct record *records, size_t n, bool wide)
{
	static const char *const heads[COLUMNS] = { "NAME", "READY", "STATUS", "RESTARTS", "AGE", "ID", "PID", "IMAGE", "COMMAND" };
	const size_t columns = wide ? COLUMNS : 5;
	const char **cells = arena_array(arena, (n + 1) * COLUMNS, sizeof(*cells));
	struct str out = { .arena = arena };
	int64_t now = time(NULL);
	size_t width[COLUMNS] = { 0 };

	memcpy(cells, heads, sizeof(heads));
	for (size_t i = 0; i < n; i++)
		fill_row(&records[i], arena, now, cells + (i + 1) * COLUMNS);
	for (size_t i = 0; i < (n + 1) * COLUMNS; i++)
		if (strlen(cells[i]) > width[i % COLUMNS])
			width[i % COLUMNS] = strlen(cells[i]);
	for (size_t row = 0; row <= n; row++)
		for (size_t c = 0; c < columns; c++)
			str_add(&out, "%-*s%s", c + 1 < columns ? (int)width[c] : 0, cells[row * COLUMNS + c],
				c + 1 < columns ? "   " : "\n");
	return out.s;
}

/* ---- JSON: a v1 List of Pods ---- */

static const char *rfc3339(struct arena *arena, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_strdup(arena, text);
}

static const char *phase_of(const struct record *r)
{
	if (r->state == RECORD_RUNNING)
		return "Running";
	if (r->state == RECORD_PENDING)
		return r->has_last ? "Running" : "Pending";
	return r->last.lost ? "Unknown" : r->last.exit_code ? "Failed" : "Succeeded";
}

static void add_terminated(yyjson_mut_doc *doc, yyjson_mut_val *to, const char *name, const struct record_end *end,
			   struct arena *arena)
{
	yyjson_mut_val *o = yyjson_mut_obj_add_obj(doc, yyjson_mut_obj_add_obj(doc, to, name), "terminated");

	yyjson_mut_obj_add_int(doc, o, "exitCode", end->exit_code);
	if (end->exit_code > EXIT_SIGNAL)
		yyjson_mut_obj_add_int(doc, o, "signal", end->exit_code - EXIT_SIGNAL);
	yyjson_mut_obj_add_str(doc, o, "reason",
			       end->lost ? "Unknown" : end->out_of_memory ? "OOMKilled" : end->exit_code ? "Error" : "Completed");
	if (end->finished_s)
		yyjson_mut_obj_add_str(doc, o, "finishedAt", rfc3339(arena, end->finished_s));
	yyjson_mut_obj_add_int(doc, o, "cpuMicroseconds", end->cpu_us);
	yyjson_mut_obj_add_int(doc, o, "memoryPeakBytes", end->memory_peak);
}

static void add_state(yyjson_mut_doc *doc, yyjson_mut_val *to, const struct record *r, struct arena *arena)
{
	yyjson_mut_val *o;

	if (r->state == RECORD_ENDED) {
		add_terminated(doc, to, "state", &r->last, arena);
		return;
	}
	o = yyjson_mut_obj_add_obj(doc, to, "state");
	if (r->state == RECORD_RUNNING) {
		o = yyjson_mut_obj_add_obj(doc, o, "running");
		yyjson_mut_obj_add_str(doc, o, "startedAt", rfc3339(arena, r->started_s));
	} else {
		o = yyjson_mut_obj_add_obj(doc, o, "waiting");
		yyjson_mut_obj_add_str(doc, o, "reason", r->has_last ? "CrashLoopBackOff" : "ContainerCreating");
	}
	if (r->has_last)
		add_terminated(doc, to, "lastState", &r->last, arena);
}

static void add_pod(yyjson_mut_doc *doc, yyjson_mut_val *items, const struct record *r, struct arena *arena)
{
	yyjson_mut_val *pod = yyjson_mut_arr_add_obj(doc, items), *o, *container;

	yyjson_mut_obj_add_str(doc, pod, "apiVersion", "v1");
	yyjson_mut_obj_add_str(doc, pod, "kind", "Pod");
	o = yyjson_mut_obj_add_obj(doc, pod, "metadata");
	yyjson_mut_obj_add_str(doc, o, "name", r->name);
	yyjson_mut_obj_add_str(doc, o, "uid", r->id);
	o = yyjson_mut_obj_add_obj(doc, pod, "spec");
	container = yyjson_mut_arr_add_obj(doc, yyjson_mut_obj_add_arr(doc, o, "containers"));
	yyjson_mut_obj_add_str(doc, container, "name", r->name);
	yyjson_mut_obj_add_str(doc, container, "image", r->image);
	o = yyjson_mut_obj_add_obj(doc, pod, "status");
	yyjson_mut_obj_add_str(doc, o, "phase", phase_of(r));
	if (r->started_s)
		yyjson_mut_obj_add_str(doc, o, "startTime", rfc3339(arena, r->started_s));
	container = yyjson_mut_arr_add_obj(doc, yyjson_mut_obj_add_arr(doc, o, "containerStatuses"));
	yyjson_mut_obj_add_str(doc, container, "name", r->name);
	yyjson_mut_obj_add_str(doc, container, "image", r->image);
	yyjson_mut_obj_add_bool(doc, container, "ready", r->state == RECORD_RUNNING);
	yyjson_mut_obj_add_int(doc, container, "restartCount", r->restarts);
	yyjson_mut_obj_add_str(doc, container, "command", r->command);
	if (r->state == RECORD_RUNNING)
		yyjson_mut_obj_add_int(doc, container, "pid", r->first.pid);
	add_state(doc, container, r, arena);
}

static int print_list(struct arena *arena, const struct record *records, size_t n, struct err *err)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *items;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "apiVersion", "v1");
	yyjson_mut_obj_add_str(doc, root, "kind", "List");
	items = yyjson_mut_obj_add_arr(doc, root, "items");
	for (size_t i = 0; i < n; i++)
		add_pod(doc, items, &records[i], arena);
	return verb_print_json(doc, err);
}

static int print_names(struct arena *arena, const struct record *records, size_t n, struct err *err)
{
	struct str out = { .arena = arena };

	for (size_t i = 0; i < n; i++)
		str_add(&out, "pod/%s\n", records[i].name);
	return n ? verb_print(out.s, err) : 0;
}

/* ---- the verb ---- */

/* kubectl takes the kind in each of these forms */
static int take_kind(char ***rest, struct err *err)
{
	static const char *const kinds[] = { "pods", "pod", "po" };

	for (size_t i = 0; **rest && i < ARRAY_SIZE(kinds); i++)
		if (str_eq(**rest, kinds[i])) {
			(*rest)++;
			return 0;
		}
	if (!**rest)
		return err_set(err, EINVAL, "get what? crib get pods");
	return err_set(err, EINVAL, "there are only pods to get, not \"%.64s\": crib get pods", **rest);
}

static int choose(char **names, struct record *records, size_t *n, struct err *err)
{
	size_t kept = 0;

	if (!*names)
		return 0;
	for (char **name = names; *name; name++) {
		bool found = false;

		for (size_t i = 0; i < *n; i++)
			found |= str_eq(records[i].name, *name);
		if (!found)
			return err_set(err, ENOENT, "no sandbox \"%.64s\"", *name);
	}
	for (size_t i = 0; i < *n; i++)
		for (char **name = names; *name; name++)
			if (str_eq(records[i].name, *name)) {
				records[kept++] = records[i];
				break;
			}
	*n = kept;
	return 0;
}

int verb_get(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	const char *output = w->output ? w->output : "text";
	struct record *records;
	size_t n;

	TRY(take_kind(&rest, err));
	if (!str_eq(output, "text") && !str_eq(output, "wide") && !str_eq(output, "json") && !str_eq(output, "name"))
		return err_set(err, EINVAL, "-o %.64s: text, wide, json or name", output);
	TRY(lifecycle_list(&lc, &records, &n, err));
	TRY(choose(rest, records, &n, err));
	*status = 0;
	if (str_eq(output, "json"))
		return print_list(w->arena, records, n, err);
	if (str_eq(output, "name"))
		return print_names(w->arena, records, n, err);
	if (!n) {
		fprintf(stderr, "No sandboxes are here.\n");
		return 0;
	}
	return verb_print(table(w->arena, records, n, str_eq(output, "wide")), err);
}
