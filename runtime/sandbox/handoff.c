/* SPDX-License-Identifier: Apache-2.0
 *
 * The orders for init: one blob in a memfd, and init itself in a sealed one, so
 * that no path or descriptor of the host's crib is ever visible in the
 * container (CVE-2019-5736).
 */
#include "sandbox/inside.h"
#include "util/embed.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/memfd.h>
#include <sys/mman.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u /* Linux 6.3 */
#endif

struct blob {
	char *data;
	size_t n, cap;
};

/* Room for n bytes, aligned; gives its offset. Sized before: never fails. */
static uint64_t blob_room(struct blob *b, size_t n)
{
	size_t at = (b->n + 7) & ~(size_t)7;

	b->n = at + n;
	return at;
}

static uint64_t blob_bytes(struct blob *b, const void *data, size_t n)
{
	uint64_t at = blob_room(b, n);

	if (n) /* without there may be no data either */
		memcpy(b->data + at, data, n);
	return at;
}

static uint64_t blob_str(struct blob *b, const char *s)
{
	return blob_bytes(b, s, strlen(s) + 1);
}

static uint64_t blob_strs(struct blob *b, const struct strs *strs, const char *last)
{
	size_t n = strs->n + (last != NULL);
	uint64_t at = blob_room(b, (n + 1) * sizeof(uint64_t));

	for (size_t i = 0; i < n; i++) {
		uint64_t offset = blob_str(b, i < strs->n ? strs->v[i] : last);

		memcpy(b->data + at + i * sizeof(offset), &offset, sizeof(offset));
	}
	return at;
}

static size_t strs_size(const struct strs *strs)
{
	size_t n = (strs->n + 2) * sizeof(uint64_t) + 8;

	for (size_t i = 0; i < strs->n; i++)
		n += strlen(strs->v[i]) + 1 + 8;
	return n;
}

static const char *env_value(const struct strs *env, const char *name)
{
	const char *value = NULL;
	size_t n = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], name, n) == 0 && env->v[i][n] == '=')
			value = env->v[i] + n + 1;
	return value;
}

static uint64_t blob_rlimits(struct blob *b, const struct process_plan *p)
{
	uint64_t at = blob_room(b, p->n_rlimits * sizeof(struct handoff_rlimit));

	for (size_t i = 0; i < p->n_rlimits; i++) {
		struct handoff_rlimit limit = {
			.resource = (uint32_t)p->rlimits[i].resource,
			.soft = p->rlimits[i].soft,
			.hard = p->rlimits[i].hard,
		};

		memcpy(b->data + at + i * sizeof(limit), &limit, sizeof(limit));
	}
	return at;
}

/* A root keeps its capabilities over execve; others keep the ambient ones only (capabilities(7)). */
static uint64_t ambient(const struct process_plan *p, const struct user *user)
{
	return p->cap_ambient | (user->uid ? p->cap_user_ambient : 0);
}

static uint32_t handoff_flags(const struct plan *plan, const struct user *user, bool outlives)
{
	const struct process_plan *p = &plan->process;

	return (outlives ? 0 : HANDOFF_DIE_WITH_PARENT) | (p->no_new_privs ? HANDOFF_NO_NEW_PRIVS : 0) |
	       (p->terminal ? HANDOFF_TERMINAL : 0) | (p->forward_group ? HANDOFF_FORWARD_GROUP : 0) |
	       (plan->setgroups_deny ? HANDOFF_KEEP_GROUPS : 0) | (ambient(p, user) ? HANDOFF_AMBIENT : 0) |
	       (plan->landlock.version ? HANDOFF_LANDLOCK : 0) | (p->traced ? HANDOFF_TRACED : 0);
}

static const uint32_t roles[] = {
	[ROLE_PID1] = HANDOFF_PID1, [ROLE_EXEC] = HANDOFF_EXEC, [ROLE_HOLD] = HANDOFF_HOLD,
};

