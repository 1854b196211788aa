/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp: a profile compiled to the program that the kernel takes. Pure.
 *
 * What a profile means, where OCI leaves it open:
 *   - the first rule that matches a call decides. libseccomp differs where a call
 *     has a rule with arguments and, later, one without: there the later one wins;
 *     the program lists such calls;
 *   - a rule without arguments whose action is the default action is no rule
 *     (runc does the same);
 *   - where one argument is named twice in a rule, each of its conditions is a
 *     rule of its own (runc);
 *   - a call newer than all that the profile names for that architecture is answered with
 *     ENOSYS, unless the default action lets calls pass (runc): libc falls back;
 *   - an architecture that is not listed is killed: the native one always is listed.
 */
#ifndef CRIB_PLAN_SECCOMP_H
#define CRIB_PLAN_SECCOMP_H

#include "model/seccomp.h"
#include "util/arena.h"
#include "util/err.h"

struct sock_filter;

struct seccomp_program {
	const struct sock_filter *code; /* in the arena, or constant */
	size_t n;
	struct strs unknown;      /* names that no architecture has: skipped, as libseccomp does */
	struct strs ordered;      /* calls that libseccomp would decide otherwise, as above */
};

/* Gives -EINVAL, -E2BIG or -EOPNOTSUPP and a sentence. */
int seccomp_compile(const struct seccomp_spec *spec, struct arena *arena, struct seccomp_program *program,
		    struct err *err) MUST_CHECK;

/* crib's own profile for a container that has these capabilities (bit N is capability N). */
const struct seccomp_spec *seccomp_default(uint64_t caps, struct arena *arena) __attribute__((returns_nonnull));

/* What that compiles to for these capabilities, where it was compiled before: crib's default ones, on
 * the machine that crib was made for. false: it was not. Starts need it at once, and a compiler
 * takes a twentieth of them. */
bool seccomp_ready(uint64_t caps, struct seccomp_program *program);

#endif
