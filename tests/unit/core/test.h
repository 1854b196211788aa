/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of what lies under the fronts: state, image, sandbox, util. What
 * the files share.
 */
#ifndef CRIB_TESTS_CORE_TEST_H
#define CRIB_TESTS_CORE_TEST_H

#include "util/fd.h"

/* One line for each check that fails, with its place; the text is printf's. Gives ok. */
#define check(ok, ...) check_at(__FILE__, __LINE__, ok, __VA_ARGS__)
bool check_at(const char *file, int line, bool ok, const char *fmt, ...) PRINTF(4, 5);

/* What cannot be tried here, with the reason. */
void skip(const char *reason);

/* A new empty folder below the driver's own; its descriptor. */
int folder(char path[static 256]);
void write_file(int dirfd, const char *name, const char *text);
bool exists(int dirfd, const char *name);

/* run in a process of its own: what it gives, -1 when it was killed. */
int in_child(int (*run)(void *arg), void *arg);

void test_util(void);
void test_plan(void);
void test_devices(void);
void test_ids_files(void);
void test_cpio(void);
void test_copy(void);
void test_relay(void);
void test_state(void);
void test_log(void);
void test_area(void);
void test_inroot(void);
void test_user(void);
void test_pod_security(void);
void test_steps(void);
void test_messages(void);
void test_verify(void);

#endif