static void fill(struct blob *b, const struct plan *plan, const struct user *user, bool outlives)
{
	const struct process_plan *p = &plan->process;
	const char *path = env_value(&p->env, "PATH");
	char home[sizeof(user->home) + 8];
	struct handoff h = {
		.magic = HANDOFF_MAGIC,
		.version = HANDOFF_VERSION,
		.role = roles[p->role],
		.flags = handoff_flags(plan, user, outlives),
		.uid = user->uid,
		.gid = user->gid,
		.umask = p->umask,
		.n_groups = user->n_groups,
		.cap_bounding = p->cap_bounding,
		.cap_permitted = p->cap_permitted,
		.cap_effective = p->cap_effective,
		.cap_ambient = ambient(p, user),
		.n_rlimits = (uint32_t)p->n_rlimits,
		.seccomp_flags = p->filter_flags,
	};

	snprintf(home, sizeof(home), "HOME=%s", user->home);
	blob_room(b, sizeof(h));
	h.groups = blob_bytes(b, user->groups, user->n_groups * sizeof(user->groups[0]));
	h.rlimits = blob_rlimits(b, p);
	h.cwd = blob_str(b, p->cwd);
	h.argv = blob_strs(b, &p->args, NULL);
	h.envp = blob_strs(b, &p->env, env_value(&p->env, "HOME") ? NULL : home);
	if (p->apparmor_profile)
		h.apparmor = blob_str(b, p->apparmor_profile);
	if (p->selinux_label)
		h.selinux = blob_str(b, p->selinux_label);
	h.path = blob_str(b, path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	h.n_seccomp = p->n_filter;
	h.seccomp = blob_bytes(b, p->filter, p->n_filter * sizeof(*p->filter));
	h.size = b->n;
	memcpy(b->data, &h, sizeof(h));
}

static int write_memfd(int fd, const void *data, size_t n, const char *what, struct err *err)
{
	int rc = fd < 0 ? -errno : fd_write_all(fd, data, n);

	return rc < 0 ? err_sys(err, -rc, "%s in memory", what) : 0;
}

static size_t label_size(const char *label)
{
	return label ? strlen(label) + 1 + 8 : 0;
}

static int make_blob(const struct plan *plan, const struct user *user, bool outlives, struct err *err)
{
	const struct process_plan *p = &plan->process;
	const char *path = env_value(&p->env, "PATH");
	struct blob b = { 0 };
	auto_fd fd = -1;
	int rc;

	b.cap = sizeof(struct handoff) + sizeof(*user) + 64 + p->n_rlimits * sizeof(struct handoff_rlimit) +
		strlen(p->cwd) + strs_size(&p->args) + strs_size(&p->env) + sizeof(user->home) + 8 +
		(path ? strlen(path) : 64) + 64 + p->n_filter * sizeof(*p->filter) + 8 +
		label_size(p->apparmor_profile) + label_size(p->selinux_label);
	b.data = calloc(1, b.cap);
	if (!b.data)
		return err_sys(err, ENOMEM, "orders for init");
	fill(&b, plan, user, outlives);
	fd = memfd_create("handoff", MFD_CLOEXEC);
	rc = write_memfd(fd, b.data, b.n, "orders for init", err);
	free(b.data);
	TRY(rc);
	return take_fd(&fd);
}

int init_make(struct err *err)
{
	auto_fd fd = memfd_create("init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	TRY(write_memfd(fd, crib_init_start, (size_t)(crib_init_end - crib_init_start), "init", err));
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return err_sys(err, errno, "seal init in memory");
	return take_fd(&fd);
}

static bool is_mapped(const struct id_maps *maps, uint32_t id)
{
	for (size_t i = 0; i < maps->n; i++)
		if (id >= maps->v[i].inside && id - maps->v[i].inside < maps->v[i].count)
			return true;
	return maps->n == 0;
}

static int check_mapped(const struct plan *plan, const struct user *user, struct err *err)
{
	const char *said = plan->process.user ? plan->process.user : "0";
	bool uid = is_mapped(&plan->uid_maps, user->uid);

	if (uid && is_mapped(&plan->gid_maps, user->gid))
		return 0;
	return err_set(err, EINVAL, "user %s: %s %u is not mapped in this sandbox%s", said, uid ? "group id" : "id",
		       uid ? user->gid : user->uid,
		       plan->setgroups_deny ? ": started by an ordinary user, it has only 0 (see crib doctor)" : "");
}

static int check_nonroot(const struct plan *plan, const struct user *user, struct err *err)
{
	if (user->uid || !plan->process.nonroot_required)
		return 0;
	return err_set(err, EPERM, "user %s is root here, and must not be (runAsNonRoot; --security restricted): name another with -u",
		       plan->process.user ? plan->process.user : "0");
}

int handoff_inside(struct inside *in, struct err *err)
{
	struct user user;

	TRY(user_inside(in->root, &in->plan->process, &user, err));
	TRY(check_nonroot(in->plan, &user, err));
	TRY(check_mapped(in->plan, &user, err));
	in->user = user.uid;
	in->blob = make_blob(in->plan, &user, in->req->outlives, err);
	return in->blob < 0 ? in->blob : 0;
}
