/* SPDX-License-Identifier: Apache-2.0
 *
 * The fence around PID 1 itself. What stays takes signals, reaps, forwards and
 * ends; should it ever be made to do more, from a bug or by who traces it, the kernel
 * kills it, and with it all of the sandbox. Whatever filter the command has or has not.
 */
#include "init.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ALLOW(call, rest) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, rest, 0)

void confine_self(void)
{
#ifdef NATIVE
	struct sock_filter code[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 0, 6),
		LOAD(nr),
		ALLOW(rt_sigtimedwait, 5),
		ALLOW(wait4, 4),
		ALLOW(kill, 3),
		ALLOW(rt_sigqueueinfo, 2),
		ALLOW(exit_group, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	/* a kernel without filters refuses those of the command too, where there is one; without
	 * one, PID 1 has no capability left and nothing open */
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
#endif
}
