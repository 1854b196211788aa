/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of lifecycle share; nobody else includes it.
 */
#ifndef CRIB_LIFECYCLE_PARTS_H
#define CRIB_LIFECYCLE_PARTS_H

#include "lifecycle.h"
#include "plan/plan.h"
#include "sandbox/sandbox.h"
#include "state/ids.h"
#include "state/record.h"
#include "state/state.h"
#include "supervise/attach.h"
#include "supervise/recorder.h"

struct life { /* of one sandbox, from its name to its end */
	const struct lifecycle *lc;
	const struct spec *spec;
	struct plan plan;
	struct state state;
	struct claim claim;
	struct ids ids;
	int image;
	int *cgroups;  /* by plan.cgroups */
	struct sandbox sandbox;
	struct attach attach;
	const char *id;
	int64_t oom_kills; /* seen so far */
	struct recorder *recorder; /* of crib profile, else NULL */
};

const char *life_new_id(struct arena *arena);
int life_plan(const struct lifecycle *lc, const struct spec *spec, const char *id, struct plan *plan, struct err *err)
	MUST_CHECK;
int life_open_image(struct life *l, struct err *err) MUST_CHECK;

int life_take_ids(struct life *l, struct err *err) MUST_CHECK;

/* Everything outside that outlives a process, each step written down before it is done. */
int life_do_steps(struct life *l, struct err *err) MUST_CHECK;

/* Births it; the gate stays closed. outlives: it does not die with us once that is open. */
int life_spawn(struct life *l, const int streams[3], bool outlives, struct err *err) MUST_CHECK;

/* Debris of others is cleared while the new sandbox is starting: it costs no start. */
void life_recover_others(struct life *l);

/* What is remembered of it, but for its processes. */
void life_record(const struct life *l, struct record *r);
struct record_process life_process(pid_t pid);

#endif
