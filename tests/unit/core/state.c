/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, locks and journals: what a crash may leave at any byte, and many at once.
 */
#include "state/state.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char undone[16][128];
static int n_undone, undo_fails;

static int note(const struct step *step, struct err *err)
{
	if (n_undone < 16)
		snprintf(undone[n_undone], sizeof(undone[0]), "%s", step->arg);
	n_undone++;
	return undo_fails ? err_set(err, EBUSY, "busy") : 0;
}

static void open_area(struct state *state, char path[static 256])
{
	struct err err;

	close(folder(path));
	if (!check(state_open(state, path, &err) == 0, "state_open: %s", err.text))
		abort();
}

/* A sandbox's steps are undone last first and once, and its name is free again. */
static void test_life(void)
{
	const struct step a = { STEP_CGROUP, "/a" }, b = { STEP_CGROUP, "/b" };
	struct claim claim, other;
	struct state state;
	struct err err;
	char path[256];

	open_area(&state, path);
	n_undone = 0;
	check(claim_take(&claim, &state, "web", note, &err) == 0, "claim");
	check(claim_journal(&claim, &a, &err) == 0 && claim_journal(&claim, &b, &err) == 0, "journal");
	check(claim_take(&other, &state, "web", note, &err) == -EEXIST && strstr(err.text, "web"), "a taken name");
	check(n_undone == 0, "what lives is not undone");
	check(claim_undo(&claim, &state, note, &err) == 0 && n_undone == 2 && str_eq(undone[0], "/b") &&
		      str_eq(undone[1], "/a"), "undo in reverse order");
	check(!exists(state.sandboxes, "web"), "the name is free");
	state_close(&state);
}

/* A journal that ends at any byte: whole lines are undone, a torn one was never begun. */
static void test_torn(void)
{
	static const char whole[] = "crib-journal 1\ncgroup /x/crib-a\ncgroup /x/crib-b\n";
	struct state state;
	struct err err;
	char path[256];

	open_area(&state, path);
	for (size_t n = 0; n < sizeof(whole); n++) {
		char text[sizeof(whole)] = "";
		int lines = (n >= 32) + (n >= 49);
		size_t cleaned;

		memcpy(text, whole, n);
		write_file(state.sandboxes, "dead", text);
		n_undone = 0;
		check(state_recover(&state, note, &cleaned, &err) == 0 && n_undone == lines, "torn at %zu: %d undone", n,
		      n_undone);
		check(!exists(state.sandboxes, "dead"), "torn at %zu: still there", n);
	}
	state_close(&state);
}

/* What is not understood is told and kept, and harms no other. */
static void test_foreign(void)
{
	static const char *const texts[] = { "crib-journal 2\ncgroup /x/crib-a\n", "crib-journal 1\nveth crib0\n", "\n",
					     "crib-journal 1\ncgroup\n", "garbage\n\001\377\n" };
	struct state state;
	struct err err;
	char path[256];
	size_t cleaned;

	open_area(&state, path);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		write_file(state.sandboxes, "foreign", texts[i]);
		write_file(state.sandboxes, "good", "crib-journal 1\ncgroup /x/crib-good\n");
		n_undone = 0;
		check(state_recover(&state, note, &cleaned, &err) < 0 && strstr(err.text, "foreign"), "foreign %zu: %s", i,
		      err.text);
		check(exists(state.sandboxes, "foreign") && !exists(state.sandboxes, "good") && n_undone == 1,
		      "foreign %zu: kept, and the other one undone", i);
	}
	state_close(&state);
}

/* What cannot be undone now stays for the next try. */
static void test_undo_fails(void)
{
	struct state state;
	struct err err;
	char path[256];
	size_t cleaned;

	open_area(&state, path);
	write_file(state.sandboxes, "busy", "crib-journal 1\ncgroup /x/crib-a\n");
	undo_fails = 1;
	check(state_recover(&state, note, &cleaned, &err) == -EBUSY && exists(state.sandboxes, "busy"), "kept while busy");
	undo_fails = 0;
	check(state_recover(&state, note, &cleaned, &err) == 0 && cleaned == 1 && !exists(state.sandboxes, "busy"),
	      "undone later");
	state_close(&state);
}

/* An area that others can write to would make this user's crib undo what they like. */
static void test_area(void)
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

void test_state(void)
{
	test_life();
	test_torn();
	test_foreign();
	test_undo_fails();
	test_area();
	test_storm();
}
