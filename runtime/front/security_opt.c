/* SPDX-License-Identifier: Apache-2.0
 *
 * --cap-add, --cap-drop and --security-opt: names to bits, keys to members.
 * A key is a row of a table; whether the host can do what is asked is plan's.
 */
#include "front/security_opt.h"

#include "front/nearest.h"
#include "front/value.h"
#include "model/names.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

static void push(struct arena *arena, struct strs *list, const char *word)
{
	*(const char **)arena_push(arena, &list->v, &list->n, sizeof(*list->v)) = word;
}

/* ---- capabilities ---- */

static int unknown_capability(const char *name, struct arena *arena, struct err *err)
{
	const char *bare = strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name;
	char *upper = arena_strdup(arena, bare);
	struct nearest near = { .word = upper };
	const char *known;

	for (char *c = upper; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	for (unsigned i = 0; (known = capability_name(i)); i++)
		nearest_try(&near, known + strlen("CAP_"));
	if (near.best)
		return err_set(err, EINVAL, "no capability \"%.64s\", did you mean %s?", name, near.best);
	return err_set(err, EINVAL, "no capability \"%.64s\"; those of capabilities(7) are known, and ALL", name);
}

int caps_add(const char *names, uint64_t *set, struct arena *arena, struct err *err)
{
	uint64_t bits = 0;

	do {
		size_t n = strcspn(names, ",");
		const char *name = arena_strndup(arena, names, n);
		int number = capability_number(name);

		if (strcasecmp(name, "ALL") == 0)
			bits = CAPS_ALL;
		else if (number < 0)
			return unknown_capability(name, arena, err);
		else
			bits |= UINT64_C(1) << number;
		names += n;
	} while (*names++ == ',');
	*set |= bits;
	return 0;
}

/* ---- the keys of --security-opt; value is NULL where none was said ---- */

typedef int option_set(struct words *w, const char *value, struct err *err);

static int set_no_new_privileges(struct words *w, const char *value, struct err *err)
{
	bool *allow = &w->container.process.allow_new_privs;

	if (value && !str_eq(value, "true") && !str_eq(value, "false"))
		return err_set(err, EINVAL, "true or false");
	*allow = value && str_eq(value, "false");
	return 0;
}

static int set_seccomp(struct words *w, const char *value, struct err *err)
{
	if (!*value)
		return err_set(err, EINVAL, "default, unconfined or a file with a profile");
	w->seccomp = str_eq(value, "builtin") ? "default" : value; /* docker's word */
	return 0;
}

/* A profile's name is written to attr/apparmor/exec behind "exec " and ends there at the end of the line. */
static int set_apparmor(struct words *w, const char *value, struct err *err)
{
	for (const char *c = value; *c; c++)
		if (iscntrl((unsigned char)*c))
			return err_set(err, EINVAL, "not the name of a profile");
	w->container.process.apparmor_profile = value;
	return 0;
}

static const struct label_part {
	const char *name;
	size_t member; /* in struct selinux_spec */
	const char *characters;
} label_parts[] = {
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	{ "user:", offsetof(struct selinux_spec, user), WORD },
	{ "role:", offsetof(struct selinux_spec, role), WORD },
	{ "type:", offsetof(struct selinux_spec, type), WORD },
	{ "level:", offsetof(struct selinux_spec, level), WORD ":," },
};

static int set_label(struct words *w, const char *value, struct err *err)
{
	struct selinux_spec *s = &w->container.process.selinux;

	if (str_eq(value, "disable")) {
		*s = (struct selinux_spec){ .disable = true };
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(label_parts); i++) {
		const char *part = str_after(value, label_parts[i].name);

		if (!part)
			continue;
		if (!*part || part[strspn(part, label_parts[i].characters)])
			return err_set(err, EINVAL, "not a part of an SELinux label");
		*(const char **)(void *)((char *)s + label_parts[i].member) = part;
		s->disable = false;
		return 0;
	}
	return err_set(err, EINVAL, "disable, user:USER, role:ROLE, type:TYPE or level:LEVEL");
}

static int set_systempaths(struct words *w, const char *value, struct err *err)
{
	if (!str_eq(value, "unconfined"))
		return err_set(err, EINVAL, "only unconfined is known");
	w->container.unmask_all = true;
	return 0;
}

/* podman's lists of paths, with colons between */
static int add_paths(struct words *w, struct strs *list, const char *value, struct err *err)
{
	do {
		size_t n = strcspn(value, ":");

		if (!n || *value != '/')
			return err_set(err, EINVAL, "absolute paths, with : between them");
		push(w->arena, list, arena_strndup(w->arena, value, n));
		value += n;
	} while (*value++ == ':');
	return 0;
}

static int add_mask(struct words *w, const char *value, struct err *err)
{
	return add_paths(w, &w->container.masked_paths, value, err);
}

static int add_unmask(struct words *w, const char *value, struct err *err)
{
	if (strcasecmp(value, "ALL") != 0)
		return add_paths(w, &w->container.unmasked_paths, value, err);
	w->container.unmask_all = true;
	return 0;
}

/* Options of proc(5); what they would open is not among them. */
static int add_proc_option(struct words *w, const char *option, struct err *err)
{
	static const char *const known[] = {
		"hidepid=1", "hidepid=2", "hidepid=4", "hidepid=noaccess", "hidepid=invisible", "hidepid=ptraceable",
		"subset=pid",
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (str_eq(option, known[i])) {
			push(w->arena, &w->container.proc_options, known[i]);
			return 0;
		}
	return err_set(err, EINVAL, "\"%.64s\": hidepid=1, 2 or 4 and subset=pid are known", option);
}

static int add_proc_options(struct words *w, const char *value, struct err *err)
{
	do {
		size_t n = strcspn(value, ",");

		TRY(add_proc_option(w, arena_strndup(w->arena, value, n), err));
		value += n;
	} while (*value++ == ',');
	return 0;
}

static int refuse_writable_cgroups(struct words *w, const char *value, struct err *err)
{
	(void)w;
	if (value && str_eq(value, "false"))
		return 0;
	return err_set(err, EOPNOTSUPP, "the command's cgroup is always read-only to it");
}

static const struct option {
	const char *key, *argument; /* NULL: the value may be left out */
	option_set *set;
} options[] = {
	{ "no-new-privileges", NULL, set_no_new_privileges },
	{ "seccomp", "default, unconfined or a FILE", set_seccomp },
	{ "apparmor", "a profile's name or unconfined", set_apparmor },
	{ "label", "disable or a part of an SELinux label", set_label },
	{ "systempaths", "unconfined", set_systempaths },
	{ "mask", "PATH[:PATH...]", add_mask },
	{ "unmask", "ALL or PATH[:PATH...]", add_unmask },
	{ "proc-opts", "OPTION[,OPTION...]", add_proc_options },
	{ "writable-cgroups", NULL, refuse_writable_cgroups },
};

static int unknown_key(const char *key, struct err *err)
{
	struct nearest near = { .word = key };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		nearest_try(&near, options[i].key);
	if (near.best)
		return err_set(err, EINVAL, "no option \"%.64s\", did you mean %s?", key, near.best);
	return err_set(err, EINVAL, "no option \"%.64s\"; known are no-new-privileges, seccomp, apparmor, label, "
				    "systempaths, mask, unmask and proc-opts", key);
}

int security_opt_add(struct words *w, const char *value, struct err *err)
{
	size_t n = strcspn(value, "=");
	const char *key, *rest;

	if (!value[n])
		n = strcspn(value, ":");
	key = arena_strndup(w->arena, value, n);
	rest = value[n] ? value + n + 1 : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!str_eq(options[i].key, key))
			continue;
		if (options[i].argument && (!rest || !*rest))
			return err_set(err, EINVAL, "needs a value: %s", options[i].argument);
		return options[i].set(w, rest, err);
	}
	return unknown_key(key, err);
}
