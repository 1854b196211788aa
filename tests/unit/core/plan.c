/* SPDX-License-Identifier: Apache-2.0
 *
 * Spec and host facts to a plan: each limit in each kind of cgroup, what is refused
 * and why, and the order of what is done inside. Whole plans are held by tests/golden/plan.
 */
#include "plan/plan.h"
#include "model/spec.h"
#include "test.h"
#include "util/sys.h"

#include <errno.h>

static struct arena arena;
static struct container_spec container;
static struct spec spec;
static struct facts facts;
static struct plan plan;
static struct err err;

/* The smallest spec, on a host of these words. */
static void fresh(const char *words)
{
	container = (struct container_spec){ .name = "c", .image = { IMAGE_EMBEDDED, "busybox", NULL } };
	container.process.args = (struct strs){ (const char *[]){ "true", NULL }, 1 };
	container.process.init = true;
	container.process.args.v = arena_array(&arena, 2, sizeof(char *));
	container.process.args.v[0] = "true";
	spec = (struct spec){ .sandbox = { .name = "web" }, .containers = &container, .n_containers = 1 };
	facts = (struct facts){ 0 };
	if (!check(facts_parse(&facts, words, &arena, &err) == 0, "facts \"%s\": %s", words, err.text))
		abort();
}

static int make(void)
{
	err = (struct err){ 0 };
	return plan_make(&spec, &facts, "0123abcd", &arena, &plan, &err);
}

/* A word is understood or named in the sentence that refuses it. */
static void test_facts(void)
{
	static const char *const bad[] = { "uid", "uid=", "uid=-1", "uid=x", "uid=1x", "uid=4294967296", "gid=", "kernel=6",
					   "kernel=x.y", "privileged=2", "privileged=", "cgroup=v3", "cgroup=", "nothing=1",
					   "uid=0,,gid=0", ",uid=0", "uid=0 gid=0", "UID=0", "uids=0" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct facts f = { 0 };

		err.text[0] = '\0';
		check(facts_parse(&f, bad[i], &arena, &err) == -EINVAL && strstr(err.text, "host fact"), "\"%s\": %s", bad[i],
		      err.text);
	}
	fresh("uid=0,gid=5,kernel=5.10,cgroup=v2");
	check(facts.uid == 0 && facts.gid == 5 && facts.kernel == 5010 && facts.privileged, "root's facts");
	check(facts.controllers[CTRL_PIDS].version == 2 && facts.controllers[CTRL_PIDS].writable, "root's cgroups");
	fresh("uid=1000,cgroup=v2");
	check(!facts.privileged && !facts.controllers[CTRL_PIDS].writable, "another user's");
	fresh("uid=1000,privileged=1,cgroup=delegated");
	check(facts.privileged && facts.controllers[CTRL_MEMORY].writable, "a delegated subtree is the user's");
	fresh("");
}

static const char *knob(const char *file, bool *required)
{
	for (size_t i = 0; i < plan.n_cgroups; i++)
		for (size_t k = 0; k < plan.cgroups[i].n_knobs; k++)
			if (str_eq(plan.cgroups[i].knobs[k].file, file)) {
				*required = plan.cgroups[i].knobs[k].required;
				return plan.cgroups[i].knobs[k].value;
			}
	return "";
}

/* Limits asked for on each host: the file of that version, or a sentence; never a plan without the limit. */
static const struct {
	const char *words;
	const char *memory_file, *memory, *pids, *cpu_file, *cpu;
	size_t n_cgroups;
	const char *enable;
} cgroup_rows[] = {
	{ "uid=0,cgroup=v1", "memory.limit_in_bytes", "1048576", "7", "cpu.cfs_quota_us", "50000", 4, NULL },
	{ "uid=0,cgroup=hybrid", "memory.limit_in_bytes", "1048576", "7", "cpu.cfs_quota_us", "50000", 4, NULL },
	{ "uid=0,cgroup=v2", "memory.max", "1048576", "7", "cpu.max", "50000 200000", 1, "+cpu" },
	{ "uid=0,cgroup=mixed", "memory.max", "1048576", "7", "cpu.cfs_quota_us", "50000", 3, NULL },
	{ "uid=1000,cgroup=delegated", "memory.max", "1048576", "7", "cpu.max", "50000 200000", 1, "+cpu" },
	{ "uid=0,cgroup=none", NULL, NULL, NULL, NULL, NULL, 0, NULL },
	{ "uid=1000,cgroup=v1", NULL, NULL, NULL, NULL, NULL, 0, NULL },
	{ "uid=1000,cgroup=v2", NULL, NULL, NULL, NULL, NULL, 0, NULL },
	{ "uid=1000,cgroup=mixed", NULL, NULL, NULL, NULL, NULL, 0, NULL },
};

