/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan as text: outside steps first, then what is done inside, then the
 * command. One step a line, in the order of doing; golden files hold it.
 */
#include "plan/plan.h"
#include "plan/filter.h"
#include "util/landlock.h"
#include "util/str.h"
#include "util/sys.h"

#include <inttypes.h>

static const struct {
	uint64_t flag;
	const char *name;
} namespaces[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWPID, "pid" }, { CLONE_NEWNS, "mount" },
	{ CLONE_NEWUTS, "uts" }, { CLONE_NEWIPC, "ipc" },
};

static const struct {
	uint32_t attr;
	const char *name;
} attrs[] = {
	{ SYS_MOUNT_ATTR_RDONLY, "ro" }, { SYS_MOUNT_ATTR_NOSUID, "nosuid" },
	{ SYS_MOUNT_ATTR_NODEV, "nodev" }, { SYS_MOUNT_ATTR_NOEXEC, "noexec" },
};

static const char *const idmaps[] = {
	[IDMAP_NONE] = "", [IDMAP_TRY] = " idmap", [IDMAP_WARN] = " idmap", [IDMAP_MUST] = " idmap (required)",
};

static const char *const roles[] = { [ROLE_PID1] = "pid1", [ROLE_EXEC] = "exec", [ROLE_HOLD] = "hold" };

/* A word that may hold anything: quoted as C would where it is not plain. */
static void add_word(struct str *s, const char *word)
{
	if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%^") == strlen(word)) {
		str_add(s, " %s", word);
		return;
	}
	str_add(s, " \"");
	for (const unsigned char *c = (const unsigned char *)word; *c; c++) {
		if (*c == '\n')
			str_add(s, "\\n");
		else if (*c == '\t')
			str_add(s, "\\t");
		else if (*c == '"' || *c == '\\')
			str_add(s, "\\%c", *c);
		else if (*c < 32 || *c == 127)
			str_add(s, "\\x%02x", *c);
		else
			str_add(s, "%c", *c);
	}
	str_add(s, "\"");
}

static void add_devices(struct str *s, const struct device_confinement *c)
{
	char text[DEVICE_RULE_TEXT];

	if (!c->n_rules)
		return;
	str_add(s, "outside   devices");
	for (size_t i = 0; i < c->n_rules; i++)
		str_add(s, "%s %s", i ? "," : "", device_rule_text(&c->rules[i], text));
	if (c->program.n)
		str_add(s, " (a program of %zu instructions)", c->program.n);
	str_add(s, "%s\n", c->before_birth ? "; before the process is born" : "");
}

static void add_cgroup(struct str *s, const struct cgroup_plan *cg)
{
	str_add(s, "outside cgroup v%d %s\n", cg->version, cg->path);
	if (cg->enable)
		str_add(s, "outside   enable %s in the parent\n", cg->enable);
	for (size_t i = 0; i < cg->n_knobs; i++)
		str_add(s, "outside   %s = %s%s\n", cg->knobs[i].file, cg->knobs[i].value,
			cg->knobs[i].required ? " (required)" : "");
	add_devices(s, &cg->devices);
}

static void add_maps(struct str *s, const char *name, const struct id_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		str_add(s, "outside %s %u %u %u\n", name, maps->v[i].inside, maps->v[i].outside, maps->v[i].count);
}

static void add_verify(struct str *s, const struct verify_plan *v)
{
	if (v->manifest)
		str_add(s, "outside verify %s as in %s\n", v->root, v->manifest);
	if (v->tree)
		str_add(s, "outside verify %s %s\n", v->root, verify_tree_names[v->tree]);
	if (v->command)
		str_add(s, "outside verify the command\n");
}

static void add_outside(struct str *s, const struct plan *plan)
{
	add_verify(s, &plan->verify);
	for (size_t i = 0; i < plan->n_cgroups; i++)
		add_cgroup(s, &plan->cgroups[i]);
	str_add(s, "outside clone");
	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (plan->clone_flags & namespaces[i].flag)
			str_add(s, " %s", namespaces[i].name);
	str_add(s, "\n");
	if (plan->own_network)
		str_add(s, "outside network namespace, loopback up, beside the mounts\n");
	for (size_t i = 0; i < plan->ids.n_pools; i++)
		str_add(s, "outside %u ids of its own%s, out of uids %u-%u and gids %u-%u\n", plan->ids.count,
			plan->ids.may_share ? " where they suffice" : "", plan->ids.pools[i].uid,
			plan->ids.pools[i].uid + (plan->ids.pools[i].count - 1), plan->ids.pools[i].gid,
			plan->ids.pools[i].gid + (plan->ids.pools[i].count - 1));
	if (plan->newuidmap)
		str_add(s, "outside by %s and %s\n", plan->newuidmap, plan->newgidmap);
	add_maps(s, "uid_map", &plan->uid_maps);
	add_maps(s, "gid_map", &plan->gid_maps);
	if (plan->setgroups_deny)
		str_add(s, "outside setgroups deny\n");
}

static void add_access(struct str *s, uint64_t access)
{
	const char *sep = " landlock=";

	for (size_t i = 0; i < LANDLOCK_WORDS; i++)
		if (access & landlock_words[i].access) {
			str_add(s, "%s%s", sep, landlock_words[i].name);
			sep = ",";
		}
}

