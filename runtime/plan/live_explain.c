/* SPDX-License-Identifier: Apache-2.0
 *
 * A live sandbox in words of security, by what the kernel says of it; nothing here
 * trusts what was once planned.
 */
#include "plan/live.h"
#include "model/caps.h"
#include "model/names.h"
#include "plan/explain.h"
#include "util/str.h"

const char *const live_namespaces[LIVE_NAMESPACES] = { "user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time" };

#define ROW(rows, ...) explain_add(rows, &(struct explanation){ __VA_ARGS__ })

/* Where it stands: anybody may look there too. */
static const char *at(const struct live_facts *f, struct explanations *rows, const char *file)
{
	return arena_printf(rows->arena, "/proc/%d/%s", (int)f->pid, file);
}

static void live_ids(const struct live_facts *f, struct explanations *rows)
{
	const struct id_map *m = f->uid_maps.v;

	if (f->shared[0])
		ROW(rows, EXPLAIN_OPEN, "user namespace", "the host's", at(f, rows, "ns/user"), NULL);
	else if (f->uid_maps.n == 0)
		ROW(rows, EXPLAIN_PART, "user namespace", "its own; its map cannot be read", at(f, rows, "uid_map"), NULL);
	else
		ROW(rows, m->inside == m->outside ? EXPLAIN_PART : EXPLAIN_ON, "user namespace",
		    arena_printf(rows->arena, "its own; user %u inside is %u outside, %u ids in %zu line%s", m->inside, m->outside,
				 m->count, f->uid_maps.n, f->uid_maps.n == 1 ? "" : "s"), at(f, rows, "uid_map"), NULL);
	ROW(rows, f->uid ? EXPLAIN_ON : EXPLAIN_PART, "user",
	    arena_printf(rows->arena, "process %d is user %u, group %u of this host", (int)f->pid, f->uid, f->gid),
	    at(f, rows, "status"), NULL);
}

static void live_ns(const struct live_facts *f, struct explanations *rows)
{
	for (int i = 1; i < LIVE_NAMESPACES; i++) {
		/* a time namespace is for who asks */
		enum explain_state shared = str_eq(live_namespaces[i], "time") ? EXPLAIN_OFF : EXPLAIN_OPEN;

		ROW(rows, f->unknown[i] ? EXPLAIN_PART : f->shared[i] ? shared : EXPLAIN_ON,
		    arena_printf(rows->arena, "%s namespace", live_namespaces[i]),
		    f->unknown[i] ? "cannot be read" : f->shared[i] ? "the host's" : "its own",
		    at(f, rows, arena_printf(rows->arena, "ns/%s", live_namespaces[i])), NULL);
	}
}

static void live_caps(const struct live_facts *f, struct explanations *rows)
{
	bool open = f->bounding & ~caps_default || (f->shared[0] && f->effective);
	const struct {
		const char *name;
		uint64_t set;
	} sets[] = { { "capabilities", f->effective }, { "bounding set", f->bounding }, { "inheritable set", f->inheritable },
		     { "ambient set", f->ambient } };

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		/* those two are empty unless they were asked for */
		enum explain_state some = open || i >= 2 ? EXPLAIN_OPEN : EXPLAIN_PART;

		ROW(rows, sets[i].set ? some : EXPLAIN_ON, sets[i].name,
		    explain_caps(rows->arena, sets[i].set), at(f, rows, "status"), NULL);
	}
}

static void live_privileges(const struct live_facts *f, struct explanations *rows)
{
	ROW(rows, f->no_new_privs ? EXPLAIN_ON : EXPLAIN_OPEN, "new privileges",
	    f->no_new_privs ? "none by execve: no_new_privs" : "set-user-ID programs and file capabilities may count",
	    at(f, rows, "status"), NULL);
	if (f->seccomp < 0)
		ROW(rows, EXPLAIN_OFF, "system calls", "this kernel does not say whether they are filtered", at(f, rows, "status"), NULL);
	else if (f->seccomp == 0)
		ROW(rows, EXPLAIN_OPEN, "system calls", "none is filtered", at(f, rows, "status"), NULL);
	else
		ROW(rows, EXPLAIN_ON, "system calls",
		    f->filters > 0 ? arena_printf(rows->arena, "filtered, by %d filter%s", f->filters, f->filters == 1 ? "" : "s") :
				     "filtered", at(f, rows, "status"), NULL);
	ROW(rows, f->label && !str_after(f->label, "unconfined") ? EXPLAIN_ON : EXPLAIN_OFF, "security module",
	    f->label ? f->label : "no label", at(f, rows, "attr/current"), NULL);
}

static bool has_option(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = options; (at = strstr(at, word)); at += n)
		if ((at == options || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	return false;
}

/* Below one of the sandbox's own trees. */
static bool is_below(const char *target, const char *tree)
{
	const char *rest = str_after(target, tree);

	return rest && (!*rest || *rest == '/');
}

static void live_mounts(const struct live_facts *f, struct explanations *rows)
{
	static const char *const standard[] = { "/proc", "/sys", "/dev" };
	size_t hidden = 0;

	for (size_t i = 0; i < f->n_mounts; i++) {
		const struct live_mount *m = &f->mounts[i];
		bool readonly = has_option(m->options, "ro"), own = false;

		for (size_t s = 0; s < ARRAY_SIZE(standard); s++)
			own |= is_below(m->target, standard[s]);
		if (own) {
			hidden += readonly && (str_after(m->target, "/proc/") || str_after(m->target, "/sys/"));
			continue;
		}
		if (str_eq(m->target, "/"))
			ROW(rows, EXPLAIN_ON, "root", arena_printf(rows->arena, "%s, %s", m->fs_type, m->options), at(f, rows, "mountinfo"),
			    NULL);
		else
			ROW(rows, readonly ? EXPLAIN_PART : EXPLAIN_OPEN, "mount",
			    arena_printf(rows->arena, "%s: %s, %s of %s, %s", m->target, m->fs_type, m->root, m->source, m->options),
			    at(f, rows, "mountinfo"), NULL);
	}
	ROW(rows, hidden ? EXPLAIN_ON : EXPLAIN_OPEN, "/proc and /sys",
	    arena_printf(rows->arena, "%zu paths in them are masked or read-only", hidden), at(f, rows, "mountinfo"), NULL);
}

static void live_limits(const struct live_facts *f, struct explanations *rows)
{
	for (size_t i = 0; i < f->limits.n; i++) {
		const char *value = f->limits.v[i].value;
		/* version 1 says "none" as the largest number of pages */
		bool none = str_after(value, "max") || str_eq(value, "-1") || strlen(value) > 17;

		ROW(rows, none ? EXPLAIN_PART : EXPLAIN_ON, "limit",
		    none ? arena_printf(rows->arena, "%s: none", f->limits.v[i].name) :
			   arena_printf(rows->arena, "%s = %s", f->limits.v[i].name, value), "its cgroup", NULL);
	}
	if (!f->limits.n)
		ROW(rows, EXPLAIN_PART, "limit", "it is in no cgroup of its own: no limits", "its cgroup", NULL);
}

void live_explain(const struct live_facts *facts, struct explanations *rows)
{
	live_ids(facts, rows);
	live_ns(facts, rows);
	live_caps(facts, rows);
	live_privileges(facts, rows);
	live_mounts(facts, rows);
	live_limits(facts, rows);
}
