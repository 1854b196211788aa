/* SPDX-License-Identifier: Apache-2.0
 *
 * crib's own profile: that every call was judged, and what it says.
 */
#include "test.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define CAP(name) (UINT64_C(1) << CAP_##name)

static const uint64_t usual = CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) | CAP(KILL) | CAP(NET_BIND_SERVICE) |
			      CAP(SETFCAP) | CAP(SETGID) | CAP(SETPCAP) | CAP(SETUID) | CAP(SYS_CHROOT);
static struct seccomp_program program;

#define CALL(nr, ...) ask(AUDIT_ARCH_X86_64, nr, (const uint64_t[6]){ __VA_ARGS__ })

static uint32_t ask(uint32_t arch, int nr, const uint64_t *args)
{
	struct seccomp_data data = { .nr = nr, .arch = arch };

	memcpy(data.args, args, sizeof(data.args));
	return interpret(program.code, program.n, &data, NULL);
}

enum { SYSCALL_NUMBERS = 601 };
enum { ALLOWED = (int)SECCOMP_RET_ALLOW };
#define REFUSED(errno) (SECCOMP_RET_ERRNO | (errno))

static void with(uint64_t caps)
{
	program = compile(seccomp_default(caps, &arena));
}

/* How many rows, or calls decided by arguments, name it. */
static unsigned judged(const struct seccomp_spec *spec, const char *name)
{
	unsigned plain = 0, by_argument = 0;

	for (size_t i = 0; i < spec->n_rules; i++)
		for (size_t k = 0; k < spec->rules[i].names.n; k++)
			if (str_eq(spec->rules[i].names.v[k], name)) {
				if (spec->rules[i].names.n == 1 && i && str_eq(spec->rules[i - 1].names.v[0], name))
					by_argument = 1;
				else
					plain++;
			}
	return plain ? plain : by_argument;
}

/* Every call of this architecture is judged, once; and no row names what is no call. */
static void test_complete(void)
{
	const struct seccomp_spec *spec = seccomp_default(0, &arena);
	size_t n;
	const struct syscall *all = syscalls(&n);

	for (size_t i = 0; i < n; i++)
		if (syscall_number(&all[i], SYSCALLS_NATIVE) >= 0)
			check(judged(spec, all[i].name) == 1, "%s is judged %u times", all[i].name,
			      judged(spec, all[i].name));
	with(0);
	check(program.unknown.n == 0, "%s is no call", program.unknown.n ? program.unknown.v[0] : "");
	check(program.n < 160, "%zu instructions", program.n);
}

/* Every number of every architecture is as the profile says. */
static void test_numbers(void)
{
	static const uint64_t sets[] = { 0, usual, ~UINT64_C(0) };

	for (size_t s = 0; s < ARRAY_SIZE(sets); s++) {
		const struct seccomp_spec *spec = seccomp_default(sets[s], &arena);

		with(sets[s]);
		for (int arch = 0; arch < SYSCALLS_ARCHS; arch++)
			for (int nr = -1; nr < 700; nr++) {
				struct seccomp_data data = { .nr = nr, .arch = audit_arch[arch] };
				uint32_t is, wanted;

				if (arch == SYSCALLS_X32)
					data.nr |= SYSCALL_X32_BIT;
				is = interpret(program.code, program.n, &data, NULL);
				wanted = evaluate(spec, &data);
				check(is == wanted, "arch %d number %d: %x, should be %x", arch, nr, is, wanted);
			}
	}
}

/* Foreign ways in are killed; what is not known is not there. */
static void test_ways_in(void)
{
	static const uint64_t none[6];

	with(usual);
	check(ask(AUDIT_ARCH_I386, SYS_getpid, none) == SECCOMP_RET_KILL_PROCESS, "int 0x80");
	check(ask(AUDIT_ARCH_X86_64, SYS_getpid | SYSCALL_X32_BIT, none) == SECCOMP_RET_KILL_PROCESS, "x32");
	check(ask(AUDIT_ARCH_AARCH64, 172, none) == SECCOMP_RET_KILL_PROCESS, "another machine's");
	check(CALL(473) == REFUSED(ENOSYS) && CALL(400) == REFUSED(ENOSYS) && CALL(0x3fffffff) == REFUSED(ENOSYS),
	      "numbers that are not known");
	check(CALL(-1) == REFUSED(ENOSYS), "a tracer's -1 is not killed");
	check(CALL(SYS_clone3) == REFUSED(ENOSYS), "clone3 sends libc to clone");
}

