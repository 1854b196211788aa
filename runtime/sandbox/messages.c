/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages between creator and child; see the header.
 */
#include "sandbox/messages.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

union control { /* room for one descriptor, aligned */
	struct cmsghdr header;
	char data[CMSG_SPACE(sizeof(int))];
};

static int send_with(int sync, const void *data, size_t n, int descriptor)
{
	struct iovec iov = { (void *)(uintptr_t)data, n };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t rc;

	if (descriptor >= 0) {
		msg.msg_control = control.data;
		msg.msg_controllen = sizeof(control.data);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
	}
	/* ECONNRESET: the other end left something unread; told once */
	do
		rc = sendmsg(sync, &msg, MSG_NOSIGNAL);
	while (rc < 0 && (errno == EINTR || errno == ECONNRESET));
	return rc < 0 ? -errno : 0;
}

int message_send(int sync, char message, int descriptor, struct err *err)
{
	int rc = send_with(sync, &message, 1, descriptor);

	/* the other end is gone: what it had to say, or its end, will be read */
	if (rc == -EPIPE)
		return 1;
	return rc < 0 ? err_sys(err, -rc, "message between crib and the sandbox") : 0;
}

void message_report(int sync, const struct err *err)
{
	struct handoff_report report = { .code = err->code, .exit_status = err->exit_status };

	memcpy(report.text, err->text, sizeof(report.text));
	(void)send_with(sync, &report, sizeof(report), -1);
}

static void take_control(struct msghdr *msg, int *descriptor, pid_t *sender)
{
	struct ucred who;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(descriptor, CMSG_DATA(c), sizeof(int));
		if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(sizeof(who))) {
			memcpy(&who, CMSG_DATA(c), sizeof(who));
			*sender = who.pid;
		}
	}
}

int message_lost(struct err *err)
{
	return err_set(err, ECONNRESET, "killed while it was being set up, perhaps since its memory limit is too low");
}

int message_receive(int sync, int *descriptor, struct err *err)
{
	struct handoff_report report;
	struct iovec iov = { &report, sizeof(report) };
	union {
		struct cmsghdr header;
		char data[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.data, .msg_controllen = sizeof(control.data),
	};
	pid_t sender = -1;
	bool unread = false;
	ssize_t n;

	/* ECONNRESET: the other end left something unread when it went; told once,
	 * before what it had sent itself */
	do {
		n = recvmsg(sync, &msg, MSG_CMSG_CLOEXEC);
		unread |= n < 0 && errno == ECONNRESET;
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return err_sys(err, errno, "message between crib and the sandbox");
	take_control(&msg, descriptor, &sender);
	if (n == 0 && unread)
		return message_lost(err);
	if (n == 0)
		return 0;
	if (n == 1 && *(unsigned char *)&report == MESSAGE_TRACE)
		*descriptor = sender;
	if (n == 1)
		return *(unsigned char *)&report;
	if (n != sizeof(report))
		return err_set(err, EPROTO, "a message from the sandbox was not understood");
	report.text[sizeof(report.text) - 1] = '\0';
	err_set(err, report.code > 0 ? report.code : EPROTO, "%s", report.text);
	err->exit_status = report.exit_status;
	return -err->code;
}

int message_expect(int sync, int message, int *descriptor, struct err *err)
{
	int rc = message_receive(sync, descriptor, err);

	if (rc == 0)
		_exit(EXIT_CRIB);
	if (rc > 0 && rc != message)
		return err_set(err, EPROTO, "unexpected message from the creator");
	return rc < 0 ? rc : 0;
}

void message_await(int sync)
{
	char c;

	for (int i = 0; i < 100 && recv(sync, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN; i++)
		sched_yield();
}