static struct resources limits(bool asked)
{
	return (struct resources){ 1 << 20, 7, 50000, 200000, asked, asked, asked };
}

static void check_limits(size_t row, bool asked)
{
	const char *words = cgroup_rows[row].words;
	bool required[3] = { !asked, !asked, !asked };

	check(str_eq(knob(cgroup_rows[row].memory_file, &required[0]), cgroup_rows[row].memory), "%s: memory", words);
	check(str_eq(knob("pids.max", &required[1]), cgroup_rows[row].pids), "%s: pids", words);
	check(str_eq(knob(cgroup_rows[row].cpu_file, &required[2]), cgroup_rows[row].cpu), "%s: cpu", words);
	check(required[0] == asked && required[1] == asked && required[2] == asked, "%s: required", words);
	check(plan.n_cgroups == cgroup_rows[row].n_cgroups && plan.n_steps == plan.n_cgroups, "%s: %zu cgroups", words,
	      plan.n_cgroups);
	for (size_t i = 0; i < plan.n_cgroups; i++) {
		const char *name = strrchr(plan.cgroups[i].path, '/');

		check(str_eq(plan.steps[i].arg, plan.cgroups[i].path) && str_eq(name, "/crib-web-0123abcd"), "%s: %s", words,
		      plan.cgroups[i].path);
		check(cgroup_rows[row].enable ? plan.cgroups[i].enable && str_eq(plan.cgroups[i].enable, cgroup_rows[row].enable) :
						!plan.cgroups[i].enable,
		      "%s: what is switched on in the parent", words);
	}
}

static void test_cgroups(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cgroup_rows); i++)
		for (int asked = 0; asked < 2; asked++) {
			bool had = cgroup_rows[i].memory_file != NULL;
			int rc;

			fresh(cgroup_rows[i].words);
			container.resources = limits(asked);
			rc = make();
			if (had && check(rc == 0 && !plan.warnings.n, "%s: %s", cgroup_rows[i].words, err.text))
				check_limits(i, asked);
			if (!had && asked)
				check(rc == -EPERM && strstr(err.text, "memory limit"), "%s: %s", cgroup_rows[i].words, err.text);
			if (!had && !asked)
				check(rc == 0 && plan.warnings.n == 1 && !plan.n_cgroups, "%s: one warning", cgroup_rows[i].words);
		}
}

