/* SPDX-License-Identifier: Apache-2.0
 *
 * Classic BPF as seccomp runs it, checked as the kernel checks it, and the
 * meaning of a profile without any compiling.
 */
#include "test.h"

const uint32_t audit_arch[SYSCALLS_ARCHS] = {
	AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM,
};

uint32_t interpret(const struct sock_filter *code, size_t n, const struct seccomp_data *data, unsigned *steps)
{
	uint32_t a = 0;

	for (size_t i = 0; i < n;) {
		const struct sock_filter *c = &code[i++];
		bool yes;

		if (steps)
			++*steps;
		switch (c->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (c->k % 4 || c->k >= sizeof(*data))
				return BAD_PROGRAM;
			memcpy(&a, (const char *)data + c->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= c->k;
			continue;
		case BPF_RET | BPF_K:
			return c->k;
		case BPF_JMP | BPF_JA:
			i += c->k;
			continue;
		case BPF_JMP | BPF_K | BPF_JEQ:
			yes = a == c->k;
			break;
		case BPF_JMP | BPF_K | BPF_JGT:
			yes = a > c->k;
			break;
		case BPF_JMP | BPF_K | BPF_JGE:
			yes = a >= c->k;
			break;
		case BPF_JMP | BPF_K | BPF_JSET:
			yes = a & c->k;
			break;
		default:
			return BAD_PROGRAM;
		}
		i += yes ? c->jt : c->jf;
	}
	return BAD_PROGRAM;
}

bool constant_allow(const struct sock_filter *code, size_t n, uint32_t arch, int number)
{
	const struct seccomp_data data = { .nr = number, .arch = arch };

	for (size_t i = 0; i < n; i++)
		if (code[i].code == (BPF_LD | BPF_W | BPF_ABS) && code[i].k > 4) {
			struct sock_filter cut[BPF_MAXINSNS]; /* to look at an argument is to refuse here */

			memcpy(cut, code, n * sizeof(*code));
			for (size_t k = 0; k < n; k++)
				if (cut[k].code == (BPF_LD | BPF_W | BPF_ABS) && cut[k].k > 4)
					cut[k] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, BAD_PROGRAM);
			return interpret(cut, n, &data, NULL) == SECCOMP_RET_ALLOW;
		}
	return interpret(code, n, &data, NULL) == SECCOMP_RET_ALLOW;
}

/* ---- the plain meaning ---- */

static uint32_t verdict(enum seccomp_action action, uint32_t data)
{
	switch (action) {
	case SECCOMP_SPEC_KILL_PROCESS: return SECCOMP_RET_KILL_PROCESS;
	case SECCOMP_SPEC_KILL_THREAD: return SECCOMP_RET_KILL_THREAD;
	case SECCOMP_SPEC_TRAP: return SECCOMP_RET_TRAP;
	case SECCOMP_SPEC_ERRNO: return SECCOMP_RET_ERRNO | data;
	case SECCOMP_SPEC_TRACE: return SECCOMP_RET_TRACE | data;
	case SECCOMP_SPEC_LOG: return SECCOMP_RET_LOG;
	case SECCOMP_SPEC_ALLOW: return SECCOMP_RET_ALLOW;
	default: abort();
	}
}

static bool holds(const struct seccomp_arg *arg, const struct seccomp_data *data)
{
	uint64_t have = data->args[arg->index];

	switch (arg->op) {
	case SECCOMP_SPEC_NE: return have != arg->value;
	case SECCOMP_SPEC_LT: return have < arg->value;
	case SECCOMP_SPEC_LE: return have <= arg->value;
	case SECCOMP_SPEC_EQ: return have == arg->value;
	case SECCOMP_SPEC_GE: return have >= arg->value;
	case SECCOMP_SPEC_GT: return have > arg->value;
	case SECCOMP_SPEC_MASKED_EQ: return (have & arg->value) == (arg->value_two & arg->value);
	default: abort();
	}
}

static bool matches(const struct seccomp_rule *rule, const struct seccomp_data *data)
{
	bool twice = false, all = true, any = false;

	for (size_t i = 0; i < rule->n_args; i++) {
		for (size_t k = 0; k < i; k++)
			twice |= rule->args[i].index == rule->args[k].index;
		all &= holds(&rule->args[i], data);
		any |= holds(&rule->args[i], data);
	}
	return twice ? any : all;
}

static int number_of(const char *name, int arch)
{
	const struct syscall *call = syscall_find(name, strlen(name));

	return call ? syscall_number(call, arch) : -1;
}

static int arch_of(const struct seccomp_spec *spec, const struct seccomp_data *data, int *number)
{
	unsigned archs = spec->archs | 1u << SYSCALLS_NATIVE;

	*number = data->nr;
	for (int arch = 0; arch < SYSCALLS_ARCHS; arch++)
		if (data->arch == audit_arch[arch] && arch != SYSCALLS_X32) {
			if (arch == SYSCALLS_X86_64 && (uint32_t)data->nr >= SYSCALL_X32_BIT && data->nr != -1) {
				arch = SYSCALLS_X32;
				*number &= ~SYSCALL_X32_BIT;
				if (*number < 0)
					*number = INT32_MAX;
			}
			return archs & 1u << arch ? arch : -1;
		}
	return -1;
}

uint32_t evaluate(const struct seccomp_spec *spec, const struct seccomp_data *data)
{
	uint32_t otherwise = verdict(spec->default_action, spec->default_errno);
	bool lets_pass = spec->default_action == SECCOMP_SPEC_ALLOW || spec->default_action == SECCOMP_SPEC_LOG ||
			 spec->default_action == SECCOMP_SPEC_TRACE;
	bool named = false;
	int number, newest = 0, arch = arch_of(spec, data, &number);

	if (arch < 0)
		return SECCOMP_RET_KILL_PROCESS;
	if (data->nr == -1)
		return otherwise;
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];
		uint32_t said = verdict(rule->action, rule->errno_ret);

		for (size_t k = 0; k < rule->names.n; k++) {
			int n = number_of(rule->names.v[k], arch);

			if (n > newest && n < 1024)
				newest = n;
			named |= n == number;
			if (n == number && (rule->n_args || said != otherwise) && matches(rule, data))
				return said;
		}
	}
	return (uint32_t)number > (uint32_t)newest && !named && !lets_pass ? SECCOMP_RET_ERRNO | ENOSYS : otherwise;
}
