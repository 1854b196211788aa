/* SPDX-License-Identifier: Apache-2.0
 *
 * What was recorded becomes a profile: that, and nothing else, passes the filter
 * that is compiled of it. And the filter that stops, beside the one it is made of.
 */
#include "test.h"

#include "model/seccomp_names.h"
#include "plan/traced.h"
#include "plan/recorded.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static const uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

static int number_of(const char *name)
{
	return syscall_number(syscall_find(name, strlen(name)), SYSCALLS_NATIVE);
}

static void note(struct recorded *r, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	recorded_note(r, audit_arch[SYSCALLS_NATIVE], (uint32_t)number_of(name), (const uint64_t[6]){ a, b, c });
}

static uint32_t ask(const struct seccomp_program *p, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	const struct seccomp_data data = { .arch = audit_arch[SYSCALLS_NATIVE], .nr = number_of(name), .args = { a, b, c } };

	return interpret(p->code, p->n, &data, NULL);
}

#define PASSES(p, name, ...) check(ask(p, name, __VA_ARGS__) == SECCOMP_RET_ALLOW, "%s(%s) is refused", name, #__VA_ARGS__)
#define REFUSED(p, name, ...) check(ask(p, name, __VA_ARGS__) == refused, "%s(%s) is not refused", name, #__VA_ARGS__)

static struct recorded small_recording(void)
{
	struct recorded r = { 0 };

	note(&r, "read", 0, 0, 0);
	note(&r, "read", 7, 1, 5);
	note(&r, "execve", 0, 0, 0);
	note(&r, "socket", AF_UNIX, 1, 0);
	note(&r, "socket", AF_NETLINK, 3, 0);
	note(&r, "ioctl", 0, TCGETS, 0);
	note(&r, "ioctl", 1, UINT64_C(0xffffffff80045430), 0);
	note(&r, "clone", SIGCHLD, 0, 0);
	note(&r, "clone", CLONE_NEWUTS | SIGCHLD, 0, 0);
	note(&r, "unshare", CLONE_NEWNET, 0, 0);
	note(&r, "prctl", PR_SET_NAME, 0, 0);
	return r;
}

/* What was called passes, with the arguments that were used; what was not is refused. */
static void test_small(void)
{
	struct recorded r = small_recording();
	struct seccomp_program p = compile(recorded_profile(&r, NULL, NULL, &arena));

	PASSES(&p, "read", 1, 2, 3);
	PASSES(&p, "execve", 1, 2, 3);
	REFUSED(&p, "write", 1, 2, 3);
	REFUSED(&p, "mkdirat", 0, 0, 0);
	PASSES(&p, "socket", AF_UNIX, 5, 0);
	PASSES(&p, "socket", UINT64_C(0x500000000) | AF_UNIX, 1, 0);
	REFUSED(&p, "socket", AF_INET, 1, 0);
	PASSES(&p, "socket", AF_NETLINK, 3, 0);
	REFUSED(&p, "socket", AF_NETLINK, 3, 12);
	REFUSED(&p, "socketpair", AF_UNIX, 1, 0);
	PASSES(&p, "ioctl", 9, TCGETS, 0);
	PASSES(&p, "ioctl", 9, 0x80045430, 0);
	REFUSED(&p, "ioctl", 9, TIOCSTI, 0);
	REFUSED(&p, "ioctl", 9, UINT64_C(0x100000000) | TIOCSTI, 0);
	PASSES(&p, "clone", 0, 0, 0);
	PASSES(&p, "clone", CLONE_NEWUTS, 0, 0);
	REFUSED(&p, "clone", CLONE_NEWUSER, 0, 0);
	REFUSED(&p, "clone", CLONE_NEWUSER | CLONE_NEWUTS, 0, 0);
	PASSES(&p, "unshare", CLONE_FILES, 0, 0);
	PASSES(&p, "unshare", CLONE_NEWNET | CLONE_FS, 0, 0);
	REFUSED(&p, "unshare", CLONE_NEWUSER, 0, 0);
	REFUSED(&p, "unshare", 0x80 /* CLONE_NEWTIME */, 0, 0);
	PASSES(&p, "prctl", PR_SET_NAME, 0, 0);
	REFUSED(&p, "prctl", PR_SET_MM, 0, 0);
}

/* What no recording can see is there: to end, to come back from a signal, to read the clock. */
static void test_always(void)
{
	struct recorded r = { 0 };
	struct seccomp_program p = compile(recorded_profile(&r, NULL, NULL, &arena));

	PASSES(&p, "exit", 0, 0, 0);
	PASSES(&p, "exit_group", 0, 0, 0);
	PASSES(&p, "rt_sigreturn", 0, 0, 0);
	PASSES(&p, "restart_syscall", 0, 0, 0);
	PASSES(&p, "clock_gettime", 0, 0, 0);
	REFUSED(&p, "read", 0, 0, 0);
}

