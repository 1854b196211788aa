/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. pidfd_open(2), pidfd_send_signal(2).
 */
#include "sandbox/live.h"
#include "util/sys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

int live_open_outside(pid_t pid, int *pidfd, struct err *err)
{
	int fd = sys_pidfd_open(pid);

	if (fd < 0)
		return err_sys(err, errno, "process %d of the sandbox", (int)pid);
	*pidfd = fd;
	return 0;
}

int live_signal_outside(int pidfd, int sig, struct err *err)
{
	if (sys_pidfd_send_signal(pidfd, sig) == 0 || errno == ESRCH)
		return 0;
	return err_sys(err, errno, "signal %d", sig);
}

int live_signal_value_outside(int pidfd, int sig, int value, struct err *err)
{
	siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = value;
	if (syscall(SYS_pidfd_send_signal, pidfd, sig, &info, 0) == 0 || errno == ESRCH)
		return 0;
	return err_sys(err, errno, "signal %d", sig);
}

int live_await_outside(int pidfd, int64_t seconds, struct err *err)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int rc;

	/* what is interrupted is asked anew: only signals that stop and go on do that here */
	do
		rc = poll(&p, 1, seconds < 0 || seconds > 2000000 ? -1 : (int)seconds * 1000);
	while (rc < 0 && errno == EINTR);
	return rc < 0 ? err_sys(err, errno, "wait for the sandbox") : rc;
}