static void add_op(struct str *s, const struct op *op)
{
	const char *sep = " ";

	str_add(s, "inside %s", op_names[op->kind]);
	if (op->fs_type)
		str_add(s, " %s", op->fs_type);
	add_word(s, op->target);
	if (op->source) {
		str_add(s, op->kind == OP_SYSCTL ? " =" : " <-");
		add_word(s, op->source);
	}
	if (op->kind == OP_DEVICE)
		str_add(s, " %s%u:%u", op->block ? "block " : "", op->major, op->minor);
	if (op->mode)
		str_add(s, " %04o", op->mode);
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++)
		if (op->attrs & attrs[i].attr) {
			str_add(s, "%s%s", sep, attrs[i].name);
			sep = ",";
		}
	for (size_t i = 0; i < op->options.n; i++, sep = ",")
		str_add(s, "%s%s", sep, op->options.v[i]);
	add_access(s, op->access);
	str_add(s, "%s%s%s%s\n", idmaps[op->idmap], op->recursive ? " recursive" : "", op->make_target ? " make" : "",
		op->missing_ok ? " if-there" : "");
}

static void add_inside(struct str *s, const struct plan *plan)
{
	if (plan->unshare_cgroup)
		str_add(s, "inside unshare cgroup\n");
	if (plan->unshare_time)
		str_add(s, "inside unshare time monotonic=%" PRId64 "ns boottime=%" PRId64 "ns\n",
			plan->time_monotonic_ns, plan->time_boottime_ns);
	str_add(s, "inside writable %" PRId64 " bytes%s\n", plan->writable_bytes, plan->private_root ? ", in a root of its own" : "");
	for (size_t i = 0; i < plan->n_ops; i++)
		add_op(s, &plan->ops[i]);
	str_add(s, "inside pivot_root\n");
	if (plan->hostname)
		str_add(s, "inside hostname %s\n", plan->hostname);
	if (plan->domainname)
		str_add(s, "inside domainname %s\n", plan->domainname);
}

static void add_filter(struct str *s, const struct process_plan *p)
{
	char digest[FILTER_DIGEST];

	str_add(s, "init seccomp %s", p->filter_name);
	if (p->n_filter)
		str_add(s, " %zu instructions sha256:%.16s", p->n_filter, filter_digest(p, digest));
	if (p->filter_flags)
		str_add(s, " flags=%x", p->filter_flags);
	if (p->traced)
		str_add(s, " traced");
	str_add(s, "\n");
}

static void add_process(struct str *s, const struct process_plan *p)
{
	str_add(s, "init %s%s%s%s%s\n", roles[p->role], p->terminal ? " terminal" : "", p->stdin_open ? " stdin" : "",
		p->no_new_privs ? " no_new_privs" : "", p->forward_group ? " forward-group" : "");
	if (p->nonroot_required)
		str_add(s, "init user must not be root\n");
	str_add(s, "init user %s umask %04o\n", p->user ? p->user : "0:0", p->umask);
	str_add(s, "init capabilities bounding=%" PRIx64 " permitted=%" PRIx64 " effective=%" PRIx64 " ambient=%" PRIx64,
		p->cap_bounding, p->cap_permitted, p->cap_effective, p->cap_ambient);
	if (p->cap_user_ambient)
		str_add(s, " user-ambient=%" PRIx64, p->cap_user_ambient);
	str_add(s, "\n");
	add_filter(s, p);
	if (p->apparmor_profile) {
		str_add(s, "init AppArmor profile");
		add_word(s, p->apparmor_profile);
		str_add(s, "\n");
	}
	if (p->selinux_label)
		str_add(s, "init SELinux label %s\n", p->selinux_label);
	for (size_t i = 0; i < p->n_rlimits; i++)
		str_add(s, "init rlimit %s %" PRIu64 " %" PRIu64 "\n", p->rlimit_names[i], p->rlimits[i].soft,
			p->rlimits[i].hard);
	str_add(s, "init cwd");
	add_word(s, p->cwd);
	for (size_t i = 0; i < p->env.n; i++) {
		str_add(s, "\ninit env");
		add_word(s, p->env.v[i]);
	}
	str_add(s, "\ninit exec");
	for (size_t i = 0; i < p->args.n; i++)
		add_word(s, p->args.v[i]);
	str_add(s, "\n");
}

static void add_ports(struct str *s, const char *name, const struct ports *ports)
{
	if (!ports->said)
		return;
	str_add(s, " %s=%s", name, ports->n ? "" : "none");
	for (size_t i = 0; i < ports->n; i++)
		str_add(s, "%s%u", i ? "," : "", ports->v[i]);
}

static void add_landlock(struct str *s, const struct landlock_plan *l)
{
	if (!l->version) {
		str_add(s, "init landlock none\n");
		return;
	}
	str_add(s, "init landlock version %u%s%s", l->version, l->scoped & LL_SCOPE_ABSTRACT ? " no-abstract-sockets" : "",
		l->scoped & LL_SCOPE_SIGNAL ? " no-signals" : "");
	add_ports(s, "tcp-bind", &l->bind);
	add_ports(s, "tcp-connect", &l->connect);
	str_add(s, "\n");
}

const char *plan_text(const struct plan *plan, struct arena *arena)
{
	struct str s = { .arena = arena };

	str_add(&s, "sandbox %s\n", plan->name);
	for (size_t i = 0; i < plan->warnings.n; i++)
		str_add(&s, "warning %s\n", plan->warnings.v[i]);
	add_outside(&s, plan);
	add_inside(&s, plan);
	add_landlock(&s, &plan->landlock);
	add_process(&s, &plan->process);
	return s.s;
}

