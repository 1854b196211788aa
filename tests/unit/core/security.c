/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of Pod Security's controls over specs of more than one container, and what a live
 * sandbox's facts come to in words. One container's verdicts are held by tests/golden/plan.
 */
#include "plan/security.h"
#include "model/caps.h"
#include "plan/live.h"
#include "test.h"

static struct arena arena;
static struct container_spec containers[2];
static struct spec spec;

static void fresh(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(containers); i++) {
		containers[i] = (struct container_spec){ .name = i ? "side" : "app" };
		containers[i].process.user = "1000";
		spec_restrict(&(struct sandbox_spec){ 0 }, &containers[i]);
	}
	spec = (struct spec){ .sandbox = { .name = "pod" }, .containers = containers, .n_containers = 2 };
}

/* The only control that is violated, as ID: DETAIL; "" when none is. */
static const char *verdict(enum security_level level)
{
	size_t n;
	const struct violation *v = security_check(&spec, level, &arena, &n);

	if (n > 1)
		return arena_printf(&arena, "%zu controls, first %s", n, v[0].id);
	return n ? arena_printf(&arena, "%s: %s", v[0].id, v[0].detail) : "";
}

#define BAD(level, want, ...)                                                                                  \
	do {                                                                                                   \
		fresh();                                                                                       \
		__VA_ARGS__;                                                                                   \
		check(str_eq(verdict(level), want), "%s: %s", want, verdict(level));                           \
		check(str_eq(verdict(SECURITY_PRIVILEGED), ""), "privileged refuses: %s", verdict(SECURITY_PRIVILEGED)); \
		check(str_eq(verdict(SECURITY_UNSAID), ""), "nothing said refuses: %s", verdict(SECURITY_UNSAID)); \
	} while (0)

#define BASELINE(want, ...) BAD(SECURITY_BASELINE, want, __VA_ARGS__)
#define RESTRICTED(want, ...)                                                             \
	do {                                                                              \
		BAD(SECURITY_RESTRICTED, want, __VA_ARGS__);                              \
		check(str_eq(verdict(SECURITY_BASELINE), ""), "baseline refuses too: %s", verdict(SECURITY_BASELINE)); \
	} while (0)

/* Each control names the container that is at fault, and only that. */
static void test_containers(void)
{
	struct mount_spec bind = { MOUNT_BIND, "/data", "/srv" }, nfs = { MOUNT_FS, "/nfs", .fs_type = "nfs4" };

	fresh();
	check(str_eq(verdict(SECURITY_BASELINE), "") && str_eq(verdict(SECURITY_RESTRICTED), ""), "a good pod: %s",
	      verdict(SECURITY_RESTRICTED));
	BASELINE("hostNamespaces: --network host, --pid host", spec.sandbox.ns[NS_NETWORK].mode = NS_HOST,
		 spec.sandbox.ns[NS_PID].mode = NS_PATH);
	BASELINE("privileged: side: --privileged", containers[1].privileged = true);
	BASELINE("capabilities_baseline: app: --cap-add CAP_NET_ADMIN, side: --cap-add ALL",
		 containers[0].process.caps.add = UINT64_C(1) << 12, containers[1].process.caps.add = CAPS_ALL);
	BASELINE("hostPathVolumes: app: volume /data", containers[0].mounts = &bind, containers[0].n_mounts = 1);
	BASELINE("appArmorProfile: side: unconfined", containers[1].process.apparmor_profile = "unconfined");
	BASELINE("seLinuxOptions: app: type \"spc_t\"", containers[0].process.selinux.type = "spc_t");
	BASELINE("procMount: app: all of /proc unmasked", containers[0].unmask_all = true);
	BASELINE("seccompProfile_baseline: side: unconfined", containers[1].seccomp_choice = SECCOMP_UNCONFINED);
	RESTRICTED("restrictedVolumes: side: volume /nfs of type nfs4", containers[1].mounts = &nfs, containers[1].n_mounts = 1);
	RESTRICTED("allowPrivilegeEscalation: app: new privileges are allowed", containers[0].process.allow_new_privs = true);
	RESTRICTED("runAsNonRoot: side: the user is root unless -u names another", containers[1].process.user = NULL);
	RESTRICTED("runAsNonRoot: app: must be required", containers[0].process.nonroot_required = false);
	RESTRICTED("runAsUser: app: -u 00:5", containers[0].process.user = "00:5");
	RESTRICTED("capabilities_restricted: side: --cap-drop ALL is missing", containers[1].process.caps.drop = 0);
	RESTRICTED("capabilities_restricted: app: --cap-add CAP_CHOWN", containers[0].process.caps.add = 1);
}

