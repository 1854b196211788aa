/* SPDX-License-Identifier: Apache-2.0
 *
 * System calls by name and number, for each architecture that a seccomp profile
 * can speak of. Pure tables (syscalls.list): nothing is asked of the kernel.
 */
#ifndef CRIB_MODEL_SYSCALLS_H
#define CRIB_MODEL_SYSCALLS_H

#include "util/base.h"

/* Bit N of seccomp_spec.archs is architecture N (SECCOMP_SPEC_X86_64, …). */
enum syscall_arch { SYSCALLS_X86_64, SYSCALLS_X86, SYSCALLS_X32, SYSCALLS_AARCH64, SYSCALLS_ARM, SYSCALLS_ARCHS };

/* Not defined for other machines: a table is missing then (scripts/syscalls). */
#if defined(__x86_64__)
#define SYSCALLS_NATIVE SYSCALLS_X86_64
#elif defined(__aarch64__)
#define SYSCALLS_NATIVE SYSCALLS_AARCH64
#endif

enum { SYSCALL_X32_BIT = 0x40000000 }; /* in the numbers that a process of x32 calls; not in the table's */

struct syscall {
	char name[30];
	int16_t number[SYSCALLS_ARM]; /* -1: none */
	int32_t number_arm;           /* ARM's own lie at 0x0f0000 */
};

/* The row of the name's first n bytes; NULL: no architecture has such a call. */
const struct syscall *syscall_find(const char *name, size_t n);

/* -1: this architecture has no such call. */
int syscall_number(const struct syscall *call, enum syscall_arch arch);

/* The name of a number, without the bit of x32; NULL: there is none. */
const char *syscall_name(enum syscall_arch arch, int number);

/* All rows, sorted by name. */
const struct syscall *syscalls(size_t *n);

#endif
