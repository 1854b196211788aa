/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes a filter, gives the same with "tell" for "allow". What it refuses stays
 * refused and is not told: a recording holds what was let pass. Pure.
 */
#include "plan/listen.h"

#include "plan/planner.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(member))
#define UNLESS(k, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(k), 0, skip)
#define AT(member) offsetof(struct seccomp_data, member)

/* Both architectures have the low half first. */
static const struct sock_filter head[] = {
	LOAD(AT(nr)),          UNLESS(SYS_sendmsg, 7),
	LOAD(AT(arch)),        UNLESS(NATIVE, 5),
	LOAD(AT(args[3])),     UNLESS(LISTEN_MARK & UINT32_MAX, 3),
	LOAD(AT(args[3]) + 4), UNLESS(LISTEN_MARK >> 32, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static const struct sock_filter all[] = {
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static bool allows(const struct sock_filter *f)
{
	uint32_t action = f->k & SECCOMP_RET_ACTION_FULL;

	return f->code == (BPF_RET | BPF_K) && (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}

int listen_filter(struct sock_filter **code, size_t *n, struct arena *arena, struct err *err)
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
			f->k = SECCOMP_RET_USER_NOTIF;
	}
	*n = old_n + ARRAY_SIZE(head);
	*code = made;
	return 0;
}

int plan_listen(struct planner *p)
{
	struct process_plan *out = &p->plan->process;

	if (!p->container->record_calls)
		return 0;
	out->filter_mark = LISTEN_MARK;
	out->filter_flags &= ~(uint32_t)SECCOMP_FILTER_FLAG_TSYNC; /* has a meaning of its own beside a listener */
	return listen_filter(&out->filter, &out->n_filter, p->arena, p->err);
}
