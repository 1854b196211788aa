/* SPDX-License-Identifier: Apache-2.0
 *
 * A foreground run: the caller's terminal, streams and signals go to the
 * sandbox and back until its first process ends.
 */
#ifndef CRIB_SUPERVISE_ATTACH_H
#define CRIB_SUPERVISE_ATTACH_H

#include "util/fd.h"

struct recorder;

enum { ATTACH_RELAYS = 3, RELAY_BUF = 64 * 1024 };

struct relay { /* copies what comes in at from to to; inactive where from is -1 */
	int from, to;
	bool close_to;   /* tell the reader when from has ended */
	size_t begin, end;
	char *buf;       /* RELAY_BUF bytes */
};

struct attach {
	int streams[3];                    /* for the sandbox: see attach_open */
	bool terminal, stdin_open;
	int master;                        /* of the sandbox's terminal, once it is there */
	bool raw;                          /* the caller's terminal is in raw mode */
	int stop_signal;
	int64_t stop_timeout_s;
	unsigned asked_to_end;             /* SIGINT and SIGTERM that have come */
	int signals;                       /* signalfd */
	int64_t deadline_ms;               /* of a stop; 0: none */
	struct relay relays[ATTACH_RELAYS];
};

/* Blocks all signals and chooses what the sandbox gets as its standard streams:
 * the caller's own where they are files, pipes or sockets; a pipe, relayed,
 * where they are terminals: a terminal of the host is never handed to a sandbox. */
int attach_open(struct attach *a, struct err *err) MUST_CHECK;

/* The pipes' sandbox ends are not ours any more. */
void attach_started(struct attach *a);

/* Puts the terminal as it was, closes what is open. */
void attach_close(struct attach *a);

/* What attach_loop watches of a sandbox, and how it acts on it. */
struct attach_target {
	pid_t pid;
	int pidfd;
	int sync;
	/* reads the next message of sync: 0 go on watching, 1 nothing more will come, <0 failed */
	int (*on_message)(void *arg, int *master, struct err *err);
	void *arg;
	struct recorder *recorder; /* NULL: nothing is recorded */
};

/* Until the process ends: *status is its exit status, 128+N for signal N. A failure
 * that on_message told of is returned once the process is gone. */
int attach_loop(struct attach *a, const struct attach_target *target, int *status, struct err *err) MUST_CHECK;

#endif