/* Each asked limit alone is refused by its name where it cannot be had. */
static void test_asked_alone(void)
{
	static const struct {
		struct resources r;
		const char *said;
	} rows[] = {
		{ { .memory_bytes = 1 << 20, .memory_asked = true, .pids = 5 }, "the memory limit" },
		{ { .pids = 5, .pids_asked = true, .memory_bytes = 1 << 20 }, "the pids limit" },
		{ { .cpu_quota_us = 1000, .cpu_asked = true, .pids = 5 }, "the cpu limit" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh("uid=0,cgroup=none");
		container.resources = rows[i].r;
		check(make() == -EPERM && str_after(err.text, rows[i].said), "%s: %s", rows[i].said, err.text);
	}
	fresh("uid=0,cgroup=v2");
	container.resources = (struct resources){ LIMIT_NONE, LIMIT_NONE, LIMIT_NONE, 0, true, true, true };
	check(make() == 0, "no limits at all: %s", err.text);
	check(str_eq(knob("memory.max", &(bool){ 0 }), "max") && str_eq(knob("pids.max", &(bool){ 0 }), "max") &&
		      str_eq(knob("cpu.max", &(bool){ 0 }), "max 100000"),
	      "no limits, said to version 2");
	fresh("uid=0,cgroup=v1");
	spec.sandbox.resources = limits(true);
	container.resources = (struct resources){ .memory_bytes = 5 << 20 };
	check(make() == 0 && str_eq(knob("memory.limit_in_bytes", &(bool){ 0 }), "5242880") &&
		      str_eq(knob("pids.max", &(bool){ 0 }), "7"),
	      "the container's word goes before the sandbox's");
	fresh("uid=0,cgroup=v1");
	check(make() == 0 && plan.n_cgroups == 1 && plan.n_steps == 1 && !plan.cgroups[0].n_knobs && plan.cgroups[0].devices.n_rules,
	      "nothing said, nothing made but for devices");
	fresh("uid=0,cgroup=v1");
	container.privileged = true;
	check(make() == 0 && !plan.n_cgroups && !plan.n_steps, "nothing said, nothing made");
}

/* What cannot be carried out is refused by name, never dropped. */
static void test_refusals(void)
{
	static struct device_spec device;
	static struct hook_spec hook;
	static struct mount_spec mount = { .type = MOUNT_FS, .destination = "/x", .fs_type = "ext4" };

#define REFUSED(part, ...)                                                                         \
	do {                                                                                       \
		fresh("uid=0,cgroup=v2");                                                          \
		__VA_ARGS__;                                                                       \
		check(make() < 0 && err.code > 0 && strstr(err.text, part), "%s: %s", part, err.text); \
	} while (0)

	REFUSED("container", spec.n_containers = 0);
	REFUSED("container", spec.n_containers = 2);
	REFUSED("PID namespace", spec.sandbox.ns[NS_PID].mode = NS_HOST);
	REFUSED("mount namespace", spec.sandbox.ns[NS_MOUNT].mode = NS_HOST);
	REFUSED("cgroup path", spec.sandbox.cgroups_path = "/x");
	REFUSED("device", device.path = "/dev/x"; device.type = 'p'; container.devices = &device; container.n_devices = 1);
	REFUSED("device", device.source = "/dev/x"; container.devices = &device; container.n_devices = 1);
	REFUSED("hooks", container.hooks = &hook; container.n_hooks = 1);
	REFUSED("inheritable", container.process.caps.inheritable = 1);
	REFUSED("AppArmor", container.process.apparmor_profile = "x");
	REFUSED("SELinux", container.process.selinux_label = "x");
	REFUSED("SELinux", container.process.selinux.type = "x");
	REFUSED("ext4", container.mounts = &mount; container.n_mounts = 1);
	REFUSED("command", container.process.args.n = 0);
	REFUSED("host name", spec.sandbox.ns[NS_UTS].mode = NS_HOST; spec.sandbox.hostname = "x");
	REFUSED("root", spec.sandbox.ns[NS_USER].mode = NS_HOST; facts.privileged = false);
	for (int t = 0; t < NS_TYPES; t++)
		REFUSED(ns_type_names[t], spec.sandbox.ns[t] = ((struct ns_spec){ NS_PATH, "/proc/1/ns/x" }));
#undef REFUSED
}

/* A sysctl reaches a namespace of the sandbox's own, or is refused. */
static const struct {
	const char *name;
	enum ns_type host; /* NS_TYPES: none */
	int rc;
} sysctl_rows[] = {
	{ "net.ipv4.ip_forward", NS_TYPES, 0 },
	{ "net.ipv4.conf.all.rp_filter", NS_TYPES, 0 },
	{ "fs.mqueue.msg_max", NS_TYPES, 0 },
	{ "kernel.shmmax", NS_TYPES, 0 },
	{ "kernel.shm_rmid_forced", NS_TYPES, 0 },
	{ "kernel.msgmax", NS_TYPES, 0 },
	{ "kernel.sem", NS_TYPES, 0 },
	{ "net.ipv4.ip_forward", NS_IPC, 0 },
	{ "net.ipv4.ip_forward", NS_NETWORK, -EPERM },
	{ "kernel.shmmax", NS_IPC, -EPERM },
	{ "fs.mqueue.msg_max", NS_IPC, -EPERM },
	{ "kernel.shmmax", NS_NETWORK, 0 },
	{ "kernel.core_pattern", NS_TYPES, -EPERM },
	{ "kernel.modprobe", NS_TYPES, -EPERM },
	{ "kernel.hostname", NS_TYPES, -EPERM },
	{ "vm.overcommit_memory", NS_TYPES, -EPERM },
	{ "fs.file-max", NS_TYPES, -EPERM },
	{ "user.max_user_namespaces", NS_TYPES, -EPERM },
	{ "net", NS_TYPES, -EPERM },
	{ "", NS_TYPES, -EINVAL },
	{ ".net.x", NS_TYPES, -EINVAL },
	{ "net..x", NS_TYPES, -EINVAL },
	{ "net.....kernel.core_pattern", NS_TYPES, -EINVAL },
	{ "net/ipv4/ip_forward", NS_TYPES, -EINVAL },
	{ "net.ipv4/../../kernel/core_pattern", NS_TYPES, -EINVAL },
	{ "net.ipv4.ip_forward\n", NS_TYPES, -EINVAL },
	{ "net.ipv4.ip forward", NS_TYPES, -EINVAL },
	{ "/net.x", NS_TYPES, -EINVAL },
	{ "net.", NS_TYPES, -EINVAL },
	{ "net.ipv4.", NS_TYPES, -EINVAL },
};

static void test_sysctls(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sysctl_rows); i++) {
		struct pair pair = { sysctl_rows[i].name, "1" };
		int rc;

		fresh("uid=0,cgroup=v2");
		spec.sandbox.sysctls = (struct pairs){ &pair, 1 };
		if (sysctl_rows[i].host < NS_TYPES)
			spec.sandbox.ns[sysctl_rows[i].host].mode = NS_HOST;
		rc = make();
		check(rc == sysctl_rows[i].rc && (rc == 0 || strstr(err.text, "sysctl")), "sysctl %zu \"%s\": %d %s", i, pair.name,
		      rc, err.text);
		for (size_t o = 0; rc == 0 && o < plan.n_ops; o++)
			if (plan.ops[o].kind == OP_SYSCTL)
				check(!strchr(plan.ops[o].target, '.') && plan.ops[o].target[0] != '/', "path %s",
				      plan.ops[o].target);
	}
	fresh("uid=0,cgroup=v2");
	spec.sandbox.network = NETWORK_HOST;
	spec.sandbox.sysctls = (struct pairs){ &(struct pair){ "net.ipv4.ip_forward", "1" }, 1 };
	check(make() == -EPERM, "with --network host");
}

