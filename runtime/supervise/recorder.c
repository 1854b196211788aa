/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracer; see the header. What a process does with its memory meanwhile is of no
 * concern: nothing is decided here, and nothing but registers is looked at.
 */
#include "supervise/recorder.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { AT_ONCE = 64 }; /* then the signals and streams of the caller have their turn */

int recorder_start(struct recorder *r, pid_t pid, pid_t child, struct err *err)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0)
		return err_sys(err, errno, "trace the command, to record what it calls (kernel.yama.ptrace_scope must be below 3, "
					   "and crib itself not be traced)");
	r->child = child;
	r->started = true;
	return 0;
}

static void note(struct recorder *r, pid_t pid)
{
	struct __ptrace_syscall_info info = { 0 }; /* Linux 5.3 */
	uint64_t args[6];

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return; /* it was killed */
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = info.seccomp.args[i];
	recorded_note(&r->calls, info.arch, (uint32_t)info.seccomp.nr, args);
}

static bool stops(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* ptrace(2), "Stopped states". What fails was killed. */
static void go_on(struct recorder *r, pid_t pid, int status)
{
	int sig = WSTOPSIG(status);

	switch (status >> 16) {
	case 0: /* a signal: it is to have it */
		ptrace(PTRACE_CONT, pid, NULL, (long)sig);
		return;
	case PTRACE_EVENT_SECCOMP:
		note(r, pid);
		break;
	case PTRACE_EVENT_STOP:
		if (!stops(sig)) /* a new one, or one that SIGCONT has woken */
			break;
		ptrace(PTRACE_LISTEN, pid, NULL, NULL); /* stays stopped, as it would untraced */
		return;
	default: /* it has made a child, which is traced too */
		break;
	}
	ptrace(PTRACE_CONT, pid, NULL, NULL);
}

static bool is_end(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
}

bool recorder_serve(struct recorder *r)
{
	if (!r->started)
		return false;
	for (int i = 0; i < AT_ONCE; i++) {
		siginfo_t info = { 0 };
		int status;

		if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) < 0 || !info.si_pid)
			return false;
		if (info.si_pid == r->child && is_end(&info))
			return false;
		/* the end of others is to be waited for, or their own parents do not learn of it */
		if (waitpid(info.si_pid, &status, WNOHANG | __WALL) == info.si_pid && WIFSTOPPED(status))
			go_on(r, info.si_pid, status);
	}
	return true;
}
