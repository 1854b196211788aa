/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of init: the real program, driven over its real protocol. What the
 * files of the driver share: checks, blobs, and the way to start and watch init.
 */
#ifndef CRIB_TESTS_INIT_TEST_H
#define CRIB_TESTS_INIT_TEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <linux/filter.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "init/handoff.h"

/* One line a check; the text is printf's. */
int check(int ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What a blob is to say. */
struct want {
	struct handoff h; /* offsets are filled in by blob_build */
	const char *const *argv, *const *envp;
	const char *cwd, *path;
	const uint32_t *groups;
	const struct handoff_rlimit *rlimits;
	const struct sock_filter *seccomp;
	const char *apparmor, *selinux;
	const char *proc;   /* what it finds as procfs; NULL: nothing */
	/* how to start it */
	int no_pid_namespace, stdin_fd;
	int no_close_range; /* as on an old kernel */
	int mount_fence;    /* with a Landlock ruleset that grants all below "/" but to make a FIFO */
	int outside;        /* in a root of its own, with a process 2 that stayed in the old one */
};

struct blob {
	_Alignas(16) unsigned char data[65536];
	size_t size;
};

/* PID 1 as root without capabilities, no_new_privs, of the probe with these words. */
struct want want_probe(const char *const *argv);
#define WANT(...) want_probe((const char *const[]){probe_path, "probe", __VA_ARGS__, NULL})
#define WANT_COMMAND(...) want_probe((const char *const[]){__VA_ARGS__, NULL})

void blob_build(const struct want *want, struct blob *blob);

struct run {
	pid_t pid;
	int sync, out; /* our ends of the socket, and of the pipe of its standard output and error */
	int status;    /* as of waitpid */
	int reported;
	struct handoff_report report;
	char text[65536]; /* what it wrote so far */
	size_t n_text;
};

extern char scratch[64];      /* a folder of the driver's own, open to all users */
extern char probe_path[128];  /* the driver's copy in it, for commands */
extern int may_unshare; /* whether PID namespaces can be made here */

/* Start with the blob; the gate is still closed. */
void start(struct run *run, const struct want *want);
void start_blob(struct run *run, const struct want *want, const struct blob *blob);
void gate_open(struct run *run);
/* Reads from the socket until its end; then run->reported tells. */
void settle(struct run *run);
/* Reads output until text has come (or, with NULL, the end); 0 when it came in time. */
int expect(struct run *run, const char *text);
/* Waits for the end, reads the rest, closes. Kills what does not end in time. */
void finish(struct run *run);
/* All of it. */
void run_it(struct run *run, const struct want *want);
/* The exit status, or -N for death by signal N. */
int code(const struct run *run);
/* The value of a "Key:\tvalue" line in the output; "" if there is none. */
const char *field(const struct run *run, const char *key);

_Noreturn void probe(int argc, char **argv);

void test_blobs(void);
void test_commands(void);
void test_identity(void);
void test_landlock(void);
void test_roles(void);
void test_signals(void);
void test_terminal(void);

extern int init_fd;

#endif
