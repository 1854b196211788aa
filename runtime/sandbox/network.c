/* SPDX-License-Identifier: Apache-2.0
 *
 * A network namespace with its loopback interface up; see the header.
 */
#include "sandbox/network.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int failed(struct network_job *job, const char *step)
{
	job->step = step;
	job->code = errno;
	return 1;
}

static int raise_loopback(void)
{
	auto_fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	return fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &ifr);
}

/* The helper: shares memory and descriptors with the creator, not its namespaces. */
static int make(void *arg)
{
	struct network_job *job = arg;

	if (job->own_users && setns(job->pidfd, CLONE_NEWUSER) < 0)
		return failed(job, "enter the user namespace");
	if (unshare(CLONE_NEWNET) < 0)
		return failed(job, "make a network namespace");
	if (raise_loopback() < 0)
		return failed(job, "bring the loopback interface up");
	job->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return job->ns < 0 ? failed(job, "open the network namespace") : 0;
}

int network_begin_outside(struct network_job *job, char stack[static NETWORK_STACK], struct err *err)
{
	job->helper = clone(make, stack + NETWORK_STACK, CLONE_VM | CLONE_FILES | SIGCHLD, job);
	return job->helper < 0 ? err_sys(err, errno, "clone a helper for the network") : 0;
}

int network_finish_outside(struct network_job *job, struct err *err)
{
	while (waitpid(job->helper, NULL, 0) < 0 && errno == EINTR)
		;
	if (job->ns < 0)
		return err_sys(err, job->code ? job->code : ECHILD, "%s", job->step ? job->step : "helper for the network");
	return job->ns;
}
