/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, their locks and journals. A journal is text, one step a line:
 *
 *     crib-journal 2
 *     cgroup /sys/fs/cgroup/crib-web
 *     note process 4711 1234567 1790000000
 *
 * A line is written in one write before its step is done; a torn last line
 * (no newline) is a step that was not begun. Of a sandbox in the background
 * (note background) the notes stay when it has ended, with a last one that says how
 * (note ended); there are no steps in it then.
 */
#include "state/state.h"
#include "util/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

static const char header[] = "crib-journal 2\n";

enum { MAX_JOURNAL = 64 * 1024 };

static int claim_error(const struct claim *claim, const struct state *state, int code, struct err *err)
{
	return err_sys(err, code, "state of sandbox %s in %s", claim->name, state->path);
}

enum lock { LOCKED, GONE, HELD };

/* Locks the journal of that name. GONE: it was removed between the two calls. */
static int lock(struct claim *claim, const struct state *state, int flags)
{
	struct stat st;

	claim->journal = openat(state->sandboxes, claim->name, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
	if (claim->journal < 0)
		return errno == ENOENT ? GONE : -errno;
	if (flock(claim->journal, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? HELD : -errno;
	if (fstat(claim->journal, &st) < 0)
		return -errno;
	return st.st_nlink ? LOCKED : GONE;
}

static int undo_line(const char *line, step_undo *undo, struct err *err)
{
	if (str_after(line, "note "))
		return 0;
	for (int kind = 0; kind < STEP_KINDS; kind++) {
		const char *arg = str_after(line, step_names[kind]);
		struct step step = { (enum step_kind)kind, arg ? arg + 1 : NULL };

		if (arg && *arg == ' ')
			return undo(&step, err);
	}
	return err_set(err, EINVAL, "journal line \"%.200s\" is not understood", line);
}

/* The complete lines of a journal, last first. */
static int undo_lines(char *text, step_undo *undo, struct err *err)
{
	char *end = strrchr(text, '\n');
	int rc = 0;

	if (!end)
		return 0;
	*end = '\0';
	for (;;) {
		char *line = strrchr(text, '\n');
		struct err one;

		if (!line)
			break;
		*line++ = '\0';
		if (undo_line(line, undo, &one) < 0 && rc == 0) {
			*err = one;
			rc = -one.code;
		}
	}
	return rc;
}

/* What a dead one wrote. */
static int read_journal(struct claim *claim, struct err *err)
{
	size_t text;
	ssize_t n;

	claim->text = malloc(MAX_JOURNAL);
	if (!claim->text)
		return err_sys(err, ENOMEM, "journal");
	n = lseek(claim->journal, 0, SEEK_SET) < 0 ? -errno : fd_read_text(claim->journal, claim->text, MAX_JOURNAL);
	if (n < 0)
		return err_sys(err, (int)-n, "journal");
	text = strlen(claim->text);
	if (memchr(claim->text + text, '\n', (size_t)n - text))
		return err_set(err, EINVAL, "journal: damaged, there are lines behind a zero byte");
	return 0;
}

static int undo_journal(struct claim *claim, step_undo *undo, struct err *err)
{
	if (!claim->text)
		TRY(read_journal(claim, err));
	if (str_after(claim->text, header))
		return undo_lines(claim->text, undo, err);
	if (strchr(claim->text, '\n'))
		return err_set(err, EINVAL, "journal of another version of crib, or damaged");
	return 0; /* not even its first line was written */
}

static void let_go(struct claim *claim)
{
	free(claim->text);
	claim->text = NULL;
	fd_close(&claim->journal);
}

int claim_undo(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	int rc = undo_journal(claim, undo, err);

	if (rc < 0) {
		err_in(err, rc, "sandbox %s in %s", claim->name, state->path);
		let_go(claim);
		return rc;
	}
	unlinkat(state->sandboxes, claim->name, 0);
	let_go(claim);
	return 0;
}

static bool has_note(const struct claim *claim, const char *key)
{
	char line[64];

	snprintf(line, sizeof(line), "\nnote %s ", key);
	return claim->text && strstr(claim->text, line);
}

/* The notes, and how it ended, under a name that nobody looks at. */
static int write_kept(struct claim *claim, const struct state *state, const char *ended, const char *name)
{
	auto_fd fd = openat(state->sandboxes, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	TRY(fd_write_all(fd, header, sizeof(header) - 1));
	for (const char *line = claim->text; line && *line;) {
		const char *end = strchr(line, '\n');

		if (!end)
			break;
		if (str_after(line, "note "))
			TRY(fd_write_all(fd, line, (size_t)(end + 1 - line)));
		line = end + 1;
	}
	TRY(fd_write_all(fd, "note ended ", 11));
	TRY(fd_write_all(fd, ended, strlen(ended)));
	TRY(fd_write_all(fd, "\n", 1));
	return fsync(fd) < 0 ? -errno : 0;
}

/* undo_journal cuts the text into pieces, so that it works on a copy. */
static int undo_copy(struct claim *claim, step_undo *undo, struct err *err)
{
	struct claim copy = { .text = strdup(claim->text) };
	int rc;

	if (!copy.text)
		return err_sys(err, ENOMEM, "journal");
	rc = undo_journal(&copy, undo, err);
	free(copy.text);
	return rc;
}

static int settle(struct claim *claim, const struct state *state, step_undo *undo, const char *ended, struct err *err)
{
	char temporary[sizeof(claim->name) + 8];
	int rc;

	if (!claim->text)
		TRY(read_journal(claim, err));
	TRY(undo_copy(claim, undo, err));
	snprintf(temporary, sizeof(temporary), ".%s.new", claim->name);
	rc = write_kept(claim, state, ended, temporary);
	if (rc == 0 && renameat(state->sandboxes, temporary, state->sandboxes, claim->name) < 0)
		rc = -errno;
	if (rc < 0)
		unlinkat(state->sandboxes, temporary, 0);
	return rc < 0 ? claim_error(claim, state, -rc, err) : 0;
}

/* Lines of the process that was, so that a command that is started again and again does
 * not make the journal grow. */
static bool is_of_process(const char *line)
{
	return str_after(line, "process ") || str_after(line, "note process");
}

static size_t drop_process(char *text)
{
	char *to = text;

	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		if (!is_of_process(line)) {
			memmove(to, line, (size_t)(end + 1 - line));
			to += end + 1 - line;
		}
	*to = '\0';
	return (size_t)(to - text);
}

/* The new file is locked before it has the name. */
int claim_process_ended(struct claim *claim, const struct state *state, struct err *err)
{
	char temporary[sizeof(claim->name) + 8];
	auto_fd fd = -1;
	int rc;

	snprintf(temporary, sizeof(temporary), ".%s.new", claim->name);
	fd = openat(state->sandboxes, temporary, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return claim_error(claim, state, errno, err);
	claim->n = drop_process(claim->text);
	rc = fd_write_all(fd, claim->text, claim->n);
	if (rc == 0 && renameat(state->sandboxes, temporary, state->sandboxes, claim->name) < 0)
		rc = -errno;
	if (rc < 0) {
		unlinkat(state->sandboxes, temporary, 0);
		return claim_error(claim, state, -rc, err);
	}
	close(claim->journal);
	claim->journal = take_fd(&fd);
	return 0;
}

int claim_settle(struct claim *claim, const struct state *state, step_undo *undo, const char *ended, struct err *err)
{
	int rc = settle(claim, state, undo, ended, err);

	let_go(claim);
	return rc;
}

/* Nothing of it is to be kept: its directory goes too, if it had one. */
static int undo_and_remove(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	struct state own = *state;

	if (has_note(claim, "background")) {
		own.pods = -1;
		state_pod_remove(&own, claim->name);
		fd_close(&own.pods);
	}
	return claim_undo(claim, state, undo, err);
}

/* What the process that answered for it left: undone; kept, if it was in the background.
 * 1: cleared. 0: it had ended and been settled. Lets go in any case. */
static int clear(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	int rc = read_journal(claim, err);

	if (rc < 0)
		err_in(err, rc, "sandbox %s in %s", claim->name, state->path);
	else if (has_note(claim, "ended"))
		rc = 0;
	else if (has_note(claim, "background") && !has_note(claim, "remove"))
		rc = claim_settle(claim, state, undo, "255 0 0 0 0 lost", err) ?: 1;
	else
		rc = undo_and_remove(claim, state, undo, err) ?: 1;
	let_go(claim);
	return rc;
}

int claim_forget(const struct state *state, const char *name, struct err *err)
{
	struct claim claim = { .journal = -1 };
	int rc;

	if (snprintf(claim.name, sizeof(claim.name), "%s", name) >= (int)sizeof(claim.name))
		return err_set(err, ENOENT, "no sandbox \"%.64s\"", name);
	rc = lock(&claim, state, 0);
	if (rc == LOCKED && (rc = read_journal(&claim, err)) < 0) {
		let_go(&claim);
		return rc;
	}
	if (rc == LOCKED && has_note(&claim, "ended"))
		unlinkat(state->sandboxes, claim.name, 0);
	else if (rc == LOCKED || rc == GONE)
		rc = err_set(err, ENOENT, "no sandbox \"%.64s\"", name);
	else
		rc = rc == HELD ? err_set(err, EEXIST, "sandbox %s is running", name) : claim_error(&claim, state, -rc, err);
	let_go(&claim);
	return rc < 0 ? rc : 0;
}

/* 1: it is ours, and empty. 0: try again. */
static int take_once(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	int rc = lock(claim, state, O_CREAT);
	struct stat st;

	if (rc < 0)
		return claim_error(claim, state, -rc, err);
	if (rc != LOCKED) {
		fd_close(&claim->journal);
		return rc == HELD ? -EEXIST : 0;
	}
	if (fstat(claim->journal, &st) < 0)
		return claim_error(claim, state, errno, err);
	if (st.st_size == 0)
		return 1;
	rc = clear(claim, state, undo, err);
	if (rc == 0)
		return err_set(err, EEXIST, "the name %s is that of a sandbox that has ended: crib delete %s", claim->name,
			       claim->name);
	return rc < 0 ? rc : 0;
}

/* Somebody's recovery may hold for a moment what was just made or has just died:
 * only what stays held is alive. */
static int take(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int rc = 0;

	for (int tries = 0; tries < 32; tries++) {
		err->code = 0;
		rc = take_once(claim, state, undo, err);
		if (rc == 1)
			return 0;
		if (rc < 0 && err->code)
			return rc;
		if (rc < 0)
			nanosleep(&moment, NULL);
	}
	return err_set(err, EEXIST, "the name %s is taken by a running sandbox", claim->name);
}

/* To the file, and then to our own copy: what is not on the disk was not begun. */
static int write_down(struct claim *claim, const char *text, size_t n)
{
	char *all = realloc(claim->text, claim->n + n + 1);

	if (!all)
		return -ENOMEM;
	claim->text = all;
	claim->text[claim->n] = '\0';
	TRY(fd_write_all(claim->journal, text, n));
	memcpy(claim->text + claim->n, text, n);
	claim->n += n;
	claim->text[claim->n] = '\0';
	return 0;
}

int claim_take(struct claim *claim, const struct state *state, const char *name, step_undo *undo, struct err *err)
{
	int rc;

	*claim = (struct claim){ .journal = -1 };
	if (snprintf(claim->name, sizeof(claim->name), "%s", name) >= (int)sizeof(claim->name))
		return err_set(err, ENAMETOOLONG, "name %s: too long", name);
	rc = take(claim, state, undo, err);
	if (rc < 0) {
		let_go(claim);
		return rc;
	}
	rc = write_down(claim, header, sizeof(header) - 1);
	if (rc < 0) {
		claim_error(claim, state, -rc, err);
		unlinkat(state->sandboxes, claim->name, 0);
		let_go(claim);
	}
	return rc;
}

int claim_journal(struct claim *claim, const struct step *step, struct err *err)
{
	char line[4200];
	int n = snprintf(line, sizeof(line), "%s %s\n", step_names[step->kind], step->arg);
	int rc;

	if (n >= (int)sizeof(line) || strchr(step->arg, '\n'))
		return err_set(err, EINVAL, "journal: %s cannot be written down", step->arg);
	rc = write_down(claim, line, (size_t)n);
	return rc < 0 ? err_sys(err, -rc, "journal of sandbox %s", claim->name) : 0;
}

int claim_note(struct claim *claim, const char *key, const char *value, struct err *err)
{
	char line[4200];
	int n = snprintf(line, sizeof(line) - 1, "note %s %s", key, value);
	int rc;

	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[n] = '\n';
	rc = write_down(claim, line, (size_t)n + 1);
	return rc < 0 ? err_sys(err, -rc, "journal of sandbox %s", claim->name) : 0;
}

int state_recover(const struct state *state, step_undo *undo, size_t *n, struct err *err)
{
	DIR *dir = dir_open(state->sandboxes);
	struct dirent *entry;
	int rc = 0;

	*n = 0;
	if (!dir)
		return err_sys(err, errno, "state directory %s", state->path);
	while ((entry = readdir(dir))) {
		struct claim claim = { .journal = -1 };
		struct err one;
		int one_rc;

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(claim.name))
			continue;
		memcpy(claim.name, entry->d_name, strlen(entry->d_name) + 1);
		if (lock(&claim, state, 0) != LOCKED) {
			fd_close(&claim.journal);
			continue;
		}
		one_rc = clear(&claim, state, undo, &one);
		*n += one_rc == 1;
		if (one_rc < 0 && rc == 0) {
			*err = one;
			rc = one_rc;
		}
	}
	closedir(dir);
	return rc;
}
