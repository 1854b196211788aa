/* SPDX-License-Identifier: Apache-2.0
 *
 * A seccomp profile as it is said: OCI's linux.seccomp (config-linux.md) after
 * docker's conditions (includes, excludes, minKernel) have been decided. Values
 * only; plan/ compiles it. System calls are kept by name: numbers belong to an
 * architecture, and a name that is not known is no error (seccomp(2), OCI).
 */
#ifndef CRIB_MODEL_SECCOMP_H
#define CRIB_MODEL_SECCOMP_H

#include "util/values.h"

enum seccomp_action {
	SECCOMP_SPEC_KILL_PROCESS,
	SECCOMP_SPEC_KILL_THREAD, /* SCMP_ACT_KILL too */
	SECCOMP_SPEC_TRAP,
	SECCOMP_SPEC_ERRNO,
	SECCOMP_SPEC_NOTIFY,
	SECCOMP_SPEC_TRACE,
	SECCOMP_SPEC_LOG,
	SECCOMP_SPEC_ALLOW,
	SECCOMP_SPEC_ACTIONS,
};

enum seccomp_compare { /* SCMP_CMP_*: 64 bits, without a sign */
	SECCOMP_SPEC_NE,
	SECCOMP_SPEC_LT,
	SECCOMP_SPEC_LE,
	SECCOMP_SPEC_EQ,
	SECCOMP_SPEC_GE,
	SECCOMP_SPEC_GT,
	SECCOMP_SPEC_MASKED_EQ, /* (argument & value) == value_two */
	SECCOMP_SPEC_COMPARES,
};

struct seccomp_arg {
	unsigned index; /* 0 to 5 */
	enum seccomp_compare op;
	uint64_t value, value_two;
};

struct seccomp_rule {
	struct strs names;
	enum seccomp_action action;
	uint32_t errno_ret;        /* of ERRNO and TRACE; a front sets OCI's default, EPERM */
	struct seccomp_arg *args;  /* all must hold; where one argument is named twice, either (libseccomp's way with docker's files) */
	size_t n_args;
};

enum { /* SCMP_ARCH_*, bits of seccomp_spec.archs */
	SECCOMP_SPEC_X86_64 = 1 << 0,
	SECCOMP_SPEC_X86 = 1 << 1,
	SECCOMP_SPEC_X32 = 1 << 2,
	SECCOMP_SPEC_AARCH64 = 1 << 3,
	SECCOMP_SPEC_ARM = 1 << 4,
};

struct seccomp_spec {
	enum seccomp_action default_action;
	uint32_t default_errno;
	unsigned archs;       /* 0: the native one; a call of any other kills the process */
	unsigned flags;       /* SECCOMP_FILTER_FLAG_* (seccomp(2)) */
	struct seccomp_rule *rules; /* the first that matches a call by name and arguments decides */
	size_t n_rules;
	const char *listener_path, *listener_metadata; /* OCI seccompAgent */
};

#endif
