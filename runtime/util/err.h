/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors. A fallible function returns 0 or -errno and, on failure, fills the
 * caller's struct err; each level on the way up puts its context in front:
 *
 *     crib: web: mount /data: open_tree /srv/x: Permission denied
 *
 * Fixed size, so that a child can send it to its parent in one message and
 * no failure needs memory.
 */
#ifndef CRIB_UTIL_ERR_H
#define CRIB_UTIL_ERR_H

#include "util/base.h"

#include <errno.h>

/* Exit statuses, as docker's. They are documented and do not change. */
enum exit_status {
	EXIT_CRIB = 125,           /* crib itself failed, or was used wrongly */
	EXIT_NOT_EXECUTABLE = 126, /* the command was found, but cannot be executed */
	EXIT_NOT_FOUND = 127,      /* the command was not found */
	EXIT_SIGNAL = 128,         /* plus N: the command was killed by signal N */
};

struct err {
	int code;        /* errno, positive; 0 is no error */
	int exit_status; /* what the process is to exit with; 0 means EXIT_CRIB */
	char text[1016];
};

/* Sets the text and code (errno value, positive); gives -code, by an expression that
 * compilers and analyzers see through. */
#define err_set(err, code, ...)                                   \
	({                                                        \
		int err_code_ = (code);                           \
		err_fill(err, err_code_, __VA_ARGS__);            \
		err_negative(err_code_);                          \
	})

/* The same, with ": strerror(code)" at the end. */
#define err_sys(err, code, ...)                                   \
	({                                                        \
		int err_code_ = (code);                           \
		err_fill_sys(err, err_code_, __VA_ARGS__);        \
		err_negative(err_code_);                          \
	})

/* Puts "context: " in front of what err says; returns rc, so that
 * `return err_in(err, rc, "mount %s", target)` reads as one thought. */
int err_in(struct err *err, int rc, const char *fmt, ...) PRINTF(3, 4);

void err_fill(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);
void err_fill_sys(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);

static inline int err_negative(int code)
{
	return code > 0 ? -code : -EIO;
}

/* The only macro with hidden control flow. */
#define TRY(expr)                          \
	do {                               \
		int try_rc_ = (expr);      \
		if (try_rc_ < 0)           \
			return try_rc_;    \
	} while (0)

#endif
