/* SPDX-License-Identifier: Apache-2.0
 *
 * Trials: a child that tries, and a parent that does not wait for ever. They
 * talk through shared memory, since the child may be killed at any point.
 */
#include "sandbox/doctor_parts.h"

#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { DEADLINE_MS = 5000 };

static _Noreturn void child(struct trial *t, void (*inside)(struct trial *t))
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	inside(t);
	t->ended = true;
	_exit(0);
}

int trial_run(struct trial *t, uint64_t clone_flags, void (*inside)(struct trial *t))
{
	int pidfd = -1;
	struct sys_clone_args args = {
		.flags = clone_flags | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	struct pollfd end = { .events = POLLIN };
	long pid;

	for (int i = 0; i < TRIAL_CODES; i++)
		t->codes[i] = TRIAL_NOT_REACHED;
	t->ended = false;
	pid = sys_clone3(&args, sizeof(args));
	if (pid < 0)
		return errno;
	if (pid == 0)
		child(t, inside);
	end.fd = pidfd;
	if (poll(&end, 1, DEADLINE_MS) <= 0)
		sys_pidfd_send_signal(pidfd, SIGKILL);
	while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
		;
	fd_close(&pidfd);
	return 0;
}

static int write_map(const char *file, uint32_t outside)
{
	char text[32];

	snprintf(text, sizeof(text), "0 %u 1", outside);
	return -file_write_text(AT_FDCWD, file, text);
}

/* user_namespaces(7): the one mapping that everybody may write */
int trial_map_inside(const struct trial *t)
{
	int code = -file_write_text(AT_FDCWD, "/proc/self/setgroups", "deny");

	if (!code)
		code = write_map("/proc/self/uid_map", t->uid);
	if (!code)
		code = write_map("/proc/self/gid_map", t->gid);
	return code;
}
