/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan becomes a live sandbox. Functions whose names end in _outside run in
 * the caller; those in _inside run in the new process, in the container's view.
 *
 * Theory: the order of effects.
 *
 *   outside                                  inside
 *   cgroups with their limits exist
 *   mounts that only the creator may make
 *   clone3 (v2: into the cgroup)  ---------> born; joins v1 cgroups; waits for MAPPED
 *   uid_map, gid_map; MAPPED      ---------> becomes root of the user namespace
 *                                            unshares the cgroup namespace (must: it is in the right cgroup)
 *                                            mounts (must not yet: run anything of the image)
 *   NETWORK, with its namespace   ---------> joins it, mounts sysfs and the rest, pivots
 *   INIT, with its descriptor     ---------> host name, handoff
 *                                 <--------- READY, with the terminal if there is one
 *   devices of the cgroups confined
 *   START                         ---------> init waits at the gate, then executes the command
 *                                 <--------- end of file, or a report
 *
 * A failure inside ends the process, and the kernel takes back all that it had;
 * a failure outside is the caller's to undo (state/'s journal).
 */
#ifndef CRIB_SANDBOX_SANDBOX_H
#define CRIB_SANDBOX_SANDBOX_H

#include "plan/plan.h"
#include "util/fd.h"

struct sandbox {
	pid_t pid;
	int pidfd;
	int sync;      /* our end of the socket; readable: a message, or end of file */
	bool started;  /* the gate was opened for somebody */
};

struct sandbox_request {
	const struct plan *plan;
	int image;          /* directory: the image's root */
	const int *cgroups; /* by plan->cgroups; -1 where only defaults could not be had */
	int (*unpack)(int to, struct err *err); /* the image into a directory, as the user that runs; NULL: copy it */
	int (*born)(void *arg, pid_t pid, struct err *err); /* called once, before the process has its ids */
	void *born_arg;
	void (*warn)(const char *sentence); /* what could not be had as it should, and was not asked for */
	int streams[3];     /* what the command gets as 0, 1, 2; -1: the container's /dev/null */
	bool outlives;      /* does not die with its creator once the gate is open */
};

/* Whether the caller's own limits leave room for that; before anything is made. */
int sandbox_check_outside(const struct plan *plan, struct err *err) MUST_CHECK;

/* Clones and maps; the process goes on by itself to the gate. On failure nothing is left. */
int sandbox_spawn_outside(const struct sandbox_request *req, struct sandbox *sb, struct err *err) MUST_CHECK;

/* Opens the gate. It may be opened before the process has come to it. */
int sandbox_start_outside(struct sandbox *sb, struct err *err) MUST_CHECK;

enum sandbox_event {
	SANDBOX_READY,   /* *descriptor is the terminal's master */
	SANDBOX_TRACE,   /* *descriptor is the process id of the command, which waits to be traced (plan/traced.h): to be
	                    answered by another sandbox_start_outside */
	SANDBOX_RUNNING, /* the command was executed */
	SANDBOX_FAILED,  /* err says why; the process ends by itself */
};

/* Reads the next message of sb->sync (blocks until there is one). */
enum sandbox_event sandbox_event_outside(struct sandbox *sb, int *descriptor, struct err *err);

/* Kills it where it is still alive, reaps it, closes the descriptors. */
void sandbox_end_outside(struct sandbox *sb);

#endif
