/* SPDX-License-Identifier: Apache-2.0
 *
 * What the kernel says of a live sandbox's command: gathered by sandbox/live_facts.c out of
 * /proc, put into words by live_explain.c. The command may lie about nothing of it but names.
 */
#ifndef CRIB_PLAN_LIVE_H
#define CRIB_PLAN_LIVE_H

#include "util/explanation.h"
#include "util/values.h"

#include <sys/types.h>

struct live_mount { /* a line of mountinfo, proc_pid_mountinfo(5) */
	const char *root, *target, *options, *fs_type, *source;
};

enum { LIVE_NAMESPACES = 8 };
extern const char *const live_namespaces[LIVE_NAMESPACES]; /* as below /proc/PID/ns */

struct live_facts {
	pid_t pid;          /* of the command; of init where that cannot be told */
	uint32_t uid, gid;  /* as the host sees them */
	uint64_t inheritable, permitted, effective, bounding, ambient;
	bool no_new_privs;
	int seccomp;        /* SECCOMP_MODE_*; -1: the kernel does not say */
	int filters;        /* -1: the same */
	struct id_maps uid_maps, gid_maps;
	bool shared[LIVE_NAMESPACES], unknown[LIVE_NAMESPACES]; /* with who asks */
	const char *label;  /* of the security module; NULL: none */
	struct pairs limits; /* file and value */
	struct live_mount *mounts;
	size_t n_mounts;
};

/* Pure. */
void live_explain(const struct live_facts *facts, struct explanations *rows);

#endif
