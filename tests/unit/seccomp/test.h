/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of seccomp: what the files share.
 */
#ifndef CRIB_TESTS_SECCOMP_TEST_H
#define CRIB_TESTS_SECCOMP_TEST_H

#include "model/syscalls.h"
#include "plan/seccomp.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#define check(ok, ...) check_at(__FILE__, __LINE__, ok, __VA_ARGS__)
bool check_at(const char *file, int line, bool ok, const char *fmt, ...) PRINTF(4, 5);
void skip(const char *reason);

extern struct arena arena;
extern const uint32_t audit_arch[SYSCALLS_ARCHS];

/* A program as the kernel runs it: the verdict; *steps: instructions it took (may be NULL). A
 * program that the kernel would not take gives BAD_PROGRAM. */
enum { BAD_PROGRAM = 0x12345678 };
uint32_t interpret(const struct sock_filter *code, size_t n, const struct seccomp_data *data, unsigned *steps);

/* Whether the kernel's bitmap takes the call: allowed, whatever the arguments (kernel/seccomp.c,
 * seccomp_is_const_allow). */
bool constant_allow(const struct sock_filter *code, size_t n, uint32_t arch, int number);

/* What the profile says of a call, found in the plainest way. */
uint32_t evaluate(const struct seccomp_spec *spec, const struct seccomp_data *data);

struct seccomp_program compile(const struct seccomp_spec *spec);

void test_table(void);
void test_default(void);
void test_compiler(void);
void test_random(void);
void test_libseccomp(void);
void test_recorded(void);

#endif
