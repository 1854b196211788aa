/* SPDX-License-Identifier: Apache-2.0
 *
 * Beside libseccomp, where it is installed: the same profiles, given to it as runc
 * gives them, and every number and a grid of arguments asked of both programs.
 * Profiles: a few here, podman's where it is installed, and those of CRIB_SECCOMP_PROFILES.
 */
#include "test.h"

#include "front/seccomp_file.h"

#include <dlfcn.h>
#include <sys/mman.h>

struct condition { /* struct scmp_arg_cmp */
	unsigned arg, op;
	uint64_t a, b;
};

static struct {
	void *(*init)(uint32_t);
	void (*release)(void *);
	int (*arch_add)(void *, uint32_t);
	int (*resolve)(const char *);
	int (*resolve_arch)(uint32_t, const char *);
	int (*rule_add)(void *, uint32_t, int, unsigned, const struct condition *);
	int (*export_bpf)(void *, int);
} lib;

static bool load(void)
{
	void *so = dlopen("libseccomp.so.2", RTLD_NOW);
	const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{ "seccomp_init", &lib.init }, { "seccomp_release", &lib.release }, { "seccomp_arch_add", &lib.arch_add },
		{ "seccomp_syscall_resolve_name", &lib.resolve },
		{ "seccomp_syscall_resolve_name_arch", &lib.resolve_arch },
		{ "seccomp_rule_add_array", &lib.rule_add }, { "seccomp_export_bpf", &lib.export_bpf },
	};

	for (size_t i = 0; so && i < ARRAY_SIZE(symbols); i++) {
		void *symbol = dlsym(so, symbols[i].name);

		if (!symbol)
			return false;
		memcpy(symbols[i].to, &symbol, sizeof(symbol));
	}
	return so;
}

static uint32_t action_of(enum seccomp_action action, uint32_t data)
{
	static const uint32_t actions[SECCOMP_SPEC_ACTIONS] = {
		[SECCOMP_SPEC_KILL_PROCESS] = 0x80000000, [SECCOMP_SPEC_KILL_THREAD] = 0, [SECCOMP_SPEC_TRAP] = 0x30000,
		[SECCOMP_SPEC_ERRNO] = 0x50000, [SECCOMP_SPEC_TRACE] = 0x7ff00000, [SECCOMP_SPEC_LOG] = 0x7ffc0000,
		[SECCOMP_SPEC_ALLOW] = 0x7fff0000,
	};

	return actions[action] | (action == SECCOMP_SPEC_ERRNO || action == SECCOMP_SPEC_TRACE ? data : 0);
}

static void give_rule(void *ctx, const struct seccomp_rule *rule, int number)
{
	uint32_t action = action_of(rule->action, rule->errno_ret);
	struct condition conditions[16];
	bool twice = false;

	for (size_t i = 0; i < rule->n_args && i < ARRAY_SIZE(conditions); i++) {
		const struct seccomp_arg *arg = &rule->args[i];

		conditions[i] = (struct condition){ arg->index, arg->op + 1, arg->value, arg->value_two };
		for (size_t k = 0; k < i; k++)
			twice |= arg->index == rule->args[k].index;
	}
	if (!twice)
		lib.rule_add(ctx, action, number, (unsigned)rule->n_args, conditions);
	for (size_t i = 0; twice && i < rule->n_args; i++)
		lib.rule_add(ctx, action, number, 1, &conditions[i]);
}

/* What runc does: names that are not known and rules that say the default are passed over. */
static size_t by_libseccomp(const struct seccomp_spec *spec, struct sock_filter *code)
{
	uint32_t otherwise = action_of(spec->default_action, spec->default_errno);
	void *ctx = lib.init(otherwise);
	int fd = memfd_create("bpf", MFD_CLOEXEC);
	ssize_t n;

	for (int arch = 0; arch <= SYSCALLS_X32; arch++)
		if (spec->archs & 1u << arch)
			lib.arch_add(ctx, arch == SYSCALLS_X32 ? AUDIT_ARCH_X86_64 & ~(uint32_t)__AUDIT_ARCH_64BIT :
								 audit_arch[arch]);
	for (size_t i = 0; i < spec->n_rules; i++)
		for (size_t k = 0; k < spec->rules[i].names.n; k++) {
			int number = lib.resolve(spec->rules[i].names.v[k]);

			if (number != -1 && action_of(spec->rules[i].action, spec->rules[i].errno_ret) != otherwise)
				give_rule(ctx, &spec->rules[i], number);
		}
	check(lib.export_bpf(ctx, fd) == 0, "libseccomp gives no program");
	n = pread(fd, code, BPF_MAXINSNS * sizeof(*code), 0);
	close(fd);
	lib.release(ctx);
	return n < 0 ? 0 : (size_t)n / sizeof(*code);
}

