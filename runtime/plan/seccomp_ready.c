/* SPDX-License-Identifier: Apache-2.0
 *
 * The default profile for the default capabilities, compiled before. The list is what
 * `build/tests/seccomp ready` prints; run without a word, that program compares it with what
 * the table in seccomp_default.c compiles to.
 */
#include "plan/seccomp.h"

#include "model/caps.h"

#include <linux/filter.h>

#if defined(__x86_64__)
static const struct sock_filter ready[] = {
#include "plan/seccomp_ready_x86_64.h"
};
#endif

bool seccomp_ready(uint64_t caps, struct seccomp_program *program)
{
#if defined(__x86_64__)
	if (caps == caps_default) {
		*program = (struct seccomp_program){ .code = ready, .n = sizeof(ready) / sizeof(ready[0]) };
		return true;
	}
#endif
	(void)caps;
	(void)program;
	return false;
}
