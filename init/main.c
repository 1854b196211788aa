/* SPDX-License-Identifier: Apache-2.0
 *
 * init: the last stage of everything that runs inside. Takes its orders from
 * handoff.h, gives the command's exit status. May call: the kernel, and the parts
 * of libc that need neither memory nor stdio.
 *
 * The order of boot:
 *     signals blocked     before all: what arrives is kept for the command
 *     not dumpable        before others of the namespace can look at our descriptors
 *     die with parent     before the gate, or a creator that dies now leaves us
 *                         waiting for ever
 *     gate                after the checks: a bad blob is told before it is opened
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static int labelled[2] = { -1, -1 }; /* a pipe */

static int child(void *orders)
{
	char ok;

	if (labelled[1] >= 0) {
		close(labelled[1]);
		if (read(labelled[0], &ok, 1) != 1)
			_exit(EXIT_INIT);
	}
	become(orders);
}

/* The command must not run while we have no label, and what the child does on its way to
 * it must not be held to one: we change after its birth, and it waits for that. */
static pid_t spawn_labelled(struct orders *orders)
{
	pid_t pid;

	if (pipe2(labelled, O_CLOEXEC) < 0)
		fail(EXIT_INIT, errno, "spawn");
	pid = clone(child, orders->stack_top, SIGCHLD, orders);
	if (pid < 0)
		fail(EXIT_INIT, errno, "spawn");
	label_self(orders);
	if (write(labelled[1], "", 1) != 1)
		fail(EXIT_INIT, errno, "spawn");
	return pid;
}

/* As vfork, but on a stack of its own: the child borrows our memory until it
 * has executed the command or reported. All signals are blocked and no handlers
 * exist, so nothing of ours can run in it. */
static pid_t spawn(struct orders *orders)
{
	const int ours = sync_fd;
	pid_t pid = clone(child, orders->stack_top, CLONE_VM | CLONE_VFORK | SIGCHLD, orders);

	/* before Linux 6.0 who goes to another time namespace cannot share memory */
	if (pid < 0 && errno == EINVAL)
		pid = clone(child, orders->stack_top, CLONE_VFORK | SIGCHLD, orders);
	if (pid < 0)
		fail(EXIT_INIT, errno, "spawn");
	/* the child moved its own copy of the socket, in the memory that it shared with us */
	sync_fd = ours;
	return pid;
}

/* What stays for the container's life has no descriptors (a pipe held open here
 * would never end for its reader), no memory of the blob and no privileges but to
 * signal a command of another user. */
static void shrink(struct orders *orders, uint64_t capabilities)
{
	munmap(orders->memory, orders->memory_size);
	if (chdir("/") < 0)
		fail(EXIT_INIT, errno, "chdir /");
	/* nothing is executed here any more; where it may not be emptied, no_new_privs has to do */
	for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	set_capabilities(capabilities, capabilities, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail(EXIT_INIT, errno, "no_new_privs");
	die_with_parent(orders->h.flags);
	close_from(0); /* its end of file on the socket says that all went well: from here on nothing can be told */
	confine_self();
}

static _Noreturn void stay(struct orders *orders)
{
	pid_t command = 0;

	/* leave the creator's session: its terminal's signals are not for us */
	setsid();
	if (getpid() != 1)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (orders->h.role == HANDOFF_PID1)
		command = orders->apparmor ? spawn_labelled(orders) : spawn(orders);
	shrink(orders, command ? own_capabilities() & (uint64_t)1 << CAP_KILL : 0);
	reap(command, orders->h.flags);
}

int main(void)
{
	struct orders orders;

	signals_block();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_NAME, "init", 0, 0, 0);
	orders_read(&orders);
	signals_reset();
	die_with_parent(orders.h.flags);
	gate_wait();
	if (orders.h.role == HANDOFF_EXEC)
		become(&orders);
	stay(&orders);
}
