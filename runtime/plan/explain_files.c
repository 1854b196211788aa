/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command sees of files, devices and limits.
 */
#include "plan/explain.h"
#include "util/str.h"
#include "util/sys.h"

#include <inttypes.h>

static const char by_default[] = "default";

static const char *size_text(struct arena *arena, int64_t bytes)
{
	if (bytes % (1 << 20) == 0)
		return arena_printf(arena, "%" PRId64 " MiB", bytes >> 20);
	return arena_printf(arena, "%" PRId64 " bytes", bytes);
}

static void explain_root(struct explainer *e)
{
	const char *name = e->c->image.path ? e->c->image.path : e->c->image.name;

	if (e->c->root_readonly)
		EXPLAIN(e, EXPLAIN_ON, "root", arena_printf(e->arena, "%s, read-only", name), "--read-only", NULL);
	else
		EXPLAIN(e, EXPLAIN_ON, "root",
			arena_printf(e->arena, "%s, never written to: what is written stays in memory, %s at the most, and goes with "
				     "the sandbox", name, size_text(e->arena, e->plan->writable_bytes)),
			e->c->writable_bytes ? "--storage-opt" : by_default, "--read-only");
}

/* What the host lends: told one by one, for each is a way of its own. */
static void explain_volumes(struct explainer *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->c->n_mounts; i++) {
		const struct mount_spec *m = &e->c->mounts[i];

		if (m->type != MOUNT_BIND)
			continue;
		n++;
		EXPLAIN(e, m->readonly ? EXPLAIN_PART : EXPLAIN_OPEN, "volume",
			arena_printf(e->arena, "%s of the host at %s, %s; its devices and set-user-ID files do not count", m->source,
				     m->destination, m->readonly ? "read-only" : "writable"),
			"-v, --mount", m->readonly ? NULL : "read-only with :ro");
	}
	if (!n)
		EXPLAIN(e, EXPLAIN_ON, "volumes", "no file or directory of the host", by_default, "-v SRC:DST opens one");
}

static size_t count_ops(const struct plan *plan, enum op_kind kind, const char *below)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_ops; i++)
		n += plan->ops[i].kind == kind && str_after(plan->ops[i].target, below);
	return n;
}

static void explain_kernel_files(struct explainer *e)
{
	size_t masked = count_ops(e->plan, OP_MASK, "/proc") + count_ops(e->plan, OP_MASK, "/sys");
	size_t readonly = count_ops(e->plan, OP_READONLY, "/proc");
	bool open = e->c->unmask_all || e->c->unmasked_paths.n;
	const char *what = arena_printf(e->arena, "%zu paths that tell of the host are masked, %zu that change it are read-only; /sys "
					"is read-only", masked, readonly);

	EXPLAIN(e, open ? EXPLAIN_OPEN : EXPLAIN_ON, "/proc and /sys", what,
		!open ? by_default : e->c->privileged ? "--privileged" : "--security-opt unmask",
		open ? NULL : "--security-opt mask=PATH hides more");
	if (e->c->proc_options.n)
		EXPLAIN(e, EXPLAIN_ON, "hidden processes", arena_printf(e->arena, "/proc with %s", e->c->proc_options.v[0]),
			"--security-opt proc-opts", NULL);
}

static const struct device_confinement *find_confinement(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_cgroups; i++)
		if (plan->cgroups[i].devices.n_rules)
			return &plan->cgroups[i].devices;
	return NULL;
}

static void explain_devices(struct explainer *e)
{
	bool open = e->c->n_devices || e->c->n_device_rules, confined = find_confinement(e->plan);
	struct str s = { .arena = e->arena };

	for (size_t i = 0; i < e->plan->n_ops; i++)
		if (e->plan->ops[i].kind == OP_DEVICE && str_after(e->plan->ops[i].target, "/dev/"))
			str_add(&s, "%s%s", s.n ? ", " : "", e->plan->ops[i].target + strlen("/dev/"));
	EXPLAIN(e, open ? EXPLAIN_OPEN : EXPLAIN_ON, "devices",
		arena_printf(e->arena, "%s; a node elsewhere does not count", s.n ? s.s : "none"),
		open ? "--device" : by_default, "--device opens one");
	EXPLAIN(e, confined ? EXPLAIN_ON : e->c->privileged ? EXPLAIN_OPEN : EXPLAIN_PART, "device cgroup",
		confined ? "refuses all others, whatever node there is" : "none: only the missing nodes keep others away",
		confined ? by_default : e->c->privileged ? "--privileged" : "this host lets this user have none (crib doctor)", NULL);
}

/* ---- limits ---- */

static const struct knob *find_knob(const struct plan *plan, const char *const files[])
{
	for (size_t g = 0; g < plan->n_cgroups; g++)
		for (size_t k = 0; k < plan->cgroups[g].n_knobs; k++)
			for (size_t f = 0; files[f]; f++)
				if (str_eq(plan->cgroups[g].knobs[k].file, files[f]))
					return &plan->cgroups[g].knobs[k];
	return NULL;
}

static bool is_unlimited(const char *value)
{
	return str_eq(value, "-1") || str_after(value, "max");
}

static void explain_limits(struct explainer *e)
{
	static const struct {
		const char *control, *files[3], *flag;
		bool is_default;
	} rows[] = {
		{ "memory limit", { "memory.max", "memory.limit_in_bytes" }, "--memory", true },
		{ "process limit", { "pids.max" }, "--pids-limit", true },
		{ "cpu limit", { "cpu.max", "cpu.cfs_quota_us" }, "--cpus", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct knob *knob = find_knob(e->plan, rows[i].files);

		if (knob && !is_unlimited(knob->value))
			EXPLAIN(e, EXPLAIN_ON, rows[i].control, arena_printf(e->arena, "%s = %s", knob->file, knob->value),
				knob->required ? rows[i].flag : by_default, rows[i].flag);
		else if (knob)
			EXPLAIN(e, EXPLAIN_OPEN, rows[i].control, "none", arena_printf(e->arena, "%s max", rows[i].flag), rows[i].flag);
		else
			EXPLAIN(e, rows[i].is_default ? EXPLAIN_PART : EXPLAIN_OFF, rows[i].control, "none",
				rows[i].is_default ? "this host lets this user have none (crib doctor)" : by_default, rows[i].flag);
	}
}

void explain_files(struct explainer *e)
{
	explain_root(e);
	explain_volumes(e);
	explain_kernel_files(e);
	explain_devices(e);
	explain_limits(e);
}
