/* SPDX-License-Identifier: Apache-2.0
 *
 * A rule of a seccomp profile: names, action, arguments, conditions.
 */
#include "front/seccomp_parts.h"

#include "model/names.h"
#include "model/seccomp_names.h"

#include <errno.h>

enum {
	NAME_LONGEST = 64,
	ARGS_MOST = 64,     /* a call has six; libseccomp's way to say "or" needs more */
	ERRNO_MOST = 4095,  /* the kernel's MAX_ERRNO: more is cut to it */
	TRACE_MOST = 65535, /* SECCOMP_RET_DATA */
};

struct condition { /* includes or excludes */
	const struct seccomp_host *host;
	bool said_arches, said_caps, said_kernel;
	bool arch;          /* one of the arches is this machine's */
	bool any_cap, all_caps;
	bool kernel;        /* this kernel is that new */
};

struct rule {
	struct seccomp_reading *reading;
	struct seccomp_rule rule;
	struct seccomp_errno errno_ret;
	struct seccomp_arg arg; /* the one being read */
	bool name_said, names_said, arg_valued;
	struct condition includes, excludes;
};

/* ---- names ---- */

/* Whether a call of that name exists is asked by nobody: kernels differ. But what could be no name at all is a slip. */
static bool is_call_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n && n <= NAME_LONGEST && !s[n];
}

static int add_name(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct rule *r = to;
	struct arena *arena = r->reading->arena;
	struct strs *names = &r->rule.names;
	const char *name;

	TRY(json_string(at, v, &name, err));
	if (!is_call_name(name))
		return json_wrong(at, err, "\"%.64s\" cannot be the name of a system call", name);
	*(const char **)arena_push(arena, &names->v, &names->n, sizeof(*names->v)) = arena_strdup(arena, name);
	return 0;
}

static int take_name(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	((struct rule *)to)->name_said = true;
	return add_name(at, v, to, err);
}

static int take_names(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	((struct rule *)to)->names_said = true;
	return json_elements(at, v, add_name, to, err);
}

/* ---- arguments ---- */

static int take_index(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	uint64_t n = 0;

	TRY(json_number(at, v, 5, &n, err));
	((struct rule *)to)->arg.index = (unsigned)n;
	return 0;
}

static int take_value(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_number(at, v, UINT64_MAX, &((struct rule *)to)->arg.value, err);
}

static int take_value_two(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_number(at, v, UINT64_MAX, &((struct rule *)to)->arg.value_two, err);
}

static int take_op(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	size_t op = 0;

	TRY(json_word(at, v, seccomp_compare_names, SECCOMP_SPEC_COMPARES, "comparison", &op, err));
	((struct rule *)to)->arg.op = (enum seccomp_compare)op;
	return 0;
}

static int take_arg(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	static const struct json_field fields[] = {
		{ "index", take_index, true }, { "value", take_value, true }, { "valueTwo", take_value_two, false },
		{ "op", take_op, true },
	};
	struct rule *r = to;
	struct seccomp_rule *rule = &r->rule;

	r->arg = (struct seccomp_arg){ 0 };
	TRY(json_fields(at, v, fields, ARRAY_SIZE(fields), r, err));
	if (r->arg.value_two && r->arg.op != SECCOMP_SPEC_MASKED_EQ)
		return json_wrong(at, err, "valueTwo has a meaning with SCMP_CMP_MASKED_EQ only");
	if (r->arg.op == SECCOMP_SPEC_MASKED_EQ && (r->arg.value_two & ~r->arg.value))
		return json_wrong(at, err, "valueTwo has bits that are not in the mask, which is value");
	if (rule->n_args == ARGS_MOST)
		return json_wrong(at, err, "more than %d conditions", ARGS_MOST);
	*(struct seccomp_arg *)arena_push(r->reading->arena, &rule->args, &rule->n_args, sizeof(r->arg)) = r->arg;
	return 0;
}

