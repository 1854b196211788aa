/* SPDX-License-Identifier: Apache-2.0
 *
 * A spec as JSON: OCI's member names where OCI has a word, units in names, and
 * what says nothing left out. The order is that of the code, so the text is
 * the same on every host.
 */
#include "model/spec.h"

#include "model/names.h"
#include "model/seccomp_names.h"
#include "util/arena.h"

#include <yyjson.h>

/* One JSON document being made. Strings are not copied: the spec outlives it. */
struct json {
	struct arena *arena;
	yyjson_mut_doc *doc;
};

typedef yyjson_mut_val value; /* yyjson's own word is long */

/* ---- members that say nothing are left out ---- */

static void put_str(struct json *j, value *to, const char *name, const char *s)
{
	if (s)
		yyjson_mut_obj_add_str(j->doc, to, name, s);
}

static void put_true(struct json *j, value *to, const char *name, bool b)
{
	if (b)
		yyjson_mut_obj_add_true(j->doc, to, name);
}

static void put_int(struct json *j, value *to, const char *name, int64_t n)
{
	if (n)
		yyjson_mut_obj_add_sint(j->doc, to, name, n);
}

static void put_octal(struct json *j, value *to, const char *name, uint32_t mode)
{
	if (mode)
		put_str(j, to, name, arena_printf(j->arena, "0%o", (unsigned)mode));
}

/* For arrays and objects made in full first: empty ones are left out. */
static void put(struct json *j, value *to, const char *name, value *made)
{
	if (yyjson_mut_get_len(made))
		yyjson_mut_obj_add_val(j->doc, to, name, made);
}

static value *strs_json(struct json *j, const struct strs *list)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < list->n; i++)
		yyjson_mut_arr_add_str(j->doc, array, list->v[i]);
	return array;
}

static value *pairs_json(struct json *j, const struct pairs *pairs)
{
	value *object = yyjson_mut_obj(j->doc);

	for (size_t i = 0; i < pairs->n; i++)
		yyjson_mut_obj_add_str(j->doc, object, pairs->v[i].name, pairs->v[i].value);
	return object;
}

/* ---- parts of both ---- */

/* 0 is not said, LIMIT_NONE prints as "max", cgroup v2's word */
static void put_limit(struct json *j, value *to, const char *name, int64_t limit)
{
	if (limit == LIMIT_NONE)
		put_str(j, to, name, "max");
	else
		put_int(j, to, name, limit);
}

static value *resources_json(struct json *j, const struct resources *r)
{
	value *o = yyjson_mut_obj(j->doc);

	put_limit(j, o, "memoryBytes", r->memory_bytes);
	put_limit(j, o, "pids", r->pids);
	put_limit(j, o, "cpuQuotaMicroseconds", r->cpu_quota_us);
	put_int(j, o, "cpuPeriodMicroseconds", r->cpu_period_us);

	value *asked = yyjson_mut_arr(j->doc);

	if (r->memory_asked)
		yyjson_mut_arr_add_str(j->doc, asked, "memory");
	if (r->pids_asked)
		yyjson_mut_arr_add_str(j->doc, asked, "pids");
	if (r->cpu_asked)
		yyjson_mut_arr_add_str(j->doc, asked, "cpu");
	put(j, o, "asked", asked);
	return o;
}

/* ---- container ---- */

static value *image_json(struct json *j, const struct image_spec *image)
{
	static const char *const policies[] = {
		[VERIFY_DEFAULT] = NULL, [VERIFY_REFUSE] = "refuse", [VERIFY_WARN] = "warn",
		[VERIFY_ONCE] = "once", [VERIFY_OFF] = "off",
	};
	value *o = yyjson_mut_obj(j->doc);

	put_str(j, o, "kind", image->kind == IMAGE_EMBEDDED ? "embedded" : "directory");
	put_str(j, o, "name", image->name);
	put_str(j, o, "path", image->path);
	put_str(j, o, "verify", policies[image->verify]);
	put_str(j, o, "manifest", image->manifest);
	return o;
}

/* ~0 is infinity, which OCI writes as the number itself */
static value *rlimits_json(struct json *j, const struct process_spec *p)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < p->n_rlimits; i++) {
		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		put_str(j, o, "type", rlimit_name(p->rlimits[i].resource));
		yyjson_mut_obj_add_uint(j->doc, o, "soft", p->rlimits[i].soft);
		yyjson_mut_obj_add_uint(j->doc, o, "hard", p->rlimits[i].hard);
	}
	return array;
}

