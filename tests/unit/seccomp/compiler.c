/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiler: exact comparisons, the order of rules, what is refused, and
 * random profiles beside their plain meaning.
 */
#include "test.h"

static struct seccomp_rule rules[8192];
static struct seccomp_spec spec;

static struct seccomp_rule *add(const char *name, enum seccomp_action action, uint32_t errno_ret)
{
	struct seccomp_rule *rule = &rules[spec.n_rules++];

	*rule = (struct seccomp_rule){ .action = action, .errno_ret = errno_ret };
	*(const char **)arena_push(&arena, &rule->names.v, &rule->names.n, sizeof(char *)) = name;
	return rule;
}

static void argument(struct seccomp_rule *rule, unsigned index, enum seccomp_compare op, uint64_t value, uint64_t two)
{
	*(struct seccomp_arg *)arena_push(&arena, &rule->args, &rule->n_args, sizeof(*rule->args)) =
		(struct seccomp_arg){ index, op, value, two };
}

static void fresh(enum seccomp_action action, uint32_t data, unsigned archs)
{
	spec = (struct seccomp_spec){ .default_action = action, .default_errno = data, .archs = archs, .rules = rules };
}

static bool agrees(const struct seccomp_program *program, const struct seccomp_data *data)
{
	uint32_t is = interpret(program->code, program->n, data, NULL), wanted = evaluate(&spec, data);

	return check(is == wanted, "arch %x number %d (%llx, %llx): %x, should be %x", data->arch, data->nr,
		     (unsigned long long)data->args[0], (unsigned long long)data->args[1], is, wanted);
}

static const uint64_t edges[] = {
	0, 1, 2, 5, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0x100000005, 0x1ffffffff, 0x200000000,
	0x7fffffffffffffff, 0x8000000000000000, 0xffffffff00000000, 0xffffffff00000005, 0xfffffffffffffffe, 0xffffffffffffffff,
};

/* Each way to compare, at the edges of both halves. */
static void test_compare(void)
{
	for (int op = 0; op < SECCOMP_SPEC_COMPARES; op++)
		for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
			for (size_t m = 0; m < (op == SECCOMP_SPEC_MASKED_EQ ? ARRAY_SIZE(edges) : 1); m++) {
				struct seccomp_program program;

				fresh(SECCOMP_SPEC_ERRNO, 1, 0);
				argument(add("read", SECCOMP_SPEC_ALLOW, 0), 3, op, edges[i], edges[m]);
				program = compile(&spec);
				for (size_t k = 0; k < ARRAY_SIZE(edges); k++)
					agrees(&program, &(struct seccomp_data){ .arch = audit_arch[SYSCALLS_NATIVE],
										 .args = { [3] = edges[k] } });
			}
}

/* The first rule that matches decides; one that says the default is none; calls of mixed rules are told. */
static void test_order(void)
{
	const struct seccomp_data other = { .arch = audit_arch[SYSCALLS_NATIVE], .args = { 7 } };
	const struct seccomp_data five = { .arch = audit_arch[SYSCALLS_NATIVE], .args = { 5 } };
	struct seccomp_program p;

	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	argument(add("read", SECCOMP_SPEC_ERRNO, 97), 0, SECCOMP_SPEC_EQ, 5, 0);
	add("read", SECCOMP_SPEC_ALLOW, 0);
	add("read", SECCOMP_SPEC_KILL_PROCESS, 0);
	p = compile(&spec);
	check(interpret(p.code, p.n, &five, NULL) == (SECCOMP_RET_ERRNO | 97), "the first");
	check(interpret(p.code, p.n, &other, NULL) == SECCOMP_RET_ALLOW, "the second");
	check(p.ordered.n == 1 && str_eq(p.ordered.v[0], "read"), "read is told");

	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	add("read", SECCOMP_SPEC_ERRNO, 1);
	argument(add("read", SECCOMP_SPEC_ALLOW, 0), 0, SECCOMP_SPEC_EQ, 5, 0);
	p = compile(&spec);
	check(interpret(p.code, p.n, &five, NULL) == SECCOMP_RET_ALLOW, "the default said again is no rule");
	check(p.ordered.n == 0, "nothing is told");

	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	argument(add("read", SECCOMP_SPEC_ALLOW, 0), 0, SECCOMP_SPEC_EQ, 5, 0);
	argument(&rules[0], 0, SECCOMP_SPEC_EQ, 7, 0);
	p = compile(&spec);
	check(interpret(p.code, p.n, &five, NULL) == SECCOMP_RET_ALLOW && interpret(p.code, p.n, &other, NULL) == SECCOMP_RET_ALLOW,
	      "one argument twice: either");
}

