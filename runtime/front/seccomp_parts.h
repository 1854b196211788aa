/* SPDX-License-Identifier: Apache-2.0
 *
 * What seccomp_file.c (the profile) and seccomp_rule.c (an element of syscalls) share.
 */
#ifndef CRIB_FRONT_SECCOMP_PARTS_H
#define CRIB_FRONT_SECCOMP_PARTS_H

#include "front/json.h"
#include "front/seccomp_file.h"

struct seccomp_errno { /* errnoRet and errno, of a rule or of the profile, as said */
	uint64_t number, named;
	bool number_said, name_said;
};

struct seccomp_reading {
	struct arena *arena;
	const struct seccomp_host *host;
	struct seccomp_spec spec;
	struct seccomp_errno default_errno;
	bool archs_said;
};

/* SCMP_ACT_* */
int seccomp_take_action(const struct json_at *at, yyjson_val *v, enum seccomp_action *action, struct err *err) MUST_CHECK;

int seccomp_take_errno_ret(const struct json_at *at, yyjson_val *v, struct seccomp_errno *e, struct err *err) MUST_CHECK;
int seccomp_take_errno(const struct json_at *at, yyjson_val *v, struct seccomp_errno *e, struct err *err) MUST_CHECK;

/* What they come to beside the action; EPERM where nothing is said. at: the object. */
int seccomp_settle_errno(const struct json_at *at, enum seccomp_action action, const struct seccomp_errno *e,
			 uint32_t *errno_ret, struct err *err) MUST_CHECK;

/* An element of syscalls, appended to reading.spec.rules unless a condition says no. */
json_take seccomp_take_rule;

#endif
