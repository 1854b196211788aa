/* SPDX-License-Identifier: Apache-2.0
 *
 * Landlock's system calls and numbers (landlock(7), <linux/landlock.h>), with the
 * version of its interface that brought them; Linux 6.1's headers know two.
 */
#ifndef CRIB_UTIL_LANDLOCK_H
#define CRIB_UTIL_LANDLOCK_H

#include "util/base.h"

#include <sys/syscall.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444 /* 5.13, as the two below */
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define LL_EXECUTE (1ull << 0)
#define LL_WRITE_FILE (1ull << 1)
#define LL_READ_FILE (1ull << 2)
#define LL_READ_DIR (1ull << 3)
#define LL_REMOVE_DIR (1ull << 4)
#define LL_REMOVE_FILE (1ull << 5)
#define LL_MAKE_CHAR (1ull << 6)
#define LL_MAKE_DIR (1ull << 7)
#define LL_MAKE_REG (1ull << 8)
#define LL_MAKE_SOCK (1ull << 9)
#define LL_MAKE_FIFO (1ull << 10)
#define LL_MAKE_BLOCK (1ull << 11)
#define LL_MAKE_SYM (1ull << 12)
#define LL_REFER (1ull << 13)        /* version 2, Linux 5.19: to rename and link across directories */
#define LL_TRUNCATE (1ull << 14)     /* version 3, 6.2 */
#define LL_IOCTL_DEV (1ull << 15)    /* version 5, 6.10 */
#define LL_RESOLVE_UNIX (1ull << 16) /* version 9, 7.1: to connect to a socket by its path */

/* What is left of rights for something that is no directory. */
#define LL_OF_FILE (LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE | LL_IOCTL_DEV | LL_RESOLVE_UNIX)

#define LL_BIND_TCP (1ull << 0) /* version 4, 6.7 */
#define LL_CONNECT_TCP (1ull << 1)

#define LL_SCOPE_ABSTRACT (1ull << 0) /* version 6, 6.12: no abstract socket of outside */
#define LL_SCOPE_SIGNAL (1ull << 1)

struct ll_ruleset { /* struct landlock_ruleset_attr of version 6 */
	uint64_t fs, net, scoped;
};

struct ll_path { /* struct landlock_path_beneath_attr */
	uint64_t access;
	int32_t parent;
} __attribute__((packed));

struct ll_port { /* struct landlock_net_port_attr */
	uint64_t access, port;
};

enum { LL_RULE_PATH = 1, LL_RULE_PORT = 2 };

/* Version of the interface; a negative number where there is none. */
static inline int ll_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1u);
}

/* Kernels of an older version take the structure when what they do not know of it is zero. */
static inline int ll_create(const struct ll_ruleset *ruleset)
{
	return (int)syscall(SYS_landlock_create_ruleset, ruleset, sizeof(*ruleset), 0u);
}

static inline int ll_allow(int ruleset, int rule, const void *what)
{
	return (int)syscall(SYS_landlock_add_rule, ruleset, rule, what, 0u);
}

#endif
