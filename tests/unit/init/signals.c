/* SPDX-License-Identifier: Apache-2.0
 *
 * Forwarding: every signal, with its value, to the command or its group, and
 * none that came too early is lost.
 */
#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct run run;

static int forwardable(int sig)
{
	return sig != SIGKILL && sig != SIGSTOP && sig != SIGCHLD;
}

static void all_of_them(void)
{
	struct want want = WANT("listen", "61");
	int missing = 0;

	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready\n");
	/* one after another: pending, SIGCONT and the stopping ones undo each other */
	for (int sig = 1; sig <= 64; sig++) {
		char line[32];

		if (!forwardable(sig))
			continue;
		snprintf(line, sizeof(line), "\ngot %d value 0\n", sig);
		syscall(SYS_kill, run.pid, sig);
		if (expect(&run, line) < 0) {
			missing++;
			printf("        signal %d was not forwarded\n", sig);
		}
	}
	finish(&run);
	check(code(&run) == 0 && missing == 0, "signals 1 to 64 are forwarded, but KILL, STOP and CHLD");
}

static void values(void)
{
	struct want want = WANT("listen", "4");

	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready\n");
	sigqueue(run.pid, SIGCHLD, (union sigval){.sival_int = 1});
	sigqueue(run.pid, SIGRTMIN + 3, (union sigval){.sival_int = 7001});
	sigqueue(run.pid, SIGRTMIN + 3, (union sigval){.sival_int = 7002});
	sigqueue(run.pid, SIGUSR1, (union sigval){.sival_int = 7003});
	sigqueue(run.pid, SIGRTMAX, (union sigval){.sival_int = 7004});
	finish(&run);
	check(code(&run) == 0 && strstr(run.text, "value 7001\n") && strstr(run.text, "value 7002\n") &&
		      strstr(run.text, "value 7003\n") && strstr(run.text, "value 7004\n") && !strstr(run.text, "value 1\n"),
	      "values of sigqueue are forwarded, SIGCHLD is not");
}

static void early(void)
{
	struct want want = WANT("listen", "1");

	start(&run, &want);
	usleep(20000);
	kill(run.pid, SIGTERM);
	usleep(20000);
	gate_open(&run);
	settle(&run);
	finish(&run);
	/* it comes right after execve: the command is killed by it or has blocked it in time */
	check(code(&run) == 128 + SIGTERM || strstr(run.text, "got 15"), "a signal from before the gate arrives: %d",
	      code(&run));
}

static void group(uint32_t flag)
{
	struct want want = WANT("family");

	want.h.flags |= flag;
	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "parent ready");
	expect(&run, "child ready");
	kill(run.pid, SIGUSR1);
	finish(&run);
	check(strstr(run.text, "parent got it") && !strstr(run.text, "child got it") == !flag,
	      "signals go to %s", flag ? "the group" : "the command alone");
}

/* init is never stopped; the command is, and goes on. */
static void stopping(void)
{
	struct want want = WANT("wait");
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};

	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready");
	for (int i = 0; i < 3; i++)
		kill(run.pid, stops[i]);
	kill(run.pid, SIGCONT);
	kill(run.pid, SIGTERM);
	finish(&run);
	check(code(&run) == 128 + SIGTERM, "SIGTSTP, TTIN, TTOU do not stop init: %d", code(&run));
}

static void other_user(void)
{
	struct want want = WANT("wait");

	want.h.uid = 1000;
	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready");
	kill(run.pid, SIGTERM);
	finish(&run);
	check(code(&run) == 128 + SIGTERM, "a command of another user gets them too: %d", code(&run));
}

void test_signals(void)
{
	if (!may_unshare) {
		skip("signals: no PID namespaces here");
		return;
	}
	all_of_them();
	values();
	early();
	group(0);
	group(HANDOFF_FORWARD_GROUP);
	stopping();
	other_user();
}
