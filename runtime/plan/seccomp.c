/* SPDX-License-Identifier: Apache-2.0
 *
 * A profile to a program, in three steps: rules by number, per architecture;
 * ranges of numbers with one verdict; a binary tree over the ranges, whose leaves
 * are verdicts or comparisons of arguments.
 *
 * Theory. What costs is the call that is made a million times a second. The
 * kernel runs the program once, when it is installed, for each number, and
 * remembers those that it allows whatever the arguments (Linux 5.11, the
 * constant-action bitmap); such a call never runs it again. For that the way to the
 * verdict must be made of nothing but comparisons of number and architecture:
 * the tree is. All else is paid per call: seven comparisons where a list in
 * order of the profile has hundreds.
 */
#include "plan/seccomp.h"

#include "model/syscalls.h"
#include "plan/bpf.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

enum {
	PLAIN = 1024,             /* numbers below lie one after the other */
	ARM_OWN = 0x0f0000,       /* ARM's own, eight at the most */
	SLOTS = PLAIN + 8,
	ERRNO_MAX = 4095,         /* the kernel's: include/linux/err.h */
	ROOM = 400,               /* instructions, for most: untouched memory costs too, page by page */
	NO_NUMBER = -1,           /* a tracer's "skip it" */
	OFTEN = 16,               /* what a call that is made all the time weighs; a range weighs 1 */
	CHAIN = 3,                /* so many single numbers are compared one by one: it takes half the instructions */
};

static const uint32_t audit_archs[SYSCALLS_ARCHS] = {
	[SYSCALLS_X86_64] = AUDIT_ARCH_X86_64, [SYSCALLS_X86] = AUDIT_ARCH_I386, [SYSCALLS_X32] = AUDIT_ARCH_X86_64,
	[SYSCALLS_AARCH64] = AUDIT_ARCH_AARCH64, [SYSCALLS_ARM] = AUDIT_ARCH_ARM,
};

/* Near the root: they are what a kernel without the bitmap (5.10) is asked for all the time. */
static const char often[][16] = {
	"read", "write", "close", "fstat", "newfstatat", "statx", "lseek", "mmap", "munmap", "brk", "openat", "ioctl", "futex",
	"poll", "ppoll", "epoll_wait", "epoll_pwait", "readv", "writev", "pread64", "pwrite64", "sendto", "recvfrom",
	"sendmsg", "recvmsg", "fcntl", "clock_gettime", "nanosleep", "getpid", "sched_yield", "rt_sigprocmask",
};

struct entry { /* of the list of rules for one number */
	const struct seccomp_rule *rule;
	struct entry *next;
};

struct calls { /* of one architecture */
	struct entry *rules[SLOTS];
	uint32_t newest; /* of the plain numbers that the profile names */
};

struct range { /* from here to the next one's start */
	uint32_t start;
	uint32_t verdict;
	const struct entry *rules; /* NULL: the verdict is all there is */
	unsigned before;           /* weight of all ranges in front of it */
};

struct compiler {
	const struct seccomp_spec *spec;
	struct arena *arena;
	struct seccomp_program *program;
	struct calls *calls[SYSCALLS_ARCHS]; /* NULL: not listed */
	struct range *ranges;
	size_t n_ranges;
	struct bpf *bpf;
};

/* ---- verdicts ---- */

static uint32_t verdict_of(enum seccomp_action action, uint32_t data)
{
	static const uint32_t verdicts[SECCOMP_SPEC_ACTIONS] = {
		[SECCOMP_SPEC_KILL_PROCESS] = SECCOMP_RET_KILL_PROCESS,
		[SECCOMP_SPEC_KILL_THREAD] = SECCOMP_RET_KILL_THREAD,
		[SECCOMP_SPEC_TRAP] = SECCOMP_RET_TRAP,
		[SECCOMP_SPEC_ERRNO] = SECCOMP_RET_ERRNO,
		[SECCOMP_SPEC_TRACE] = SECCOMP_RET_TRACE,
		[SECCOMP_SPEC_LOG] = SECCOMP_RET_LOG,
		[SECCOMP_SPEC_ALLOW] = SECCOMP_RET_ALLOW,
	};

	if (action == SECCOMP_SPEC_ERRNO || action == SECCOMP_SPEC_TRACE)
		return verdicts[action] | data;
	return verdicts[action];
}

static uint32_t rule_verdict(const struct seccomp_rule *rule)
{
	return verdict_of(rule->action, rule->errno_ret);
}

static uint32_t default_verdict(const struct compiler *c)
{
	return verdict_of(c->spec->default_action, c->spec->default_errno);
}

