/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of what lies under the fronts: state, image, sandbox, util. What
 * the files share.
 */
#ifndef CRIB_TESTS_CORE_TEST_H
#define CRIB_TESTS_CORE_TEST_H

#include "util/fd.h"

/* One line for each check that fails; the text is printf's. */
bool check(bool ok, const char *fmt, ...) PRINTF(2, 3);

/* A new empty folder below the driver's own; its descriptor. */
int folder(char path[static 256]);
void write_file(int dirfd, const char *name, const char *text);
bool exists(int dirfd, const char *name);

void test_util(void);
void test_cpio(void);
void test_state(void);
void test_inroot(void);
void test_user(void);
void test_steps(void);
void test_messages(void);

#endif
