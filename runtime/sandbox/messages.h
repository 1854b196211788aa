/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes over the socket between creator and child: single bytes, a
 * descriptor beside some of them, and reports (struct handoff_report) for
 * errors. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_MESSAGES_H
#define CRIB_SANDBOX_MESSAGES_H

#include "init/handoff.h"
#include "util/err.h"

enum {
	MESSAGE_MAPPED = 'M',
	MESSAGE_COPY = 'C',    /* the same, but the image needs a copy: with its descriptor where it has been made */
	MESSAGE_NETWORK = 'N', /* with the descriptor of the network namespace */
	MESSAGE_INIT = 'I',    /* with the descriptor of init's memfd */
	MESSAGE_READY = 'R',   /* with the terminal's master where there is a terminal */
	MESSAGE_START = HANDOFF_START,
	MESSAGE_TRACE = HANDOFF_TRACE, /* from init's command */
};

/* 1: the other end is gone, which is no error yet: read what it had to say. */
int message_send(int sync, char message, int descriptor, struct err *err) MUST_CHECK;
void message_report(int sync, const struct err *err);

/* The other end went without having read all, and without a report. */
int message_lost(struct err *err);

/* Blocks for the next message: its first byte for a single one, 0 at the end of
 * file, -EPROTO or another error with err filled (a report's own words). */
int message_receive(int sync, int *descriptor, struct err *err) MUST_CHECK;

/* For the child: just that message. At the end of file the creator is gone, and
 * nobody is there to be told: does not return. */
int message_expect(int sync, int message, int *descriptor, struct err *err) MUST_CHECK;

/* Looks a few times before a wait that will be short: to sleep and to be woken
 * would take longer than what is waited for. */
void message_await(int sync);

#endif
