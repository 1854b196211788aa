/* SPDX-License-Identifier: Apache-2.0
 *
 * The Pod Security Standards as a table: a control a row, named as in Kubernetes'
 * pod-security-admission (policy version 1.37), with the level that has it first. What
 * crib cannot be asked for has no row: host ports, probes of other hosts, Windows.
 *
 * Where the standard has a manifest say something aloud (drop ALL, a seccomp
 * profile) and crib does it unasked, the front that asks for the level says it.
 * Since version 1.35 a pod with hostUsers: false may be root, and at the baseline
 * see all of /proc: here, who says --userns private or single.
 */
#include "plan/security.h"
#include "model/caps.h"
#include "plan/planner.h"
#include "util/str.h"

#include <errno.h>
#include <linux/capability.h>

enum { LONGEST = 900 }; /* bytes of a sentence, less what is put in front of it */

struct checker {
	const struct spec *spec;
	const struct container_spec *c; /* NULL: the sandbox's own turn */
	struct arena *arena;
	struct str detail; /* empty: nothing is violated */
	bool relaxed;      /* by a user namespace that was asked for */
};

#define WHO(k) (k)->spec->n_containers > 1 && (k)->c ? (k)->c->name : "", \
	       (k)->spec->n_containers > 1 && (k)->c ? ": " : ""