static void test_namespaces(void)
{
	static const unsigned kinds[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
					  CLONE_NEWNET };

	with(usual);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		check(CALL(SYS_clone, kinds[i] | 17) == REFUSED(EPERM), "clone %x", kinds[i]);
		check(CALL(SYS_unshare, kinds[i] | CLONE_FS) == REFUSED(EPERM), "unshare %x", kinds[i]);
	}
	check(CALL(SYS_unshare, 0x80) == REFUSED(EPERM), "a time namespace");
	check(CALL(SYS_unshare, 0x100000) == REFUSED(EPERM), "UNSHARE_EMPTY_MNTNS");
	check(CALL(SYS_unshare, UINT64_C(1) << 37) == REFUSED(EPERM), "high bits of unshare");
	check(CALL(SYS_unshare, CLONE_FS | CLONE_FILES) == ALLOWED, "unshare without namespaces");
	check(CALL(SYS_clone, 0x3d0f00) == ALLOWED && CALL(SYS_clone, 17) == ALLOWED, "threads and fork");
	check(CALL(SYS_setns, 3, 0) == REFUSED(EPERM) && CALL(SYS_mount) == REFUSED(EPERM), "setns, mount");
	with(usual | CAP(SYS_ADMIN));
	check(CALL(SYS_clone, CLONE_NEWUSER) == ALLOWED && CALL(SYS_unshare, CLONE_NEWNS) == ALLOWED, "with SYS_ADMIN");
	check(CALL(SYS_clone3) == ALLOWED && CALL(SYS_setns) == ALLOWED && CALL(SYS_mount) == ALLOWED, "with SYS_ADMIN");
}

static void test_sockets(void)
{
	static const uint64_t garbage = UINT64_C(0xdead) << 32;

	with(usual);
	for (unsigned family = 0; family < 64; family++) {
		bool wanted = family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;

		check(CALL(SYS_socket, family, 1, 0) == (wanted ? (uint32_t)ALLOWED : REFUSED(EAFNOSUPPORT)), "family %u", family);
		check(CALL(SYS_socket, family | garbage, 1, garbage) == (wanted ? (uint32_t)ALLOWED : REFUSED(EAFNOSUPPORT)),
		      "family %u, with more in the register than an int", family);
		check(CALL(SYS_socketpair, family, 1, 0) == (family == 1 ? (uint32_t)ALLOWED : REFUSED(EAFNOSUPPORT)),
		      "a pair of family %u", family);
	}
	for (unsigned protocol = 1; protocol < 32; protocol++)
		check(CALL(SYS_socket, AF_NETLINK, 3, protocol) == REFUSED(EAFNOSUPPORT), "netlink protocol %u", protocol);
	with(usual | CAP(NET_ADMIN));
	check(CALL(SYS_socket, AF_NETLINK, 3, 12) == ALLOWED && CALL(SYS_socket, 38, 5, 0) == REFUSED(EAFNOSUPPORT),
	      "with NET_ADMIN");
	with(usual | CAP(NET_RAW));
	check(CALL(SYS_socket, AF_PACKET, 3, 0) == ALLOWED, "with NET_RAW");
	with(usual | CAP(AUDIT_WRITE));
	check(CALL(SYS_socket, AF_NETLINK, 3, 9) == ALLOWED && CALL(SYS_socket, AF_NETLINK, 3, 6) == REFUSED(EAFNOSUPPORT),
	      "with AUDIT_WRITE");
}

