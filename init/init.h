/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of init share among themselves. There is no way back in this
 * program: a step works, or the process reports and ends. Hence functions here
 * return nothing to be checked.
 */
#ifndef CRIB_INIT_INIT_H
#define CRIB_INIT_INIT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "handoff.h"

_Static_assert(sizeof(char *) == sizeof(uint64_t), "vectors of offsets become vectors of pointers in place");

enum {
	EXIT_INIT = 125,           /* init itself failed */
	EXIT_NOT_EXECUTABLE = 126, /* the command was found, but cannot be executed */
	EXIT_NOT_FOUND = 127,      /* the command was not found */
	EXIT_SIGNAL = 128,         /* plus N: the command was killed by signal N */
};

struct sock_filter;

/* The blob, checked, with pointers for offsets. */
struct orders {
	struct handoff h;   /* a copy: nothing that a bad blob overlaps can change it */
	char **argv, **envp; /* argv is NULL when the role has no command */
	char *cwd, *path;   /* path may be NULL */
	char *apparmor, *selinux; /* or NULL */
	uint32_t *groups;
	struct handoff_rlimit *rlimits;
	struct sock_filter *seccomp;
	char *memory;       /* what all these point into */
	size_t memory_size;
	char *stack_top;    /* of the stack for the child, in memory as well */
};

/* orders.c: reads and checks the blob. Returns only with good orders. */
void orders_read(struct orders *orders);

/* become.c: turns this process into the command. */
_Noreturn void become(const struct orders *orders);
void close_from(unsigned int first);
void set_capabilities(uint64_t permitted, uint64_t effective, uint64_t inheritable);
uint64_t own_capabilities(void); /* the permitted ones */

/* label.c: what the next execve changes to; and what this process itself does, at once. */
void label_command(const struct orders *orders);
void label_self(const struct orders *orders);

/* self.c: no call but those of reap.c from here on */
void confine_self(void);

/* command.c: finds the command and executes it. */
_Noreturn void command_execute(const struct orders *orders);

/* reap.c: the life of PID 1 after the command is on its way; without a command
 * (0) it is the pod's pause. */
_Noreturn void reap(pid_t command, uint32_t flags);

/* signals.c */
void signals_block(void);
void signals_unblock(void);
void signals_reset(void);

/* report.c: the socket to the creator. Its number changes when descriptors are
 * put in their places. */
extern int sync_fd;
void gate_wait(void);
void await_tracer(void);
void die_with_parent(uint32_t flags);
_Noreturn void run_by_hand(void);
_Noreturn void fail_with(int exit_status, int code, const char *const *parts);

/* Reports the parts as one text, then ": strerror(code)" unless code is 0; exits. */
#define fail(exit_status, code, ...) \
	fail_with(exit_status, code, (const char *const[]){__VA_ARGS__, NULL})

#endif