static int take_args(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_elements(at, v, take_arg, to, err);
}

/* ---- conditions ---- */

static int take_arch(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	static const char *const words[] = { /* of docker and podman */
		"amd64", "arm64", "386", "arm", "loong64", "mips", "mips64", "mips64le", "mips64n32", "mips64p32",
		"mips64p32le", "mipsel", "mipsel64", "mipsel64n32", "mipsle", "ppc", "ppc64", "ppc64le", "riscv64", "s390",
		"s390x", "x32", "x86", "mips3l64n32", /* the last is docker's own mistake, in its own profile */
	};
	static const unsigned native[ARRAY_SIZE(words)] = { SECCOMP_SPEC_X86_64, SECCOMP_SPEC_AARCH64 };
	struct condition *c = to;
	size_t i = 0;

	TRY(json_word(at, v, words, ARRAY_SIZE(words), "architecture", &i, err));
	c->arch |= native[i] && native[i] == seccomp_native_arch;
	return 0;
}

static int take_arches(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct condition *c = to;

	c->said_arches = yyjson_get_len(v) != 0;
	return json_elements(at, v, take_arch, to, err);
}

static int take_cap(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct condition *c = to;
	const char *name;

	TRY(json_string(at, v, &name, err));
	for (unsigned i = 0; i < 64 && capability_name(i); i++) {
		if (!str_eq(name, capability_name(i)))
			continue;
		c->any_cap |= c->host->caps >> i & 1;
		c->all_caps &= c->host->caps >> i & 1;
		return 0;
	}
	return json_wrong(at, err, "capability \"%.64s\" is not known", name);
}

static int take_caps(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct condition *c = to;

	c->said_caps = yyjson_get_len(v) != 0;
	c->all_caps = true;
	return json_elements(at, v, take_cap, to, err);
}

static const char *digits(const char *s, unsigned *n)
{
	size_t length = strspn(s, "0123456789");

	if (!length || length > 3)
		return NULL;
	*n = (unsigned)strtoul(s, NULL, 10);
	return s + length;
}

static int take_kernel(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct condition *c = to;
	unsigned major = 0, minor = 0;
	const char *text, *end;

	TRY(json_string(at, v, &text, err));
	end = digits(text, &major);
	end = end && *end == '.' ? digits(end + 1, &minor) : NULL;
	if (!end || *end)
		return json_wrong(at, err, "\"%.32s\" is no kernel version: say it as 4.8", text);
	c->said_kernel = true;
	c->kernel = c->host->kernel >= major * 1000 + minor;
	return 0;
}

static int take_condition(const struct json_at *at, yyjson_val *v, struct rule *r, struct condition *c, struct err *err)
{
	static const struct json_field fields[] = {
		{ "caps", take_caps, false }, { "arches", take_arches, false }, { "minKernel", take_kernel, false },
	};

	c->host = r->reading->host;
	return json_fields(at, v, fields, ARRAY_SIZE(fields), c, err);
}

static int take_includes(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return take_condition(at, v, to, &((struct rule *)to)->includes, err);
}

static int take_excludes(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return take_condition(at, v, to, &((struct rule *)to)->excludes, err);
}

/* docker's way: left out when one of excludes holds, or one of includes does not; of
 * several capabilities one is enough to exclude, and all are needed to include. */
static bool applies(const struct rule *r)
{
	const struct condition *in = &r->includes, *out = &r->excludes;

	if ((out->said_arches && out->arch) || (out->said_caps && out->any_cap) || (out->said_kernel && out->kernel))
		return false;
	return (!in->said_arches || in->arch) && (!in->said_caps || in->all_caps) && (!in->said_kernel || in->kernel);
}

/* ---- action and errno ---- */

static int take_action(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_action(at, v, &((struct rule *)to)->rule.action, err);
}

static int take_errno_ret(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_errno_ret(at, v, &((struct rule *)to)->errno_ret, err);
}

