/* SPDX-License-Identifier: Apache-2.0
 *
 * The signal mask and dispositions, by raw system calls: libc hides the real-time
 * signals that it keeps for itself (32 to 34), and the command's are not libc's.
 */
#include "init.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static void set_mask(uint64_t mask)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

void signals_block(void)
{
	set_mask(~(uint64_t)0);
}

void signals_unblock(void)
{
	set_mask(0);
}

/* An ignored signal stays ignored through execve, and an ignored SIGCHLD would
 * take the command's exit status away from us. */
void signals_reset(void)
{
	static const uint64_t by_default[4]; /* the kernel's struct sigaction: SIG_DFL, no flags, no mask */

	for (int sig = 1; sig <= 64; sig++)
		syscall(SYS_rt_sigaction, sig, by_default, NULL, sizeof(uint64_t));
}
