/* SPDX-License-Identifier: Apache-2.0
 *
 * Records: see the header. Written as notes in the journal, read by anybody of
 * the same user while its holder lives.
 */
#include "state/record.h"

#include "state/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/file.h>

uint64_t process_start_time(pid_t pid)
{
	enum { FIELD = 22 };
	char path[32], text[1024], *at;
	uint64_t ticks = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read_text(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	/* the second field is the program's name in brackets, and may hold anything */
	at = strrchr(text, ')');
	for (int field = 2; at && field < FIELD; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, &ticks) == 1 ? ticks : 0;
}

int record_write(struct claim *claim, const struct record *record, struct err *err)
{
	char process[96], stop[32];

	snprintf(stop, sizeof(stop), "%d %" PRId64, record->stop_signal, record->stop_timeout_s);
	snprintf(process, sizeof(process), "%d %" PRIu64 " %" PRId64, (int)record->pid, record->start_time, record->started_s);
	TRY(claim_note(claim, "process", process, err));
	TRY(claim_note(claim, "id", record->id, err));
	TRY(claim_note(claim, "stop", stop, err));
	TRY(claim_note(claim, "image", record->image, err));
	return claim_note(claim, "command", record->command, err);
}

/* ---- reading ---- */

static void read_process(const char *text, struct record *r)
{
	int pid;

	if (sscanf(text, "%d %" SCNu64 " %" SCNd64, &pid, &r->start_time, &r->started_s) == 3 && pid > 0)
		r->pid = pid;
}

static void read_stop(const char *text, struct record *r)
{
	int sig;
	int64_t timeout;

	if (sscanf(text, "%d %" SCNd64, &sig, &timeout) != 2 || sig < 1 || sig > 64)
		return;
	r->stop_signal = sig;
	r->stop_timeout_s = timeout;
}

static void read_line(const char *line, struct record *r, struct arena *arena)
{
	const char *value;

	if ((value = str_after(line, "cgroup ")))
		*(const char **)arena_push(arena, &r->cgroups.v, &r->cgroups.n, sizeof(char *)) = value;
	else if ((value = str_after(line, "note process ")))
		read_process(value, r);
	else if ((value = str_after(line, "note stop ")))
		read_stop(value, r);
	else if ((value = str_after(line, "note id ")))
		r->id = value;
	else if ((value = str_after(line, "note image ")))
		r->image = value;
	else if ((value = str_after(line, "note command ")))
		r->command = value;
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

/* 1: it is alive. 0: it is not. */
static int read_record(const struct state *state, const char *name, struct arena *arena, struct record *r)
{
	enum { MOST = 64 * 1024 };
	static char text[MOST];
	auto_fd journal = openat(state->sandboxes, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (journal < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!is_held(journal))
		return 0;
	n = fd_read_text(journal, text, sizeof(text));
	if (n < 0)
		return (int)n;
	*r = (struct record){ .name = arena_strdup(arena, name), .id = "", .image = "", .command = "" };
	r->stop_signal = SIGTERM;
	r->stop_timeout_s = 10;
	read_lines(arena_strndup(arena, text, strlen(text)), r, arena);
	return 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->name, ((const struct record *)b)->name);
}

int record_list(const struct state *state, struct arena *arena, struct record **records, size_t *n, struct err *err)
{
	int copy = openat(state->sandboxes, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	*records = NULL;
	*n = 0;
	if (!dir) {
		fd_close(&copy);
		return err_sys(err, errno, "state directory %s", state->path);
	}
	while ((entry = readdir(dir))) {
		struct record r;

		if (entry->d_name[0] == '.')
			continue;
		rc = read_record(state, entry->d_name, arena, &r);
		if (rc == 1)
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
	size_t n, found = 0;

	TRY(record_list(state, arena, &all, &n, err));
	for (size_t i = 0; i < n && *id; i++)
		if (str_after(all[i].id, id)) {
			*record = all[i];
			found++;
		}
	if (found > 1)
		return err_set(err, EEXIST, "\"%.64s\" is the beginning of more than one id", id);
	return found ? 0 : err_set(err, ENOENT, "no sandbox \"%.64s\" is running (see crib get pods)", id);
}

int record_find(const struct state *state, const char *name, struct arena *arena, struct record *record, struct err *err)
{
	int rc = strchr(name, '/') || name[0] == '.' || !name[0] ? 0 : read_record(state, name, arena, record);

	if (rc < 0)
		return err_sys(err, -rc, "state of sandbox %s in %s", name, state->path);
	return rc == 1 ? 0 : find_by_id(state, name, arena, record, err);
}
