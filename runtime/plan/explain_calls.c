/* SPDX-License-Identifier: Apache-2.0
 *
 * What the seccomp filter lets through, found by running it: the program that the kernel
 * is given is asked, not the profile that it was made of. Pure.
 */
#include "plan/explain.h"
#include "model/syscalls.h"
#include "util/str.h"
#include "util/sys.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/socket.h>

#if defined(__x86_64__)
enum { SYS_ARCH = (int)AUDIT_ARCH_X86_64 };
#else
enum { SYS_ARCH = (int)AUDIT_ARCH_AARCH64 };
#endif

struct answer {
	bool allowed;
	bool by_argument; /* one was looked at */
};

static bool compare(const struct sock_filter *c, uint32_t a)
{
	switch (BPF_OP(c->code)) {
	case BPF_JEQ:
		return a == c->k;
	case BPF_JGT:
		return a > c->k;
	case BPF_JGE:
		return a >= c->k;
	default:
		return a & c->k;
	}
}

/* The subset of classic BPF that plan/bpf.c writes; what is none of it allows nothing. */
static struct answer ask(const struct process_plan *p, const struct seccomp_data *data)
{
	struct answer answer = { 0 };
	uint32_t a = 0;

	for (size_t i = 0; i < p->n_filter;) {
		const struct sock_filter *c = &p->filter[i++];

		switch (c->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (c->k > sizeof(*data) - sizeof(a))
				return answer;
			memcpy(&a, (const char *)data + c->k, sizeof(a));
			answer.by_argument |= c->k >= offsetof(struct seccomp_data, args);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= c->k;
			break;
		case BPF_RET | BPF_K:
			answer.allowed = c->k == SECCOMP_RET_ALLOW || c->k == SECCOMP_RET_LOG;
			return answer;
		case BPF_JMP | BPF_JA:
			i += c->k;
			break;
		default:
			i += compare(c, a) ? c->jt : c->jf;
		}
	}
	return answer;
}

static struct answer ask_call(const struct process_plan *p, int number, uint64_t first)
{
	return ask(p, &(struct seccomp_data){ .nr = number, .arch = (uint32_t)SYS_ARCH, .args = { first } });
}

static int number_of(const char *name)
{
	const struct syscall *call = syscall_find(name, strlen(name));

	return call ? syscall_number(call, SYSCALLS_NATIVE) : -1;
}

/* ---- system calls ---- */

static void count_calls(const struct process_plan *p, size_t *known, size_t *whole, size_t *partly)
{
	size_t n;
	const struct syscall *all = syscalls(&n);

	for (size_t i = 0; i < n; i++) {
		int number = syscall_number(&all[i], SYSCALLS_NATIVE);
		struct answer answer;

		if (number < 0)
			continue;
		answer = ask_call(p, number, 0);
		++*known;
		*whole += answer.allowed && !answer.by_argument;
		*partly += answer.by_argument;
	}
}

static void explain_filter(struct explainer *e)
{
	const struct process_plan *p = &e->plan->process;
	size_t known = 0, whole = 0, partly = 0;
	const char *why = e->c->privileged ? "--privileged" : str_eq(p->filter_name, "default") ? "default" : "--seccomp";

	if (!p->n_filter) {
		EXPLAIN(e, EXPLAIN_OPEN, "system calls", "none is filtered", why, "--seccomp default");
		return;
	}
	count_calls(p, &known, &whole, &partly);
	EXPLAIN(e, EXPLAIN_ON, "system calls",
		arena_printf(e->arena, "%zu of %zu are let through, %zu more by their arguments; the others, and those of other "
			     "architectures, are not (filter of %zu instructions)", whole, known, partly, p->n_filter),
		str_eq(why, "default") ? "default profile" : why, "--seccomp FILE; --seccomp unconfined opens it");
}

/* ---- sockets ---- */

