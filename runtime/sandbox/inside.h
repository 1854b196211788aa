/* SPDX-License-Identifier: Apache-2.0
 *
 * What the new process does between its birth and init. Private to sandbox/.
 */
#ifndef CRIB_SANDBOX_INSIDE_H
#define CRIB_SANDBOX_INSIDE_H

#include "init/handoff.h"
#include "sandbox/sandbox.h"

struct inside {
	const struct sandbox_request *req;
	const struct plan *plan;
	int *sources;        /* by plan->ops: see sources.h */
	int sync;            /* the child's end */
	int image;           /* a detached mount of it, or with copy perhaps one that is to be the root; -1: none yet */
	bool copy;           /* the image cannot be used as it is */
	uint32_t user;       /* the command's */
	int root;            /* the container's root: an attached mount */
	int scratch;         /* the tmpfs behind the root: its writes, generated files, masks */
	int proc;            /* the container's procfs as it was mounted: below it nothing is mounted yet */
	int terminal_master, terminal;
	int fresh;           /* the last fresh mount */
	int ruleset;         /* Landlock's; -1: none */
	int blob, init;      /* what init reads, and init itself */
};

/* Does not return: executes init or reports and exits. */
_Noreturn void child_inside(struct inside *in);

int root_inside(struct inside *in, const struct op *op, struct err *err) MUST_CHECK;       /* root.c */
int ops_inside(struct inside *in, struct err *err) MUST_CHECK;                             /* ops.c */
int pivot_inside(int root, bool own_users, struct err *err) MUST_CHECK;                                    /* root.c */
int handoff_inside(struct inside *in, struct err *err) MUST_CHECK;                         /* handoff.c */

int join_v1_cgroups(const struct sandbox_request *req, struct err *err) MUST_CHECK;        /* child.c */

/* Bounds the files of a writable layer: of what a file takes, the least is no byte of its size, but the
 * kernel's memory. */
static inline int64_t layer_inodes(const struct plan *plan)
{
	enum { BYTES_PER_INODE = 1024, INODES_MIN = 1024 };

	return plan->writable_bytes / BYTES_PER_INODE + INODES_MIN;
}

/* The cgroup to be born in, or -1. */
int cgroup_v2(const struct sandbox_request *req);                                          /* spawn.c */

/* landlock.c: all do nothing where the plan has none */
int landlock_open_inside(struct inside *in, struct err *err) MUST_CHECK;
int landlock_allow_inside(struct inside *in, const struct op *op, int fd, struct err *err) MUST_CHECK;
int landlock_streams_inside(struct inside *in, const int streams[3], struct err *err) MUST_CHECK;

/* init in a sealed memfd. */
int init_make(struct err *err) MUST_CHECK;                                                 /* handoff.c */

struct user { /* who the command is, from the container's own files */
	uint32_t uid, gid;
	uint32_t groups[64];
	uint32_t n_groups;
	char home[256];
};

int user_inside(int root, const struct process_plan *p, struct user *user, struct err *err) MUST_CHECK; /* user.c */

#endif