static void put_cap_set(struct json *j, value *to, const char *name, uint64_t set)
{
	value *array = yyjson_mut_obj_add_arr(j->doc, to, name); /* an empty set says something */

	for (unsigned bit = 0; bit < 64; bit++) {
		const char *cap = capability_name(bit);

		if (set >> bit & 1)
			yyjson_mut_arr_add_str(j->doc, array, cap ? cap : arena_printf(j->arena, "%u", bit));
	}
}

static void put_cap_change(struct json *j, value *to, const char *name, uint64_t set)
{
	if (set == CAPS_ALL)
		yyjson_mut_arr_add_str(j->doc, yyjson_mut_obj_add_arr(j->doc, to, name), "ALL");
	else if (set)
		put_cap_set(j, to, name, set);
}

static void put_caps(struct json *j, value *to, const struct caps_spec *caps)
{
	if (!caps->said) {
		value *o = yyjson_mut_obj(j->doc);

		put_cap_change(j, o, "add", caps->add);
		put_cap_change(j, o, "drop", caps->drop);
		put(j, to, "capabilities", o);
		return;
	}

	value *o = yyjson_mut_obj_add_obj(j->doc, to, "capabilities");

	put_cap_set(j, o, "bounding", caps->bounding);
	put_cap_set(j, o, "effective", caps->effective);
	put_cap_set(j, o, "permitted", caps->permitted);
	put_cap_set(j, o, "inheritable", caps->inheritable);
	put_cap_set(j, o, "ambient", caps->ambient);
}

static value *selinux_json(struct json *j, const struct selinux_spec *s)
{
	value *o = yyjson_mut_obj(j->doc);

	put_true(j, o, "disable", s->disable);
	put_str(j, o, "user", s->user);
	put_str(j, o, "role", s->role);
	put_str(j, o, "type", s->type);
	put_str(j, o, "level", s->level);
	return o;
}

static value *process_json(struct json *j, const struct process_spec *p)
{
	value *o = yyjson_mut_obj(j->doc);

	put(j, o, "args", strs_json(j, &p->args));
	put(j, o, "env", strs_json(j, &p->env));
	put_str(j, o, "cwd", p->cwd);
	put_str(j, o, "user", p->user);
	put(j, o, "extraGroups", strs_json(j, &p->extra_groups));
	put_octal(j, o, "umask", p->umask);
	put_true(j, o, "terminal", p->terminal);
	put_true(j, o, "stdinOpen", p->stdin_open);
	put_true(j, o, "init", p->init);
	put_str(j, o, "forwardTo", p->forward_group ? "group" : NULL);
	put_true(j, o, "allowNewPrivileges", p->allow_new_privs);
	put_true(j, o, "runAsNonRoot", p->nonroot_required);
	put(j, o, "rlimits", rlimits_json(j, p));
	put_caps(j, o, &p->caps);
	put_str(j, o, "stopSignal", p->stop_signal ? signal_name(j->arena, p->stop_signal) : NULL);
	yyjson_mut_obj_add_sint(j->doc, o, "stopTimeoutSeconds", p->stop_timeout_s); /* 0: kill at once */
	put_str(j, o, "apparmorProfile", p->apparmor_profile);
	put_str(j, o, "selinuxLabel", p->selinux_label);
	put(j, o, "selinuxOptions", selinux_json(j, &p->selinux));
	return o;
}

static value *mount_options_json(struct json *j, const struct mount_spec *m)
{
	value *array = yyjson_mut_arr(j->doc);

	if (m->type == MOUNT_BIND)
		yyjson_mut_arr_add_str(j->doc, array, m->nonrecursive ? "bind" : "rbind");
	if (m->idmap || m->noidmap)
		yyjson_mut_arr_add_str(j->doc, array, m->idmap ? "idmap" : "noidmap");
	yyjson_mut_arr_add_str(j->doc, array, m->readonly ? "ro" : "rw");
	if (m->nosuid)
		yyjson_mut_arr_add_str(j->doc, array, "nosuid");
	if (m->nodev)
		yyjson_mut_arr_add_str(j->doc, array, "nodev");
	if (m->noexec)
		yyjson_mut_arr_add_str(j->doc, array, "noexec");
	for (size_t i = 0; i < m->options.n; i++)
		yyjson_mut_arr_add_str(j->doc, array, m->options.v[i]);
	return array;
}

