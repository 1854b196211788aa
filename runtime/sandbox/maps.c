/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids and who owns what; see the header. user_namespaces(7), mount_setattr(2).
 */
#include "sandbox/maps.h"
#include "sandbox/helpers.h"
#include "sandbox/mount.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum { PIPEFS_MAGIC = 0x50495045 };

static int write_proc(pid_t pid, const char *file, const char *text, struct err *err)
{
	char path[64];
	struct statfs st;
	auto_fd fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ENOENT, "/proc is not mounted here: mount -t proc proc /proc");
	if (fd < 0)
		return err_sys(err, errno, "open %s", path);
	if (fstatfs(fd, &st) < 0 || st.f_type != SYS_PROC_MAGIC)
		return err_set(err, EINVAL, "/proc is no procfs");
	if (write(fd, text, strlen(text)) < 0)
		return err_sys(err, errno, "write \"%.*s\" to %s", (int)strcspn(text, "\n"), text, path);
	return 0;
}

static int write_map(pid_t pid, const char *file, const struct id_maps *maps, struct err *err)
{
	char text[4096];
	size_t n = 0;

	for (size_t i = 0; i < maps->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%u %u %u\n", maps->v[i].inside, maps->v[i].outside,
				      maps->v[i].count);
		if (n >= sizeof(text))
			return err_set(err, E2BIG, "%s: more lines than the kernel takes", file);
	}
	return write_proc(pid, file, text, err);
}

int maps_write_outside(const struct plan *plan, pid_t pid, struct err *err)
{
	if (!(plan->clone_flags & CLONE_NEWUSER))
		return 0;
	if (plan->newuidmap)
		return helpers_map_outside(plan, pid, err);
	TRY(write_map(pid, "uid_map", &plan->uid_maps, err));
	if (plan->setgroups_deny)
		TRY(write_proc(pid, "setgroups", "deny", err));
	return write_map(pid, "gid_map", &plan->gid_maps, err);
}

uint32_t maps_outside(const struct id_maps *maps, uint32_t inside)
{
	for (size_t i = 0; i < maps->n; i++)
		if (inside >= maps->v[i].inside && inside - maps->v[i].inside < maps->v[i].count)
			return maps->v[i].outside + (inside - maps->v[i].inside);
	return inside;
}

uint32_t maps_root(const struct id_maps *maps)
{
	return maps_outside(maps, 0);
}

/* ---- mounts ---- */

int image_prepare_outside(const struct sandbox_request *req, struct image_source *image, struct err *err)
{
	if (!req->plan->shifted)
		return 0;
	image->mount = mount_clone(req->image, "", false);
	/* root of a container that has the mounts of another user namespace may not clone them: see map_image() */
	if (image->mount < 0 && image->mount != -EPERM)
		return err_sys(err, -image->mount, "open the root's directory");
	return 0;
}

/* The image too, which nobody has to write to. */
static int map_image(const struct sandbox_request *req, int users, struct image_source *image, struct err *err)
{
	int rc;

	image->copy = req->plan->private_root && req->unpack;
	if (image->copy)
		return 0;
	rc = mount_idmap(image->mount, users, SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NODEV | SYS_MOUNT_ATTR_NOSUID, false);
	if (rc == 0)
		return 0;
	image->copy = true;
	if (req->unpack)
		return 0;
	req->warn("the root is copied into memory, for which the bound is that of what may be written to it: the ids of its files "
		  "cannot be mapped, which takes a newer kernel or another file system (see crib doctor)");
	image->copied = image_copy_outside(req, image->mount >= 0 ? image->mount : req->image, err);
	return image->copied < 0 ? image->copied : 0;
}

static int map_bind(const struct sandbox_request *req, const struct op *op, int source, int users, struct err *err)
{
	int rc = source < 0 ? -EPERM : mount_idmap(source, users, 0, op->recursive);
	char text[512];

	if (rc < 0 && op->recursive && op->idmap == IDMAP_WARN)
		rc = mount_idmap(source, users, 0, false); /* something that cannot be mapped is mounted below it */
	if (rc == 0 || op->idmap == IDMAP_TRY)
		return 0;
	if (op->idmap == IDMAP_MUST)
		return err_sys(err, -rc, "mount %s: idmap: the ids of %s cannot be mapped, which takes a newer kernel or another "
			       "file system", op->target, op->source);
	snprintf(text, sizeof(text), "mount %.100s: its files belong to nobody inside, and new ones to ids of the sandbox's own "
		 "outside: this kernel cannot map the ids of %.150s; --userns identity has the host's ids, noidmap this silently",
		 op->target, op->source);
	req->warn(text);
	return 0;
}

int mounts_map_outside(const struct sandbox_request *req, const int *sources, pid_t pid, struct image_source *image,
		       struct err *err)
{
	const struct plan *plan = req->plan;
	char path[64];

	if (!plan->shifted && !plan->newuidmap)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	image->users = open(path, O_RDONLY | O_CLOEXEC);
	if (image->users < 0)
		return err_sys(err, errno, "open %s", path);
	if (!plan->shifted)
		return 0;
	TRY(map_image(req, image->users, image, err));
	for (size_t i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].idmap && plan->ops[i].kind == OP_BIND && (sources[i] >= 0 || !plan->ops[i].missing_ok))
			TRY(map_bind(req, &plan->ops[i], sources[i], image->users, err));
	return 0;
}

/* ---- streams ---- */

bool is_pipe(int fd)
{
	struct stat st;
	struct statfs fs;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS_MAGIC;
}

/* One who may not is one whose pipe it is not. */
void streams_own_outside(const struct sandbox_request *req)
{
	const struct plan *plan = req->plan;

	for (int i = 0; plan->shifted && i < 3; i++)
		if (is_pipe(req->streams[i]) &&
		    fchown(req->streams[i], maps_root(&plan->uid_maps), maps_root(&plan->gid_maps)) < 0)
			errno = 0;
}
