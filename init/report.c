/* SPDX-License-Identifier: Apache-2.0
 *
 * The socket to the creator: the gate, whether it is still there, and the report
 * of a failure. Takes texts, gives one struct handoff_report; every function
 * but gate_wait, die_with_parent and await_tracer ends the process.
 */
#include "init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int sync_fd = HANDOFF_SYNC_FD;

static void append(struct handoff_report *report, size_t *length, const char *text)
{
	size_t n = strlen(text), space = sizeof(report->text) - 1 - *length;

	if (n > space)
		n = space;
	memcpy(report->text + *length, text, n);
	*length += n;
}

_Noreturn void fail_with(int exit_status, int code, const char *const *parts)
{
	struct handoff_report report = {.code = code, .exit_status = exit_status};
	size_t length = 0;

	for (; *parts; parts++)
		append(&report, &length, *parts);
	if (code) {
		append(&report, &length, ": ");
		append(&report, &length, strerror(code));
	}
	/* when nobody is there to read it, the exit status has to do */
	send(sync_fd, &report, sizeof(report), MSG_NOSIGNAL);
	/* a message that we leave unread would reset the connection: the other
	 * end would read ECONNRESET before the report */
	shutdown(sync_fd, SHUT_RD);
	while (recv(sync_fd, &report, sizeof(report), MSG_DONTWAIT) > 0)
		;
	_exit(exit_status);
}

/* The creator knows who we are by the message's credentials (unix(7)). */
void await_tracer(void)
{
	const char message = HANDOFF_TRACE;

	if (send(sync_fd, &message, sizeof(message), MSG_NOSIGNAL) < 0)
		_exit(EXIT_INIT); /* the creator is gone */
	gate_wait();
}

_Noreturn void run_by_hand(void)
{
	static const char text[] = "init: this is the last stage of crib; it is not to be run by hand\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written;
	_exit(EXIT_INIT);
}

void gate_wait(void)
{
	char message = 0;
	ssize_t n;

	do
		n = recv(sync_fd, &message, sizeof(message), 0);
	while (n < 0 && errno == EINTR);

	if (n < 0 && (errno == EBADF || errno == ENOTSOCK))
		run_by_hand();
	if (n <= 0)
		_exit(EXIT_INIT); /* the creator is gone */
	if (message != HANDOFF_START)
		fail(EXIT_INIT, 0, "handoff: unknown message at the gate");
}

void die_with_parent(uint32_t flags)
{
	struct pollfd peer = {.fd = sync_fd};

	if (!(flags & HANDOFF_DIE_WITH_PARENT))
		return;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		fail(EXIT_INIT, errno, "parent death signal");
	/* it may have died just before */
	if (poll(&peer, 1, 0) > 0 && (peer.revents & (POLLHUP | POLLERR)))
		_exit(EXIT_INIT);
}
