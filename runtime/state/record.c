/* SPDX-License-Identifier: Apache-2.0
 *
 * Records: see the header. Written as notes in the journal, read by anybody of
 * the same user.
 */
#include "state/record.h"

#include "state/state.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/file.h>

/* ---- writing ---- */

int record_write(struct claim *claim, const struct record *r, struct err *err)
{
	char text[96];

	TRY(claim_note(claim, "id", r->id, err));
	snprintf(text, sizeof(text), "%d %" PRId64, r->stop_signal, r->stop_timeout_s);
	TRY(claim_note(claim, "stop", text, err));
	TRY(claim_note(claim, "image", r->image, err));
	TRY(claim_note(claim, "command", r->command, err));
	if (!r->background)
		return 0;
	snprintf(text, sizeof(text), "%d %" PRIu64, (int)r->supervisor.pid, r->supervisor.start_time);
	return claim_note(claim, "background", text, err);
}

int record_write_start(struct claim *claim, const struct record *r, struct err *err)
{
	char text[128];

	snprintf(text, sizeof(text), "%d %" PRIu64 " %" PRId64 " %d", (int)r->first.pid, r->first.start_time, r->started_s,
		 r->restarts);
	return claim_note(claim, "process", text, err);
}

void record_end_text(const struct record_end *e, char text[static 160])
{
	snprintf(text, 160, "%d %d %" PRId64 " %" PRId64 " %" PRId64 "%s", e->exit_code, e->out_of_memory, e->finished_s, e->cpu_us,
		 e->memory_peak, e->lost ? " lost" : "");
}

int record_write_end(struct claim *claim, const struct record *r, struct err *err)
{
	char end[160], text[200];

	record_end_text(&r->last, end);
	TRY(claim_note(claim, "process-ended", end, err));
	snprintf(text, sizeof(text), "%" PRId64 " %d", r->started_s, r->restarts);
	return claim_note(claim, "process-was", text, err);
}

/* ---- reading ---- */

static void read_process(const char *text, struct record *r)
{
	int pid;

	if (sscanf(text, "%d %" SCNu64 " %" SCNd64 " %d", &pid, &r->first.start_time, &r->started_s, &r->restarts) != 4 || pid < 1)
		return;
	r->first.pid = pid;
	r->state = RECORD_RUNNING;
}

static void read_background(const char *text, struct record *r)
{
	int pid;

	r->background = true;
	if (sscanf(text, "%d %" SCNu64, &pid, &r->supervisor.start_time) == 2 && pid > 0)
		r->supervisor.pid = pid;
}

static void read_end(const char *text, struct record *r)
{
	struct record_end *e = &r->last;
	int oom;

	if (sscanf(text, "%d %d %" SCNd64 " %" SCNd64 " %" SCNd64, &e->exit_code, &oom, &e->finished_s, &e->cpu_us, &e->memory_peak) != 5)
		return;
	e->out_of_memory = oom;
	e->lost = strstr(text, " lost") != NULL;
	r->has_last = true;
	r->state = RECORD_PENDING;
}

static void read_was(const char *text, struct record *r)
{
	(void)(sscanf(text, "%" SCNd64 " %d", &r->started_s, &r->restarts) == 2);
}

static void read_stop(const char *text, struct record *r)
{
	int64_t timeout;
	int sig;

	if (sscanf(text, "%d %" SCNd64, &sig, &timeout) != 2 || sig < 1 || sig > 64)
		return;
	r->stop_signal = sig;
	r->stop_timeout_s = timeout;
}

static void read_id(const char *text, struct record *r) { r->id = text; }
static void read_image(const char *text, struct record *r) { r->image = text; }
static void read_command(const char *text, struct record *r) { r->command = text; }

static void read_ended(const char *text, struct record *r)
{
	read_end(text, r);
	r->state = RECORD_ENDED;
}

