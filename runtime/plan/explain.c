/* SPDX-License-Identifier: Apache-2.0
 *
 * Who the command is and what it may: namespaces, ids, capabilities, privileges,
 * filters, labels, levels.
 */
#include "plan/explain.h"
#include "model/caps.h"
#include "model/names.h"
#include "plan/security.h"
#include "util/str.h"
#include "util/landlock.h"
#include "util/sys.h"

static const char by_default[] = "default";

/* ---- ids ---- */

static bool is_identity(const struct id_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		if (maps->v[i].inside != maps->v[i].outside)
			return false;
	return maps->n > 0;
}

static const char *maps_text(struct arena *arena, const struct id_maps *maps)
{
	struct str s = { .arena = arena };

	for (size_t i = 0; i < maps->n; i++) {
		const struct id_map *m = &maps->v[i];

		if (m->count == 1)
			str_add(&s, "%s%u is %u", i ? ", " : "", m->inside, m->outside);
		else
			str_add(&s, "%s%u to %u are %u to %u", i ? ", " : "", m->inside, m->inside + m->count - 1, m->outside,
				m->outside + m->count - 1);
	}
	return s.n ? s.s : "none";
}

static void explain_users(struct explainer *e)
{
	const struct id_maps *maps = &e->plan->uid_maps;
	const char *text = maps_text(e->arena, maps);

	if (!(e->plan->clone_flags & CLONE_NEWUSER)) {
		EXPLAIN(e, EXPLAIN_OPEN, "user namespace", "the host's: root inside is root of this host", "--userns host",
			"leave --userns host out");
		return;
	}
	if (e->plan->ids.n_pools)
		text = arena_printf(e->arena, "%u that no other live sandbox has", e->plan->ids.count);
	else if (e->plan->uid_maps.n == 1 && maps->v[0].count == 1)
		text = arena_printf(e->arena, "only %s", text);
	if (is_identity(maps))
		EXPLAIN(e, EXPLAIN_PART, "user namespace",
			arena_printf(e->arena, "its own; user ids outside are as inside (%s): capabilities count inside only, files "
				     "of the host that it could reach would be its own", text),
			"started by root", NULL);
	else
		EXPLAIN(e, EXPLAIN_ON, "user namespace", arena_printf(e->arena, "its own; user ids outside: %s", text), by_default,
			"--userns host opens it");
}

/* As far as can be told without the container's own files. */
static bool is_root(const char *user)
{
	return !user || strspn(user, "0") == strcspn(user, ":") || str_eq(user, "root");
}

static void explain_user(struct explainer *e)
{
	const char *user = e->plan->process.user;

	if (is_root(user))
		EXPLAIN(e, EXPLAIN_PART, "user", "the command is root inside", user ? "-u" : by_default,
			"-u USER; --security restricted insists on one");
	else
		EXPLAIN(e, EXPLAIN_ON, "user", arena_printf(e->arena, "the command is %s%s", user,
			e->plan->process.nonroot_required ? ", refused if that turns out to be root" : ""), "-u", NULL);
}

/* ---- namespaces ---- */