/* What the profile compares with, and their neighbours. */
static size_t grid_of(const struct seccomp_spec *spec, uint64_t *grid, size_t room)
{
	static const uint64_t always[] = { 0, 1, 2, 16, 38, 40, 0x10000000, 0x7e020000, 0xffffffff, 0x100000000, 0x100000001,
					   UINT64_MAX };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		grid[n++] = always[i];
	for (size_t i = 0; i < spec->n_rules; i++)
		for (size_t k = 0; k < spec->rules[i].n_args && n + 3 < room; k++) {
			grid[n++] = spec->rules[i].args[k].value;
			grid[n++] = spec->rules[i].args[k].value + 1;
			grid[n++] = spec->rules[i].args[k].value - 1;
		}
	return n;
}

static bool decided_by_argument(const struct seccomp_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->n_rules; i++)
		for (size_t k = 0; spec->rules[i].n_args && k < spec->rules[i].names.n; k++)
			if (str_eq(spec->rules[i].names.v[k], name))
				return true;
	return false;
}

static unsigned newest_of(const struct seccomp_spec *spec, int arch)
{
	int newest = 0;

	for (size_t i = 0; i < spec->n_rules; i++)
		for (size_t k = 0; k < spec->rules[i].names.n; k++) {
			const char *name = spec->rules[i].names.v[k];
			const struct syscall *call = syscall_find(name, strlen(name));

			if (call && syscall_number(call, arch) > newest && syscall_number(call, arch) < 1024)
				newest = syscall_number(call, arch);
		}
	return (unsigned)newest;
}

static void compare(const char *what, const struct seccomp_spec *spec)
{
	static struct sock_filter theirs[BPF_MAXINSNS];
	const struct seccomp_program ours = compile(spec);
	size_t n = by_libseccomp(spec, theirs), n_grid, differ = 0;
	unsigned long steps_ours = 0, steps_theirs = 0, calls = 0;
	uint64_t grid[400];

	n_grid = grid_of(spec, grid, ARRAY_SIZE(grid));
	for (int arch = 0; arch <= SYSCALLS_X32; arch++)
		for (unsigned nr = 0; nr <= newest_of(spec, arch); nr++) {
			const char *name = syscall_name(arch, (int)nr);
			uint32_t token = arch == SYSCALLS_X32 ? 0x4000003e : audit_arch[arch];
			bool arguments = name && decided_by_argument(spec, name);

			/* numbers that this libseccomp has no name for: it knows nothing of them */
			if (name && lib.resolve_arch(token, name) < 0)
				continue;
			for (size_t i = 0; i < (arguments ? n_grid * n_grid : 1); i++) {
				struct seccomp_data data = {
					.nr = (int)(nr | (arch == SYSCALLS_X32 ? (unsigned)SYSCALL_X32_BIT : 0)),
					.arch = audit_arch[arch],
					.args = { grid[i % n_grid], grid[i / n_grid], grid[i / n_grid] },
				};
				unsigned s[2] = { 0, 0 };
				uint32_t a = interpret(ours.code, ours.n, &data, &s[0]);
				uint32_t b = interpret(theirs, n, &data, &s[1]);

				/* libseccomp looks at 32 bits there; on x32 the kernel does not, and neither do we */
				if (arch != SYSCALLS_X86_64 && (data.args[0] | data.args[1]) >> 32)
					continue;
				if (a == 0x80000000 && b == 0)
					b = a; /* of other architectures: we kill the process, it the thread */
				if (a != b && differ++ < 5)
					check(false, "%s: arch %d %s(%llx, %llx): %x, libseccomp says %x", what, arch,
					      name ? name : "?", (unsigned long long)data.args[0],
					      (unsigned long long)data.args[1], a, b);
				if (arch == SYSCALLS_NATIVE && i == 0) {
					steps_ours += s[0];
					steps_theirs += s[1];
					calls++;
				}
			}
		}
	check(differ == 0, "%s: %zu calls are decided otherwise", what, differ);
	printf("%s: %zu instructions, libseccomp %zu; a call walks %lu.%lu, libseccomp %lu.%lu\n", what, ours.n, n,
	       steps_ours / calls, steps_ours * 10 / calls % 10, steps_theirs / calls, steps_theirs * 10 / calls % 10);
}

