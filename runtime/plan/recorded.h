/* SPDX-License-Identifier: Apache-2.0
 *
 * Recorded calls, and the profile that they come to: what `crib profile` writes.
 * Pure: the kernel's side of a recording is supervise/record.c.
 */
#ifndef CRIB_PLAN_RECORDED_H
#define CRIB_PLAN_RECORDED_H

#include "model/seccomp.h"
#include "model/syscalls.h"
#include "util/arena.h"
#include "util/err.h"

enum {
	RECORDED_NUMBERS = 1024, /* all but ARM's own lie below */
	RECORDED_PINS = 12,      /* calls that are recorded with an argument (recorded.c) */
	RECORDED_VALUES = 64,    /* of such an argument; with more, the call is allowed whatever it is */
	RECORDED_ODD = 16,       /* numbers that have no name here */
};

struct recorded_pin {
	uint64_t values[RECORDED_VALUES]; /* of flags: the first is all that were seen */
	size_t n;
	bool wide; /* too many */
};

struct recorded {
	uint64_t seen[SYSCALLS_ARCHS][RECORDED_NUMBERS / 64];
	uint64_t pinned[SYSCALLS_ARCHS][RECORDED_NUMBERS / 64]; /* of those: their arguments are of interest */
	struct recorded_pin pins[RECORDED_PINS];
	uint32_t odd[RECORDED_ODD];
	size_t n_odd;
	uint64_t calls; /* all of them, counted */
};

/* One call: struct seccomp_data's arch (AUDIT_ARCH_*), number and arguments. */
void recorded_note(struct recorded *r, uint32_t audit_arch, uint32_t number, const uint64_t args[6]);

/* Whether spec is of the kind that recorded_profile gives, so that a recording can be added
 * to it; else -EINVAL and a sentence. */
int recorded_addable(const struct seccomp_spec *spec, struct err *err) MUST_CHECK;

/* What was recorded is allowed, with what `add` (NULL: nothing) allows. What `base` (NULL:
 * nothing), under which it was recorded, refused with another error than EPERM is refused with the
 * same: a program may have another way for ENOSYS, and none for EPERM. In the arena. */
const struct seccomp_spec *recorded_profile(const struct recorded *r, const struct seccomp_spec *base,
					    const struct seccomp_spec *add, struct arena *arena)
	__attribute__((returns_nonnull));

#endif
