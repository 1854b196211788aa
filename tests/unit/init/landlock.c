/* SPDX-License-Identifier: Apache-2.0
 *
 * A Landlock ruleset among the orders: it is enforced on the command, for root and
 * for others, with and without no_new_privs, and its descriptor is nobody's.
 */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is(const struct run *run, const char *key, const char *value)
{
	return check(strcmp(field(run, key), value) == 0, "%s is \"%s\", not \"%s\"", key, field(run, key), value);
}

static void fences(uint32_t role, uint32_t flags, uint32_t uid, const char *what)
{
	struct want want = WANT("fence");
	static struct run run;
	char denied[8], free[8] = "0";

	snprintf(denied, sizeof(denied), "%d", EACCES);
	want.h.role = role;
	want.h.uid = uid;
	want.h.flags = flags;
	for (int fenced = 1; fenced >= 0; fenced--) {
		want.mount_fence = fenced;
		want.h.flags = flags | (fenced ? HANDOFF_LANDLOCK : 0);
		run_it(&run, &want);
		check(code(&run) == 0 && is(&run, "fifo", fenced ? denied : free) && is(&run, "file", "0"), "%s, %s: %d %s", what,
		      fenced ? "fenced in" : "free", code(&run), run.report.text);
	}
}

static void descriptors(void)
{
	struct want want = WANT("facts");
	static struct run run;

	want.mount_fence = 1;
	want.h.flags |= HANDOFF_LANDLOCK;
	for (uint32_t keep = 0; keep < 4; keep++) {
		static const char *const fds[] = {"0 1 2", "0 1 2 3", "0 1 2 3 4", "0 1 2 3 4 5"};

		want.h.keep_fds = keep;
		run_it(&run, &want);
		check(code(&run) == 0 && is(&run, "fds", fds[keep]), "the ruleset's descriptor is closed, %u kept", keep);
		check(keep < 3 || is(&run, "fd5", "kept 2"), "and the others are themselves");
	}
	want.mount_fence = 0;
	want.h.keep_fds = 0;
	run_it(&run, &want);
	check(code(&run) == 125 && strstr(run.report.text, "Landlock ruleset"), "no ruleset where one was promised: %s",
	      run.report.text);
}

void test_landlock(void)
{
	if (syscall(444 /* landlock_create_ruleset */, NULL, 0ul, 1u) < 2) {
		skip("Landlock: this kernel has not its version 2");
		return;
	}
	if (!may_unshare) {
		skip("Landlock: no PID namespaces here");
		return;
	}
	fences(HANDOFF_PID1, HANDOFF_NO_NEW_PRIVS, 0, "root");
	fences(HANDOFF_EXEC, HANDOFF_NO_NEW_PRIVS, 0, "root, no fork");
	fences(HANDOFF_PID1, HANDOFF_NO_NEW_PRIVS, 1000, "another user");
	fences(HANDOFF_PID1, 0, 0, "root without no_new_privs");
	fences(HANDOFF_PID1, 0, 1000, "another user without no_new_privs");
	descriptors();
}
