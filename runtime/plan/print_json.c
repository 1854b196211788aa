/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan as JSON, for tools: the same steps as plan_text(), as objects.
 */
#include "plan/plan.h"
#include "model/seccomp_names.h"
#include "plan/filter.h"
#include "util/str.h"
#include "util/sys.h"

#include <linux/filter.h>
#include <yyjson.h>

static void add_strs(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const struct strs *strs)
{
	yyjson_mut_val *arr;

	if (!strs->n)
		return;
	arr = yyjson_mut_obj_add_arr(doc, obj, key);
	for (size_t i = 0; i < strs->n; i++)
		yyjson_mut_arr_add_str(doc, arr, strs->v[i]);
}

static void add_maps(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const struct id_maps *maps)
{
	yyjson_mut_val *arr = yyjson_mut_obj_add_arr(doc, obj, key);

	for (size_t i = 0; i < maps->n; i++) {
		yyjson_mut_val *map = yyjson_mut_arr_add_obj(doc, arr);

		yyjson_mut_obj_add_uint(doc, map, "inside", maps->v[i].inside);
		yyjson_mut_obj_add_uint(doc, map, "outside", maps->v[i].outside);
		yyjson_mut_obj_add_uint(doc, map, "count", maps->v[i].count);
	}
}

static void add_pools(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct id_choice *ids)
{
	yyjson_mut_val *arr;

	if (!ids->n_pools)
		return;
	arr = yyjson_mut_obj_add_arr(doc, root, "idRanges");
	for (size_t i = 0; i < ids->n_pools; i++) {
		yyjson_mut_val *pool = yyjson_mut_arr_add_obj(doc, arr);

		yyjson_mut_obj_add_uint(doc, pool, "uid", ids->pools[i].uid);
		yyjson_mut_obj_add_uint(doc, pool, "gid", ids->pools[i].gid);
		yyjson_mut_obj_add_uint(doc, pool, "count", ids->pools[i].count);
	}
}

static void add_devices(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct device_confinement *c)
{
	char text[DEVICE_RULE_TEXT];
	yyjson_mut_val *arr;

	if (!c->n_rules)
		return;
	arr = yyjson_mut_obj_add_arr(doc, obj, "devices");
	for (size_t i = 0; i < c->n_rules; i++)
		yyjson_mut_arr_add_strcpy(doc, arr, device_rule_text(&c->rules[i], text));
	if (c->program.n)
		yyjson_mut_obj_add_uint(doc, obj, "deviceProgramInstructions", c->program.n);
	if (c->before_birth)
		yyjson_mut_obj_add_true(doc, obj, "devicesBeforeBirth");
}

static void add_cgroups(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct plan *plan)
{
	yyjson_mut_val *arr = yyjson_mut_obj_add_arr(doc, root, "cgroups");

	for (size_t i = 0; i < plan->n_cgroups; i++) {
		const struct cgroup_plan *cg = &plan->cgroups[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, arr), *knobs;

		yyjson_mut_obj_add_int(doc, obj, "version", cg->version);
		yyjson_mut_obj_add_str(doc, obj, "path", cg->path);
		if (cg->enable)
			yyjson_mut_obj_add_str(doc, obj, "enable", cg->enable);
		knobs = yyjson_mut_obj_add_obj(doc, obj, "knobs");
		for (size_t k = 0; k < cg->n_knobs; k++)
			yyjson_mut_obj_add_str(doc, knobs, cg->knobs[k].file, cg->knobs[k].value);
		add_devices(doc, obj, &cg->devices);
	}
}

static void add_ops(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct plan *plan)
{
	yyjson_mut_val *arr = yyjson_mut_obj_add_arr(doc, root, "filesystem");

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, arr);

		yyjson_mut_obj_add_str(doc, obj, "op", op_names[op->kind]);
		yyjson_mut_obj_add_str(doc, obj, "target", op->target);
		if (op->source)
			yyjson_mut_obj_add_str(doc, obj, "source", op->source);
		if (op->fs_type)
			yyjson_mut_obj_add_str(doc, obj, "type", op->fs_type);
		if (op->kind == OP_DEVICE) {
			yyjson_mut_obj_add_uint(doc, obj, "major", op->major);
			yyjson_mut_obj_add_uint(doc, obj, "minor", op->minor);
		}
		add_strs(doc, obj, "options", &op->options);
		if (op->attrs)
			yyjson_mut_obj_add_uint(doc, obj, "attributes", op->attrs);
		if (op->access)
			yyjson_mut_obj_add_uint(doc, obj, "landlock", op->access);
		if (op->recursive)
			yyjson_mut_obj_add_bool(doc, obj, "recursive", true);
		if (op->idmap)
			yyjson_mut_obj_add_bool(doc, obj, "idmap", true);
	}
}

