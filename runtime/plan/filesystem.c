/* SPDX-License-Identifier: Apache-2.0
 *
 * The container's file system as a list of operations. The standard parts are
 * rows of a table; the order is: root, /proc, /dev, generated files, what needs the
 * network namespace, the user's mounts, working directory, and last what is
 * hidden or made read-only, so that no later row can undo it.
 */
#include "plan/planner.h"
#include "util/sys.h"

#include <errno.h>
#include <inttypes.h>

enum { NSNDNX = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV | SYS_MOUNT_ATTR_NOEXEC };

enum { BYTES_PER_INODE = 1024, INODES_MIN = 64 };
static const int64_t default_writable_bytes = 64 << 20;

#define OPTIONS(...) { (const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) }

static const struct op proc_op = { OP_MOUNT, "/proc", .fs_type = "proc", .attrs = NSNDNX, .make_target = true };

static const struct op sys_op = {
	/* refused where /sys itself is not mounted: then there is none inside */
	OP_MOUNT, "/sys", .fs_type = "sysfs", .attrs = NSNDNX | SYS_MOUNT_ATTR_RDONLY, .missing_ok = true, .make_target = true,
};

static const struct op sys_host_op = {
	/* sysfs shows the network namespace of its mounter: the host's one is the host's */
	OP_BIND, "/sys", "/sys", .attrs = NSNDNX | SYS_MOUNT_ATTR_RDONLY, .recursive = true, .missing_ok = true, .make_target = true,
};

static const struct op cgroup_op = {
	/* what programs read their own limits from; the cgroup namespace makes its top the sandbox's own */
	OP_MOUNT, "/sys/fs/cgroup", .fs_type = "cgroup2", .attrs = NSNDNX | SYS_MOUNT_ATTR_RDONLY, .missing_ok = true,
};

#define DEVICE(name, maj, min) { OP_DEVICE, "/dev/" name, "/dev/" name, .major = maj, .minor = min, .mode = 0666, .fresh = true }
#define LINK(name, text) { OP_SYMLINK, "/dev/" name, text, .fresh = true }
#define DIRECTORY(name, bits) { OP_MKDIR, "/dev/" name, .mode = bits, .fresh = true }

static const struct op dev_ops[] = {
	{ OP_MOUNT, "/dev", .fs_type = "tmpfs", .attrs = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC, .fresh = true, .make_target = true,
	  .options = OPTIONS("mode=0755", "size=64k", "nr_inodes=256") },
	DEVICE("null", 1, 3),
	DEVICE("zero", 1, 5),
	DEVICE("full", 1, 7),
	DEVICE("random", 1, 8),
	DEVICE("urandom", 1, 9),
	DEVICE("tty", 5, 0),
	LINK("fd", "/proc/self/fd"),
	LINK("stdin", "/proc/self/fd/0"),
	LINK("stdout", "/proc/self/fd/1"),
	LINK("stderr", "/proc/self/fd/2"),
	LINK("ptmx", "pts/ptmx"),
	DIRECTORY("pts", 0755),
	DIRECTORY("shm", 01777),
	DIRECTORY("mqueue", 01777),
};

static const struct op pts_op = {
	OP_MOUNT, "/dev/pts", .fs_type = "devpts", .attrs = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC,
	.options = OPTIONS("newinstance", "ptmxmode=0666", "mode=0620"),
};