/* Of numbers that are newer than the profile. */
static uint32_t newer_verdict(const struct compiler *c)
{
	switch (c->spec->default_action) {
	case SECCOMP_SPEC_ALLOW:
	case SECCOMP_SPEC_LOG:
	case SECCOMP_SPEC_TRACE:
		return default_verdict(c);
	default:
		return SECCOMP_RET_ERRNO | ENOSYS;
	}
}

/* ---- what is not taken ---- */

static int check_action(enum seccomp_action action, uint32_t data, struct err *err)
{
	if (action >= SECCOMP_SPEC_ACTIONS)
		return err_set(err, EINVAL, "seccomp profile: there is no action %d", (int)action);
	if (action == SECCOMP_SPEC_NOTIFY)
		return err_set(err, EOPNOTSUPP, "seccomp profile: the action SCMP_ACT_NOTIFY cannot be had: not supported "
						"by this version");
	if (action == SECCOMP_SPEC_ERRNO && data > ERRNO_MAX)
		return err_set(err, EINVAL, "seccomp profile: %u is no error number: the most is %d", (unsigned)data,
			       ERRNO_MAX);
	if (action == SECCOMP_SPEC_TRACE && data > SECCOMP_RET_DATA)
		return err_set(err, EINVAL, "seccomp profile: a tracer is told %u: the most is %u", (unsigned)data,
			       SECCOMP_RET_DATA);
	return 0;
}

static int check(const struct seccomp_spec *spec, struct err *err)
{
	if (spec->listener_path)
		return err_set(err, EOPNOTSUPP, "seccomp profile: a listener cannot be had: not supported by this version");
	TRY(check_action(spec->default_action, spec->default_errno, err));
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];

		TRY(check_action(rule->action, rule->errno_ret, err));
		for (size_t k = 0; k < rule->n_args; k++)
			if (rule->args[k].index > 5 || rule->args[k].op >= SECCOMP_SPEC_COMPARES)
				return err_set(err, EINVAL,
					       "seccomp profile: rule %zu: there are arguments 0 to 5 and %d ways to compare",
					       i + 1, SECCOMP_SPEC_COMPARES);
	}
	return 0;
}

/* ---- rules by number ---- */

static size_t slot_of(int number)
{
	return number < PLAIN ? (size_t)number : PLAIN + ((size_t)number - ARM_OWN) % (SLOTS - PLAIN);
}

/* In front of what is there: the rules come from the last to the first. */
static void add_rule(struct compiler *c, struct calls *calls, const struct seccomp_rule *rule, int number)
{
	size_t slot = slot_of(number);
	struct entry *e = arena_alloc(c->arena, sizeof(*e));

	e->rule = rule;
	e->next = calls->rules[slot];
	calls->rules[slot] = e;
}

static void add_name(struct compiler *c, const struct seccomp_rule *rule, const char *name)
{
	const struct syscall *call = syscall_find(name, strlen(name));
	bool nothing = !rule->n_args && rule_verdict(rule) == default_verdict(c);

	if (!call) {
		*(const char **)arena_push(c->arena, &c->program->unknown.v, &c->program->unknown.n, sizeof(char *)) = name;
		return;
	}
	for (int arch = 0; arch < SYSCALLS_ARCHS; arch++) {
		struct calls *calls = c->calls[arch];
		int number = syscall_number(call, arch);

		if (!calls || number < 0)
			continue;
		if (number < PLAIN && (uint32_t)number > calls->newest)
			calls->newest = (uint32_t)number;
		if (!nothing)
			add_rule(c, calls, rule, number);
	}
}

static void sort_rules(struct compiler *c)
{
	unsigned archs = c->spec->archs | 1u << SYSCALLS_NATIVE;

	for (int arch = 0; arch < SYSCALLS_ARCHS; arch++)
		if (archs & 1u << arch)
			c->calls[arch] = arena_alloc(c->arena, sizeof(*c->calls[arch]));
	for (size_t i = c->spec->n_rules; i-- > 0;)
		for (size_t k = 0; k < c->spec->rules[i].names.n; k++)
			add_name(c, &c->spec->rules[i], c->spec->rules[i].names.v[k]);
}

/* ---- ranges of one verdict ---- */

static void add_range(struct compiler *c, uint32_t start, uint32_t verdict, const struct entry *rules)
{
	struct range *last = c->n_ranges ? &c->ranges[c->n_ranges - 1] : NULL;

	if (last && !last->rules && !rules && last->verdict == verdict)
		return;
	if (last && last->start == start) { /* it was empty */
		c->n_ranges--;
		add_range(c, start, verdict, rules);
		return;
	}
	*(struct range *)arena_push(c->arena, &c->ranges, &c->n_ranges, sizeof(*c->ranges)) =
		(struct range){ start, verdict, rules, 0 };
}

