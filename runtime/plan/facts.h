/* SPDX-License-Identifier: Apache-2.0
 *
 * What plan needs to know of the host. Gathered by sandbox/facts.c at run time;
 * given by words ("uid=1000,cgroup=v2") for `crib plan --facts` and the tests.
 */
#ifndef CRIB_PLAN_FACTS_H
#define CRIB_PLAN_FACTS_H

#include "util/arena.h"
#include "util/err.h"
#include "util/values.h"

enum controller { CTRL_MEMORY, CTRL_PIDS, CTRL_CPU, CTRL_DEVICES, CTRL_COUNT };

extern const char *const controller_names[CTRL_COUNT];

struct controller_fact {
	int version;         /* 1 or 2; 0: not mounted or not available here */
	const char *parent;  /* absolute directory in which crib makes its cgroup */
	bool writable;       /* this user may make one there */
	bool enabled;        /* v2: on in the parent's cgroup.subtree_control */
};

struct device_fact { /* of the host, where a spec asks for it by its path */
	const char *path;
	char type;           /* 'b' or 'c' */
	uint32_t major, minor, mode;
};

struct facts {
	uint32_t uid, gid;        /* effective */
	unsigned kernel;          /* major * 1000 + minor: 6012 is 6.12 */
	bool privileged;          /* CAP_SYS_ADMIN here: all ids that are mapped here may be mapped on */
	uint64_t caps;            /* permitted here: the most that there can be in the host's user namespace */
	struct id_maps uid_maps, gid_maps; /* the ids that there are here; empty: all of them */
	bool may_program;         /* load programs of cgroups with bpf(2) */
	unsigned landlock;        /* version of its interface; 0: none */
	bool setgroups_denied;    /* in this user namespace, and so in those below it */
	struct id_maps subuids, subgids; /* granted in /etc/subuid and /etc/subgid: to crib where privileged, else to this user */
	const char *newuidmap, *newgidmap; /* the host's helpers for an ordinary user; NULL: none, or not needed */
	/* devices on version 2: a program is attached to the cgroup, and writable says that this user may do that too */
	struct controller_fact controllers[CTRL_COUNT];
	struct device_fact *devices;
	size_t n_devices;
	/* gathered only for a spec that asks for a label */
	bool apparmor;            /* is on */
	const char *selinux;      /* the label of crib itself; NULL: it is not on */
};

/* Words, comma separated, over *facts: uid= gid= kernel=6.12 privileged=0|1 caps=HEX landlock=N
 * subids=FIRST:COUNT newuidmap=0|1 cgroup=none|v1|v2|hybrid|mixed|delegated
 * device=c:10:229:/dev/fuse lsm=none|apparmor|selinux, in this order. */
int facts_parse(struct facts *facts, const char *words, struct arena *arena, struct err *err) MUST_CHECK;

#endif
