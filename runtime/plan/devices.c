/* SPDX-License-Identifier: Apache-2.0
 *
 * Which devices the sandbox may use, and which are put into its /dev. Two fences
 * besides this one are there without it: file systems are mounted nodev, and
 * nobody inside may make a node that the kernel would honour. This one holds
 * where a node was brought in all the same, and bounds what is done with a
 * device that was asked for.
 */
#include "plan/devices.h"
#include "plan/planner.h"
#include "util/sys.h"

#include <errno.h>

enum { RW = DEVICE_READ | DEVICE_WRITE };

/* What /dev has: null, zero, full, random, urandom; tty, ptmx; terminals. Docker's list less its right to
 * make nodes of any device, and less 5:1, the host's console: /dev/console inside is a terminal (136:N). */
static const struct device_rule minimal[] = {
	{ 'c', 1, 3, RW }, { 'c', 1, 5, RW }, { 'c', 1, 7, RW }, { 'c', 1, 8, RW }, { 'c', 1, 9, RW },
	{ 'c', 5, 0, RW }, { 'c', 5, 2, RW }, { 'c', 136, DEVICE_ANY, RW },
};

/* What is mounted below /dev or is no directory there: nothing can be made in these. */
static const char *const taken[] = { "pts", "shm", "mqueue", "fd", "ptmx", "stdin", "stdout", "stderr", "console" };

