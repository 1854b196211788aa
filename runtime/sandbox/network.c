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

struct job {
	int users;
	bool own_users;
	int ns;           /* the result, or -1 */
	const char *step; /* what failed, and how */
	int code;
};

static int failed(struct job *job, const char *step)
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

static int make(void *arg)
{
	struct job *job = arg;

	if (job->own_users && setns(job->users, CLONE_NEWUSER) < 0)
		return failed(job, "enter the user namespace");
	if (unshare(CLONE_NEWNET) < 0)
		return failed(job, "make a network namespace");
	if (raise_loopback() < 0)
		return failed(job, "bring the loopback interface up");
	job->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return job->ns < 0 ? failed(job, "open the network namespace") : 0;
}

/* Who enters a user namespace cannot leave it: a helper does, that shares memory and
 * descriptors with us. We wait meanwhile: libc's errno is shared too. */
int network_make_outside(int users, bool own_users, struct err *err)
{
	struct job job = { .users = users, .own_users = own_users, .ns = -1 };
	_Alignas(16) char stack[16 * 1024];
	pid_t helper = clone(make, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &job);

	if (helper < 0)
		return err_sys(err, errno, "clone a helper for the network");
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
	if (job.ns < 0)
		return err_sys(err, job.code ? job.code : ECHILD, "%s", job.step ? job.step : "helper for the network");
	return job.ns;
}
