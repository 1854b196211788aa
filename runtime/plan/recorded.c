/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes calls as they come, gives a profile: always the same for the same calls, in
 * whatever order they came. Pure.
 */
#include "plan/recorded.h"

#include <errno.h>
#include <linux/audit.h>
#include <sched.h>
#include <sys/socket.h>

/* ---- which arguments are of interest ---- */

enum pin_kind {
	PIN_VALUE,  /* an int: what was seen, and no other */
	PIN_FLAGS,  /* of the bits of interest: what was seen, and fewer */
	PIN_FAMILY, /* of a socket, and of AF_NETLINK the protocol too */
};

/* Of clone: the namespaces. */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
/* Of unshare: all but what makes no namespace, so that what kernels learn later is among it. */
#define NOT_PLAIN (~(uint64_t)(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_VM | CLONE_THREAD))

/* Those that lead to many things: one number for hundreds of drivers, protocols or operations. Of others
 * (files, memory) an argument that a run did not have is no sign of anything. */
static const struct {
	const char *name;
	enum pin_kind kind;
	unsigned index;
	uint64_t flags; /* of interest */
} pins[RECORDED_PINS] = {
	{ "arch_prctl", PIN_VALUE, 0, 0 },
	{ "bpf", PIN_VALUE, 0, 0 },
	{ "clone", PIN_FLAGS, 0, NAMESPACES },
	{ "ioctl", PIN_VALUE, 1, 0 },
	{ "keyctl", PIN_VALUE, 0, 0 },
	{ "personality", PIN_VALUE, 0, 0 },
	{ "prctl", PIN_VALUE, 0, 0 },
	{ "ptrace", PIN_VALUE, 0, 0 },
	{ "setns", PIN_VALUE, 1, 0 },
	{ "socket", PIN_FAMILY, 0, 0 },
	{ "socketcall", PIN_VALUE, 0, 0 },
	{ "unshare", PIN_FLAGS, 0, NOT_PLAIN },
};

static size_t find_pin(const char *name)
{
	size_t i = 0;

	while (i < RECORDED_PINS && !str_eq(pins[i].name, name))
		i++;
	return i;
}

/* ---- noting ---- */

static bool get_bit(const uint64_t *bits, uint32_t n)
{
	return bits[n / 64] >> n % 64 & 1;
}

static void set_bit(uint64_t *bits, uint32_t n)
{
	bits[n / 64] |= UINT64_C(1) << n % 64;
}

static int arch_of(uint32_t audit_arch, uint32_t *number)
{
	switch (audit_arch) {
	case AUDIT_ARCH_X86_64:
		if (!(*number & SYSCALL_X32_BIT))
			return SYSCALLS_X86_64;
		*number &= ~(uint32_t)SYSCALL_X32_BIT;
		return SYSCALLS_X32;
	case AUDIT_ARCH_I386:
		return SYSCALLS_X86;
	case AUDIT_ARCH_AARCH64:
		return SYSCALLS_AARCH64;
	case AUDIT_ARCH_ARM:
		return SYSCALLS_ARM;
	default:
		return -1;
	}
}

static void note_odd(struct recorded *r, uint32_t number)
{
	for (size_t i = 0; i < r->n_odd; i++)
		if (r->odd[i] == number)
			return;
	if (r->n_odd < RECORDED_ODD)
		r->odd[r->n_odd++] = number;
}

static void note_value(struct recorded_pin *pin, uint64_t value)
{
	for (size_t i = 0; i < pin->n; i++)
		if (pin->values[i] == value)
			return;
	if (pin->n == RECORDED_VALUES)
		pin->wide = true;
	else
		pin->values[pin->n++] = value;
}

static void note_pin(struct recorded *r, size_t i, const uint64_t args[6])
{
	struct recorded_pin *pin = &r->pins[i];
	uint32_t value = (uint32_t)args[pins[i].index]; /* an int: the kernel takes the low half */

	switch (pins[i].kind) {
	case PIN_VALUE:
		note_value(pin, value);
		break;
	case PIN_FLAGS:
		pin->values[0] |= args[pins[i].index] & pins[i].flags;
		pin->n = 1;
		break;
	case PIN_FAMILY:
		note_value(pin, value == AF_NETLINK ? (args[2] & UINT32_MAX) << 32 | value : value);
		break;
	}
}

void recorded_note(struct recorded *r, uint32_t audit_arch, uint32_t number, const uint64_t args[6])
{
	const uint32_t said = number;
	int arch = arch_of(audit_arch, &number);
	const char *name;
	size_t pin;

	r->calls++;
	if (arch < 0 || number >= RECORDED_NUMBERS) {
		note_odd(r, said);
		return;
	}
	if (get_bit(r->seen[arch], number) && !get_bit(r->pinned[arch], number))
		return;
	name = syscall_name((enum syscall_arch)arch, (int)number);
	if (!name) {
		note_odd(r, said);
		return;
	}
	set_bit(r->seen[arch], number);
	pin = find_pin(name);
	if (pin == RECORDED_PINS)
		return;
	set_bit(r->pinned[arch], number);
	note_pin(r, pin, args);
}