static const struct {
	const char *key;
	void (*read)(const char *text, struct record *r);
} notes[] = {
	{ "note id ", read_id },
	{ "note stop ", read_stop },
	{ "note image ", read_image },
	{ "note command ", read_command },
	{ "note background ", read_background },
	{ "note process ", read_process },
	{ "note process-ended ", read_end },
	{ "note process-was ", read_was },
	{ "note ended ", read_ended },
};

static void read_line(const char *line, struct record *r, struct arena *arena)
{
	const char *value = str_after(line, "cgroup ");

	if (value)
		*(const char **)arena_push(arena, &r->cgroups.v, &r->cgroups.n, sizeof(char *)) = value;
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if ((value = str_after(line, notes[i].key)))
			notes[i].read(value, r);
}

static void read_lines(char *text, struct record *r, struct arena *arena)
{
	for (char *end; (end = strchr(text, '\n')); text = end + 1) {
		*end = '\0';
		read_line(text, r, arena);
	}
}

/* Alive: somebody holds its lock. Ours is a shared one, given back at once: who
 * wants to claim or to recover it looks more than once. */
static bool is_held(int journal)
{
	return flock(journal, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

enum found { NONE, FOUND, DEBRIS };

static int read_record(const struct state *state, const char *name, struct arena *arena, struct record *r)
{
	enum { MOST = 64 * 1024 };
	static char text[MOST];
	auto_fd journal = openat(state->sandboxes, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool held;
	ssize_t n;

	if (journal < 0)
		return errno == ENOENT ? NONE : -errno;
	held = is_held(journal);
	n = fd_read_text(journal, text, sizeof(text));
	if (n < 0)
		return (int)n;
	*r = (struct record){ .name = arena_strdup(arena, name), .id = "", .image = "", .command = "" };
	r->stop_signal = SIGTERM;
	r->stop_timeout_s = 10;
	read_lines(arena_strndup(arena, text, strlen(text)), r, arena);
	return held || r->state == RECORD_ENDED ? FOUND : DEBRIS;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->name, ((const struct record *)b)->name);
}

int record_list(const struct state *state, struct arena *arena, struct record **records, size_t *n, size_t *debris,
		struct err *err)
{
	DIR *dir = dir_open(state->sandboxes);
	struct dirent *entry;
	int rc;

	*records = NULL;
	*n = *debris = 0;
	if (!dir)
		return err_sys(err, errno, "state directory %s", state->path);
	while ((entry = readdir(dir))) {
		struct record r = { 0 };

		if (entry->d_name[0] == '.')
			continue;
		rc = read_record(state, entry->d_name, arena, &r);
		*debris += rc == DEBRIS;
		if (rc == FOUND)
			*(struct record *)arena_push(arena, records, n, sizeof(r)) = r;
	}
	closedir(dir);
	if (*n)
		qsort(*records, *n, sizeof(**records), by_name);
	return 0;
}

/* By the beginning of an id; docker's habit. */
static int find_by_id(const struct state *state, const char *id, struct arena *arena, struct record *record, struct err *err)
{
	struct record *all;
	size_t n, debris, found = 0;

	TRY(record_list(state, arena, &all, &n, &debris, err));
	for (size_t i = 0; i < n && *id; i++)
		if (str_after(all[i].id, id)) {
			*record = all[i];
			found++;
		}
	if (found > 1)
		return err_set(err, EEXIST, "\"%.64s\" is the beginning of more than one id", id);
	return found ? 0 : err_set(err, ENOENT, "no sandbox \"%.64s\" (see crib get pods)", id);
}

int record_find(const struct state *state, const char *name, struct arena *arena, struct record *record, struct err *err)
{
	int rc = strchr(name, '/') || name[0] == '.' || !name[0] ? NONE : read_record(state, name, arena, record);

	if (rc < 0)
		return err_sys(err, -rc, "state of sandbox %s in %s", name, state->path);
	return rc == FOUND ? 0 : find_by_id(state, name, arena, record, err);
}

void record_await(const struct state *state, const char *name)
{
	auto_fd journal = openat(state->sandboxes, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	while (journal >= 0 && flock(journal, LOCK_SH) < 0 && errno == EINTR)
		;
}
