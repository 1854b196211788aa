/* SPDX-License-Identifier: Apache-2.0
 *
 * probe: known ways out of a sandbox, each tried from inside by a function. Used by
 * the suites of tests/attack and, embedded in crib, by `crib selftest`.
 *
 * A probe must do no harm where it succeeds, on the host's own root too: it opens for
 * writing and writes nothing or the same value again, binds but does not listen,
 * mounts in a mount namespace of its own, and calls what would change the machine
 * with words that the kernel refuses only after it has asked for the right to.
 */
#ifndef CRIB_PROBE_H
#define CRIB_PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* also the program's exit status */
enum { OPEN, CLOSED, ABSENT };

struct probe {
	const char *name;
	const char *subject; /* CVE, or the trick's usual name */
	const char *tries;   /* what an attacker does; "" behind "able to" */
	int (*run)(const struct probe *p, const char *arg);
	const char *word; /* the function's own: a path, a file system's type */
	long number[7];   /* a system call and its arguments */
};

extern const struct probe settings_probes[], mount_probes[], call_probes[], socket_probes[], process_probes[],
	privilege_probes[], device_probes[]; /* each ended by a row without name */

/* Fills in the detail that is printed; gives the state. */
int say(int state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a call's outcome (below 0: errno) says: refused when the kernel or a filter
 * forbids it, open when it was done or only its arguments were disliked. */
int by_result(long result, const char *what);

/* The same for opening a file: what is not there is absent. Closes the descriptor. */
int by_open(int fd, const char *path);

/* Calls each for the entries below path, without following links, until it gives
 * something else than CLOSED, which is given back. At most max entries. */
int walk(const char *path, long *max, int (*each)(const char *path, const struct stat *st));

/* The first line of a small file, "" when it cannot be read. */
const char *line_of(const char *path);

/* A number out of /proc/self/status, base 16 or 10; -1 when it is not there. */
long long status_number(const char *path, const char *key, int base);

#endif