/* ---- rules of one name each ---- */

struct single {
	const char *name;
	struct seccomp_rule rule; /* without names */
};

struct singles {
	struct arena *arena;
	struct single *v;
	size_t n;
};

static int compare_args(const struct seccomp_rule *a, const struct seccomp_rule *b)
{
	if (a->n_args != b->n_args)
		return a->n_args < b->n_args ? -1 : 1;
	for (size_t i = 0; i < a->n_args; i++) {
		const struct seccomp_arg *x = &a->args[i], *y = &b->args[i];
		const uint64_t left[] = { x->index, x->op, x->value, x->value_two };
		const uint64_t right[] = { y->index, y->op, y->value, y->value_two };

		for (size_t k = 0; k < ARRAY_SIZE(left); k++)
			if (left[k] != right[k])
				return left[k] < right[k] ? -1 : 1;
	}
	return 0;
}

/* In the order that they are written in: whole calls, calls with arguments, refusals. */
static int compare(const void *left, const void *right)
{
	const struct single *a = left, *b = right;
	int order;

	if (a->rule.action != b->rule.action)
		return a->rule.action == SECCOMP_SPEC_ALLOW ? -1 : 1;
	if (a->rule.errno_ret != b->rule.errno_ret)
		return a->rule.errno_ret < b->rule.errno_ret ? -1 : 1;
	if ((a->rule.n_args == 0) != (b->rule.n_args == 0))
		return a->rule.n_args == 0 ? -1 : 1;
	order = strcmp(a->name, b->name);
	return order ? order : compare_args(&a->rule, &b->rule);
}

static void add(struct singles *s, const char *name, const struct seccomp_rule *rule)
{
	struct single one = { name, *rule };

	one.rule.names = (struct strs){ 0 };
	*(struct single *)arena_push(s->arena, &s->v, &s->n, sizeof(one)) = one;
}

static bool allows(const struct singles *s, const char *name, bool whole)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].rule.action == SECCOMP_SPEC_ALLOW && str_eq(s->v[i].name, name) && (!whole || !s->v[i].rule.n_args))
			return true;
	return false;
}

static bool names(const struct singles *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].name, name))
			return true;
	return false;
}

/* ---- from what was recorded ---- */

static void add_args(struct singles *s, const char *name, struct seccomp_arg first, struct seccomp_arg second)
{
	struct seccomp_rule rule = { .action = SECCOMP_SPEC_ALLOW, .n_args = second.value ? 2 : 1 };

	rule.args = arena_array(s->arena, 2, sizeof(*rule.args));
	rule.args[0] = first;
	rule.args[1] = second;
	add(s, name, &rule);
}

static void add_pin(struct singles *s, const struct recorded *r, size_t i)
{
	const struct recorded_pin *pin = &r->pins[i];

	for (size_t k = 0; k < pin->n; k++) {
		uint64_t value = pin->values[k];
		struct seccomp_arg first = { pins[i].index, SECCOMP_SPEC_MASKED_EQ, UINT32_MAX, value & UINT32_MAX }, second = { 0 };

		if (pins[i].kind == PIN_FLAGS) /* with all of them seen, the mask is 0 and any will do */
			first = (struct seccomp_arg){ pins[i].index, SECCOMP_SPEC_MASKED_EQ, pins[i].flags & ~value, 0 };
		if (pins[i].kind == PIN_FAMILY && first.value_two == AF_NETLINK)
			second = (struct seccomp_arg){ 2, SECCOMP_SPEC_MASKED_EQ, UINT32_MAX, value >> 32 };
		add_args(s, pins[i].name, first, second);
	}
}

static bool was_seen(const struct recorded *r, const struct syscall *call)
{
	for (int arch = 0; arch < SYSCALLS_ARCHS; arch++) {
		int number = syscall_number(call, (enum syscall_arch)arch);

		if (number >= 0 && number < RECORDED_NUMBERS && get_bit(r->seen[arch], (uint32_t)number))
			return true;
	}
	return false;
}

static void add_recorded(struct singles *s, const struct recorded *r)
{
	static const struct seccomp_rule whole = { .action = SECCOMP_SPEC_ALLOW };
	const struct syscall *table;
	size_t n;

	table = syscalls(&n);
	for (size_t i = 0; i < n; i++) {
		size_t pin = find_pin(table[i].name);

		if (!was_seen(r, &table[i]))
			continue;
		if (pin == RECORDED_PINS || r->pins[pin].wide)
			add(s, table[i].name, &whole);
		else
			add_pin(s, r, pin);
	}
}