static value *mounts_json(struct json *j, const struct container_spec *c)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < c->n_mounts; i++) {
		const struct mount_spec *m = &c->mounts[i];
		const char *const types[] = { [MOUNT_BIND] = "bind", [MOUNT_TMPFS] = "tmpfs", [MOUNT_FS] = m->fs_type };
		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		put_str(j, o, "destination", m->destination);
		put_str(j, o, "type", types[m->type]);
		put_str(j, o, "source", m->source);
		put(j, o, "options", mount_options_json(j, m));
		put_int(j, o, "sizeBytes", m->size_bytes);
		put_octal(j, o, "mode", m->mode);
	}
	return array;
}

static value *devices_json(struct json *j, const struct container_spec *c)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < c->n_devices; i++) {
		const struct device_spec *d = &c->devices[i];
		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		put_str(j, o, "path", d->path);
		put_str(j, o, "access", d->access ? device_access_text(d->access) : NULL);
		put_str(j, o, "source", d->source);
		if (d->source)
			continue;
		yyjson_mut_obj_add_strn(j->doc, o, "type", &d->type, 1);
		yyjson_mut_obj_add_uint(j->doc, o, "major", d->major);
		yyjson_mut_obj_add_uint(j->doc, o, "minor", d->minor);
		put_octal(j, o, "fileMode", d->mode);
		put_int(j, o, "uid", d->uid);
		put_int(j, o, "gid", d->gid);
	}
	return array;
}

static value *device_rules_json(struct json *j, const struct container_spec *c)
{
	value *array = yyjson_mut_arr(j->doc);
	char text[DEVICE_RULE_TEXT];

	for (size_t i = 0; i < c->n_device_rules; i++)
		yyjson_mut_arr_add_strcpy(j->doc, array, device_rule_text(&c->device_rules[i], text));
	return array;
}

static value *hooks_json(struct json *j, const struct container_spec *c)
{
	static const char *const when[] = {
		[HOOK_PRESTART] = "prestart",
		[HOOK_CREATE_RUNTIME] = "createRuntime",
		[HOOK_CREATE_CONTAINER] = "createContainer",
		[HOOK_START_CONTAINER] = "startContainer",
		[HOOK_POSTSTART] = "poststart",
		[HOOK_POSTSTOP] = "poststop",
	};
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < c->n_hooks; i++) {
		const struct hook_spec *h = &c->hooks[i];
		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		put_str(j, o, "when", when[h->when]);
		put_str(j, o, "path", h->path);
		put(j, o, "args", strs_json(j, &h->args));
		put(j, o, "env", strs_json(j, &h->env));
		put_int(j, o, "timeoutSeconds", h->timeout_s);
	}
	return array;
}

static void put_seccomp(struct json *j, value *to, const struct container_spec *c)
{
	if (c->seccomp_choice == SECCOMP_UNCONFINED)
		put_str(j, to, "seccomp", "unconfined");
	else if (c->seccomp_choice == SECCOMP_PROFILE && c->seccomp)
		yyjson_mut_obj_add_val(j->doc, to, "seccomp", seccomp_json_value(j->doc, c->seccomp));
}

static void put_landlock(struct json *j, value *to, const struct container_spec *c)
{
	static const char *const words[] = { [LANDLOCK_ON] = "on", [LANDLOCK_OFF] = "off" };
	const struct {
		const char *name;
		const struct ports *ports;
	} rows[] = { { "tcpBind", &c->tcp_bind }, { "tcpConnect", &c->tcp_connect } };

	put_str(j, to, "landlock", words[c->landlock]);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		value *array;

		if (!rows[i].ports->said)
			continue;
		array = yyjson_mut_obj_add_arr(j->doc, to, rows[i].name); /* an empty one says something */
		for (size_t k = 0; k < rows[i].ports->n; k++)
			yyjson_mut_arr_add_uint(j->doc, array, rows[i].ports->v[k]);
	}
}

static value *container_json(struct json *j, const struct container_spec *c)
{
	value *o = yyjson_mut_obj(j->doc);

	put_str(j, o, "name", c->name);
	put(j, o, "image", image_json(j, &c->image));
	put_true(j, o, "rootReadonly", c->root_readonly);
	put_true(j, o, "rootPrivate", c->root_private);
	put_int(j, o, "writableBytes", c->writable_bytes);
	put(j, o, "process", process_json(j, &c->process));
	put(j, o, "mounts", mounts_json(j, c));
	put(j, o, "maskedPaths", strs_json(j, &c->masked_paths));
	put(j, o, "readonlyPaths", strs_json(j, &c->readonly_paths));
	put(j, o, "unmaskedPaths", strs_json(j, &c->unmasked_paths));
	put_true(j, o, "unmaskAll", c->unmask_all);
	put(j, o, "procOptions", strs_json(j, &c->proc_options));
	put_true(j, o, "privileged", c->privileged);
	put(j, o, "devices", devices_json(j, c));
	put(j, o, "deviceRules", device_rules_json(j, c));
	put(j, o, "hooks", hooks_json(j, c));
	put(j, o, "resources", resources_json(j, &c->resources));
	put_seccomp(j, o, c);
	put_landlock(j, o, c);
	put_true(j, o, "recordCalls", c->record_calls);
	return o;
}

