/* SPDX-License-Identifier: Apache-2.0
 *
 * Undoing steps, and the messages between creator and child.
 */
#include "sandbox/messages.h"
#include "sandbox/steps.h"
#include "test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* A journal is a file, and may be anybody's words: only crib's own cgroups are ever removed. */
void test_steps(void)
{
	char path[256], victim[300], crib[300];
	auto_fd dir = folder(path);
	const struct step wrong[] = { { STEP_CGROUP, victim },
				      { STEP_CGROUP, "crib-relative" },
				      { STEP_CGROUP, "/sys/fs/cgroup/crib-a/../../crib-b" },
				      { STEP_CGROUP, "/" },
				      { STEP_CGROUP, "" } };
	struct err err;

	snprintf(victim, sizeof(victim), "%s/victim", path);
	snprintf(crib, sizeof(crib), "%s/crib-gone", path);
	mkdirat(dir, "victim", 0755);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check(step_undo_outside(&wrong[i], &err) < 0 && err.text[0], "undo of \"%s\"", wrong[i].arg);
	check(exists(dir, "victim"), "what is not crib's was removed");
	check(step_undo_outside(&(struct step){ STEP_CGROUP, crib }, &err) == 0, "what is gone is undone: %s", err.text);
	mkdirat(dir, "crib-gone", 0755);
	check(step_undo_outside(&(struct step){ STEP_CGROUP, crib }, &err) < 0 && err.text[0] && exists(dir, "crib-gone"),
	      "a folder that is no cgroup, whatever it is called");
}

static void pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
}

/* Bytes, descriptors and reports arrive; the end is told apart from a death. */
void test_messages(void)
{
	struct err err = { 0 }, told = { 0 };
	int ends[2], got = -1;

	pair(ends);
	check(message_send(ends[0], MESSAGE_INIT, ends[0], &err) == 0, "send with a descriptor");
	check(message_receive(ends[1], &got, &err) == MESSAGE_INIT && got >= 0, "receive with a descriptor");
	fd_close(&got);
	err_set(&told, ENOENT, "no such thing");
	told.exit_status = 127;
	message_report(ends[0], &told);
	close(ends[0]);
	check(message_receive(ends[1], &got, &err) == -ENOENT && str_eq(err.text, "no such thing") && err.exit_status == 127,
	      "a report: %s", err.text);
	check(message_receive(ends[1], &got, &err) == 0, "then the end");
	check(message_send(ends[1], MESSAGE_START, -1, &err) == 1, "sending to nobody is told");
	close(ends[1]);

	/* the other end dies with something unread, having reported */
	pair(ends);
	check(message_send(ends[1], MESSAGE_MAPPED, -1, &err) == 0, "send");
	message_report(ends[0], &told);
	close(ends[0]);
	check(message_receive(ends[1], &got, &err) == -ENOENT, "the report comes first");
	close(ends[1]);

	/* and without a word */
	pair(ends);
	check(message_send(ends[1], MESSAGE_START, -1, &err) == 0, "send");
	close(ends[0]);
	check(message_receive(ends[1], &got, &err) == -ECONNRESET && err.text[0], "a death in the set-up has a sentence");
	close(ends[1]);

	/* what is no message of ours */
	pair(ends);
	check(send(ends[0], "garbage", 7, 0) == 7 && message_receive(ends[1], &got, &err) == -EPROTO, "garbage");
	close(ends[0]);
	close(ends[1]);
}
