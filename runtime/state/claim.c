/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, their locks and journals. A journal is text, one step a line:
 *
 *     crib-journal 1
 *     cgroup /sys/fs/cgroup/crib-web
 *
 * A line is written in one write before its step is done; a torn last line
 * (no newline) is a step that was not begun.
 */
#include "state/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char header[] = "crib-journal 1\n";

enum { MAX_JOURNAL = 64 * 1024 };

static int claim_error(const struct claim *claim, const struct state *state, int code, struct err *err)
{
	return err_sys(err, code, "state of sandbox %s in %s", claim->name, state->path);
}

/* Locks the directory of that name. 0: it is ours; -EAGAIN: it went away between
 * the two calls; -EEXIST: somebody else holds it. */
static int lock(struct claim *claim, const struct state *state)
{
	struct stat st;

	claim->dir = openat(state->sandboxes, claim->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (claim->dir < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (flock(claim->dir, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EEXIST : -errno;
	if (fstat(claim->dir, &st) < 0)
		return -errno;
	return st.st_nlink ? 0 : -EAGAIN;
}

static void release(struct claim *claim, const struct state *state)
{
	unlinkat(claim->dir, "journal", 0);
	unlinkat(state->sandboxes, claim->name, AT_REMOVEDIR);
	claim_drop(claim);
}

void claim_drop(struct claim *claim)
{
	fd_close(&claim->journal);
	fd_close(&claim->dir);
}

static int undo_line(const char *line, step_undo *undo, struct err *err)
{
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

static int undo_journal(struct claim *claim, step_undo *undo, struct err *err)
{
	char *text = malloc(MAX_JOURNAL);
	ssize_t n;
	int rc = 0;

	if (!text)
		return err_sys(err, ENOMEM, "journal");
	n = file_read_text(claim->dir, "journal", text, MAX_JOURNAL);
	if (n < 0 && n != -ENOENT)
		rc = err_sys(err, (int)-n, "journal");
	else if (n > 0 && str_after(text, header))
		rc = undo_lines(text, undo, err);
	else if (n > 0 && strchr(text, '\n'))
		rc = err_set(err, EINVAL, "journal of another version of crib, or damaged");
	free(text);
	return rc;
}

int claim_undo(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	int rc = undo_journal(claim, undo, err);

	if (rc < 0) {
		err_in(err, rc, "sandbox %s in %s", claim->name, state->path);
		claim_drop(claim);
		return rc;
	}
	release(claim, state);
	return 0;
}

static int take_once(struct claim *claim, const struct state *state, step_undo *undo, struct err *err)
{
	bool made = mkdirat(state->sandboxes, claim->name, 0700) == 0;
	int rc;

	if (!made && errno != EEXIST)
		return claim_error(claim, state, errno, err);
	rc = lock(claim, state);
	if (rc == -EEXIST)
		return err_set(err, EEXIST, "the name %s is taken by a running sandbox", claim->name);
	if (rc < 0 && rc != -EAGAIN)
		return claim_error(claim, state, -rc, err);
	if (rc == 0 && !made) {
		TRY(claim_undo(claim, state, undo, err));
		rc = -EAGAIN;
	}
	if (rc < 0)
		claim_drop(claim);
	return rc;
}

static int open_journal(struct claim *claim, const struct state *state, struct err *err)
{
	int rc;

	claim->journal = openat(claim->dir, "journal", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	rc = claim->journal < 0 ? -errno : fd_write_all(claim->journal, header, sizeof(header) - 1);
	if (rc < 0) {
		claim_error(claim, state, -rc, err);
		release(claim, state);
	}
	return rc;
}

int claim_take(struct claim *claim, const struct state *state, const char *name, step_undo *undo, struct err *err)
{
	int rc = -EAGAIN;

	*claim = (struct claim){ .dir = -1, .journal = -1 };
	if (snprintf(claim->name, sizeof(claim->name), "%s", name) >= (int)sizeof(claim->name))
		return err_set(err, ENAMETOOLONG, "name %s: too long", name);
	/* -EAGAIN: a recovery took away the directory that we had just made, or debris was cleared */
	for (int tries = 0; rc == -EAGAIN && tries < 100; tries++)
		rc = take_once(claim, state, undo, err);
	if (rc == -EAGAIN)
		return claim_error(claim, state, EAGAIN, err);
	if (rc < 0)
		claim_drop(claim);
	return rc < 0 ? rc : open_journal(claim, state, err);
}

int claim_journal(struct claim *claim, const struct step *step, struct err *err)
{
	char line[4200];
	int n = snprintf(line, sizeof(line), "%s %s\n", step_names[step->kind], step->arg);
	int rc;

	if (n >= (int)sizeof(line) || strchr(step->arg, '\n'))
		return err_set(err, EINVAL, "journal: %s cannot be written down", step->arg);
	rc = fd_write_all(claim->journal, line, (size_t)n);
	return rc < 0 ? err_sys(err, -rc, "journal of sandbox %s", claim->name) : 0;
}

int state_recover(const struct state *state, step_undo *undo, size_t *n, struct err *err)
{
	int copy = openat(state->sandboxes, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	*n = 0;
	if (!dir) {
		fd_close(&copy);
		return err_sys(err, errno, "state directory %s", state->path);
	}
	while ((entry = readdir(dir))) {
		struct claim claim = { .dir = -1, .journal = -1 };
		struct err one;

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(claim.name))
			continue;
		memcpy(claim.name, entry->d_name, strlen(entry->d_name) + 1);
		if (lock(&claim, state) < 0) {
			claim_drop(&claim);
		} else if (claim_undo(&claim, state, undo, &one) == 0) {
			(*n)++;
		} else if (rc == 0) {
			*err = one;
			rc = -one.code;
		}
	}
	closedir(dir);
	return rc;
}
