/* SPDX-License-Identifier: Apache-2.0
 *
 * The state area: whose it may be, and many processes in it at once.
 */
#include "state/state.h"
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int n_undone;

static int note(const struct step *step, struct err *err)
{
	(void)step, (void)err;
	n_undone++;
	return 0;
}

/* An area that others can write to would make this user's crib undo what they like. */
static void test_own_area(void)
{
	struct state state;
	struct err err;
	char path[256], link[300];

	close(folder(path));
	chmod(path, 0770);
	check(state_open(&state, path, &err) == -EPERM && strstr(err.text, path), "group-writable: %s", err.text);
	state_close(&state);
	chmod(path, 0700);
	snprintf(link, sizeof(link), "%s-link", path);
	if (symlink(path, link) < 0)
		abort();
	check(state_open(&state, link, &err) < 0, "a symbolic link");
	state_close(&state);
	unlink(link);
}

static int other_user(void *arg)
{
	struct state state;
	struct err err;

	return setuid(4711) < 0 ? 2 : state_open(&state, arg, &err) == -EPERM ? 0 : 1;
}

/* Another's area, one that cannot be written, paths that are too long or are no directory: each in one sentence. */
static void test_area_refused(void)
{
	static char longer[5000];
	struct state state;
	struct err err;
	char path[256], file[300];

	close(folder(path));
	snprintf(file, sizeof(file), "%s/file", path);
	write_file(AT_FDCWD, file, "x");
	check(state_open(&state, file, &err) < 0 && strstr(err.text, file) && strstr(err.text, "--root"), "a file: %s", err.text);
	snprintf(file, sizeof(file), "%s/not/there", path);
	check(state_open(&state, file, &err) == -ENOENT && strstr(err.text, file), "two levels that are missing: %s", err.text);
	for (size_t i = 0; i < sizeof(longer) - 1; i++)
		longer[i] = i % 100 ? 'x' : '/';
	check(state_locate(&state, longer, &err) == -ENAMETOOLONG, "a path of 5000 bytes: %s", err.text);
	longer[4050] = '\0';
	check(state_locate(&state, longer, &err) == -ENAMETOOLONG, "a path of 4050 bytes");
	if (geteuid() != 0) {
		skip("an area of another user: not root");
		return;
	}
	chmod(path, 0755);
	check(in_child(other_user, path) == 0, "root's area, for another user");
	check(chown(path, 4711, 4711) == 0 && state_open(&state, path, &err) == -EPERM && strstr(err.text, "another user"),
	      "another's area, for root: %s", err.text);
	state_close(&state);
}

static int read_only(void *arg)
{
	struct claim claim;
	struct state state;
	struct err err = { 0 };
	const char *path = arg;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(path, path, NULL, MS_BIND, NULL) < 0 || mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return 77;
	if (state_open(&state, path, &err) < 0)
		return 1;
	if (claim_take(&claim, &state, "web", note, &err) != -EROFS || !strstr(err.text, path))
		return 2;
	state_close(&state);
	return 0;
}

/* A file system that has become read-only is told, with the place. */
static void test_read_only(void)
{
	struct state state;
	struct err err;
	char path[256];
	int rc;

	close(folder(path));
	if (!check(state_open(&state, path, &err) == 0, "state_open: %s", err.text))
		return;
	state_close(&state);
	rc = in_child(read_only, path);
	if (rc == 77)
		skip("a read-only state directory: this user cannot mount");
	else
		check(rc == 0, "read-only: %d", rc);
}

/* Many want one name: at each moment one has it, and each that is told "taken" is told the truth. */
static int rival(void *arg)
{
	struct state state;
	struct err err;
	int rc = 0, had = 0;

	if (state_open(&state, arg, &err) < 0)
		return 1;
	for (int i = 0; i < 100 && rc == 0; i++) {
		struct claim claim;
		int fd;

		rc = claim_take(&claim, &state, "one", note, &err);
		if (rc == -EEXIST) {
			rc = 0;
			continue;
		}
		if (rc < 0)
			break;
		had++;
		fd = openat(state.root, "owner", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			rc = 2; /* somebody else has the name too */
		fd_close(&fd);
		unlinkat(state.root, "owner", 0);
		if (claim_journal(&claim, &(struct step){ STEP_CGROUP, "/x/crib-s" }, &err) < 0 ||
		    claim_undo(&claim, &state, note, &err) < 0)
			rc = 3;
	}
	state_close(&state);
	return rc ? rc : had ? 0 : 4;
}

static void test_rivals(void)
{
	enum { RIVALS = 4 };
	char path[256];
	pid_t pids[RIVALS];

	close(folder(path));
	for (int i = 0; i < RIVALS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(rival(path));
	}
	for (int i = 0; i < RIVALS; i++) {
		int status = -1;

		waitpid(pids[i], &status, 0);
		check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "rival %d ended with %x", i, (unsigned)status);
	}
}

/* Processes that claim few names, and recover, all the time: each claim is a real one
 * or is refused since another process holds that name; nothing is undone twice. */
static int storm_child(const char *path, unsigned seed)
{
	struct state state;
	struct err err;
	size_t cleaned;
	int rc = 0;

	if (state_open(&state, path, &err) < 0)
		return 1;
	for (int i = 0; i < 150 && rc == 0; i++) {
		struct claim claim;
		char name[16];

		seed = seed * 1103515245 + 12345;
		snprintf(name, sizeof(name), "s-%u-%u", (unsigned)getpid(), seed >> 16 & 3);
		n_undone = 0;
		if (claim_take(&claim, &state, name, note, &err) < 0)
			rc = 2; /* nobody else uses this name: a recovery must not look like a holder */
		else if (claim_journal(&claim, &(struct step){ STEP_CGROUP, "/x/crib-s" }, &err) < 0 ||
			 claim_undo(&claim, &state, note, &err) < 0 || n_undone != 1)
			rc = 3;
		else if (state_recover(&state, note, &cleaned, &err) < 0)
			rc = 4;
	}
	state_close(&state);
	return rc;
}

static void test_storm(void)
{
	enum { CHILDREN = 8 };
	char path[256];
	pid_t pids[CHILDREN];

	close(folder(path));
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(storm_child(path, (unsigned)i));
	}
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1;

		waitpid(pids[i], &status, 0);
		check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "storm: child %d ended with %x", i, (unsigned)status);
	}
}

void test_area(void)
{
	test_own_area();
	test_area_refused();
	test_read_only();
	test_rivals();
	test_storm();
}