/* The same whatever the order in which calls came, and how often. */
static void test_order(void)
{
	struct recorded forth = { 0 }, back = { 0 };
	const struct seccomp_spec *a, *b;

	for (uint32_t i = 0; i < 400; i++) {
		recorded_note(&forth, audit_arch[SYSCALLS_NATIVE], i, (const uint64_t[6]){ i % 7, i % 5, i % 3 });
		recorded_note(&back, audit_arch[SYSCALLS_NATIVE], 399 - i,
			      (const uint64_t[6]){ (399 - i) % 7, (399 - i) % 5, (399 - i) % 3 });
		recorded_note(&back, audit_arch[SYSCALLS_NATIVE], 399 - i,
			      (const uint64_t[6]){ (399 - i) % 7, (399 - i) % 5, (399 - i) % 3 });
	}
	a = recorded_profile(&forth, seccomp_default(0, &arena), NULL, &arena);
	b = recorded_profile(&back, seccomp_default(0, &arena), NULL, &arena);
	check(str_eq(seccomp_json(a, &arena), seccomp_json(b, &arena)), "two orders, two profiles");
}

/* With very many operations of a call, all are allowed rather than some forgotten. */
static void test_wide(void)
{
	struct recorded r = { 0 };
	struct seccomp_program p;

	for (uint64_t i = 0; i <= RECORDED_VALUES; i++)
		note(&r, "ioctl", 0, 1000 + i, 0);
	p = compile(recorded_profile(&r, NULL, NULL, &arena));
	PASSES(&p, "ioctl", 0, 5, 0);
}

/* What the filter under which it was recorded answers with ENOSYS is answered so again: with EPERM libc
 * would not look for another way. */
static void test_base(void)
{
	struct recorded r = small_recording();
	struct seccomp_program p = compile(recorded_profile(&r, seccomp_default(0, &arena), NULL, &arena));

	check(ask(&p, "clone3", 0, 0, 0) == (SECCOMP_RET_ERRNO | ENOSYS), "clone3: %x", ask(&p, "clone3", 0, 0, 0));
	check(ask(&p, "socketpair", AF_INET, 0, 0) == (SECCOMP_RET_ERRNO | EAFNOSUPPORT), "socketpair: %x",
	      ask(&p, "socketpair", AF_INET, 0, 0));
	PASSES(&p, "socket", AF_UNIX, 0, 0);
	REFUSED(&p, "socket", AF_INET, 0, 0);
	REFUSED(&p, "keyctl", 0, 0, 0);
}

/* Two recordings together allow what either does, and the sum of the sum and one of them is the sum. */
static void test_add(void)
{
	struct recorded first = small_recording(), second = { 0 }, none = { 0 };
	const struct seccomp_spec *one, *both, *again;
	struct seccomp_program p;
	struct err err = { 0 };

	note(&second, "write", 0, 0, 0);
	note(&second, "socket", AF_INET, 0, 0);
	note(&second, "clone", CLONE_NEWIPC, 0, 0);
	note(&second, "clone3", 0, 0, 0);
	one = recorded_profile(&first, seccomp_default(0, &arena), NULL, &arena);
	check(recorded_addable(one, &err) == 0, "%s", err.text);
	both = recorded_profile(&second, seccomp_default(0, &arena), one, &arena);
	p = compile(both);
	PASSES(&p, "read", 0, 0, 0);
	PASSES(&p, "write", 0, 0, 0);
	PASSES(&p, "socket", AF_UNIX, 0, 0);
	PASSES(&p, "socket", AF_INET, 0, 0);
	REFUSED(&p, "socket", AF_INET6, 0, 0);
	PASSES(&p, "clone", CLONE_NEWIPC, 0, 0);
	PASSES(&p, "clone", CLONE_NEWUTS, 0, 0);
	REFUSED(&p, "clone", CLONE_NEWUSER, 0, 0);
	PASSES(&p, "clone3", 0, 0, 0);
	again = recorded_profile(&none, NULL, both, &arena);
	check(str_eq(seccomp_json(both, &arena), seccomp_json(again, &arena)), "adding nothing changed something");
	again = recorded_profile(&first, seccomp_default(0, &arena), both, &arena);
	check(str_eq(seccomp_json(both, &arena), seccomp_json(again, &arena)), "adding the same changed something");
}