/* The rule that decides when none with arguments before it does; NULL: the default. */
static const struct seccomp_rule *rest_of(const struct entry *rules)
{
	for (; rules; rules = rules->next)
		if (!rules->rule->n_args)
			return rules->rule;
	return NULL;
}

static bool arguments_matter(const struct entry *rules, uint32_t verdict)
{
	for (; rules && rules->rule->n_args; rules = rules->next)
		if (rule_verdict(rules->rule) != verdict)
			return true;
	return false;
}

static void note_order(struct compiler *c, int arch, size_t slot)
{
	struct strs *ordered = &c->program->ordered;

	if (arch == SYSCALLS_NATIVE)
		*(const char **)arena_push(c->arena, &ordered->v, &ordered->n, sizeof(char *)) =
			syscall_name(arch, (int)slot);
}

static void add_call(struct compiler *c, int arch, size_t slot, uint32_t base)
{
	const struct entry *rules = c->calls[arch]->rules[slot];
	const struct seccomp_rule *rest = rest_of(rules);
	uint32_t verdict = rest ? rule_verdict(rest) : default_verdict(c);
	uint32_t number = slot < PLAIN ? (uint32_t)slot : ARM_OWN + (uint32_t)(slot - PLAIN);
	bool matter = arguments_matter(rules, verdict);

	if (matter && rest)
		note_order(c, arch, slot);
	add_range(c, base + number, verdict, matter ? rules : NULL);
}

/* All numbers of an architecture, which start at base. */
static void add_arch(struct compiler *c, int arch, uint32_t base)
{
	const struct calls *calls = c->calls[arch];

	for (size_t slot = 0; slot <= calls->newest; slot++)
		add_call(c, arch, slot, base);
	add_range(c, base + calls->newest + 1, newer_verdict(c), NULL);
	for (size_t slot = PLAIN; slot < SLOTS; slot++)
		if (calls->rules[slot]) {
			add_call(c, arch, slot, base);
			add_range(c, base + ARM_OWN + (uint32_t)(slot - PLAIN) + 1, newer_verdict(c), NULL);
		}
}

/* x32 has the architecture of x86-64 and numbers of its own, behind a bit. */
static void add_x86_64(struct compiler *c)
{
	if (c->calls[SYSCALLS_X86_64])
		add_arch(c, SYSCALLS_X86_64, 0);
	else
		add_range(c, 0, SECCOMP_RET_KILL_PROCESS, NULL);
	if (c->calls[SYSCALLS_X32])
		add_arch(c, SYSCALLS_X32, SYSCALL_X32_BIT);
	else
		add_range(c, SYSCALL_X32_BIT, SECCOMP_RET_KILL_PROCESS, NULL);
}

/* ---- the program ---- */

static struct bpf_to all_of(struct bpf *b, const struct seccomp_rule *rule, struct bpf_to no)
{
	struct bpf_to to = bpf_verdict(rule_verdict(rule));

	for (size_t i = rule->n_args; i-- > 0;)
		to = bpf_argument(b, &rule->args[i], to, no);
	return to;
}

static struct bpf_to any_of(struct bpf *b, const struct seccomp_rule *rule, struct bpf_to no)
{
	struct bpf_to yes = bpf_verdict(rule_verdict(rule));

	for (size_t i = rule->n_args; i-- > 0;)
		no = bpf_argument(b, &rule->args[i], yes, no);
	return no;
}

