/* SPDX-License-Identifier: Apache-2.0
 *
 * The undo of each kind of outside step.
 */
#include "sandbox/steps.h"
#include "sandbox/cgroup.h"

#include <errno.h>

/* A journal is a file, and a file may be damaged: only what crib itself would
 * have made is ever removed. */
static int undo_cgroup(const char *path, struct err *err)
{
	const char *name = strrchr(path, '/');

	if (path[0] != '/' || !name || !str_after(name, "/crib-") || strstr(path, "/../"))
		return err_set(err, EINVAL, "journal names %s, which is no cgroup of crib's", path);
	return cgroup_remove_outside(path, err);
}

static int (*const undo[STEP_KINDS])(const char *arg, struct err *err) = {
	[STEP_CGROUP] = undo_cgroup,
};

int step_undo_outside(const struct step *step, struct err *err)
{
	return undo[step->kind](step->arg, err);
}