static void check_refused(const char *part, int code)
{
	struct seccomp_program program;
	struct err err = { 0 };
	int rc = seccomp_compile(&spec, &arena, &program, &err);

	check(rc == code && strstr(err.text, part), "%d \"%s\" does not say \"%s\"", rc, err.text, part);
}

static void test_refused(void)
{
	fresh(SECCOMP_SPEC_NOTIFY, 0, 0);
	check_refused("SCMP_ACT_NOTIFY", -EOPNOTSUPP);
	fresh(SECCOMP_SPEC_ERRNO, 4096, 0);
	check_refused("4096", -EINVAL);
	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	add("read", SECCOMP_SPEC_TRACE, 0x10000);
	check_refused("65536", -EINVAL);
	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	argument(add("read", SECCOMP_SPEC_ALLOW, 0), 6, SECCOMP_SPEC_EQ, 0, 0);
	check_refused("rule 1", -EINVAL);
	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	spec.listener_path = "/run/x";
	check_refused("listener", -EOPNOTSUPP);
	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	for (unsigned i = 0; i < 3000; i++)
		argument(add("read", SECCOMP_SPEC_ERRNO, i), 0, SECCOMP_SPEC_EQ, i * UINT64_C(0x100000001), 0);
	check_refused("4096", -E2BIG);
	fresh(SECCOMP_SPEC_ERRNO, 1, 0);
	add("no_such_call", SECCOMP_SPEC_ALLOW, 0);
	check(compile(&spec).unknown.n == 1, "a name that is no call is told");
}

/* The least: nothing but a verdict, for this architecture and for all. */
static void test_least(void)
{
	const struct seccomp_data data = { .arch = audit_arch[SYSCALLS_NATIVE] };
	struct seccomp_program program;

	fresh(SECCOMP_SPEC_KILL_PROCESS, 0, 0);
	program = compile(&spec);
	agrees(&program, &data);
	fresh(SECCOMP_SPEC_ALLOW, 0, 0x1f);
	program = compile(&spec);
	agrees(&program, &data);
	check(program.n <= 16, "%zu instructions that allow all", program.n);
}

void test_compiler(void)
{
	test_least();
	test_compare();
	test_order();
	test_refused();
}

/* ---- random profiles ---- */

static uint64_t state = 88172645463325252;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % below;
}

static void random_rule(void)
{
	size_t n;
	const struct syscall *all = syscalls(&n);
	struct seccomp_rule *rule = add(all[any((uint32_t)n)].name, any(8), any(40));

	if (rule->action == SECCOMP_SPEC_NOTIFY)
		rule->action = SECCOMP_SPEC_ALLOW;
	for (unsigned names = any(6); names > 0; names--)
		*(const char **)arena_push(&arena, &rule->names.v, &rule->names.n, sizeof(char *)) =
			all[any((uint32_t)n)].name;
	for (unsigned args = any(3); args > 0; args--)
		argument(rule, any(2), any(SECCOMP_SPEC_COMPARES), edges[any(ARRAY_SIZE(edges))],
			 edges[any(ARRAY_SIZE(edges))]);
}

static void random_call(const struct seccomp_program *program)
{
	struct seccomp_data data = {
		.arch = audit_arch[any(SYSCALLS_ARCHS)],
		.nr = (int)any(560),
		.args = { edges[any(ARRAY_SIZE(edges))], edges[any(ARRAY_SIZE(edges))] },
	};

	if (any(3) == 0)
		data.nr |= SYSCALL_X32_BIT;
	if (any(50) == 0)
		data.nr = (int)(0xf0000 + any(16));
	if (any(100) == 0)
		data.nr = (int)any(UINT32_MAX);
	agrees(program, &data);
}

void test_random(void)
{
	unsigned fit = 0;

	for (unsigned i = 0; i < 300; i++) {
		enum seccomp_action action = any(8);
		struct seccomp_program program = { 0 };
		struct err err;

		fresh(action == SECCOMP_SPEC_NOTIFY ? SECCOMP_SPEC_ERRNO : action, any(40), any(32));
		for (unsigned n = any(i % 4 ? 40 : 120); n > 0; n--)
			random_rule();
		if (seccomp_compile(&spec, &arena, &program, &err) == 0)
			fit++;
		for (unsigned k = 0; k < 700 && program.n; k++)
			random_call(&program);
		arena_free(&arena);
	}
	check(fit > 250, "only %u of 300 profiles fit", fit);
}