static const struct op pts_gid_op = {
	OP_MOUNT, "/dev/pts", .fs_type = "devpts", .attrs = SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC,
	.options = OPTIONS("newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
};

static const struct op late_dev_ops[] = {
	{ OP_MOUNT, "/dev/shm", .fs_type = "tmpfs", .attrs = NSNDNX, .options = OPTIONS("mode=1777", "size=64m", "nr_inodes=64k") },
	/* a kernel without POSIX message queues has none to show */
	{ OP_MOUNT, "/dev/mqueue", .fs_type = "mqueue", .attrs = NSNDNX, .missing_ok = true },
};

static const struct op late_dev_host_ops[] = {
	{ OP_BIND, "/dev/shm", "/dev/shm", .attrs = NSNDNX, .missing_ok = true },
	{ OP_BIND, "/dev/mqueue", "/dev/mqueue", .attrs = NSNDNX, .missing_ok = true },
};

/* OCI's default list, moby's and podman's together. */
static const char *const masked[] = {
	"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
	"/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
	"/sys/firmware", "/sys/fs/selinux", "/sys/devices/system/cpu/cpu*/thermal_throttle",
};

/* What is mounted below the host's /sys, which is bound where its network is shared. */
static const char *const masked_of_host[] = {
	"/sys/kernel/debug", "/sys/kernel/tracing", "/sys/kernel/security", "/sys/kernel/config", "/sys/fs/bpf", "/sys/fs/pstore",
};

/* The host's root's own files: only where root inside is that one are they its to read. */
static const char *const masked_from_root[] = {
	"/proc/kpagecgroup", "/proc/kpagecount", "/proc/kpageflags", "/proc/slabinfo", "/proc/vmallocinfo",
};

static const char *const readonly[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger" };

static struct op *add(struct planner *p, const struct op *op)
{
	struct op *new = arena_push(p->arena, &p->plan->ops, &p->plan->n_ops, sizeof(*new));

	*new = *op;
	return new;
}

static void add_option(struct planner *p, struct strs *options, const char *option)
{
	*(const char **)arena_push(p->arena, &options->v, &options->n, sizeof(char *)) = option;
}

static bool maps_id(const struct id_maps *maps, uint32_t id)
{
	for (size_t i = 0; i < maps->n; i++)
		if (id >= maps->v[i].inside && id - maps->v[i].inside < maps->v[i].count)
			return true;
	return maps->n == 0;
}

static void plan_root(struct planner *p)
{
	const struct container_spec *c = p->container;

	/* set-user-ID files and file capabilities count only where that was asked for */
	add(p, &(struct op){ OP_ROOT, "/", c->image.path ? c->image.path : c->image.name,
			     .attrs = SYS_MOUNT_ATTR_NODEV | (c->process.allow_new_privs ? 0 : SYS_MOUNT_ATTR_NOSUID),
			     .idmap = p->plan->shifted ? IDMAP_WARN : IDMAP_NONE });
	p->plan->private_root = c->root_private;
	p->plan->writable_bytes = c->writable_bytes ? c->writable_bytes : default_writable_bytes;
}

const char *const verify_tree_names[VERIFY_TREES] = {
	[VERIFY_TREE_OFF] = "off", [VERIFY_TREE_ONCE] = "once", [VERIFY_TREE_WARN] = "warn", [VERIFY_TREE_REFUSE] = "refuse",
};

/* What is looked at before a start. What crib carries itself was checked by its digest. */
static void plan_verify(struct planner *p)
{
	static const enum verify_tree trees[] = {
		[VERIFY_DEFAULT] = VERIFY_TREE_ONCE, [VERIFY_ONCE] = VERIFY_TREE_ONCE, [VERIFY_REFUSE] = VERIFY_TREE_REFUSE,
		[VERIFY_WARN] = VERIFY_TREE_WARN, [VERIFY_OFF] = VERIFY_TREE_OFF,
	};
	const struct image_spec *image = &p->container->image;
	struct verify_plan *v = &p->plan->verify;

	v->in_image = p->container->n_mounts == 0;
	if (image->kind != IMAGE_DIRECTORY)
		return;
	v->root = image->path;
	v->manifest = image->manifest;
	v->tree = trees[image->verify];
	v->command = v->in_image && image->verify != VERIFY_OFF;
}

static void plan_generated(struct planner *p)
{
	const char *name = p->plan->hostname ? p->plan->hostname : p->plan->name;
	const char *hosts = arena_printf(
		p->arena, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.0.1\t%s\n", name);

	add(p, &(struct op){ OP_FILE, "/etc/hostname", arena_printf(p->arena, "%s\n", name), .missing_ok = true });
	add(p, &(struct op){ OP_FILE, "/etc/hosts", hosts, .missing_ok = true });
	if (p->plan->own_network)
		add(p, &(struct op){ OP_FILE, "/etc/resolv.conf", "# no network, no name servers\n", .missing_ok = true });
	else
		add(p, &(struct op){ OP_BIND, "/etc/resolv.conf", "/etc/resolv.conf", .attrs = NSNDNX | SYS_MOUNT_ATTR_RDONLY,
				     .idmap = p->plan->shifted ? IDMAP_TRY : IDMAP_NONE, .missing_ok = true,
				     .make_target = true });
}

/* A volume's files keep the ids that they have on the host: what is root's there is root's inside,
 * as in Kubernetes. */
static int plan_idmap(struct planner *p, const struct mount_spec *m, enum idmap *idmap)
{
	*idmap = p->plan->shifted && m->type == MOUNT_BIND && !m->noidmap ? IDMAP_WARN : IDMAP_NONE;
	if (!m->idmap)
		return 0;
	if (!p->facts->privileged)
		return err_set(p->err, EPERM, "mount %s: idmap can only be had from root; started by an ordinary user, the "
					      "user's own files belong to root inside without it", m->destination);
	*idmap = p->plan->shifted ? IDMAP_MUST : IDMAP_NONE;
	return 0;
}

static int plan_user_mount(struct planner *p, const struct mount_spec *m)
{
	struct op *op = add(p, &(struct op){
		.kind = m->type == MOUNT_BIND ? OP_BIND : OP_MOUNT,
		.target = m->destination,
		.source = m->source,
		.fs_type = m->type == MOUNT_TMPFS ? "tmpfs" : m->fs_type,
		.recursive = m->type == MOUNT_BIND && !m->nonrecursive,
		.make_target = true,
	});

	TRY(plan_idmap(p, m, &op->idmap));
	op->attrs = (m->readonly ? SYS_MOUNT_ATTR_RDONLY : 0) | (m->nosuid ? SYS_MOUNT_ATTR_NOSUID : 0) |
		    (m->nodev ? SYS_MOUNT_ATTR_NODEV : 0) | (m->noexec ? SYS_MOUNT_ATTR_NOEXEC : 0);
	if (m->type == MOUNT_FS)
		return err_set(p->err, EOPNOTSUPP, "a mount of type %s at %s cannot be had: not supported by this version",
			       m->fs_type, m->destination);
	/* devices and setuid files of a volume are never for the sandbox */
	op->attrs |= SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV;
	if (m->type == MOUNT_TMPFS) {
		int64_t size = m->size_bytes ? m->size_bytes : default_writable_bytes;

		add_option(p, &op->options, arena_printf(p->arena, "mode=%04o", m->mode ? m->mode : 01777u));
		add_option(p, &op->options, arena_printf(p->arena, "size=%" PRId64, size));
		/* an empty file takes none of the size, but the kernel's memory, and where no memory limit can be had nothing
		 * else would bound that; a later nr_inodes= of the user's counts */
		add_option(p, &op->options, arena_printf(p->arena, "nr_inodes=%" PRId64, size / BYTES_PER_INODE + INODES_MIN));
	}
	for (size_t i = 0; i < m->options.n; i++)
		add_option(p, &op->options, m->options.v[i]);
	return 0;
}

/* Only what is namespaced may be set, and only in a namespace of its own:
 * anything else would reach the host. namespaces(7), Kubernetes' "safe" and
 * "namespaced" sysctls. */
static const struct {
	const char *prefix;
	enum ns_type ns;
} sysctl_rows[] = {
	{ "net.", NS_NETWORK },    { "fs.mqueue.", NS_IPC }, { "kernel.shm", NS_IPC },
	{ "kernel.msg", NS_IPC },  { "kernel.sem", NS_IPC },
};

static bool is_own(const struct planner *p, enum ns_type ns)
{
	return ns == NS_NETWORK ? p->plan->own_network : p->spec->sandbox.ns[ns].mode != NS_HOST;
}

static int plan_sysctl(struct planner *p, const struct pair *sysctl)
{
	char *path = arena_printf(p->arena, "%s", sysctl->name);

	if (strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != strlen(path) ||
	    !path[0] || strstr(path, "..") || path[0] == '.' || path[strlen(path) - 1] == '.')
		return err_set(p->err, EINVAL, "sysctl %s is no name of one", sysctl->name);
	for (size_t i = 0; i < ARRAY_SIZE(sysctl_rows); i++) {
		if (!str_after(path, sysctl_rows[i].prefix))
			continue;
		if (!is_own(p, sysctl_rows[i].ns))
			return err_set(p->err, EPERM, "sysctl %s would change the host: its namespace is the host's",
				       sysctl->name);
		/* since then the kernel asks the IPC namespace's own root */
		if (sysctl_rows[i].ns == NS_IPC && p->plan->shifted && p->facts->kernel && p->facts->kernel < 5019)
			return err_set(p->err, EPERM, "sysctl %s: before Linux 5.19 only the host's root may set it, and the sandbox's "
						      "is none: --userns identity makes it one", sysctl->name);
		for (char *c = path; *c; c++)
			if (*c == '.')
				*c = '/';
		add(p, &(struct op){ OP_SYSCTL, path, sysctl->value });
		return 0;
	}
	return err_set(p->err, EPERM, "sysctl %s is not namespaced: it would change the host", sysctl->name);
}

static int plan_kernel_filesystems(struct planner *p)
{
	add(p, &proc_op)->options = p->container->proc_options;
	for (size_t i = 0; i < ARRAY_SIZE(dev_ops); i++)
		add(p, &dev_ops[i]);
	TRY(plan_device_nodes(p, true));
	add(p, maps_id(&p->plan->gid_maps, 5) ? &pts_gid_op : &pts_op);
	for (size_t i = 0; i < ARRAY_SIZE(late_dev_ops); i++)
		add(p, p->plan->clone_flags & CLONE_NEWIPC ? &late_dev_ops[i] : &late_dev_host_ops[i]);
	return plan_device_nodes(p, false);
}

/* As late as can be: until here the network namespace has time to be made. */
static int plan_networked(struct planner *p)
{
	const struct pairs *sysctls = &p->spec->sandbox.sysctls;

	if (p->plan->own_network)
		add(p, &(struct op){ OP_NETWORK, "/proc/self/ns/net" });
	for (size_t i = 0; i < sysctls->n; i++)
		TRY(plan_sysctl(p, &sysctls->v[i]));
	/* in one of its own a process has all capabilities again, over mounts and cgroups too */
	if (p->plan->clone_flags & CLONE_NEWUSER)
		add(p, &(struct op){ OP_SYSCTL, "user/max_user_namespaces", "0" });
	add(p, p->plan->own_network ? &sys_op : &sys_host_op);
	if (p->plan->own_network && p->plan->unshare_cgroup && p->facts->controllers[CTRL_MEMORY].version == 2)
		add(p, &cgroup_op);
	return 0;
}

static bool is_unmasked(const struct container_spec *c, const char *path)
{
	for (size_t i = 0; i < c->unmasked_paths.n; i++)
		if (str_eq(c->unmasked_paths.v[i], path))
			return true;
	return c->unmask_all;
}

/* What is not hidden cannot be shown: a word of the user's would be dropped in silence. */
static int check_unmasked(struct planner *p)
{
	const struct strs *list = &p->container->unmasked_paths;

	for (size_t i = 0; i < list->n; i++) {
		bool known = false;

		for (size_t k = 0; k < ARRAY_SIZE(masked); k++)
			known |= str_eq(list->v[i], masked[k]);
		for (size_t k = 0; k < ARRAY_SIZE(masked_of_host); k++)
			known |= !p->plan->own_network && str_eq(list->v[i], masked_of_host[k]);
		for (size_t k = 0; k < ARRAY_SIZE(masked_from_root); k++)
			known |= !p->plan->shifted && str_eq(list->v[i], masked_from_root[k]);
		for (size_t k = 0; k < ARRAY_SIZE(readonly); k++)
			known |= str_eq(list->v[i], readonly[k]);
		if (!known)
			return err_set(p->err, EINVAL, "%s cannot be unmasked: it is not one of the paths that are masked or "
						       "made read-only (see crib plan)", list->v[i]);
	}
	return 0;
}

static void mask(struct planner *p, const char *const paths[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_unmasked(p->container, paths[i]))
			add(p, &(struct op){ OP_MASK, paths[i], .missing_ok = true, .numbered = strchr(paths[i], '*') != NULL });
}

static int plan_hidden(struct planner *p)
{
	const struct container_spec *c = p->container;

	TRY(check_unmasked(p));
	mask(p, masked, ARRAY_SIZE(masked));
	if (p->facts->privileged && !p->plan->shifted)
		mask(p, masked_from_root, ARRAY_SIZE(masked_from_root));
	if (!p->plan->own_network)
		mask(p, masked_of_host, ARRAY_SIZE(masked_of_host));
	for (size_t i = 0; i < c->masked_paths.n; i++)
		add(p, &(struct op){ OP_MASK, c->masked_paths.v[i], .missing_ok = true });
	for (size_t i = 0; i < ARRAY_SIZE(readonly); i++)
		if (!is_unmasked(c, readonly[i]))
			add(p, &(struct op){ OP_READONLY, readonly[i], .missing_ok = true });
	for (size_t i = 0; i < c->readonly_paths.n; i++)
		add(p, &(struct op){ OP_READONLY, c->readonly_paths.v[i], .missing_ok = true });
	if (c->root_readonly)
		add(p, &(struct op){ OP_READONLY, "/" });
	return 0;
}

int plan_filesystem(struct planner *p)
{
	const struct container_spec *c = p->container;

	plan_verify(p);
	plan_root(p);
	TRY(plan_kernel_filesystems(p));
	plan_generated(p);
	TRY(plan_networked(p));
	for (size_t i = 0; i < c->n_mounts; i++)
		TRY(plan_user_mount(p, &c->mounts[i]));
	if (c->process.cwd && !str_eq(c->process.cwd, "/"))
		add(p, &(struct op){ OP_MKDIR, c->process.cwd, .mode = 0755 });
	if (c->process.terminal)
		add(p, &(struct op){ OP_TERMINAL, "/dev/console" });
	return plan_hidden(p);
}