/* A user namespace that was asked for lets root be, and baseline see /proc; restricted still not. */
static void test_relaxed(void)
{
	fresh();
	spec.sandbox.userns_asked = true;
	containers[0].process.user = NULL;
	containers[1].process.user = "0";
	check(str_eq(verdict(SECURITY_RESTRICTED), ""), "root in a user namespace: %s", verdict(SECURITY_RESTRICTED));
	containers[1].unmask_all = true;
	check(str_eq(verdict(SECURITY_BASELINE), ""), "unmasked in a user namespace: %s", verdict(SECURITY_BASELINE));
	check(str_eq(verdict(SECURITY_RESTRICTED), "procMount_restricted: side: all of /proc unmasked"), "restricted: %s",
	      verdict(SECURITY_RESTRICTED));
	spec.sandbox.ns[NS_USER].mode = NS_HOST;
	containers[0].process.user = "1000";
	check(str_eq(verdict(SECURITY_BASELINE), "procMount: side: all of /proc unmasked"), "the host's: %s",
	      verdict(SECURITY_BASELINE));
}

/* Names that look like root, and those that are only found out inside. */
static void test_roots(void)
{
	static const char *const roots[] = { "0", "00", "0:0", "0:1000", "root", "root:x", "", ":5" };
	static const char *const others[] = { "1", "10", "1000:0", "rooty", "roo", "toor", "0x" };

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		fresh();
		containers[0].process.user = roots[i];
		check(strstr(verdict(SECURITY_RESTRICTED), "runAsUser") != NULL, "%s is root", roots[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		fresh();
		containers[0].process.user = others[i];
		check(str_eq(verdict(SECURITY_RESTRICTED), ""), "%s is not root: %s", others[i], verdict(SECURITY_RESTRICTED));
	}
}

static const struct explanation *row(const struct explanations *rows, const char *control)
{
	static const struct explanation none = { .control = "", .what = "no such row" };

	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->v[i].control, control))
			return &rows->v[i];
	return &none;
}

/* The worst and the best of what the kernel can say of a live one. */
static void test_live(void)
{
	struct id_map own = { 0, 100000, 65536 };
	struct live_mount mounts[] = { { "/", "/", "ro,nosuid", "overlay", "o" }, { "/", "/proc/kcore", "ro", "tmpfs", "t" },
				       { "/srv", "/data", "rw,nodev", "ext4", "/dev/sda" }, { "/x", "/processes", "ro", "ext4", "d" } };
	struct live_facts open = { .pid = 7, .bounding = CAPS_ALL, .effective = CAPS_ALL, .ambient = 1, .seccomp = 0, .shared = { true, true } };
	struct live_facts closed = { .pid = 7, .uid = 100000, .no_new_privs = true, .seccomp = 2, .filters = 2,
				     .uid_maps = { &own, 1 }, .label = "crib (enforce)", .mounts = mounts, .n_mounts = 4 };
	struct explanations rows = { .arena = &arena };

	live_explain(&open, &rows);
	check(row(&rows, "user namespace")->state == EXPLAIN_OPEN && row(&rows, "pid namespace")->state == EXPLAIN_OPEN &&
		      row(&rows, "capabilities")->state == EXPLAIN_OPEN && row(&rows, "ambient set")->state == EXPLAIN_OPEN &&
		      row(&rows, "new privileges")->state == EXPLAIN_OPEN && row(&rows, "system calls")->state == EXPLAIN_OPEN &&
		      row(&rows, "security module")->state == EXPLAIN_OFF && row(&rows, "/proc and /sys")->state == EXPLAIN_OPEN &&
		      row(&rows, "limit")->state == EXPLAIN_PART, "all open");
	rows = (struct explanations){ .arena = &arena };
	live_explain(&closed, &rows);
	check(row(&rows, "user namespace")->state == EXPLAIN_ON && row(&rows, "user")->state == EXPLAIN_ON &&
		      row(&rows, "capabilities")->state == EXPLAIN_ON && str_eq(row(&rows, "capabilities")->what, "none") &&
		      row(&rows, "new privileges")->state == EXPLAIN_ON && row(&rows, "security module")->state == EXPLAIN_ON &&
		      strstr(row(&rows, "system calls")->what, "2 filters") && row(&rows, "/proc and /sys")->state == EXPLAIN_ON &&
		      strstr(row(&rows, "/proc and /sys")->what, "1 path"), "all closed");
	check(row(&rows, "mount")->state == EXPLAIN_OPEN && strstr(row(&rows, "mount")->what, "/data"), "a mount: %s",
	      row(&rows, "mount")->what);
	check(str_eq(row(&rows, "capabilities")->why, "/proc/7/status"), "where it stands");
}

void test_pod_security(void)
{
	test_containers();
	test_relaxed();
	test_roots();
	test_live();
	arena_free(&arena);
}
