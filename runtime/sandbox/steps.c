/* SPDX-License-Identifier: Apache-2.0
 *
 * The undo of each kind of outside step.
 */
#include "sandbox/steps.h"
#include "sandbox/cgroup.h"
#include "sandbox/live.h"
#include "util/fd.h"
#include "util/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>

/* A journal is a file, and a file may be damaged: only what crib itself would
 * have made is ever removed. */
static int undo_cgroup(const char *path, struct err *err)
{
	const char *name = strrchr(path, '/');

	if (path[0] != '/' || !name || !str_after(name, "/crib-") || strstr(path, "/../"))
		return err_set(err, EINVAL, "journal names %s, which is no cgroup of crib's", path);
	return cgroup_remove_outside(path, err);
}

/* The first process of a PID namespace takes all others with it. */
static int undo_process(const char *arg, struct err *err)
{
	auto_fd pidfd = -1;
	uint64_t start_time;
	int pid, rc;

	if (sscanf(arg, "%d %" SCNu64, &pid, &start_time) != 2 || pid < 2 || !start_time)
		return err_set(err, EINVAL, "journal names process \"%.64s\", which is none", arg);
	rc = live_open_outside(pid, &pidfd, err);
	/* held first and compared then: in between it cannot become another */
	if (rc == -ESRCH || (rc == 0 && process_start_time(pid) != start_time))
		return 0;
	TRY(rc);
	TRY(live_signal_outside(pidfd, SIGKILL, err));
	rc = live_await_outside(pidfd, 4, err);
	return rc == 0 ? err_set(err, EBUSY, "process %d does not end, though it was killed", pid) : rc < 0 ? rc : 0;
}

static int (*const undo[STEP_KINDS])(const char *arg, struct err *err) = {
	[STEP_CGROUP] = undo_cgroup,
	[STEP_PROCESS] = undo_process,
};

int step_undo_outside(const struct step *step, struct err *err)
{
	return undo[step->kind](step->arg, err);
}
