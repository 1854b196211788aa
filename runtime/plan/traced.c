/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes a filter, gives the same with "stop" for "allow". What it refuses stays
 * refused and does not stop: a recording holds what was let pass. Pure.
 */
#include "plan/traced.h"

#include "model/syscalls.h"
#include "plan/planner.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

enum { CLONE3 = 435 }; /* on all architectures; x32 adds its bit */

#define REFUSE_UNLESS(k, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(k), 0, skip)
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(k))

static const struct sock_filter head[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, nr)),
	REFUSE_UNLESS(CLONE3, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	REFUSE_UNLESS(CLONE3 | SYSCALL_X32_BIT, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
};

static const struct sock_filter all[] = {
	RETURN(SECCOMP_RET_ALLOW),
};

static bool allows(const struct sock_filter *f)
{
	uint32_t action = f->k & SECCOMP_RET_ACTION_FULL;

	return f->code == (BPF_RET | BPF_K) && (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}

int traced_filter(const struct sock_filter **code, size_t *n, struct arena *arena, struct err *err)
{
	const struct sock_filter *old = *n ? *code : all;
	size_t old_n = *n ? *n : ARRAY_SIZE(all);
	struct sock_filter *made;

	if (old_n + ARRAY_SIZE(head) > BPF_MAXINSNS)
		return err_set(err, E2BIG, "the seccomp profile is so large that what it lets pass cannot be recorded");
	made = arena_array(arena, old_n + ARRAY_SIZE(head), sizeof(*made));
	memcpy(made, head, sizeof(head));
	for (size_t i = 0; i < old_n; i++) {
		struct sock_filter *f = &made[ARRAY_SIZE(head) + i];

		*f = old[i];
		if (allows(f))
			f->k = SECCOMP_RET_TRACE;
	}
	*n = old_n + ARRAY_SIZE(head);
	*code = made;
	return 0;
}

int plan_traced(struct planner *p)
{
	struct process_plan *out = &p->plan->process;

	out->traced = p->container->record_calls;
	return out->traced ? traced_filter(&out->filter, &out->n_filter, p->arena, p->err) : 0;
}
