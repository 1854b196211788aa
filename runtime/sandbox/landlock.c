/* SPDX-License-Identifier: Apache-2.0
 *
 * The Landlock ruleset of a plan, made while the file system is built: a rule is put
 * on what an operation has just mounted, by its descriptor, so that no path is walked a
 * second time. init enforces it as one of its last steps.
 */
#include "sandbox/inside.h"
#include "util/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int allow_ports(int ruleset, uint64_t access, const struct ports *ports, struct err *err)
{
	for (size_t i = 0; i < ports->n; i++) {
		const struct ll_port rule = { access, ports->v[i] };

		if (ll_allow(ruleset, LL_RULE_PORT, &rule) < 0)
			return err_sys(err, errno, "Landlock: TCP port %u", ports->v[i]);
	}
	return 0;
}

int landlock_open_inside(struct inside *in, struct err *err)
{
	const struct landlock_plan *l = &in->plan->landlock;
	const struct ll_ruleset ruleset = { l->fs, l->net, l->scoped };

	if (!l->version)
		return 0;
	in->ruleset = ll_create(&ruleset);
	if (in->ruleset < 0)
		return err_sys(err, errno, "Landlock ruleset");
	TRY(allow_ports(in->ruleset, LL_BIND_TCP, &l->bind, err));
	return allow_ports(in->ruleset, LL_CONNECT_TCP, &l->connect, err);
}

int landlock_allow_inside(struct inside *in, const struct op *op, int fd, struct err *err)
{
	struct ll_path rule = { op->access, fd };
	struct stat st;

	if (in->ruleset < 0 || !op->access)
		return 0;
	if (op->kind != OP_ROOT && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.access &= LL_OF_FILE;
	if (rule.access && ll_allow(in->ruleset, LL_RULE_PATH, &rule) < 0)
		return err_sys(err, errno, "Landlock rule for %s", op->target);
	return 0;
}

/* What a stream was opened for may be had by opening it once more, by the name of
 * /dev/stdout or below /proc/self/fd, and no more than that. */
int landlock_streams_inside(struct inside *in, const int streams[3], struct err *err)
{
	for (int i = 0; in->ruleset >= 0 && i < 3; i++) {
		int flags = fcntl(streams[i], F_GETFL);
		struct ll_path rule = { 0, streams[i] };
		struct stat st;

		if (flags < 0 || fstat(streams[i], &st) < 0 || S_ISDIR(st.st_mode) || S_ISSOCK(st.st_mode))
			continue;
		rule.access = (flags & O_ACCMODE) == O_WRONLY ? 0 : LL_READ_FILE;
		rule.access |= (flags & O_ACCMODE) == O_RDONLY ? 0 : LL_WRITE_FILE | LL_TRUNCATE;
		rule.access |= LL_IOCTL_DEV;
		rule.access &= in->plan->landlock.fs;
		/* what has no place in a file system, as a pipe, needs no rule, and can have none */
		if (ll_allow(in->ruleset, LL_RULE_PATH, &rule) < 0 && errno != EBADFD)
			return err_sys(err, errno, "Landlock rule for standard stream %d", i);
	}
	return 0;
}