static const struct {
	const char *name;
	uint32_t major, minor;
} standard[] = {
	{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

/* ---- rules ---- */

static void add_rule(struct planner *p, struct device_confinement *c, struct device_rule rule)
{
	*(struct device_rule *)arena_push(p->arena, &c->rules, &c->n_rules, sizeof(rule)) = rule;
}

/* Whether less may be done with it than its permissions say. */
static bool is_bounded(const struct device_spec *d)
{
	return d->access && (d->access & RW) != RW;
}

static void confine(struct planner *p)
{
	const struct container_spec *container = p->container;
	const struct controller_fact *fact = &p->facts->controllers[CTRL_DEVICES];
	struct cgroup_plan *cg = plan_cgroup_at(p, fact);
	struct device_confinement *c = &cg->devices;

	for (size_t i = 0; i < ARRAY_SIZE(minimal); i++)
		add_rule(p, c, minimal[i]);
	for (size_t i = 0; i < p->plan->n_devices; i++)
		add_rule(p, c, p->plan->devices[i]);
	for (size_t i = 0; i < container->n_device_rules; i++)
		add_rule(p, c, container->device_rules[i]);
	c->required = container->n_device_rules != 0;
	for (size_t i = 0; i < container->n_devices; i++)
		c->required |= is_bounded(&container->devices[i]);
	/* Version 1 denies all and allows then: who opens a device in between is refused. Version 2 has a
	 * program, which holds at once for those who are in the cgroup already. Without a user namespace the
	 * process makes its own nodes, which the fence would forbid. */
	c->before_birth = fact->version == 1 && p->plan->clone_flags & CLONE_NEWUSER;
	if (fact->version == 2)
		c->program = device_program(c->rules, c->n_rules, p->arena);
}

static const char *why_not(const struct planner *p)
{
	const struct controller_fact *fact = &p->facts->controllers[CTRL_DEVICES];

	if (!fact->version)
		return "this host has no cgroup for it";
	if (fact->version == 2 && p->facts->uid != 0)
		return "on cgroup version 2 only root may";
	return arena_printf(p->arena, "%s is not writable, or crib may not load a program for it", fact->parent);
}

/* ---- nodes ---- */

static void add_op(struct planner *p, struct op op)
{
	*(struct op *)arena_push(p->arena, &p->plan->ops, &p->plan->n_ops, sizeof(op)) = op;
}

/* The first name below /dev, or NULL for a path elsewhere. */
static const char *name_in_dev(const char *target)
{
	return str_after(target, "/dev/");
}

static bool is_first(const char *path, const char *name)
{
	const char *rest = str_after(path, name);

	return rest && (!*rest || *rest == '/');
}

static bool is_fresh(const char *target)
{
	const char *name = name_in_dev(target);

	for (size_t i = 0; name && i < ARRAY_SIZE(taken); i++)
		if (is_first(name, taken[i]))
			return false;
	return name != NULL;
}

/* The directories on the way to target in the new /dev, those that are not planned yet. */
static void add_directories(struct planner *p, const char *target)
{
	for (const char *slash = strchr(target + strlen("/dev/"), '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *path = arena_strndup(p->arena, target, (size_t)(slash - target));
		bool there = false;

		for (size_t i = 0; i < p->plan->n_ops; i++)
			there |= p->plan->ops[i].kind == OP_MKDIR && str_eq(p->plan->ops[i].target, path);
		if (!there)
			add_op(p, (struct op){ OP_MKDIR, path, .mode = 0755, .fresh = true });
	}
}

/* Whether /dev has it anyway; something else of that name is refused. */
static int is_standard(struct planner *p, const char *target, const struct device_fact *node)
{
	const char *name = name_in_dev(target);

	for (size_t i = 0; name && i < ARRAY_SIZE(standard); i++) {
		if (!is_first(name, standard[i].name))
			continue;
		if (str_eq(name, standard[i].name) && node->type == 'c' && node->major == standard[i].major &&
		    node->minor == standard[i].minor)
			return 1;
		return err_set(p->err, EINVAL, "device %s: every sandbox has a /dev/%s of its own; say another place", target,
			       standard[i].name);
	}
	return 0;
}

static int add_node(struct planner *p, const struct device_spec *d, const struct device_fact *node, const char *target)
{
	int rc = is_standard(p, target, node);
	bool fresh = is_fresh(target);

	TRY(rc);
	if (rc)
		return 0;
	*(struct device_rule *)arena_push(p->arena, &p->plan->devices, &p->plan->n_devices, sizeof(struct device_rule)) =
		(struct device_rule){ node->type, node->major, node->minor, d->access ? d->access : DEVICE_ALL };
	if (fresh)
		add_directories(p, target);
	add_op(p, (struct op){
		OP_DEVICE, target, node->path, .attrs = fresh ? 0 : SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NOEXEC,
		.block = node->type == 'b', .major = node->major, .minor = node->minor, .mode = node->mode,
		.uid = d->uid, .gid = d->gid, .owned = true, .make_target = !fresh, .fresh = fresh,
	});
	return 0;
}

/* Where it shows in the container: the path itself, or below it what is below the host's directory. */
static const char *target_of(struct planner *p, const struct device_spec *d, const struct device_fact *node)
{
	const char *rest = str_after(node->path, d->source);

	if (!rest || !*rest)
		return d->path;
	return arena_printf(p->arena, "%s%s%s", d->path, *rest == '/' ? "" : "/", rest);
}

static bool is_below(const char *path, const char *top)
{
	const char *rest = str_after(path, top);

	return rest && (!*rest || *rest == '/' || (rest != path && rest[-1] == '/'));
}

static int add_host_nodes(struct planner *p, const struct device_spec *d, bool fresh)
{
	size_t found = 0;

	for (size_t i = 0; i < p->facts->n_devices; i++) {
		const struct device_fact *node = &p->facts->devices[i];
		const char *target;

		if (!is_below(node->path, d->source))
			continue;
		found++;
		target = target_of(p, d, node);
		if (is_fresh(target) == fresh)
			TRY(add_node(p, d, node, target));
	}
	if (!found)
		return err_set(p->err, ENODEV, "device %s: this host has no such device", d->source);
	return 0;
}

/* OCI's: made from its numbers; where that cannot be, the host has to have the same at the same path. */
static int add_given_node(struct planner *p, const struct device_spec *d, bool fresh)
{
	struct device_fact node = { d->path, d->type, d->major, d->minor, d->mode ? d->mode & 0777 : 0666 };

	if (node.type == 'u') /* OCI's other word for it */
		node.type = 'c';
	if (node.type != 'b' && node.type != 'c')
		return err_set(p->err, EOPNOTSUPP, "device %s: a node of type %c cannot be had, only b and c", d->path, d->type);
	return is_fresh(d->path) == fresh ? add_node(p, d, &node, d->path) : 0;
}

int plan_device_nodes(struct planner *p, bool fresh)
{
	const struct container_spec *c = p->container;

	for (size_t i = 0; i < c->n_devices; i++)
		TRY(c->devices[i].source ? add_host_nodes(p, &c->devices[i], fresh) :
					   add_given_node(p, &c->devices[i], fresh));
	return 0;
}

/* ---- both ---- */

int plan_devices(struct planner *p)
{
	const struct container_spec *c = p->container;
	const struct controller_fact *fact = &p->facts->controllers[CTRL_DEVICES];

	if (c->privileged)
		return 0; /* all of them, as docker has it */
	if (fact->version && fact->writable) {
		confine(p);
		return 0;
	}
	for (size_t i = 0; i < c->n_devices; i++)
		if (is_bounded(&c->devices[i]))
			return err_set(p->err, EPERM,
				       "device %s: that no more than %s may be done with it cannot be enforced: %s; say rw "
				       "or rwm, or nothing", c->devices[i].path, device_access_text(c->devices[i].access),
				       why_not(p));
	if (c->n_device_rules)
		plan_warn(p, arena_printf(p->arena, "device rules are not enforced: %s; devices have the host's permissions "
						    "alone (see crib doctor)", why_not(p)));
	return 0;
}