static bool one_id(const struct id_maps *maps, uint32_t inside, uint32_t outside, uint32_t count)
{
	return maps->n == 1 && maps->v[0].inside == inside && maps->v[0].outside == outside && maps->v[0].count == count;
}

static void test_said_ids(void)
{
	struct id_map said[] = { { 0, 1000, 1 }, { 1, 200000, 10 } };

	fresh("uid=1000,gid=1000,cgroup=v2");
	spec.sandbox.uid_maps = (struct id_maps){ said, 1 };
	check(make() == 0 && one_id(&plan.gid_maps, 0, 1000, 1) && plan.setgroups_deny && !plan.newuidmap, "said: its own");
	spec.sandbox.uid_maps.n = 2;
	check(make() == -EPERM && strstr(err.text, "newuidmap"), "said: more, without helpers: %s", err.text);
	spec.sandbox.uid_maps.v++;
	spec.sandbox.uid_maps.n = 1;
	check(make() == -EINVAL && strstr(err.text, "0 inside"), "said: no root: %s", err.text);
}

/* Root maps what there is; any other user the one id that the kernel lets everyone map. */
static void test_ids(void)
{
	struct id_map here[] = { { 0, 100000, 65536 }, { 70000, 1, 2 } };

	fresh("uid=0,gid=0,cgroup=v2");
	check(make() == 0 && plan.uid_maps.n == 1 && plan.uid_maps.v[0].count == 65536 && plan.uid_maps.v[0].outside > 2000200000 &&
		      plan.gid_maps.n == 1 && plan.ids.n_pools == 1 && plan.ids.count == 65536 && plan.shifted && !plan.setgroups_deny,
	      "root: 65536 ids of its own");
	spec.sandbox.ids = IDS_IDENTITY;
	check(make() == 0 && one_id(&plan.uid_maps, 0, 0, UINT32_MAX) && one_id(&plan.gid_maps, 0, 0, UINT32_MAX) &&
		      !plan.setgroups_deny && !plan.shifted && !plan.ids.n_pools,
	      "root, where asked for: all ids");
	spec.sandbox.ids = IDS_SINGLE;
	check(make() == -EINVAL, "root: not one id");
	fresh("uid=0,subids=300000:131072,cgroup=v2");
	check(make() == 0 && plan.ids.n_pools == 1 && plan.ids.pools[0].uid == 300000 && plan.ids.pools[0].count == 131072,
	      "root: granted ids");
	fresh("uid=0,subids=300000:65535,cgroup=v2");
	check(make() == 0 && plan.ids.pools[0].uid == 0x77800000 && plan.warnings.n, "root: too few granted ids are not used");
	fresh("uid=0,gid=0,cgroup=v2");
	facts.uid_maps = facts.gid_maps = (struct id_maps){ &(struct id_map){ 0, 100000, 200000 }, 1 };
	check(make() == 0 && plan.ids.n_pools == 1 && plan.ids.pools[0].uid == 65536 && plan.ids.pools[0].count == 134464 &&
		      plan.shifted,
	      "root of a large user namespace: what is beside its first 65536");
	facts.uid_maps = facts.gid_maps = (struct id_maps){ here, 2 };
	facts.setgroups_denied = true;
	check(make() == 0 && plan.uid_maps.n == 2 && plan.uid_maps.v[0].outside == 0 && plan.uid_maps.v[0].count == 65536 &&
		      plan.uid_maps.v[1].inside == 70000 && plan.uid_maps.v[1].outside == 70000 && plan.setgroups_deny,
	      "root of a user namespace: the ids of that one");
	fresh("uid=1000,gid=100,cgroup=v2");
	check(make() == 0 && one_id(&plan.uid_maps, 0, 1000, 1) && one_id(&plan.gid_maps, 0, 100, 1) && plan.setgroups_deny,
	      "a user: itself");
	fresh("uid=1000,gid=100,subids=100000:65536,cgroup=v2");
	check(make() == 0 && one_id(&plan.uid_maps, 0, 1000, 1), "a user with ids, but no helpers: itself");
	fresh("uid=1000,gid=100,subids=100000:65536,newuidmap=1,cgroup=v2");
	check(make() == 0 && plan.uid_maps.n == 2 && plan.uid_maps.v[0].outside == 1000 && plan.uid_maps.v[1].outside == 100000 &&
		      plan.uid_maps.v[1].count == 65535 && plan.ids.at == 1 && plan.ids.may_share && plan.newuidmap &&
		      !plan.setgroups_deny && !plan.shifted,
	      "a user with ids and helpers: itself and 65535");
	spec.sandbox.ids = IDS_SINGLE;
	check(make() == 0 && one_id(&plan.uid_maps, 0, 1000, 1) && plan.setgroups_deny && !plan.newuidmap, "the same user, one id");
	spec.sandbox.ids = IDS_IDENTITY;
	check(make() == -EPERM, "a user: not all ids");
	test_said_ids();
	fresh("uid=0,cgroup=v2");
	spec.sandbox.ns[NS_USER].mode = NS_HOST;
	check(make() == 0 && !plan.uid_maps.n && !(plan.clone_flags & CLONE_NEWUSER), "the host's user namespace: no maps");
}

