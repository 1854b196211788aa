/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of seccomp profiles, and the writer of profiles. Pure.
 */
#include "model/seccomp_names.h"

#include "util/arena.h"

const char *const seccomp_action_names[SECCOMP_SPEC_ACTIONS] = {
	[SECCOMP_SPEC_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[SECCOMP_SPEC_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[SECCOMP_SPEC_TRAP] = "SCMP_ACT_TRAP",
	[SECCOMP_SPEC_ERRNO] = "SCMP_ACT_ERRNO",
	[SECCOMP_SPEC_NOTIFY] = "SCMP_ACT_NOTIFY",
	[SECCOMP_SPEC_TRACE] = "SCMP_ACT_TRACE",
	[SECCOMP_SPEC_LOG] = "SCMP_ACT_LOG",
	[SECCOMP_SPEC_ALLOW] = "SCMP_ACT_ALLOW",
};

const char *const seccomp_compare_names[SECCOMP_SPEC_COMPARES] = {
	[SECCOMP_SPEC_NE] = "SCMP_CMP_NE",
	[SECCOMP_SPEC_LT] = "SCMP_CMP_LT",
	[SECCOMP_SPEC_LE] = "SCMP_CMP_LE",
	[SECCOMP_SPEC_EQ] = "SCMP_CMP_EQ",
	[SECCOMP_SPEC_GE] = "SCMP_CMP_GE",
	[SECCOMP_SPEC_GT] = "SCMP_CMP_GT",
	[SECCOMP_SPEC_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

const char *const seccomp_arch_names[SECCOMP_SPEC_ARCHS] = {
	"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM",
};

const char *const seccomp_flag_names[SECCOMP_SPEC_FLAGS] = { /* seccomp(2); bit 3 is NEW_LISTENER, which is not a profile's to say */
	[0] = "SECCOMP_FILTER_FLAG_TSYNC",
	[1] = "SECCOMP_FILTER_FLAG_LOG",
	[2] = "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	[5] = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", /* 5.19 */
};

#if defined(__x86_64__)
const unsigned seccomp_native_arch = SECCOMP_SPEC_X86_64;
#elif defined(__aarch64__)
const unsigned seccomp_native_arch = SECCOMP_SPEC_AARCH64;
#else
const unsigned seccomp_native_arch = 0;
#endif

/* ---- the writer ---- */

typedef yyjson_mut_val value;

static bool has_errno(enum seccomp_action action)
{
	return action == SECCOMP_SPEC_ERRNO || action == SECCOMP_SPEC_TRACE;
}

static void put_bits(yyjson_mut_doc *doc, value *to, const char *name, unsigned bits, const char *const *names, size_t n)
{
	value *array;

	if (!bits)
		return;
	array = yyjson_mut_obj_add_arr(doc, to, name);
	for (size_t i = 0; i < n; i++)
		if ((bits >> i & 1) && names[i])
			yyjson_mut_arr_add_str(doc, array, names[i]);
}

static value *arg_json(yyjson_mut_doc *doc, const struct seccomp_arg *arg)
{
	value *o = yyjson_mut_obj(doc);

	yyjson_mut_obj_add_uint(doc, o, "index", arg->index);
	yyjson_mut_obj_add_uint(doc, o, "value", arg->value);
	if (arg->op == SECCOMP_SPEC_MASKED_EQ)
		yyjson_mut_obj_add_uint(doc, o, "valueTwo", arg->value_two);
	yyjson_mut_obj_add_str(doc, o, "op", seccomp_compare_names[arg->op]);
	return o;
}

static value *rule_json(yyjson_mut_doc *doc, const struct seccomp_rule *rule)
{
	value *o = yyjson_mut_obj(doc), *names = yyjson_mut_obj_add_arr(doc, o, "names"), *args;

	for (size_t i = 0; i < rule->names.n; i++)
		yyjson_mut_arr_add_str(doc, names, rule->names.v[i]);
	yyjson_mut_obj_add_str(doc, o, "action", seccomp_action_names[rule->action]);
	if (has_errno(rule->action))
		yyjson_mut_obj_add_uint(doc, o, "errnoRet", rule->errno_ret);
	if (!rule->n_args)
		return o;
	args = yyjson_mut_obj_add_arr(doc, o, "args");
	for (size_t i = 0; i < rule->n_args; i++)
		yyjson_mut_arr_append(args, arg_json(doc, &rule->args[i]));
	return o;
}

yyjson_mut_val *seccomp_json_value(yyjson_mut_doc *doc, const struct seccomp_spec *spec)
{
	value *o = yyjson_mut_obj(doc), *rules;

	yyjson_mut_obj_add_str(doc, o, "defaultAction", seccomp_action_names[spec->default_action]);
	if (has_errno(spec->default_action))
		yyjson_mut_obj_add_uint(doc, o, "defaultErrnoRet", spec->default_errno);
	put_bits(doc, o, "architectures", spec->archs, seccomp_arch_names, SECCOMP_SPEC_ARCHS);
	put_bits(doc, o, "flags", spec->flags, seccomp_flag_names, SECCOMP_SPEC_FLAGS);
	if (spec->listener_path)
		yyjson_mut_obj_add_str(doc, o, "listenerPath", spec->listener_path);
	if (spec->listener_metadata)
		yyjson_mut_obj_add_str(doc, o, "listenerMetadata", spec->listener_metadata);
	if (!spec->n_rules)
		return o;
	rules = yyjson_mut_obj_add_arr(doc, o, "syscalls");
	for (size_t i = 0; i < spec->n_rules; i++)
		yyjson_mut_arr_append(rules, rule_json(doc, &spec->rules[i]));
	return o;
}

const char *seccomp_json(const struct seccomp_spec *spec, struct arena *arena)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	const char *copy = "{}\n";
	char *text;

	yyjson_mut_doc_set_root(doc, seccomp_json_value(doc, spec));
	text = yyjson_mut_write(doc, YYJSON_WRITE_PRETTY_TWO_SPACES, NULL);
	if (text)
		copy = arena_printf(arena, "%s\n", text);
	free(text);
	yyjson_mut_doc_free(doc);
	return copy;
}
