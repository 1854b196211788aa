/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of the parsers of front/ and model/: what the files share.
 */
#ifndef CRIB_TESTS_FRONT_TEST_H
#define CRIB_TESTS_FRONT_TEST_H

#include "front/words.h"

/* One line for each check that fails; the text is printf's. */
bool check(bool ok, const char *fmt, ...) PRINTF(2, 3);
void skip(const char *fmt, ...) PRINTF(1, 2);

/* rc is an error, whose sentence contains part. */
void check_refused(int rc, const struct err *err, const char *part, const char *what);

extern struct arena arena; /* emptied by nobody: the tests are short */
extern char scratch[64];   /* a folder of the driver's own */

/* The words of a command line behind `crib run`, read; *rest: where the flags end. */
int parse_run(struct words *w, const char *const *args, char ***rest, struct err *err);
#define RUN(w, rest, err, ...) parse_run(w, (const char *const[]){ __VA_ARGS__, NULL }, rest, err)

void test_values(void);
void test_names(void);
void test_flags(void);
void test_mounts(void);
void test_env(void);
void test_lower(void);
void test_security(void);
void test_seccomp(void);
void test_device_words(void);

#endif