static void explain_namespaces(struct explainer *e)
{
	static const struct {
		enum ns_type ns;
		const char *control, *own, *host, *flag;
	} rows[] = {
		{ NS_PID, "processes", "sees and signals its own only", "sees and signals the host's", NULL },
		{ NS_MOUNT, "mounts", "its own mounts", "the host's mounts", NULL },
		{ NS_NETWORK, "network", "a loopback of its own, and nothing else",
		  "the host's: every address, port and abstract socket that the host has", "--network host" },
		{ NS_IPC, "ipc", "its own shared memory and queues", "the host's shared memory and queues", "--ipc host" },
		{ NS_UTS, "host name", "its own", "the host's", "--uts host" },
		{ NS_CGROUP, "cgroup view", "its own cgroup is the top of what it sees", "it sees the host's cgroups",
		  "--cgroupns host" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool open = e->spec->sandbox.ns[rows[i].ns].mode != NS_NEW;

		EXPLAIN(e, open ? EXPLAIN_OPEN : EXPLAIN_ON, rows[i].control, open ? rows[i].host : rows[i].own,
			open ? rows[i].flag : by_default,
			!rows[i].flag ? NULL : arena_printf(e->arena, open ? "leave %s out" : "%s opens it", rows[i].flag));
	}
}

/* ---- privileges ---- */

const char *explain_caps(struct arena *arena, uint64_t set)
{
	struct str s = { .arena = arena };
	unsigned n = 0;

	if (set == CAPS_ALL)
		return "all that the kernel knows";
	for (unsigned bit = 0; bit < 64; bit++) {
		const char *name = capability_name(bit);

		/* of ALL less some, those that have no name here are not worth a line each */
		if (set >> bit & 1 && name)
			str_add(&s, "%s%s", n++ ? ", " : "", name + strlen("CAP_"));
	}
	return n ? arena_printf(arena, "%u: %s", n, s.s) : "none";
}

static const char *caps_why(struct explainer *e)
{
	const struct caps_spec *c = &e->c->process.caps;
	struct str s = { .arena = e->arena };

	if (c->said)
		return "exact sets";
	if (e->c->privileged)
		str_add(&s, "--privileged ");
	if (e->spec->sandbox.security == SECURITY_RESTRICTED)
		str_add(&s, "--security restricted ");
	else if (c->drop)
		str_add(&s, "--cap-drop ");
	if (c->add)
		str_add(&s, "--cap-add ");
	if (!s.n)
		return by_default;
	s.s[s.n - 1] = '\0';
	return s.s;
}

static void explain_capabilities(struct explainer *e)
{
	const struct process_plan *p = &e->plan->process;
	bool host = !(e->plan->clone_flags & CLONE_NEWUSER), more = p->cap_bounding & ~caps_default;
	const char *list = explain_caps(e->arena, p->cap_bounding);

	EXPLAIN(e, more || (host && p->cap_bounding) ? EXPLAIN_OPEN : p->cap_bounding ? EXPLAIN_PART : EXPLAIN_ON, "capabilities",
		host && p->cap_bounding ? arena_printf(e->arena, "%s; REAL: over this host, not over the sandbox alone", list) :
		p->cap_bounding ? arena_printf(e->arena, "%s; over what is the sandbox's own", list) : list,
		host ? arena_printf(e->arena, "%s, --userns host", caps_why(e)) : caps_why(e),
		p->cap_bounding ? "--cap-drop ALL, --cap-add NAME" : NULL);
	if (is_root(p->user))
		return;
	/* of the list above a user who is not root has these in effect, and no others */
	EXPLAIN(e, p->cap_ambient | p->cap_user_ambient ? EXPLAIN_OPEN : EXPLAIN_ON, "capabilities of user",
		explain_caps(e->arena, p->cap_ambient | p->cap_user_ambient),
		p->cap_ambient | p->cap_user_ambient ? "--cap-add" : by_default, NULL);
}

static void explain_privileges(struct explainer *e)
{
	bool nosuid = e->plan->n_ops && e->plan->ops[0].kind == OP_ROOT && e->plan->ops[0].attrs & SYS_MOUNT_ATTR_NOSUID;

	if (e->plan->process.no_new_privs)
		EXPLAIN(e, EXPLAIN_ON, "new privileges",
			nosuid ? "none by execve: no_new_privs, and the root is mounted nosuid" : "none by execve: no_new_privs",
			by_default, "--allow-new-privs opens it");
	else
		EXPLAIN(e, EXPLAIN_OPEN, "new privileges",
			"set-user-ID programs and file capabilities of the root count, up to the capabilities above",
			e->c->privileged ? "--privileged" : "--allow-new-privs", "leave it out");
}

/* ---- labels and levels ---- */

static void explain_labels(struct explainer *e)
{
	const struct process_spec *p = &e->c->process;
	const struct selinux_spec *s = &p->selinux;
	bool none = !p->apparmor_profile || str_eq(p->apparmor_profile, "unconfined");

	EXPLAIN(e, none ? EXPLAIN_OFF : EXPLAIN_ON, "AppArmor",
		none && !e->facts->apparmor ? "this host has none" : none ? "no profile of its own" : arena_printf(e->arena, "profile %s", p->apparmor_profile),
		e->c->privileged ? "--privileged" : p->apparmor_profile ? "--security-opt apparmor" : by_default, "--security-opt apparmor=PROFILE");
	if (p->selinux_label || s->user || s->role || s->type || s->level)
		EXPLAIN(e, EXPLAIN_ON, "SELinux",
			p->selinux_label ? p->selinux_label :
			arena_printf(e->arena, "%s:%s:%s:%s", s->user ? s->user : "*", s->role ? s->role : "*",
				     s->type ? s->type : "*", s->level ? s->level : "*"),
			"--security-opt label", NULL);
	else
		EXPLAIN(e, EXPLAIN_OFF, "SELinux", e->facts->selinux ? "no label of its own" : "this host has none",
			s->disable ? "--security-opt label=disable" : by_default,
			"--security-opt label=type:TYPE");
}

/* ---- Landlock ---- */

static void explain_landlock(struct explainer *e)
{
	const struct landlock_plan *l = &e->plan->landlock;
	struct str s = { .arena = e->arena };

	if (!l->version) {
		bool off = e->c->landlock == LANDLOCK_OFF || e->c->privileged;

		EXPLAIN(e, off ? EXPLAIN_OPEN : EXPLAIN_PART, "Landlock",
			off ? "off" : "none: this kernel has not got it (version 2, Linux 5.19), or was not told to use it at boot",
			e->c->landlock == LANDLOCK_OFF ? "--landlock off" : off ? "--privileged" : by_default, "--landlock on");
		return;
	}
	str_add(&s, "version %u: no files but those below the root, no mounts, no device nodes%s%s%s", l->version,
		e->c->root_readonly ? ", nothing written but where a writable mount is" : "",
		l->scoped & LL_SCOPE_ABSTRACT ? ", no abstract sockets of the host" : "", l->net ? ", only the TCP ports named" : "");
	EXPLAIN(e, EXPLAIN_ON, "Landlock", s.s, e->c->landlock == LANDLOCK_ON ? "--landlock on" : by_default, "--landlock off opens it");
}

/* With what asking for the level brings by itself. */
static const char *violations_text(struct explainer *e, enum security_level level)
{
	struct str s = { .arena = e->arena };
	struct container_spec *containers = arena_array(e->arena, e->spec->n_containers, sizeof(*containers));
	const struct spec spec = { e->spec->sandbox, containers, e->spec->n_containers };
	const struct violation *v;
	size_t n;

	for (size_t i = 0; i < spec.n_containers; i++) {
		containers[i] = e->spec->containers[i];
		if (level == SECURITY_RESTRICTED)
			spec_restrict(&spec.sandbox, &containers[i]);
	}
	v = security_check(&spec, level, e->arena, &n);
	for (size_t i = 0; i < n; i++)
		str_add(&s, "%s%s (%s)", i ? ", " : "", v[i].name, v[i].detail);
	return n ? s.s : NULL;
}

/* Which of the standard's levels a run would pass, whether it was held against one or not. */
static void explain_level(struct explainer *e)
{
	const enum security_level said = e->spec->sandbox.security;
	const char *restricted = violations_text(e, SECURITY_RESTRICTED), *baseline = violations_text(e, SECURITY_BASELINE);
	const char *why = said ? arena_printf(e->arena, "--security %s", security_level_names[said]) : "not held against any";

	if (!restricted)
		EXPLAIN(e, said == SECURITY_RESTRICTED ? EXPLAIN_ON : EXPLAIN_PART, "Pod Security",
			said == SECURITY_RESTRICTED ? "restricted, the strictest level" :
			"would pass restricted, the strictest level, which drops all capabilities", why,
			said == SECURITY_RESTRICTED ? NULL : "--security restricted");
	else if (!baseline)
		EXPLAIN(e, EXPLAIN_PART, "Pod Security",
			arena_printf(e->arena, "passes baseline; restricted would refuse: %s", restricted), why,
			"--security restricted");
	else
		EXPLAIN(e, EXPLAIN_OPEN, "Pod Security", arena_printf(e->arena, "baseline would refuse: %s", baseline), why,
			"--security baseline");
}

void plan_explain(const struct spec *spec, const struct facts *facts, const struct plan *plan, struct explanations *rows)
{
	struct explainer e = { spec, spec->containers, facts, plan, rows->arena, rows };

	explain_users(&e);
	explain_user(&e);
	explain_namespaces(&e);
	explain_capabilities(&e);
	explain_privileges(&e);
	explain_calls(&e);
	explain_labels(&e);
	explain_landlock(&e);
	explain_files(&e);
	explain_level(&e);
	/* what a run would say on its way: things that this host does not give */
	for (size_t i = 0; i < plan->warnings.n; i++)
		EXPLAIN(&e, EXPLAIN_PART, "warning", plan->warnings.v[i], NULL, NULL);
	explain_reach(&e);
}