/* One more detail; commas between them. */
#define TELL(k, fmt, ...) \
	str_add(&(k)->detail, "%s%s%s" fmt, (k)->detail.n ? ", " : "", WHO(k), ##__VA_ARGS__)

/* ---- baseline ---- */

static void host_namespaces(struct checker *k)
{
	/* the standard's three, and two that come with them there */
	static const struct {
		enum ns_type ns;
		const char *words;
	} rows[] = {
		{ NS_NETWORK, "--network host" }, { NS_PID, "--pid host" },        { NS_IPC, "--ipc host" },
		{ NS_UTS, "--uts host" },         { NS_CGROUP, "--cgroupns host" },
	};

	if (k->c)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (k->spec->sandbox.ns[rows[i].ns].mode != NS_NEW)
			TELL(k, "%s", rows[i].words);
}

static void privileged(struct checker *k)
{
	if (k->c && k->c->privileged)
		TELL(k, "--privileged");
}

static uint64_t given_caps(const struct checker *k, uint64_t allowed)
{
	const struct caps_spec *caps = &k->c->process.caps;

	return caps->said ? caps_chosen(k->c) & ~allowed : caps->add & ~allowed;
}

static void tell_caps(struct checker *k, uint64_t allowed)
{
	uint64_t given = given_caps(k, allowed);

	if (k->c->process.caps.add == CAPS_ALL)
		TELL(k, "--cap-add ALL");
	else if (given)
		TELL(k, "--cap-add %s", caps_text(k->arena, given));
}

static void capabilities_baseline(struct checker *k)
{
	if (k->c)
		tell_caps(k, caps_baseline);
}

/* A device of the host is reached in a pod through a hostPath volume. */
static void tell_host_paths(struct checker *k)
{
	for (size_t i = 0; i < k->c->n_mounts; i++)
		if (k->c->mounts[i].type == MOUNT_BIND)
			TELL(k, "volume %.64s", k->c->mounts[i].destination);
	for (size_t i = 0; i < k->c->n_devices; i++)
		TELL(k, "device %.64s", k->c->devices[i].path);
	if (k->c->n_device_rules)
		TELL(k, "--device-cgroup-rule");
}

static void host_path_volumes(struct checker *k)
{
	if (k->c)
		tell_host_paths(k);
}

static void apparmor_profile(struct checker *k)
{
	if (k->c && k->c->process.apparmor_profile && str_eq(k->c->process.apparmor_profile, "unconfined"))
		TELL(k, "unconfined");
}

static void selinux_options(struct checker *k)
{
	static const char *const types[] = { "container_t", "container_init_t", "container_kvm_t", "container_engine_t" };
	const struct selinux_spec *s;
	bool known = false;

	if (!k->c)
		return;
	s = &k->c->process.selinux;
	for (size_t i = 0; s->type && i < ARRAY_SIZE(types); i++)
		known |= str_eq(s->type, types[i]);
	if (s->type && !known)
		TELL(k, "type \"%.64s\"", s->type);
	if (s->user)
		TELL(k, "user may not be set");
	if (s->role)
		TELL(k, "role may not be set");
	if (s->disable)
		TELL(k, "label=disable");
	if (k->c->process.selinux_label)
		TELL(k, "label \"%.64s\"", k->c->process.selinux_label);
}

static void tell_unmasked(struct checker *k)
{
	if (k->c->unmask_all)
		TELL(k, "all of /proc unmasked");
	for (size_t i = 0; !k->c->unmask_all && i < k->c->unmasked_paths.n; i++)
		TELL(k, "unmask=%.64s", k->c->unmasked_paths.v[i]);
}

static void proc_mount_baseline(struct checker *k)
{
	if (k->c && !k->relaxed)
		tell_unmasked(k);
}

static void seccomp_profile(struct checker *k)
{
	if (k->c && k->c->seccomp_choice == SECCOMP_UNCONFINED)
		TELL(k, "unconfined");
}

static void sysctls(struct checker *k)
{
	static const char *const safe[] = {
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
		"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
		"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
		"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat",
	};
	const struct pairs *list = &k->spec->sandbox.sysctls;

	for (size_t i = 0; !k->c && i < list->n; i++) {
		bool known = false;

		for (size_t s = 0; s < ARRAY_SIZE(safe); s++)
			known |= str_eq(list->v[i].name, safe[s]);
		if (!known)
			TELL(k, "%.64s", list->v[i].name);
	}
}

/* ---- restricted ---- */

static void restricted_volumes(struct checker *k)
{
	if (!k->c)
		return;
	tell_host_paths(k);
	for (size_t i = 0; i < k->c->n_mounts; i++)
		if (k->c->mounts[i].type == MOUNT_FS)
			TELL(k, "volume %.64s of type %.32s", k->c->mounts[i].destination, k->c->mounts[i].fs_type);
}

static void allow_privilege_escalation(struct checker *k)
{
	if (k->c && k->c->process.allow_new_privs)
		TELL(k, "new privileges are allowed");
}

/* "", "0", "root", "00:5"; another name is looked up inside, where nonroot_required holds */
static bool says_root(const char *user)
{
	size_t n = strcspn(user, ":");

	return strspn(user, "0") == n || (n == 4 && strncmp(user, "root", n) == 0);
}

static void run_as_nonroot(struct checker *k)
{
	if (!k->c || k->relaxed)
		return;
	if (!k->c->process.user)
		TELL(k, "the user is root unless -u names another");
	else if (!k->c->process.nonroot_required)
		TELL(k, "must be required");
}

static void run_as_user(struct checker *k)
{
	if (k->c && !k->relaxed && k->c->process.user && says_root(k->c->process.user))
		TELL(k, "-u %.64s", k->c->process.user);
}

static void capabilities_restricted(struct checker *k)
{
	if (!k->c)
		return;
	if (!k->c->process.caps.said && k->c->process.caps.drop != CAPS_ALL)
		TELL(k, "--cap-drop ALL is missing");
	tell_caps(k, UINT64_C(1) << CAP_NET_BIND_SERVICE);
}

static void proc_mount_restricted(struct checker *k)
{
	if (k->c)
		tell_unmasked(k);
}

/* ---- the table ---- */

static const struct control {
	const char *id, *name;
	enum security_level level, until; /* the last one that has it: another row takes its place above */
	void (*check)(struct checker *k);
} controls[] = {
#define B SECURITY_BASELINE
#define R SECURITY_RESTRICTED
	{ "hostNamespaces", "host namespaces", B, R, host_namespaces },
	{ "privileged", "privileged", B, R, privileged },
	{ "capabilities_baseline", "non-default capabilities", B, B, capabilities_baseline },
	{ "hostPathVolumes", "hostPath volumes", B, B, host_path_volumes },
	{ "appArmorProfile", "forbidden AppArmor profile", B, R, apparmor_profile },
	{ "seLinuxOptions", "seLinuxOptions", B, R, selinux_options },
	{ "procMount", "procMount", B, B, proc_mount_baseline },
	{ "seccompProfile_baseline", "seccompProfile", B, B, seccomp_profile },
	{ "sysctls", "forbidden sysctls", B, R, sysctls },
	{ "restrictedVolumes", "restricted volume types", R, R, restricted_volumes },
	{ "allowPrivilegeEscalation", "allowPrivilegeEscalation != false", R, R, allow_privilege_escalation },
	{ "runAsNonRoot", "runAsNonRoot != true", R, R, run_as_nonroot },
	{ "runAsUser", "runAsUser=0", R, R, run_as_user },
	{ "seccompProfile_restricted", "seccompProfile", R, R, seccomp_profile },
	{ "capabilities_restricted", "unrestricted capabilities", R, R, capabilities_restricted },
	{ "procMount_restricted", "procMount", R, R, proc_mount_restricted },
#undef B
#undef R
};

struct violation *security_check(const struct spec *spec, enum security_level level, struct arena *arena, size_t *n)
{
	struct violation *list = NULL;

	*n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
		struct checker k = {
			.spec = spec,
			.arena = arena,
			.detail = { .arena = arena },
			.relaxed = spec->sandbox.userns_asked && spec->sandbox.ns[NS_USER].mode == NS_NEW,
		};

		if (level < controls[i].level || level > controls[i].until)
			continue;
		controls[i].check(&k);
		for (size_t c = 0; c < spec->n_containers; c++) {
			k.c = &spec->containers[c];
			controls[i].check(&k);
		}
		if (k.detail.n)
			*(struct violation *)arena_push(arena, &list, n, sizeof(*list)) =
				(struct violation){ controls[i].id, controls[i].name, k.detail.s };
	}
	return list;
}

int plan_security(struct planner *p)
{
	const enum security_level level = p->spec->sandbox.security;
	struct str text = { .arena = p->arena };
	size_t n;
	const struct violation *v = security_check(p->spec, level, p->arena, &n);

	if (!n)
		return 0;
	for (size_t i = 0; i < n; i++)
		str_add(&text, "%s%s (%s)", i ? ", " : "", v[i].name, v[i].detail);
	/* all of them are told; where that is too much for one sentence, by name */
	if (text.n > LONGEST) {
		text = (struct str){ .arena = p->arena };
		for (size_t i = 0; i < n; i++)
			str_add(&text, "%s%s", i ? ", " : "", v[i].name);
	}
	return err_set(p->err, EPERM, "violates PodSecurity \"%s:latest\": %s", security_level_names[level], text.s);
}