/* The profile, as --seccomp takes it, and its program, as the kernel does. */
static void add_filter(yyjson_mut_doc *doc, yyjson_mut_val *process, const struct process_plan *p, struct arena *arena)
{
	yyjson_mut_val *obj = yyjson_mut_obj_add_obj(doc, process, "seccomp"), *code;
	char digest[FILTER_DIGEST];

	yyjson_mut_obj_add_str(doc, obj, "name", p->filter_name);
	if (!p->n_filter)
		return;
	yyjson_mut_obj_add_strcpy(doc, obj, "sha256", filter_digest(p, digest));
	yyjson_mut_obj_add_uint(doc, obj, "flags", p->filter_flags);
	yyjson_mut_obj_add_val(doc, obj, "profile", seccomp_json_value(doc, filter_profile(p, arena)));
	code = yyjson_mut_obj_add_arr(doc, obj, "program"); /* code, jt, jf, k of each instruction */
	for (size_t i = 0; i < p->n_filter; i++) {
		yyjson_mut_val *one = yyjson_mut_arr_add_arr(doc, code);

		yyjson_mut_arr_add_uint(doc, one, p->filter[i].code);
		yyjson_mut_arr_add_uint(doc, one, p->filter[i].jt);
		yyjson_mut_arr_add_uint(doc, one, p->filter[i].jf);
		yyjson_mut_arr_add_uint(doc, one, p->filter[i].k);
	}
}

static void add_process(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct process_plan *p, struct arena *arena)
{
	yyjson_mut_val *obj = yyjson_mut_obj_add_obj(doc, root, "process");

	add_strs(doc, obj, "args", &p->args);
	add_strs(doc, obj, "env", &p->env);
	yyjson_mut_obj_add_str(doc, obj, "cwd", p->cwd);
	yyjson_mut_obj_add_str(doc, obj, "user", p->user ? p->user : "0:0");
	yyjson_mut_obj_add_bool(doc, obj, "init", p->role == ROLE_PID1);
	yyjson_mut_obj_add_bool(doc, obj, "terminal", p->terminal);
	yyjson_mut_obj_add_bool(doc, obj, "noNewPrivileges", p->no_new_privs);
	if (p->nonroot_required)
		yyjson_mut_obj_add_bool(doc, obj, "runAsNonRoot", true);
	yyjson_mut_obj_add_uint(doc, obj, "capabilities", p->cap_bounding);
	if (p->apparmor_profile)
		yyjson_mut_obj_add_str(doc, obj, "apparmorProfile", p->apparmor_profile);
	if (p->selinux_label)
		yyjson_mut_obj_add_str(doc, obj, "selinuxLabel", p->selinux_label);
	yyjson_mut_obj_add_uint(doc, obj, "ambientCapabilities", p->cap_ambient);
	yyjson_mut_obj_add_uint(doc, obj, "ambientCapabilitiesOfUser", p->cap_user_ambient);
	add_filter(doc, obj, p, arena);
}

static void add_verify(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct verify_plan *v)
{
	yyjson_mut_val *o;

	if (!v->root)
		return;
	o = yyjson_mut_obj_add_obj(doc, root, "verify");
	yyjson_mut_obj_add_str(doc, o, "root", v->root);
	if (v->manifest)
		yyjson_mut_obj_add_str(doc, o, "manifest", v->manifest);
	yyjson_mut_obj_add_str(doc, o, "tree", verify_tree_names[v->tree]);
	yyjson_mut_obj_add_bool(doc, o, "command", v->command);
}

static void add_ports(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const struct ports *ports)
{
	yyjson_mut_val *arr;

	if (!ports->said)
		return;
	arr = yyjson_mut_obj_add_arr(doc, obj, key);
	for (size_t i = 0; i < ports->n; i++)
		yyjson_mut_arr_add_uint(doc, arr, ports->v[i]);
}

static void add_landlock(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct landlock_plan *l)
{
	yyjson_mut_val *obj;

	if (!l->version)
		return;
	obj = yyjson_mut_obj_add_obj(doc, root, "landlock");
	yyjson_mut_obj_add_uint(doc, obj, "version", l->version);
	yyjson_mut_obj_add_uint(doc, obj, "handledAccessFs", l->fs);
	yyjson_mut_obj_add_uint(doc, obj, "handledAccessNet", l->net);
	yyjson_mut_obj_add_uint(doc, obj, "scoped", l->scoped);
	add_ports(doc, obj, "tcpBind", &l->bind);
	add_ports(doc, obj, "tcpConnect", &l->connect);
}

const char *plan_json(const struct plan *plan, struct arena *arena)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	struct str s = { .arena = arena };
	char *text;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "name", plan->name);
	add_strs(doc, root, "warnings", &plan->warnings);
	add_verify(doc, root, &plan->verify);
	add_cgroups(doc, root, plan);
	yyjson_mut_obj_add_uint(doc, root, "cloneFlags", plan->clone_flags);
	add_pools(doc, root, &plan->ids);
	if (plan->newuidmap)
		yyjson_mut_obj_add_str(doc, root, "newuidmap", plan->newuidmap);
	if (plan->private_root)
		yyjson_mut_obj_add_bool(doc, root, "privateRoot", true);
	add_maps(doc, root, "uidMappings", &plan->uid_maps);
	add_maps(doc, root, "gidMappings", &plan->gid_maps);
	add_ops(doc, root, plan);
	add_landlock(doc, root, &plan->landlock);
	add_process(doc, root, &plan->process, arena);
	text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_ALLOW_INVALID_UNICODE, NULL);
	str_add(&s, "%s\n", text ? text : "{}");
	free(text);
	yyjson_mut_doc_free(doc);
	return s.s;
}