static void test_not_addable(void)
{
	struct seccomp_arg arg = { 0 };
	struct seccomp_rule rule = { .action = SECCOMP_SPEC_LOG };
	struct seccomp_spec allow = { .default_action = SECCOMP_SPEC_ALLOW }, nosys = { .default_action = SECCOMP_SPEC_ERRNO, .default_errno = ENOSYS };
	struct seccomp_spec log = { .default_action = SECCOMP_SPEC_ERRNO, .default_errno = EPERM, .rules = &rule, .n_rules = 1 };
	struct err err = { 0 };

	check(recorded_addable(&allow, &err) == -EINVAL && recorded_addable(&nosys, &err) == -EINVAL, "other defaults");
	check(recorded_addable(&log, &err) == -EINVAL, "a rule that logs");
	rule = (struct seccomp_rule){ .action = SECCOMP_SPEC_ERRNO, .args = &arg, .n_args = 1 };
	check(recorded_addable(&log, &err) == -EINVAL, "a refusal of arguments");
	rule.n_args = 0;
	check(recorded_addable(&log, &err) == 0, "a refusal: %s", err.text);
}

/* Numbers without a name, and architectures that are none of ours, are kept apart and told. */
static void test_odd(void)
{
	static const uint64_t args[6];
	struct recorded r = { 0 };

	for (uint32_t i = 0; i < 3; i++)
		recorded_note(&r, audit_arch[SYSCALLS_NATIVE], 1000, args);
	recorded_note(&r, audit_arch[SYSCALLS_NATIVE], UINT32_MAX, args);
	recorded_note(&r, 0, 5, args);
	check(r.n_odd == 3 && r.odd[0] == 1000 && r.odd[1] == UINT32_MAX && r.odd[2] == 5, "%zu odd numbers", r.n_odd);
	for (uint32_t i = 0; i < 100; i++)
		recorded_note(&r, 0, i, args);
	check(r.n_odd == RECORDED_ODD, "%zu odd numbers", r.n_odd);
}

/* The 32-bit and x32 ways in have numbers of their own, and the profile names their architecture. */
static void test_other_archs(void)
{
	static const uint64_t args[6] = { AF_ALG };
	const struct seccomp_spec *spec;
	struct recorded r = { 0 };

	if (SYSCALLS_NATIVE != SYSCALLS_X86_64) {
		skip("i386 and x32 are of x86-64");
		return;
	}
	recorded_note(&r, AUDIT_ARCH_I386, 39, args);                        /* mkdir; 83 on x86-64 */
	recorded_note(&r, AUDIT_ARCH_X86_64, SYSCALL_X32_BIT | 520, args);   /* execve */
	spec = recorded_profile(&r, NULL, NULL, &arena);
	check(spec->archs == (SECCOMP_SPEC_X86_64 | SECCOMP_SPEC_X86 | SECCOMP_SPEC_X32), "architectures %x", spec->archs);
	check(strstr(seccomp_json(spec, &arena), "\"mkdir\"") && strstr(seccomp_json(spec, &arena), "\"execve\"") &&
		      !strstr(seccomp_json(spec, &arena), "\"getpid\""), "%s", seccomp_json(spec, &arena));
}

/* ---- the filter that stops ---- */

static void told(const struct seccomp_program *p, const struct seccomp_data *data)
{
	struct seccomp_program tell = *p;
	struct err err = { 0 };
	uint32_t is, wanted = p->n ? interpret(p->code, p->n, data, NULL) : SECCOMP_RET_ALLOW;

	if (!check(traced_filter(&tell.code, &tell.n, &arena, &err) == 0, "%s", err.text))
		return;
	is = interpret(tell.code, tell.n, data, NULL);
	if (wanted == SECCOMP_RET_ALLOW || wanted == SECCOMP_RET_LOG)
		wanted = SECCOMP_RET_TRACE;
	if (data->nr == 435)
		wanted = SECCOMP_RET_ERRNO | ENOSYS;
	check(is == wanted, "arch %x number %d: %x, should be %x", data->arch, data->nr, is, wanted);
}

/* What a filter allows stops, what it refuses stays refused; there is no clone3. */
static void test_traced(void)
{
	struct seccomp_program p = compile(seccomp_default(0, &arena)), none = { 0 };
	struct seccomp_data data = { .arch = audit_arch[SYSCALLS_NATIVE] };

	for (data.nr = 0; data.nr < 600; data.nr++) {
		told(&p, &data);
		told(&none, &data);
	}
	told(&none, &(struct seccomp_data){ .arch = AUDIT_ARCH_I386, .nr = 5 });
	told(&p, &(struct seccomp_data){ .arch = AUDIT_ARCH_I386, .nr = 5 });
}

static void test_traced_full(void)
{
	struct sock_filter full[BPF_MAXINSNS] = { { 0 } };
	const struct sock_filter *code = full;
	size_t n = ARRAY_SIZE(full);
	struct err err = { 0 };

	check(traced_filter(&code, &n, &arena, &err) == -E2BIG && err.text[0], "a full program");
}

void test_recorded(void)
{
	test_small();
	test_always();
	test_order();
	test_wide();
	test_base();
	test_add();
	test_not_addable();
	test_odd();
	test_other_archs();
	test_traced();
	test_traced_full();
}
