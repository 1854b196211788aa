/* SPDX-License-Identifier: Apache-2.0
 *
 * The controlling terminal: the command leads its session and is in front, so
 * that the line discipline's signals reach it and not init.
 */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct run run;

/* Starts the command on a terminal; gives the person's end of it. */
static int on_terminal(uint32_t role)
{
	struct want want = WANT("terminal");
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	want.h.role = role;
	want.h.flags |= HANDOFF_TERMINAL;
	want.stdin_fd = slave;
	start(&run, &want);
	close(slave);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready");
	return master;
}

static void in_front(uint32_t role)
{
	int master = on_terminal(role);
	const char *pgrp = field(&run, "pgrp");

	if (master < 0) {
		skip("terminal: no pseudo-terminals here");
		return;
	}
	check(!run.reported && strcmp(field(&run, "tty"), "1") == 0 && strcmp(field(&run, "devtty"), "1") == 0,
	      "role %u: it is the controlling terminal", role);
	check(*pgrp && strcmp(field(&run, "front"), pgrp) == 0 && strcmp(field(&run, "sid"), pgrp) == 0 &&
		      strcmp(field(&run, "tsid"), pgrp) == 0, "role %u: the command is in front", role);
	if (role == HANDOFF_PID1) {
		write(master, "\003", 1);
		finish(&run);
		check(code(&run) == 128 + SIGINT, "^C interrupts the command: %d", code(&run));
	} else {
		kill(run.pid, SIGKILL);
		finish(&run);
	}
	close(master);
}

static void hangup(void)
{
	int master = on_terminal(HANDOFF_PID1);

	close(master);
	finish(&run);
	check(code(&run) == 128 + SIGHUP, "a terminal that goes away hangs up: %d", code(&run));
}

static void not_a_terminal(void)
{
	struct want want = WANT("exit", "0");

	want.h.flags |= HANDOFF_TERMINAL;
	run_it(&run, &want);
	check(code(&run) == 125 && run.reported == 1, "without a terminal: %s", run.report.text);
}

void test_terminal(void)
{
	if (!may_unshare) {
		skip("terminal: no PID namespaces here");
		return;
	}
	in_front(HANDOFF_PID1);
	in_front(HANDOFF_EXEC);
	hangup();
	not_a_terminal();
}
