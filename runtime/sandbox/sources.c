/* SPDX-License-Identifier: Apache-2.0
 *
 * What the creator prepares; see the header.
 */
#include "sandbox/sources.h"
#include "sandbox/maps.h"
#include "sandbox/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int source_clone(const struct op *op, struct err *err)
{
	auto_fd mount = mount_clone(AT_FDCWD, op->source, op->recursive);
	int rc;

	if (mount < 0)
		return err_sys(err, -mount, "mount %s: source %s", op->target, op->source);
	/* before Linux 5.12 that is done once it is in its place */
	rc = mount_add_attrs(mount, op->attrs, op->recursive);
	if (rc < 0 && rc != -ENOSYS)
		return err_sys(err, -rc, "mount %s: attributes", op->target);
	return take_fd(&mount);
}

const char *fresh_name(const struct op *op)
{
	return strchr(op->target + 1, '/') + 1;
}

/* The plan sees to it that no name on the way is a link. */
int fresh_entry(int mount, const struct op *op)
{
	const char *name = fresh_name(op);
	int rc = 0;

	if (op->kind == OP_MKDIR)
		rc = mkdirat(mount, name, op->mode);
	else if (op->kind == OP_SYMLINK)
		rc = symlinkat(op->source, mount, name);
	else
		rc = mknodat(mount, name, (op->block ? S_IFBLK : S_IFCHR) | op->mode, makedev(op->major, op->minor));
	return rc < 0 ? -errno : 0;
}

/* Made by the host's root, but the sandbox's; a device that was asked for is its user's who was said. */
static int own(const struct plan *plan, int mount, const char *name, uint32_t uid, uint32_t gid)
{
	if (!plan->shifted && !uid && !gid)
		return 0;
	return fchownat(mount, name, maps_outside(&plan->uid_maps, uid), maps_outside(&plan->gid_maps, gid),
			AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0 ? -errno : 0;
}

/* The fresh mount at i with its entries. Where nodes may not be made (a container
 * around us), all of it is left to be done inside, with the host's nodes. */
static void open_fresh(const struct plan *plan, int *sources, size_t i)
{
	size_t end = i + 1;
	int rc = 0;

	sources[i] = mount_new(plan->ops[i].fs_type, &plan->ops[i].options, plan->ops[i].attrs);
	if (sources[i] >= 0)
		rc = own(plan, sources[i], "", 0, 0);
	for (; sources[i] >= 0 && rc == 0 && end < plan->n_ops && plan->ops[end].fresh; end++) {
		rc = fresh_entry(sources[i], &plan->ops[end]);
		if (rc == 0)
			rc = own(plan, sources[i], fresh_name(&plan->ops[end]), plan->ops[end].uid, plan->ops[end].gid);
		sources[end] = SOURCE_DONE;
	}
	if (sources[i] >= 0 && rc == 0)
		return;
	fd_close(&sources[i]);
	for (size_t k = i; k < end; k++)
		sources[k] = SOURCE_NONE;
}

int sources_open_outside(const struct plan *plan, int *sources, struct err *err)
{
	for (size_t i = 0; i < plan->n_ops; i++)
		sources[i] = SOURCE_NONE;
	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];

		if (op->kind == OP_MOUNT && op->fresh)
			open_fresh(plan, sources, i);
		if (op->kind != OP_BIND && (op->kind != OP_DEVICE || op->fresh))
			continue;
		sources[i] = source_clone(op, err);
		/* an ordinary user cannot clone mounts here, and need not */
		if (sources[i] < 0 && sources[i] != -EPERM && !op->missing_ok)
			return sources[i];
		if (sources[i] < 0)
			sources[i] = SOURCE_NONE;
	}
	return 0;
}

void sources_close(const struct plan *plan, int *sources)
{
	for (size_t i = 0; i < plan->n_ops; i++)
		fd_close(&sources[i]);
}