static void test_arguments(void)
{
	static const uint32_t personalities[] = { 0, 8, 0x20000, 0x20008, 0xffffffff };
	static const uint64_t high = UINT64_C(1) << 32;

	with(usual);
	check(CALL(SYS_ioctl, 0, TIOCSTI) == REFUSED(EPERM) && CALL(SYS_ioctl, 0, TIOCSTI | high) == REFUSED(EPERM),
	      "TIOCSTI, with and without high bits");
	check(CALL(SYS_ioctl, 0, TIOCLINUX) == REFUSED(EPERM) && CALL(SYS_ioctl, 0, TIOCLINUX | high << 31) == REFUSED(EPERM),
	      "TIOCLINUX, with and without high bits");
	check(CALL(SYS_ioctl, 0, TCGETS) == ALLOWED && CALL(SYS_ioctl, 0, UINT64_MAX) == ALLOWED, "other ioctls");
	for (size_t i = 0; i < ARRAY_SIZE(personalities); i++)
		check(CALL(SYS_personality, personalities[i]) == ALLOWED &&
		      CALL(SYS_personality, personalities[i] | high) == ALLOWED, "personality %x", personalities[i]);
	check(CALL(SYS_personality, 0x0040000) == REFUSED(EPERM) && CALL(SYS_personality, 1) == REFUSED(EPERM),
	      "ADDR_NO_RANDOMIZE and other systems");
}

/* The calls that programs make all the time are decided by number alone, so that the kernel remembers them. */
static void test_bitmap(void)
{
	static const int common[] = { SYS_read, SYS_write, SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat, SYS_mmap, SYS_mprotect,
				      SYS_munmap, SYS_brk, SYS_futex, SYS_epoll_wait, SYS_poll, SYS_sendto, SYS_recvfrom,
				      SYS_getpid, SYS_clock_nanosleep, SYS_rt_sigprocmask, SYS_execve, SYS_wait4, SYS_pread64 };
	unsigned most = 0, steps;

	with(usual);
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		check(constant_allow(program.code, program.n, AUDIT_ARCH_X86_64, common[i]), "%d is not constant", common[i]);
	check(!constant_allow(program.code, program.n, AUDIT_ARCH_X86_64, SYS_ioctl), "ioctl is not");
	for (int nr = 0; nr < 500; nr++) {
		struct seccomp_data data = { .nr = nr, .arch = AUDIT_ARCH_X86_64 };

		steps = 0;
		interpret(program.code, program.n, &data, &steps);
		if (steps > most)
			most = steps;
	}
	check(most <= 18, "a call takes %u instructions", most);
}

/* The published list (tests/suites/seccomp.refused) is what is refused, no more and no less. */
static void test_published(void)
{
	FILE *f = fopen("tests/suites/seccomp.refused", "re");
	uint32_t published[SYSCALL_NUMBERS] = { 0 };
	char line[256], name[64];
	unsigned nr, error;

	if (!f) {
		skip("not run at the top of the source: the published list is not there");
		return;
	}
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %u %63s", &nr, &error, name) == 3 && nr < SYSCALL_NUMBERS) {
			const char *known = syscall_name(SYSCALLS_X86_64, (int)nr);

			check(known && str_eq(known, name), "%u is %s, published as %s", nr, known ? known : "none", name);
			published[nr] = error;
		}
	fclose(f);
	with(usual);
	for (nr = 0; nr < SYSCALL_NUMBERS; nr++) {
		uint32_t said = CALL((int)nr, -1, -1, -1, -1, -1, -1);

		if (syscall_name(SYSCALLS_X86_64, (int)nr))
			check(said == (published[nr] ? REFUSED(published[nr]) : (uint32_t)ALLOWED), "%u: %x, published %u", nr,
			      said, published[nr]);
		else
			check(said == REFUSED(ENOSYS) && !published[nr], "%u: %x", nr, said);
	}
}

void test_default(void)
{
	test_published();
	test_complete();
	test_numbers();
	test_ways_in();
	test_namespaces();
	test_sockets();
	test_arguments();
	test_bitmap();
}