/* ---- sandbox ---- */

/* As in OCI: listed is one of its own, or the one at path; not listed is the host's. */
static value *namespaces_json(struct json *j, const struct sandbox_spec *s)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < NS_TYPES; i++) {
		if (s->ns[i].mode == NS_HOST)
			continue;

		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		put_str(j, o, "type", ns_type_names[i]);
		put_str(j, o, "path", s->ns[i].mode == NS_PATH ? s->ns[i].path : NULL);
	}
	return array;
}

static value *maps_json(struct json *j, const struct id_maps *maps)
{
	value *array = yyjson_mut_arr(j->doc);

	for (size_t i = 0; i < maps->n; i++) {
		value *o = yyjson_mut_arr_add_obj(j->doc, array);

		yyjson_mut_obj_add_uint(j->doc, o, "containerID", maps->v[i].inside);
		yyjson_mut_obj_add_uint(j->doc, o, "hostID", maps->v[i].outside);
		yyjson_mut_obj_add_uint(j->doc, o, "size", maps->v[i].count);
	}
	return array;
}

static value *sandbox_json(struct json *j, const struct sandbox_spec *s)
{
	value *o = yyjson_mut_obj(j->doc), *offsets = yyjson_mut_obj(j->doc);

	put_str(j, o, "name", s->name);
	put_str(j, o, "hostname", s->hostname);
	put_str(j, o, "domainname", s->domainname);
	put(j, o, "namespaces", namespaces_json(j, s));
	put_true(j, o, "userNamespaceAsked", s->userns_asked);
	put_str(j, o, "security", s->security ? security_level_names[s->security] : NULL);
	put_str(j, o, "ids", s->ids == IDS_IDENTITY ? "identity" : s->ids == IDS_SINGLE ? "single" : NULL);
	put(j, o, "uidMappings", maps_json(j, &s->uid_maps));
	put(j, o, "gidMappings", maps_json(j, &s->gid_maps));
	put_str(j, o, "network", s->network == NETWORK_HOST ? "host" : "none");
	put(j, o, "sysctl", pairs_json(j, &s->sysctls));
	put(j, o, "annotations", pairs_json(j, &s->annotations));
	if (s->restart != RESTART_NO)
		put_str(j, o, "restartPolicy", s->restart == RESTART_ALWAYS ? "Always" : "OnFailure");
	put_int(j, o, "restartMost", s->restart_most);
	put_str(j, o, "cgroupsPath", s->cgroups_path);
	put_int(j, offsets, "monotonicNanoseconds", s->time_monotonic_ns);
	put_int(j, offsets, "boottimeNanoseconds", s->time_boottime_ns);
	put(j, o, "timeOffsets", offsets);
	put(j, o, "resources", resources_json(j, &s->resources));
	return o;
}

/* ---- the document ---- */

static void *json_malloc(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void *json_realloc(void *arena, void *old, size_t old_size, size_t size)
{
	void *p = arena_alloc(arena, size);

	memcpy(p, old, old_size < size ? old_size : size);
	return p;
}

static void json_free(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

const char *spec_json(const struct spec *spec, struct arena *arena)
{
	const yyjson_alc alc = { json_malloc, json_realloc, json_free, arena };
	struct json j = { arena, yyjson_mut_doc_new(&alc) };
	value *root = yyjson_mut_obj(j.doc), *containers;
	char *text;

	yyjson_mut_doc_set_root(j.doc, root);
	yyjson_mut_obj_add_val(j.doc, root, "sandbox", sandbox_json(&j, &spec->sandbox));
	containers = yyjson_mut_obj_add_arr(j.doc, root, "containers");
	for (size_t i = 0; i < spec->n_containers; i++)
		yyjson_mut_arr_append(containers, container_json(&j, &spec->containers[i]));
	/* arguments are bytes, not text: what is no UTF-8 is passed on as it is */
	text = yyjson_mut_write_opts(j.doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_ALLOW_INVALID_UNICODE, &alc,
				     NULL, NULL);
	return text ? text : "{}";
}