static int take_errno(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_errno(at, v, &((struct rule *)to)->errno_ret, err);
}

int seccomp_take_action(const struct json_at *at, yyjson_val *v, enum seccomp_action *action, struct err *err)
{
	const char *words[SECCOMP_SPEC_ACTIONS + 1];
	size_t i = 0;

	memcpy(words, seccomp_action_names, sizeof(seccomp_action_names));
	words[SECCOMP_SPEC_ACTIONS] = "SCMP_ACT_KILL"; /* the old word for KILL_THREAD */
	TRY(json_word(at, v, words, ARRAY_SIZE(words), "action", &i, err));
	*action = i == SECCOMP_SPEC_ACTIONS ? SECCOMP_SPEC_KILL_THREAD : (enum seccomp_action)i;
	return 0;
}

int seccomp_take_errno_ret(const struct json_at *at, yyjson_val *v, struct seccomp_errno *e, struct err *err)
{
	e->number_said = true;
	return json_number(at, v, TRACE_MOST, &e->number, err);
}

int seccomp_take_errno(const struct json_at *at, yyjson_val *v, struct seccomp_errno *e, struct err *err)
{
	const char *name;

	TRY(json_string(at, v, &name, err));
	if (!*name) /* podman's generator writes it for "not said" */
		return 0;
	e->named = (uint64_t)errno_number(name);
	e->name_said = true;
	return errno_number(name) < 0 ? json_wrong(at, err, "error \"%.32s\" is not known: a name such as EPERM", name) : 0;
}

int seccomp_settle_errno(const struct json_at *at, enum seccomp_action action, const struct seccomp_errno *e,
			 uint32_t *errno_ret, struct err *err)
{
	bool has = action == SECCOMP_SPEC_ERRNO || action == SECCOMP_SPEC_TRACE;
	uint64_t n = e->name_said ? e->named : e->number_said ? e->number : EPERM;

	*errno_ret = has ? (uint32_t)n : 0;
	if ((e->name_said || e->number_said) && !has)
		return json_wrong(at, err, "an error number has a meaning with SCMP_ACT_ERRNO and SCMP_ACT_TRACE only");
	if (e->name_said && e->number_said && e->named != e->number)
		return json_wrong(at, err, "two different error numbers, %llu by name and %llu", (unsigned long long)e->named,
				  (unsigned long long)e->number);
	if (action == SECCOMP_SPEC_ERRNO && n > ERRNO_MOST)
		return json_wrong(at, err, "%llu is no error number: the largest is %d", (unsigned long long)n, ERRNO_MOST);
	return 0;
}

/* ---- the rule ---- */

static int take_comment(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	const char *comment;

	(void)to;
	return json_string(at, v, &comment, err);
}

int seccomp_take_rule(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	static const struct json_field fields[] = {
		{ "names", take_names, false },       { "name", take_name, false },         { "action", take_action, true },
		{ "errnoRet", take_errno_ret, false }, { "errno", take_errno, false },      { "args", take_args, false },
		{ "comment", take_comment, false },   { "includes", take_includes, false }, { "excludes", take_excludes, false },
	};
	struct rule r = { .reading = to };
	struct seccomp_spec *spec = &r.reading->spec;

	TRY(json_fields(at, v, fields, ARRAY_SIZE(fields), &r, err));
	if (r.name_said && r.names_said)
		return json_wrong(at, err, "both name and names are said: use names");
	if (!r.rule.names.n)
		return json_wrong(at, err, r.names_said ? "names is empty" : "names is missing");
	TRY(seccomp_settle_errno(at, r.rule.action, &r.errno_ret, &r.rule.errno_ret, err));
	if (applies(&r))
		*(struct seccomp_rule *)arena_push(r.reading->arena, &spec->rules, &spec->n_rules, sizeof(r.rule)) = r.rule;
	return 0;
}
