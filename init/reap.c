/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of PID 1. Takes signals, one at a time and synchronously, gives them
 * to the command, and gives its exit status to the creator. All signals stay
 * blocked: no handlers, nothing to race with, and nothing that stops or kills
 * us but what nobody can block.
 */
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int exit_status_of(int status)
{
	return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* One SIGCHLD may stand for any number of children. When the command is among
 * them the rest is the kernel's: it kills what lives in our PID namespace. */
static void reap_all(pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
		if (pid == command)
			_exit(exit_status_of(status));
}

static void forward(pid_t command, uint32_t flags, siginfo_t *info)
{
	/* Errors are no concern of ours: the command may just have ended. */
	if (flags & HANDOFF_FORWARD_GROUP)
		kill(-command, info->si_signo); /* the kernel has no such call with a value */
	else if (info->si_code == SI_QUEUE)
		syscall(SYS_rt_sigqueueinfo, command, info->si_signo, info); /* with its value */
	else
		kill(command, info->si_signo);
}

_Noreturn void reap(pid_t command, uint32_t flags)
{
	static const uint64_t all = ~(uint64_t)0;
	siginfo_t info;

	for (;;) {
		if (syscall(SYS_rt_sigtimedwait, &all, &info, NULL, sizeof(all)) < 0)
			continue; /* EINTR: stopped and continued */
		if (info.si_signo == SIGCHLD)
			reap_all(command);
		else if (command)
			forward(command, flags, &info);
		else if (info.si_signo == SIGTERM || info.si_signo == SIGINT)
			_exit(0);
	}
}