/* What no recording can see, and each run may need: how a process ends, how it comes back from a
 * signal or a stop, and the clocks, which are read in the process itself (vdso(7)) where the
 * machine's allow for it, and by a call elsewhere or in a time namespace. */
static void add_always(struct singles *s)
{
	static const char *const always[] = {
		"exit", "exit_group", "restart_syscall", "rt_sigreturn",
		"clock_getres", "clock_gettime", "getcpu", "gettimeofday", "time",
	};
	static const struct seccomp_rule whole = { .action = SECCOMP_SPEC_ALLOW };

	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		add(s, always[i], &whole);
}

/* ---- from other profiles ---- */

static void add_rules(struct singles *s, const struct seccomp_spec *spec, enum seccomp_action action)
{
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];

		if (rule->action != action)
			continue;
		for (size_t k = 0; k < rule->names.n; k++)
			add(s, rule->names.v[k], rule);
	}
}

/* Of a call that is not allowed at all, so that the order of rules does not matter. */
static void add_refusals(struct singles *s, const struct seccomp_spec *spec)
{
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];

		if (rule->action != SECCOMP_SPEC_ERRNO || rule->n_args || rule->errno_ret == EPERM)
			continue;
		for (size_t k = 0; k < rule->names.n; k++)
			if (!names(s, rule->names.v[k]))
				add(s, rule->names.v[k], rule);
	}
}

int recorded_addable(const struct seccomp_spec *spec, struct err *err)
{
	if (spec->default_action != SECCOMP_SPEC_ERRNO || spec->default_errno != EPERM)
		return err_set(err, EINVAL, "a recording cannot be added to it: its default action is not SCMP_ACT_ERRNO with EPERM");
	if (spec->listener_path)
		return err_set(err, EINVAL, "a recording cannot be added to it: it has a listenerPath");
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];

		if (rule->action != SECCOMP_SPEC_ALLOW && (rule->action != SECCOMP_SPEC_ERRNO || rule->n_args))
			return err_set(err, EINVAL, "a recording cannot be added to it: of %.64s it says more than that it is allowed, "
						    "or refused", rule->names.n ? rule->names.v[0] : "a call");
	}
	return 0;
}

/* ---- the profile ---- */

static bool same_rule(const struct single *a, const struct single *b)
{
	return a->rule.action == b->rule.action && a->rule.errno_ret == b->rule.errno_ret && compare_args(&a->rule, &b->rule) == 0;
}

/* Each once; a call that is allowed whatever its arguments needs no rule with some. */
static void tidy(struct singles *s)
{
	size_t kept = 0;

	qsort(s->v, s->n, sizeof(*s->v), compare);
	for (size_t i = 0; i < s->n; i++) {
		if (kept && str_eq(s->v[kept - 1].name, s->v[i].name) && same_rule(&s->v[kept - 1], &s->v[i]))
			continue;
		if (s->v[i].rule.n_args && allows(s, s->v[i].name, true))
			continue;
		s->v[kept++] = s->v[i];
	}
	s->n = kept;
}

/* Names with one rule are one rule with names. */
static void join(const struct singles *s, struct seccomp_spec *spec)
{
	for (size_t i = 0; i < s->n; i++) {
		struct seccomp_rule *rule = spec->n_rules ? &spec->rules[spec->n_rules - 1] : NULL;

		if (!i || s->v[i].rule.n_args || !same_rule(&s->v[i - 1], &s->v[i])) {
			rule = arena_push(s->arena, &spec->rules, &spec->n_rules, sizeof(*rule));
			*rule = s->v[i].rule;
		}
		*(const char **)arena_push(s->arena, &rule->names.v, &rule->names.n, sizeof(char *)) = s->v[i].name;
	}
}

static unsigned archs_seen(const struct recorded *r)
{
	unsigned archs = 1u << SYSCALLS_NATIVE;

	for (unsigned arch = 0; arch < SYSCALLS_ARCHS; arch++)
		for (size_t i = 0; i < ARRAY_SIZE(r->seen[arch]); i++)
			if (r->seen[arch][i])
				archs |= 1u << arch;
	return archs;
}

const struct seccomp_spec *recorded_profile(const struct recorded *r, const struct seccomp_spec *base,
					    const struct seccomp_spec *more, struct arena *arena)
{
	struct seccomp_spec *spec = arena_alloc(arena, sizeof(*spec));
	struct singles s = { .arena = arena };

	spec->default_action = SECCOMP_SPEC_ERRNO;
	spec->default_errno = EPERM;
	spec->archs = archs_seen(r);
	add_recorded(&s, r);
	add_always(&s);
	if (more) {
		spec->archs |= more->archs;
		spec->flags = more->flags;
		add_rules(&s, more, SECCOMP_SPEC_ALLOW);
		add_refusals(&s, more);
	}
	if (base)
		add_refusals(&s, base);
	tidy(&s);
	join(&s, spec);
	return spec;
}