static void compare_json(const char *what, const char *text)
{
	const struct seccomp_host host = { 0xa80425fb, 6012 }; /* docker's capabilities */
	const struct seccomp_spec *spec;
	struct err err = { 0 };

	if (check(seccomp_json_parse(&arena, text, strlen(text), &host, &spec, &err) == 0, "%s: %s", what, err.text))
		compare(what, spec);
}

static void compare_file(const char *path)
{
	const struct seccomp_spec *spec;
	struct err err = { 0 };

	if (check(seccomp_file_read(&arena, path, 0xa80425fb, &spec, &err) == 0, "%s", err.text))
		compare(path, spec);
}

/* In the shape of docker's: an allowlist, groups with arguments, two ways in besides the native one. */
static const char shaped[] =
	"{ \"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1,"
	" \"archMap\": [ { \"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\": [ \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\" ] } ],"
	" \"syscalls\": ["
	" { \"names\": [ \"read\", \"write\", \"openat\", \"futex\", \"futex_time64\", \"mmap2\", \"mmap\", \"socketcall\", \"ipc\","
	"   \"shmget\", \"bind\", \"execve\", \"ioctl\", \"close\", \"no_such_call\", \"wait4\", \"waitpid\", \"recvmsg\" ],"
	"   \"action\": \"SCMP_ACT_ALLOW\" },"
	" { \"names\": [ \"socket\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 0, \"value\": 40, \"op\": \"SCMP_CMP_NE\" } ] },"
	" { \"names\": [ \"personality\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 0, \"value\": 0, \"op\": \"SCMP_CMP_EQ\" } ] },"
	" { \"names\": [ \"personality\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\" } ] },"
	" { \"names\": [ \"personality\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 0, \"value\": 4294967295, \"op\": \"SCMP_CMP_EQ\" } ] },"
	" { \"names\": [ \"clone\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 0, \"value\": 2114060288, \"valueTwo\": 0, \"op\": \"SCMP_CMP_MASKED_EQ\" } ] },"
	" { \"names\": [ \"clone3\" ], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38 },"
	" { \"names\": [ \"kill\" ], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [ { \"index\": 1, \"value\": 9, \"op\": \"SCMP_CMP_LT\" }, { \"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_GT\" } ] },"
	" { \"names\": [ \"tkill\" ], \"action\": \"SCMP_ACT_KILL\", \"args\": [ { \"index\": 1, \"value\": 9, \"op\": \"SCMP_CMP_EQ\" }, { \"index\": 1, \"value\": 15, \"op\": \"SCMP_CMP_EQ\" } ] },"
	" { \"names\": [ \"mount\", \"umount2\" ], \"action\": \"SCMP_ACT_LOG\" },"
	" { \"names\": [ \"ptrace\" ], \"action\": \"SCMP_ACT_TRAP\" } ] }";

static const char denylist[] =
	"{ \"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [ \"SCMP_ARCH_X86_64\" ], \"syscalls\": ["
	" { \"names\": [ \"mount\", \"keyctl\" ], \"action\": \"SCMP_ACT_ERRNO\" },"
	" { \"names\": [ \"socket\" ], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 97, \"args\": [ { \"index\": 0, \"value\": 38, \"op\": \"SCMP_CMP_EQ\" } ] } ] }";

void test_libseccomp(void)
{
	const char *files = getenv("CRIB_SECCOMP_PROFILES"), *podman = "/usr/share/containers/seccomp.json";

	if (!load()) {
		skip("libseccomp is not installed: profiles are not compared with it");
		return;
	}
	compare_json("an allowlist", shaped);
	compare_json("a denylist", denylist);
	if (access(podman, R_OK) == 0)
		compare_file(podman);
	else
		skip("podman's profile is not installed: it is not compared with libseccomp");
	while (files && *files) {
		size_t n = strcspn(files, ":");

		compare_file(arena_strndup(&arena, files, n));
		files += n + (files[n] == ':');
	}
}