static size_t first(enum op_kind kind, const char *target)
{
	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].kind == kind && (!target || str_eq(plan.ops[i].target, target)))
			return i;
	return SIZE_MAX;
}

static size_t last(enum op_kind kind)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < plan.n_ops; i++)
		if (plan.ops[i].kind == kind)
			found = i;
	return found;
}

/* What hides comes after what could uncover: no mount of the user's lies over a mask. */
static void test_order(void)
{
	struct mount_spec mounts[] = { { MOUNT_TMPFS, "/proc", .size_bytes = 4096 },
				       { MOUNT_BIND, "/sys/firmware", "/srv" },
				       { MOUNT_BIND, "/data", "/srv", .readonly = true, .nonrecursive = true } };
	struct pair sysctl = { "net.ipv4.ip_forward", "1" };
	const char *const mine[] = { "/mine" };
	size_t user_last, masks;

	fresh("uid=0,cgroup=v2");
	container.mounts = mounts;
	container.n_mounts = ARRAY_SIZE(mounts);
	container.root_readonly = container.process.terminal = true;
	container.process.cwd = "/work";
	container.masked_paths = container.readonly_paths = (struct strs){ (const char **)(uintptr_t)mine, 1 };
	spec.sandbox.sysctls = (struct pairs){ &sysctl, 1 };
	if (!check(make() == 0, "plan: %s", err.text))
		return;
	user_last = first(OP_BIND, "/data");
	masks = first(OP_MASK, NULL);
	check(first(OP_ROOT, "/") == 0, "the root is first");
	check(first(OP_MOUNT, "/proc") < first(OP_MOUNT, "/dev") && first(OP_MOUNT, "/dev") < first(OP_DEVICE, NULL) &&
		      last(OP_DEVICE) < first(OP_NETWORK, NULL),
	      "then /proc and /dev");
	check(first(OP_NETWORK, NULL) < first(OP_SYSCTL, NULL) && first(OP_SYSCTL, NULL) < first(OP_MOUNT, "/sys"),
	      "the network, its sysctls, then its /sys");
	check(first(OP_MOUNT, "/sys") < first(OP_BIND, "/sys/firmware") && last(OP_FILE) < first(OP_BIND, "/sys/firmware"),
	      "the user's mounts come after ours");
	check(user_last < first(OP_MKDIR, "/work") && first(OP_MKDIR, "/work") < first(OP_TERMINAL, NULL),
	      "then the working directory and the terminal");
	check(first(OP_TERMINAL, NULL) < masks && last(OP_MASK) < first(OP_READONLY, NULL), "masks and read-only parts are last");
	check(first(OP_MASK, "/mine") < SIZE_MAX && first(OP_READONLY, "/mine") < SIZE_MAX, "with those that were asked for");
	check(first(OP_READONLY, "/") == plan.n_ops - 1, "the root's own at the very end");
	for (size_t i = masks; i < plan.n_ops; i++)
		check(plan.ops[i].kind == OP_MASK || plan.ops[i].kind == OP_READONLY, "%s after the masks", plan.ops[i].target);
	check((plan.ops[user_last].attrs & (SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV)) ==
			      (SYS_MOUNT_ATTR_RDONLY | SYS_MOUNT_ATTR_NOSUID | SYS_MOUNT_ATTR_NODEV) &&
		      !plan.ops[user_last].recursive,
	      "a volume: read-only, and never devices or set-user-ID files");
}

