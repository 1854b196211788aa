/* SPDX-License-Identifier: Apache-2.0
 *
 * Landlock, the second fence: what the command may do with files even if the
 * first one, its mounts, has a gap. Takes the operations on the file system, gives each
 * the rights that a rule on it grants.
 *
 * Theory. Rights are inherited downwards and cannot be taken away below: what "/" has,
 * all has. So with a writable root the rule on it must grant what any new directory
 * needs, and the fence is what nobody inside needs:
 *
 *   - nothing is to be had of files that are not below the root or a standard stream:
 *     of a descriptor or a directory of the host's that came in, whatever the way
 *   - no mount is made, moved, changed or taken off (with any right handled)
 *   - no device node is made, and none has its ioctls outside of /dev
 *   - no process outside of it can be traced, or looked at as if by a debugger
 *
 * With a read-only root it is also that nothing is written but to what was mounted
 * to be written to. A right that the kernel does not know is not asked for. Version 1
 * (Linux 5.13 to 5.18) forbids every rename across directories, which would break
 * what programs do: it is left alone.
 */
#include "plan/planner.h"
#include "util/landlock.h"
#include "util/sys.h"

#include <errno.h>
#include <linux/capability.h>

#define READ (LL_READ_FILE | LL_READ_DIR)
#define WRITE (LL_WRITE_FILE | LL_TRUNCATE)
#define MAKE (LL_REMOVE_DIR | LL_REMOVE_FILE | LL_MAKE_DIR | LL_MAKE_REG | LL_MAKE_SOCK | LL_MAKE_FIFO | LL_MAKE_SYM | LL_REFER)
#define NODES (LL_MAKE_CHAR | LL_MAKE_BLOCK)

const struct landlock_word landlock_words[LANDLOCK_WORDS] = {
	{ "read", READ },         { "exec", LL_EXECUTE },     { "write", WRITE },          { "make", MAKE },
	{ "nodes", NODES },       { "ioctl", LL_IOCTL_DEV },  { "connect", LL_RESOLVE_UNIX },
};

enum { USABLE = 2, TRUNCATES = 3, TCP = 4, IOCTLS = 5, SCOPES = 6, SOCKETS = 9 };

static uint64_t handled_fs(unsigned version)
{
	return READ | LL_EXECUTE | LL_WRITE_FILE | MAKE | NODES | (version >= TRUNCATES ? LL_TRUNCATE : 0) |
	       (version >= IOCTLS ? LL_IOCTL_DEV : 0) | (version >= SOCKETS ? LL_RESOLVE_UNIX : 0);
}

/* Another's sockets without a path are in reach where the network namespace is another's
 * too, signals where the PID namespace is. In one's own there is nobody else. */
static uint64_t scopes(const struct planner *p)
{
	return (p->plan->own_network ? 0 : LL_SCOPE_ABSTRACT) | (p->plan->clone_flags & CLONE_NEWPID ? 0 : LL_SCOPE_SIGNAL);
}

static bool is_below(const char *path, const char *dir)
{
	const char *rest = str_after(path, dir);

	return rest && (!*rest || *rest == '/');
}

/* What to grant with what is put there, on top of what "/" has. */
static uint64_t access_for(const struct op *op, uint64_t all, bool root_readonly)
{
	bool written = root_readonly && !(op->attrs & SYS_MOUNT_ATTR_RDONLY);

	switch (op->kind) {
	case OP_ROOT:
		return root_readonly ? READ | LL_EXECUTE | LL_RESOLVE_UNIX : all;
	case OP_DEVICE:
		return is_below(op->target, "/dev") ? 0 : READ | WRITE | LL_IOCTL_DEV;
	case OP_MOUNT:
		/* mq_open(2) goes past all paths, to the top directory of this file system */
		if (str_eq(op->fs_type, "mqueue"))
			return all;
		if (str_eq(op->fs_type, "proc"))
			return written ? WRITE : 0;
		if (str_eq(op->target, "/dev"))
			return LL_IOCTL_DEV | (written ? all : 0);
		return written && !is_below(op->target, "/dev") ? all : 0;
	case OP_BIND:
		if (is_below(op->target, "/dev/mqueue"))
			return all;
		return written ? all : 0;
	default:
		return 0;
	}
}

static bool says_ports(const struct container_spec *c)
{
	return c->tcp_bind.said || c->tcp_connect.said;
}

/* --privileged is for those who want to mount and to make nodes. */
static bool is_wanted(const struct container_spec *c)
{
	return c->landlock == LANDLOCK_ON || (c->landlock == LANDLOCK_AUTO && (!c->privileged || says_ports(c)));
}

static int check_asked(struct planner *p)
{
	const struct container_spec *c = p->container;
	const char *why = NULL;

	if (c->landlock == LANDLOCK_OFF && says_ports(c))
		return err_set(p->err, EINVAL, "ports can only be fenced in with Landlock, which is off");
	if (says_ports(c) && p->facts->landlock < TCP)
		why = "TCP ports cannot be fenced in: that takes Landlock's version 4 (Linux 6.7)";
	else if (c->landlock == LANDLOCK_ON && p->facts->landlock < USABLE)
		why = "Landlock cannot be had: it takes its version 2 (Linux 5.19)";
	if (!why)
		return 0;
	if (!p->facts->landlock)
		return err_set(p->err, EOPNOTSUPP, "%s, and this kernel has none, or it was not chosen at boot (lsm=)", why);
	return err_set(p->err, EOPNOTSUPP, "%s, and this kernel has version %u", why, p->facts->landlock);
}

int plan_landlock(struct planner *p)
{
	const struct container_spec *c = p->container;
	struct landlock_plan *l = &p->plan->landlock;
	uint64_t all = READ | LL_EXECUTE | WRITE | MAKE | LL_RESOLVE_UNIX;

	TRY(check_asked(p));
	if (!is_wanted(c) || p->facts->landlock < USABLE)
		return 0;
	l->version = p->facts->landlock;
	l->fs = handled_fs(l->version);
	if (l->version >= SCOPES)
		l->scoped = scopes(p);
	l->net = (c->tcp_bind.said ? LL_BIND_TCP : 0) | (c->tcp_connect.said ? LL_CONNECT_TCP : 0);
	l->bind = c->tcp_bind;
	l->connect = c->tcp_connect;
	if (p->plan->process.cap_bounding & 1ull << CAP_MKNOD)
		all |= NODES;
	for (size_t i = 0; i < p->plan->n_ops; i++)
		p->plan->ops[i].access = l->fs & access_for(&p->plan->ops[i], all, c->root_readonly);
	return 0;
}
