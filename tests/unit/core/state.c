/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, locks and journals: what a crash may leave at any byte.
 */
#include "state/state.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

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
	static const char whole[] = "crib-journal 2\ncgroup /x/crib-a\ncgroup /x/crib-b\n";
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
	static const char *const texts[] = { "crib-journal 1\ncgroup /x/crib-a\n", "crib-journal 2\nveth crib0\n", "\n",
					     "crib-journal 2\ncgroup\n", "garbage\n\001\377\n", "crib-journal 20\n",
					     " crib-journal 2\n", "crib-journal 2\n\n", "crib-journal 2\n\001\377\n",
					     "crib-journal 2\ncgroups /x/crib-a\n", "crib-journal 2\nCGROUP /x/crib-a\n" };
	struct state state;
	struct err err;
	char path[256];
	size_t cleaned;

	open_area(&state, path);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		write_file(state.sandboxes, "foreign", texts[i]);
		write_file(state.sandboxes, "good", "crib-journal 2\ncgroup /x/crib-good\n");
		n_undone = 0;
		check(state_recover(&state, note, &cleaned, &err) < 0 && strstr(err.text, "foreign"), "foreign %zu: %s", i,
		      err.text);
		check(exists(state.sandboxes, "foreign") && !exists(state.sandboxes, "good") && n_undone == 1,
		      "foreign %zu: kept, and the other one undone", i);
	}
	state_close(&state);
}

static void write_bytes(int dirfd, const char *name, const char *bytes, size_t n)
{
	auto_fd fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || fd_write_all(fd, bytes, n) < 0)
		abort();
}

/* Bytes that no crib writes: a line behind a NUL is not lost in silence; a torn end may be anything. */
static void test_binary(void)
{
	static const char hidden[] = "crib-journal 2\ncgroup /x/crib-a\n\0cgroup /x/crib-b\n";
	static const char torn[] = "crib-journal 2\ncgroup /x/crib-a\n\0\0\0\377";
	struct state state;
	struct err err;
	char path[256], *huge = malloc(1 << 20);
	size_t cleaned;

	open_area(&state, path);
	write_bytes(state.sandboxes, "dead", hidden, sizeof(hidden) - 1);
	check(state_recover(&state, note, &cleaned, &err) < 0 && exists(state.sandboxes, "dead"), "a line behind a NUL");
	write_bytes(state.sandboxes, "dead", torn, sizeof(torn) - 1);
	n_undone = 0;
	check(state_recover(&state, note, &cleaned, &err) == 0 && n_undone == 1 && !exists(state.sandboxes, "dead"),
	      "a torn end of zeros: %d undone", n_undone);
	memset(huge, 'x', 1 << 20);
	write_bytes(state.sandboxes, "dead", huge, 1 << 20);
	check(state_recover(&state, note, &cleaned, &err) < 0 && strstr(err.text, "dead"), "a megabyte: %s", err.text);
	unlinkat(state.sandboxes, "dead", 0);
	for (unsigned seed = 1; seed < 200; seed++) {
		for (size_t i = 0, x = seed; i < 300; i++) {
			x = x * 1103515245 + 12345;
			huge[i] = (char)(x >> 16);
		}
		memcpy(huge, "crib-journal 2\n", seed % 2 ? 15 : 0);
		write_bytes(state.sandboxes, "dead", huge, 300);
		n_undone = 0;
		cleaned = (size_t)state_recover(&state, note, &cleaned, &err);
		check(n_undone == 0, "noise %u was undone", seed);
	}
	free(huge);
	state_close(&state);
}

/* What is no journal is passed by, and its owner waits for nobody. */
static void test_kinds(void)
{
	struct state state;
	struct err err;
	struct claim claim;
	char path[256];
	size_t cleaned;

	open_area(&state, path);
	write_file(state.sandboxes, "victim", "crib-journal 2\ncgroup /x/crib-v\n");
	if (symlinkat("victim", state.sandboxes, "link") < 0 || mkfifoat(state.sandboxes, "fifo", 0600) < 0 ||
	    mkdirat(state.sandboxes, "dir", 0700) < 0)
		abort();
	n_undone = 0;
	check(state_recover(&state, note, &cleaned, &err) == 0 || err.text[0], "recover");
	check(n_undone == 1 && !exists(state.sandboxes, "victim"), "%d undone beside what is no journal", n_undone);
	check(claim_take(&claim, &state, "link", note, &err) < 0 && !exists(state.sandboxes, "victim"), "no link is followed");
	check(claim_take(&claim, &state, "dir", note, &err) < 0, "a directory is no name");
	state_close(&state);
}

/* Names as long as can be; steps that cannot be written in one line. */
static void test_names(void)
{
	char path[256], name[80], arg[5000];
	struct claim claim;
	struct state state;
	struct err err;

	open_area(&state, path);
	memset(name, 'n', sizeof(name));
	name[63] = '\0';
	if (check(claim_take(&claim, &state, name, note, &err) == 0, "63 bytes: %s", err.text)) {
		memset(arg, 'a', sizeof(arg));
		arg[sizeof(arg) - 1] = '\0';
		check(claim_journal(&claim, &(struct step){ STEP_CGROUP, arg }, &err) == -EINVAL, "a line that is too long");
		check(claim_journal(&claim, &(struct step){ STEP_CGROUP, "/a\n/b" }, &err) == -EINVAL, "two lines in one");
		n_undone = 0;
		check(claim_undo(&claim, &state, note, &err) == 0 && n_undone == 0, "neither was begun");
	}
	name[63] = 'n';
	name[64] = '\0';
	check(claim_take(&claim, &state, name, note, &err) == -ENAMETOOLONG && claim.journal == -1, "64 bytes");
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
	write_file(state.sandboxes, "busy", "crib-journal 2\ncgroup /x/crib-a\n");
	undo_fails = 1;
	check(state_recover(&state, note, &cleaned, &err) == -EBUSY && exists(state.sandboxes, "busy"), "kept while busy");
	undo_fails = 0;
	check(state_recover(&state, note, &cleaned, &err) == 0 && cleaned == 1 && !exists(state.sandboxes, "busy"),
	      "undone later");
	state_close(&state);
}

void test_state(void)
{
	test_life();
	test_torn();
	test_foreign();
	test_binary();
	test_kinds();
	test_names();
	test_undo_fails();
}