/* /sys of the host's network namespace is the host's; no cgroup tree is shown with it. */
static void test_host_network(void)
{
	fresh("uid=0,cgroup=v2");
	spec.sandbox.network = NETWORK_HOST;
	check(make() == 0 && !plan.own_network && first(OP_NETWORK, NULL) == SIZE_MAX, "no network of its own");
	check(first(OP_BIND, "/sys") < SIZE_MAX && first(OP_MOUNT, "/sys") == SIZE_MAX &&
		      plan.ops[first(OP_BIND, "/sys")].attrs & SYS_MOUNT_ATTR_RDONLY,
	      "the host's /sys, read-only");
	check(first(OP_MOUNT, "/sys/fs/cgroup") == SIZE_MAX, "no cgroup2 over it");
}

/* What the command may: the same list always, nothing inheritable or ambient unless said. */
static void test_process(void)
{
	fresh("uid=0,cgroup=v2");
	check(make() == 0, "plan: %s", err.text);
	check(plan.process.cap_ambient == 0 && plan.process.cap_bounding == plan.process.cap_permitted &&
		      plan.process.cap_bounding == 0x800405fb, /* moby's 14 without NET_RAW, MKNOD, AUDIT_WRITE */
	      "capabilities: %llx", (unsigned long long)plan.process.cap_bounding);
	check(plan.process.no_new_privs && plan.process.role == ROLE_PID1 && plan.process.umask == 022 &&
		      str_eq(plan.process.cwd, "/"),
	      "defaults");
	container.process.caps.said = true;
	container.process.init = false;
	container.process.allow_new_privs = true;
	check(make() == 0 && plan.process.cap_bounding == 0 && plan.process.role == ROLE_EXEC && !plan.process.no_new_privs,
	      "none at all, when that is said");
}

/* Text and JSON of a plan with odd words: one line a step, whatever they hold. */
static void test_print(void)
{
	const char *odd[] = { "a b", "new\nline", "\033[2J", "\"\\\t", "\377", "" };
	struct strs args = { odd, ARRAY_SIZE(odd) };
	const char *text;

	fresh("uid=0,cgroup=v2");
	container.process.args = container.process.env = args;
	check(make() == 0, "plan: %s", err.text);
	text = plan_text(&plan, &arena);
	check(strstr(text, "init exec \"a b\" \"new\\nline\" \"\\x1b[2J\" \"\\\"\\\\\\t\" \"\377\" \"\"\n"), "text: %s",
	      strstr(text, "init exec"));
	check(!strchr(text, '\033'), "no control characters");
	check(plan_json(&plan, &arena)[0] == '{', "JSON");
}

void test_plan(void)
{
	test_facts();
	test_cgroups();
	test_asked_alone();
	test_refusals();
	test_sysctls();
	test_ids();
	test_order();
	test_host_network();
	test_process();
	test_print();
	arena_free(&arena);
}