static void explain_families(struct explainer *e)
{
	static const struct {
		int family;
		const char *name;
	} names[] = {
		{ AF_UNIX, "UNIX" }, { AF_INET, "INET" }, { AF_INET6, "INET6" }, { AF_NETLINK, "NETLINK (route)" },
		{ AF_PACKET, "PACKET" }, { AF_ALG, "ALG" }, { AF_RDS, "RDS" }, { AF_RXRPC, "RXRPC" }, { AF_VSOCK, "VSOCK" },
		{ AF_XDP, "XDP" }, { AF_BLUETOOTH, "BLUETOOTH" }, { AF_CAN, "CAN" }, { AF_TIPC, "TIPC" }, { AF_KEY, "KEY" },
	};
	enum { FAMILIES = 48, USUAL = 4, LISTED = 8 }; /* all that there are; the first of the names; as many are listed */
	const int number = number_of("socket");
	struct str s = { .arena = e->arena };
	bool more = false;
	size_t n = 0;

	if (!e->plan->process.n_filter)
		return;
	for (int family = 1; family < FAMILIES; family++) {
		const char *name = NULL;
		bool usual = false;

		if (!ask_call(&e->plan->process, number, (uint64_t)family).allowed)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (names[i].family == family) {
				name = names[i].name;
				usual = i < USUAL;
			}
		more |= !usual;
		if (++n <= LISTED)
			str_add(&s, "%s%s", s.n ? ", " : "", name ? name : arena_printf(e->arena, "%d", family));
	}
	EXPLAIN(e, more ? EXPLAIN_OPEN : EXPLAIN_ON, "socket families",
		n > LISTED ? arena_printf(e->arena, "%zu, among them %s", n, s.s) : n ? s.s : "none",
		str_eq(e->plan->process.filter_name, "default") ? "default profile" : "--seccomp", "--seccomp FILE");
}

/* ---- nested user namespaces: in one a process has all capabilities again ---- */

static void explain_nested(struct explainer *e)
{
	const int number = number_of("unshare");
	bool limit = false, filter = e->plan->process.n_filter && !ask_call(&e->plan->process, number, CLONE_NEWUSER).allowed;

	for (size_t i = 0; i < e->plan->n_ops; i++)
		limit |= e->plan->ops[i].kind == OP_SYSCTL && str_eq(e->plan->ops[i].target, "user/max_user_namespaces") &&
			 str_eq(e->plan->ops[i].source, "0");
	EXPLAIN(e, limit || filter ? EXPLAIN_ON : EXPLAIN_OPEN, "nested users",
		limit && filter ? "no user namespace can be made inside: by the filter and by a limit of 0" :
		limit ? "no user namespace can be made inside: by a limit of 0" :
		filter ? "no user namespace can be made inside: by the filter" :
			 "user namespaces can be made inside, with all capabilities in them",
		limit || filter ? "default" : "no filter, and the host's user namespace", NULL);
}

/* ---- what a filter lets through that has been a way out before ---- */

void reach_calls(struct explainer *e)
{
	static const char *const risky[] = {
		"bpf", "io_uring_setup", "userfaultfd", "perf_event_open", "keyctl", "add_key", "mount", "fsopen", "open_tree",
		"ptrace", "process_vm_writev", "kexec_load", "init_module", "finit_module", "open_by_handle_at", "setns", "unshare",
		"iopl", "ioperm", "modify_ldt", "personality", "syslog", "swapon", "reboot",
	};
	struct str s = { .arena = e->arena };

	if (!e->plan->process.n_filter) {
		EXPLAIN(e, EXPLAIN_REACH, "system calls", "all that the kernel has, bpf, io_uring and userfaultfd among them", NULL,
			"--seccomp default");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(risky); i++) {
		int number = number_of(risky[i]);
		struct answer answer;

		if (number < 0)
			continue;
		answer = ask_call(&e->plan->process, number, 0);
		if (answer.allowed && !answer.by_argument)
			str_add(&s, "%s%s", s.n ? ", " : "", risky[i]);
	}
	if (s.n)
		EXPLAIN(e, EXPLAIN_REACH, "system calls",
			arena_printf(e->arena, "of those with a past in ways out: %s", s.s), NULL, "--seccomp FILE");
}

void explain_calls(struct explainer *e)
{
	explain_filter(e);
	explain_families(e);
	explain_nested(e);
}
