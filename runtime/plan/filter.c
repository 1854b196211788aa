/* SPDX-License-Identifier: Apache-2.0
 *
 * The seccomp filter of the command: which profile, compiled, and what is to be said
 * about it. After the capabilities: crib's own profile depends on them.
 */
#include "plan/filter.h"

#include "plan/planner.h"
#include "plan/seccomp.h"
#include "util/str.h"

#include <linux/filter.h>
#include <sodium/crypto_hash_sha256.h>

enum { NAMED = 8 }; /* so many calls are named in a warning */

static void warn_of(struct planner *p, const struct strs *calls, const char *what)
{
	struct str s = { .arena = p->arena };

	if (!calls->n)
		return;
	str_add(&s, "seccomp profile: %s:", what);
	for (size_t i = 0; i < calls->n && i < NAMED; i++)
		str_add(&s, "%s %.40s", i ? "," : "", calls->v[i]);
	if (calls->n > NAMED)
		str_add(&s, " and %zu more", calls->n - NAMED);
	plan_warn(p, s.s);
}

int plan_filter(struct planner *p)
{
	const struct container_spec *container = p->container;
	struct process_plan *out = &p->plan->process;
	struct seccomp_program program;

	out->filter_name = "unconfined";
	if (container->seccomp_choice == SECCOMP_UNCONFINED)
		return 0;
	out->filter_name = "default";
	out->profile = container->seccomp;
	if (container->seccomp_choice == SECCOMP_PROFILE && container->seccomp) {
		out->filter_name = "profile";
	} else if (seccomp_ready(out->cap_bounding, &program)) {
		out->profile = NULL; /* made where somebody asks for it: filter_profile */
		out->filter = program.code;
		out->n_filter = program.n;
		return 0;
	} else {
		out->profile = seccomp_default(out->cap_bounding, p->arena);
	}
	TRY(seccomp_compile(out->profile, p->arena, &program, p->err));
	out->filter = program.code;
	out->n_filter = program.n;
	out->filter_flags = out->profile->flags;
	if (out->profile != container->seccomp)
		return 0;
	warn_of(p, &program.unknown, "no such system calls, so these rules are left out");
	warn_of(p, &program.ordered,
		"a rule with arguments comes before one without, and decides (with libseccomp it would not)");
	return 0;
}

const struct seccomp_spec *filter_profile(const struct process_plan *process, struct arena *arena)
{
	if (process->profile || !process->n_filter)
		return process->profile;
	return seccomp_default(process->cap_bounding, arena);
}

const char *filter_digest(const struct process_plan *process, char buf[static FILTER_DIGEST])
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const unsigned char *)process->filter, process->n_filter * sizeof(*process->filter));
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(buf + 2 * i, 3, "%02x", digest[i]);
	return buf;
}