static bool names_one_twice(const struct seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

/* The rules with arguments, in order, then the verdict. Written from the last on; there may be any number. */
static struct bpf_to write_range(struct compiler *c, const struct range *r)
{
	struct bpf_to to = bpf_verdict(r->verdict);
	const struct seccomp_rule **rules = NULL;
	size_t n = 0;

	for (const struct entry *e = r->rules; e && e->rule->n_args; e = e->next)
		*(const struct seccomp_rule **)arena_push(c->arena, &rules, &n, sizeof(void *)) = e->rule;
	while (n-- > 0 && !c->bpf->full)
		to = names_one_twice(rules[n]) ? any_of(c->bpf, rules[n], to) : all_of(c->bpf, rules[n], to);
	return to;
}

static bool single(const struct range *r)
{
	return r[1].start - r->start == 1;
}

/* From first to last: single numbers in what is otherwise one verdict. */
static bool is_chain(const struct range *first, const struct range *last)
{
	if ((last - first) % 2 || last - first > 2 * CHAIN || first->rules)
		return false;
	for (const struct range *r = first; r < last; r += 2)
		if (!single(r + 1) || r[2].rules || r[2].verdict != first->verdict)
			return false;
	return true;
}

/* Where the weight on both sides is as equal as can be. */
static const struct range *middle_of(const struct range *first, const struct range *last)
{
	unsigned half = (first->before + last[1].before) / 2;
	const struct range *r = first + 1;

	while (r < last && r->before < half)
		r++;
	if (r > first + 1 && r->before > half && half - r[-1].before < r->before - half)
		r--;
	return r;
}

static struct bpf_to write_tree(struct compiler *c, const struct range *first, const struct range *last)
{
	const struct range *middle;
	struct bpf_to low, high;

	if (first == last)
		return write_range(c, first);
	if (is_chain(first, last)) {
		struct bpf_to to = bpf_verdict(first->verdict);

		for (const struct range *r = last - 1; r > first; r -= 2)
			to = bpf_jump(c->bpf, BPF_JEQ, r->start, write_range(c, r), to);
		return to;
	}
	middle = middle_of(first, last);
	high = write_tree(c, middle, last);
	low = write_tree(c, first, middle - 1);
	return bpf_jump(c->bpf, BPF_JGE, middle->start, high, low);
}

static void weigh(struct compiler *c, int arch)
{
	struct range *end = &c->ranges[c->n_ranges - 1];
	unsigned sum = 0;

	for (struct range *r = c->ranges; r < end; r++)
		r->before = 1;
	for (size_t i = 0; i < ARRAY_SIZE(often); i++) {
		const struct syscall *call = syscall_find(often[i], strlen(often[i]));
		int number = call ? syscall_number(call, arch) : -1;
		struct range *r = c->ranges;

		while (number >= 0 && r + 1 < end && r[1].start <= (uint32_t)number)
			r++;
		if (number >= 0)
			r->before += OFTEN;
	}
	for (struct range *r = c->ranges; r <= end; r++) {
		unsigned weight = r->before;

		r->before = sum;
		sum += weight;
	}
}

/* One architecture of the kernel's: its tree, else where the others are told apart. */
static struct bpf_to write_arch(struct compiler *c, int arch, struct bpf_to others)
{
	struct range *end;
	struct bpf_to tree;

	c->ranges = NULL;
	c->n_ranges = 0;
	if (arch == SYSCALLS_X86_64)
		add_x86_64(c);
	else
		add_arch(c, arch, 0);
	add_range(c, (uint32_t)NO_NUMBER, default_verdict(c), NULL);
	end = arena_push(c->arena, &c->ranges, &c->n_ranges, sizeof(*c->ranges));
	end->start = 0; /* behind the greatest number */
	weigh(c, arch);
	tree = write_tree(c, c->ranges, end - 1);
	tree = bpf_load(c->bpf, offsetof(struct seccomp_data, nr), tree);
	return bpf_jump(c->bpf, BPF_JEQ, audit_archs[arch], tree, others);
}

static void write_program(struct compiler *c, size_t room)
{
	struct bpf_to to = bpf_verdict(SECCOMP_RET_KILL_PROCESS);
	int native = SYSCALLS_NATIVE;

	c->program->ordered.n = 0;
	*c->bpf = (struct bpf){ .code = arena_array(c->arena, room, sizeof(*c->bpf->code)), .room = room };
	/* backwards: what is written last is asked for first */
	for (int arch = 0; arch < SYSCALLS_ARCHS; arch++) {
		bool its_own = arch != SYSCALLS_X32 && (c->calls[arch] || (arch == SYSCALLS_X86_64 && c->calls[SYSCALLS_X32]));

		if (its_own && arch != native)
			to = write_arch(c, arch, to);
	}
	to = write_arch(c, native, to);
	bpf_finish(c->bpf, bpf_load(c->bpf, offsetof(struct seccomp_data, arch), to));
}

int seccomp_compile(const struct seccomp_spec *spec, struct arena *arena, struct seccomp_program *program,
		    struct err *err)
{
	struct seccomp_program made = { 0 };
	struct bpf bpf = { .room = 0 };
	struct compiler c = { .spec = spec, .arena = arena, .program = &made, .bpf = &bpf };

	TRY(check(spec, err));
	sort_rules(&c);
	write_program(&c, ROOM);
	if (bpf.full)
		write_program(&c, BPF_MAXINSNS);
	if (bpf.full)
		return err_set(err, E2BIG, "the seccomp profile takes more than the %d instructions that the kernel runs: give "
					   "it fewer rules with arguments", BPF_MAXINSNS);
	made.n = bpf.n;
	made.code = &bpf.code[bpf.room - made.n];
	*program = made;
	return 0;
}
