/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the doctor share; nobody else includes it.
 */
#ifndef CRIB_SANDBOX_DOCTOR_PARTS_H
#define CRIB_SANDBOX_DOCTOR_PARTS_H

#include "plan/facts.h"
#include "sandbox/doctor.h"

/* ---- trials: doctor_trial.c ---- */

enum { TRIAL_CODES = 32 };

struct trial { /* in memory that parent and child share */
	uint32_t uid, gid;       /* outside */
	int codes[TRIAL_CODES];  /* errno values by whatever the trial numbers; preset to TRIAL_NOT_REACHED */
	bool ended;              /* came to its end, was not killed */
};

enum { TRIAL_NOT_REACHED = -1 };

/* Runs inside() in a child born with these CLONE_NEW* flags. Gives 0, or the
 * errno of clone3. A child that does not end by itself is killed. */
int trial_run(struct trial *t, uint64_t clone_flags, void (*inside)(struct trial *t)) MUST_CHECK;

/* In the child: its user becomes root of its user namespace. 0 or errno. */
int trial_map_inside(const struct trial *t);

/* ---- the examination ---- */

struct doctor {
	struct arena *arena;
	struct finding **findings;
	size_t *n;
	struct trial *trial;
	struct facts facts;
	const char *state_root;
	bool proc;       /* is mounted */
	bool filtered;   /* this process is under a seccomp filter: we are in a container */
};

void doctor_add(struct doctor *d, enum finding_level level, const char *topic, const char *text, const char *fix);

/* The integer in a file below /proc/sys, or otherwise. */
int64_t doctor_sysctl(const struct doctor *d, const char *name, int64_t otherwise);

/* The command that sets a sysctl now and for good. */
const char *doctor_set_sysctl(struct doctor *d, const char *name, const char *value);

/* Each adds findings. Without clone3 (false) there is nothing to try further. */
bool doctor_system_calls(struct doctor *d); /* doctor_kernel.c */
void doctor_namespaces(struct doctor *d);
void doctor_file_systems(struct doctor *d); /* doctor_mounts.c */
void doctor_cgroups(struct doctor *d);      /* doctor_cgroups.c */
void doctor_ids(struct doctor *d);          /* doctor_ids.c */

#endif
