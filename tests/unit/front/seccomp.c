/* SPDX-License-Identifier: Apache-2.0
 *
 * Seccomp profiles: what is read, what is refused and by which words, what is
 * written. Texts have ' for ".
 */
#include "test.h"

#include "front/seccomp_file.h"
#include "model/names.h"
#include "model/seccomp_names.h"
#include "util/str.h"

#include <fcntl.h>
#include <sys/stat.h>

static const struct seccomp_host host = { 1 << 21 | 1 << 0, 6012 }; /* CAP_SYS_ADMIN, CAP_CHOWN; 6.12 */

static char *unquote(const char *text)
{
	char *copy = arena_strdup(&arena, text);

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

static int parse(const char *text, const struct seccomp_spec **spec, struct err *err)
{
	char *json = unquote(text);

	*err = (struct err){ 0 };
	*spec = NULL;
	return seccomp_json_parse(&arena, json, strlen(json), &host, spec, err);
}

#define RULE(members) "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{" members "}]}"
#define NAMED(members) RULE("'names':['read'],'action':'SCMP_ACT_ALLOW'," members)
#define ARG(members) NAMED("'args':[{" members "}]")

/* ---- what is read ---- */

static void test_members(void)
{
	const struct seccomp_spec *s;
	struct err err;

	check(parse("{'defaultAction':'SCMP_ACT_ALLOW'}", &s, &err) == 0 && s->default_action == SECCOMP_SPEC_ALLOW && !s->archs &&
		      !s->n_rules && !s->flags && !s->listener_path, "the least profile: %s", err.text);
	check(parse("{'defaultAction':'SCMP_ACT_ERRNO'}", &s, &err) == 0 && s->default_errno == 1, "EPERM is the default");
	check(parse("{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38}", &s, &err) == 0 && s->default_errno == 38, "38");
	check(parse("{'defaultAction':'SCMP_ACT_ERRNO','defaultErrno':'ENOSYS'}", &s, &err) == 0 && s->default_errno == 38,
	      "ENOSYS");
	check(parse("{'defaultAction':'SCMP_ACT_ERRNO','defaultErrno':'ENOSYS','defaultErrnoRet':38}", &s, &err) == 0 &&
		      s->default_errno == 38, "both, the same");
	check(parse("{'defaultAction':'SCMP_ACT_KILL','flags':['SECCOMP_FILTER_FLAG_LOG','SECCOMP_FILTER_FLAG_SPEC_ALLOW'],"
		    "'listenerPath':'/run/a','listenerMetadata':'m','syscalls':[]}", &s, &err) == 0 &&
		      s->default_action == SECCOMP_SPEC_KILL_THREAD && s->flags == 6 && str_eq(s->listener_path, "/run/a") &&
		      str_eq(s->listener_metadata, "m"), "flags and listener: %s", err.text);
	check(parse("{'defaultAction':'SCMP_ACT_ALLOW','flags':null,'syscalls':null,'listenerPath':'','archMap':null}", &s, &err) == 0 &&
		      !s->listener_path, "null and \"\" say nothing: %s", err.text);
}

static void test_rules(void)
{
	const struct seccomp_spec *s;
	const struct seccomp_rule *r;
	struct err err;

	check(parse(RULE("'names':['read','write'],'action':'SCMP_ACT_TRACE','errnoRet':65535"), &s, &err) == 0 && s->n_rules == 1 &&
		      s->rules[0].names.n == 2 && str_eq(s->rules[0].names.v[1], "write") &&
		      s->rules[0].action == SECCOMP_SPEC_TRACE && s->rules[0].errno_ret == 65535, "a rule: %s", err.text);
	check(parse(RULE("'name':'read','action':'SCMP_ACT_ERRNO','errno':'EACCES','comment':'x'"), &s, &err) == 0 &&
		      s->rules[0].names.n == 1 && s->rules[0].errno_ret == 13, "docker's old name: %s", err.text);
	check(parse(NAMED("'args':null,'includes':null,'excludes':{},'comment':null,'errno':''"), &s, &err) == 0 && s->n_rules == 1 &&
		      !s->rules[0].n_args, "nothing said in many words: %s", err.text);
	if (!check(parse(ARG("'index':5,'value':18446744073709551615,'valueTwo':9223372036854775808,'op':'SCMP_CMP_MASKED_EQ'"),
			 &s, &err) == 0 && s->rules[0].n_args == 1, "an argument: %s", err.text))
		return;
	r = &s->rules[0];
	check(r->args[0].index == 5 && r->args[0].value == UINT64_MAX && r->args[0].value_two == UINT64_C(1) << 63 &&
		      r->args[0].op == SECCOMP_SPEC_MASKED_EQ, "all 64 bits");
	check(parse(ARG("'index':0,'value':1,'valueTwo':0,'op':'SCMP_CMP_NE'},{'index':0,'value':2,'op':'SCMP_CMP_LE'"), &s, &err) ==
			      0 && s->rules[0].n_args == 2 && s->rules[0].args[1].op == SECCOMP_SPEC_LE, "two: %s", err.text);
}

static unsigned archs_of(const char *text)
{
	const struct seccomp_spec *s;
	struct err err;

	return check(parse(text, &s, &err) == 0, "%s: %s", text, err.text) ? s->archs : ~0u;
}

static void test_archs(void)
{
	unsigned native = seccomp_native_arch, small = native == SECCOMP_SPEC_X86_64 ? SECCOMP_SPEC_X86 : SECCOMP_SPEC_ARM, archs;

	archs = archs_of("{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86','SCMP_ARCH_ARM','SCMP_ARCH_S390X']}");
	check(archs == (native | small), "the native one comes along, others stay away: %x", archs);
	archs = archs_of("{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_S390X']}");
	check(archs == native, "only foreign ones: %x", archs);
	archs = archs_of("{'defaultAction':'SCMP_ACT_ALLOW','archMap':["
			 "{'architecture':'SCMP_ARCH_X86_64','subArchitectures':['SCMP_ARCH_X86','SCMP_ARCH_X32']},"
			 "{'architecture':'SCMP_ARCH_AARCH64','subArchitectures':['SCMP_ARCH_ARM']},"
			 "{'architecture':'SCMP_ARCH_S390X','subArchitectures':['SCMP_ARCH_S390']},"
			 "{'architecture':'SCMP_ARCH_RISCV64','subArchitectures':null}]}");
	check(archs == (native == SECCOMP_SPEC_X86_64 ? 7u : 24u), "docker's map: %x", archs);
	archs = archs_of("{'defaultAction':'SCMP_ACT_ALLOW','archMap':[{'architecture':'SCMP_ARCH_S390X'}]}");
	check(archs == 0, "a map of others: %x", archs);
}

/* docker's conditions: of several, all must hold to include, and one is enough to exclude */
static void test_conditions(void)
{
	static const struct {
		const char *members;
		bool there;
	} rows[] = {
		{ "'includes':{}", true }, { "'includes':{'caps':[],'arches':[]}", true },
		{ "'includes':{'caps':['CAP_SYS_ADMIN']}", true }, { "'includes':{'caps':['CAP_SYS_PTRACE']}", false },
		{ "'includes':{'caps':['CAP_SYS_ADMIN','CAP_CHOWN']}", true },
		{ "'includes':{'caps':['CAP_SYS_ADMIN','CAP_SYS_PTRACE']}", false },
		{ "'excludes':{'caps':['CAP_SYS_ADMIN','CAP_SYS_PTRACE']}", false },
		{ "'excludes':{'caps':['CAP_SYS_PTRACE']}", true }, { "'excludes':{'caps':[]}", true },
		{ "'includes':{'minKernel':'4.8'}", true }, { "'includes':{'minKernel':'6.12'}", true },
		{ "'includes':{'minKernel':'6.13'}", false }, { "'includes':{'minKernel':'7.0'}", false },
		{ "'excludes':{'minKernel':'6.12'}", false }, { "'excludes':{'minKernel':'6.13'}", true },
		{ "'includes':{'arches':['s390x']}", false }, { "'excludes':{'arches':['s390x','s390']}", true },
		{ "'includes':{'arches':['amd64','arm64']}", true }, { "'excludes':{'arches':['arm64','amd64']}", false },
		{ "'includes':{'minKernel':'4.8','caps':['CAP_SYS_PTRACE']}", false },
		{ "'includes':{'minKernel':'4.8'},'excludes':{'caps':['CAP_SYS_ADMIN']}", false },
		{ "'includes':{'minKernel':'4.8'},'excludes':{'caps':['CAP_SYS_TIME']}", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct seccomp_spec *s;
		struct err err;
		const char *text = arena_printf(&arena, NAMED("%s"), rows[i].members);

		if (check(parse(text, &s, &err) == 0, "%s: %s", rows[i].members, err.text))
			check(s->n_rules == rows[i].there, "%s: %zu rules", rows[i].members, s->n_rules);
	}
}

/* ---- what is refused ---- */

static void test_refused(void)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "", "not JSON" }, { "{", "line 1, column " }, { "{\n'a'}", "line 2, column " }, { "[]", "must be an object, and is an array" },
		{ "null", "must be an object, and is null" }, { "1", "and is a number" }, { "{}", "defaultAction is missing" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW'} x", "not JSON" }, { "{'defaultAction':'SCMP_ACT_ALLOW',}", "not JSON" },
		{ "{'defaultAction':null}", "defaultAction is missing" }, { "{'defaultAction':1}", "defaultAction: must be a string, and is a number" },
		{ "{'defaultAction':'SCMP_ACT_ALOW'}", "defaultAction: action \"SCMP_ACT_ALOW\" is not known, did you mean SCMP_ACT_ALLOW?" },
		{ "{'defaultAction':'allow'}", "there are SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','defaultAction':'SCMP_ACT_KILL'}", "defaultAction: said twice" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','default_Action':1}", "default_Action: no such member, did you mean defaultAction?" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','$schema':'x'}", "$schema: no such member" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','defaultErrnoRet':1}", "has a meaning with SCMP_ACT_ERRNO" },
		{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':4096}", "the largest is 4095" },
		{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':-1}", "defaultErrnoRet: must be a whole number" },
		{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrno':'EFOO'}", "defaultErrno: error \"EFOO\" is not known" },
		{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrno':'EPERM','defaultErrnoRet':2}", "two different error numbers" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86_46']}", "architectures[0]: architecture \"SCMP_ARCH_X86_46\" is not known, did you mean SCMP_ARCH_X86_64?" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','architectures':'SCMP_ARCH_X86'}", "architectures: must be an array, and is a string" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86'],'archMap':[{'architecture':'SCMP_ARCH_X86'}]}", "both architectures and archMap" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','archMap':[{}]}", "archMap[0]: architecture is missing" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','archMap':[{'architecture':'SCMP_ARCH_X86','sub':1}]}", "archMap[0].sub: no such member" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','flags':['SECCOMP_FILTER_FLAG_NEW_LISTENER']}", "flags[0]: flag" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/a\\u0000b'}", "listenerPath: has a zero byte" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','a\\u0000b':1}", "a member's name has a zero byte" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':{}}", "syscalls: must be an array, and is an object" },
		{ "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[1]}", "syscalls[0]: must be an object, and is a number" },
		{ RULE(""), "syscalls[0]: action is missing" }, { RULE("'action':'SCMP_ACT_ALLOW'"), "syscalls[0]: names is missing" },
		{ RULE("'names':[],'action':'SCMP_ACT_ALLOW'"), "syscalls[0]: names is empty" },
		{ RULE("'names':['read'],'name':'read','action':'SCMP_ACT_ALLOW'"), "both name and names" },
		{ RULE("'names':['read '],'action':'SCMP_ACT_ALLOW'"), "syscalls[0].names[0]: \"read \" cannot be the name" },
		{ RULE("'names':['READ'],'action':'SCMP_ACT_ALLOW'"), "cannot be the name" }, { RULE("'names':[''],'action':'SCMP_ACT_ALLOW'"), "cannot be the name" },
		{ RULE("'names':[true],'action':'SCMP_ACT_ALLOW'"), "syscalls[0].names[0]: must be a string, and is true or false" },
		{ RULE("'names':['read'],'action':'SCMP_ACT_NONE'"), "syscalls[0].action: action \"SCMP_ACT_NONE\" is not known" },
		{ RULE("'names':['read'],'action':'SCMP_ACT_ALLOW','arg':[]"), "syscalls[0].arg: no such member, did you mean args?" },
		{ RULE("'names':['read'],'action':'SCMP_ACT_ALLOW','errnoRet':1"), "has a meaning with" },
		{ RULE("'names':['read'],'action':'SCMP_ACT_TRACE','errnoRet':65536"), "65536 is more than 65535" },
		{ RULE("'names':['read'],'action':'SCMP_ACT_ERRNO','errnoRet':1.5"), "must be a whole number" },
		{ NAMED("'args':{}"), "syscalls[0].args: must be an array" }, { ARG(""), "syscalls[0].args[0]: index is missing" },
		{ ARG("'index':6,'value':0,'op':'SCMP_CMP_EQ'"), "syscalls[0].args[0].index: 6 is more than 5" },
		{ ARG("'index':-1,'value':0,'op':'SCMP_CMP_EQ'"), "args[0].index: must be a whole number" },
		{ ARG("'index':0,'value':-1,'op':'SCMP_CMP_EQ'"), "args[0].value: must be a whole number" },
		{ ARG("'index':0,'value':18446744073709551616,'op':'SCMP_CMP_EQ'"), "args[0].value: must be a whole number" },
		{ ARG("'index':0,'value':'0','op':'SCMP_CMP_EQ'"), "args[0].value: must be a whole number, and is a string" },
		{ ARG("'index':0,'value':0,'op':'SCMP_CMP_XX'"), "syscalls[0].args[0].op: comparison \"SCMP_CMP_XX\" is not known" },
		{ ARG("'index':0,'value':0,'op':'SCMP_CMP_EQ','valueTwo':1"), "valueTwo has a meaning with SCMP_CMP_MASKED_EQ" },
		{ ARG("'index':0,'value':1,'op':'SCMP_CMP_MASKED_EQ','valueTwo':2"), "bits that are not in the mask" },
		{ NAMED("'includes':{'cap':['CAP_KILL']}"), "syscalls[0].includes.cap: no such member, did you mean caps?" },
		{ NAMED("'includes':{'caps':['CAP_FOO']}"), "syscalls[0].includes.caps[0]: capability \"CAP_FOO\" is not known" },
		{ NAMED("'includes':{'arches':['x86_64']}"), "includes.arches[0]: architecture \"x86_64\" is not known" },
		{ NAMED("'excludes':{'minKernel':'4'}"), "excludes.minKernel: \"4\" is no kernel version" },
		{ NAMED("'excludes':{'minKernel':'4.x'}"), "is no kernel version" }, { NAMED("'excludes':{'minKernel':'4.8.1'}"), "is no kernel version" },
		{ NAMED("'excludes':{'minKernel':'.8'}"), "is no kernel version" }, { NAMED("'excludes':{'minKernel':4.8}"), "must be a string" },
		{ NAMED("'includes':[]"), "includes: must be an object" }, { NAMED("'comment':1"), "comment: must be a string" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct seccomp_spec *s;
		struct err err;

		check_refused(parse(rows[i].text, &s, &err), &err, rows[i].part, rows[i].text);
	}
}

/* Sizes that only a hostile file has. */
static void test_large(void)
{
	struct str deep = { .arena = &arena }, many = { .arena = &arena };
	const struct seccomp_spec *s;
	struct err err;

	for (int i = 0; i < 100000; i++)
		str_add(&deep, "[");
	check_refused(parse(arena_printf(&arena, "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':%s", deep.s), &s, &err), &err,
		      "not JSON", "100000 brackets");
	for (int i = 0; i < 100000; i++)
		str_add(&deep, "]");
	check_refused(parse(arena_printf(&arena, "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':%s}", deep.s), &s, &err), &err,
		      "syscalls[0]: must be an object, and is an array", "100000 arrays");
	for (int i = 0; i < 65; i++)
		str_add(&many, "%s{'index':0,'value':%d,'op':'SCMP_CMP_EQ'}", i ? "," : "", i);
	check_refused(parse(arena_printf(&arena, NAMED("'args':[%s]"), many.s), &s, &err), &err, "args[64]: more than 64",
		      "65 arguments");
	check_refused(parse("{'defaultAction':'SCMP_ACT_ALLOW','':1}", &s, &err), &err, "no such member", "a member without a name");
}

/* ---- what is written ---- */

static void test_round_trip(void)
{
	static const char *const texts[] = {
		"{'defaultAction':'SCMP_ACT_ALLOW'}",
		"{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38,'architectures':['SCMP_ARCH_X86_64'],'flags':["
		"'SECCOMP_FILTER_FLAG_TSYNC','SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],'listenerPath':'/a \\u00e9','listenerMetadata':'\\n'}",
		RULE("'names':['read','write'],'action':'SCMP_ACT_ERRNO','errnoRet':0"), RULE("'name':'read','action':'SCMP_ACT_NOTIFY'"),
		ARG("'index':1,'value':18446744073709551615,'valueTwo':18446744073709551615,'op':'SCMP_CMP_MASKED_EQ'},"
		    "{'index':1,'value':18446744073709551615,'op':'SCMP_CMP_GE'},{'index':5,'value':0,'op':'SCMP_CMP_NE'"),
		RULE("'names':['a'],'action':'SCMP_ACT_KILL'},{'names':['b'],'action':'SCMP_ACT_KILL_PROCESS'},"
		     "{'names':['c'],'action':'SCMP_ACT_LOG'},{'names':['d'],'action':'SCMP_ACT_TRAP'},{'names':['e'],'action':'SCMP_ACT_TRACE'"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct seccomp_spec *s = NULL, *again = NULL;
		const char *once = "", *twice = NULL;
		struct err err;

		if (check(parse(texts[i], &s, &err) == 0, "%s: %s", texts[i], err.text))
			once = seccomp_json(s, &arena);
		if (check(seccomp_json_parse(&arena, once, strlen(once), &host, &again, &err) == 0, "%s: %s", once, err.text))
			twice = seccomp_json(again, &arena);
		check(twice && str_eq(once, twice) && again->n_rules == s->n_rules, "%s became %s", once, twice);
	}
}

/* ---- files ---- */

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		perror(path);
}

static void test_files(void)
{
	const char *file = arena_printf(&arena, "%s/p.json", scratch), *fifo = arena_printf(&arena, "%s/fifo", scratch);
	const struct seccomp_spec *s = NULL;
	struct err err;

	write_file(file, unquote(NAMED("'includes':{'minKernel':'4.8','caps':['CAP_KILL']}")));
	check(seccomp_file_read(&arena, file, 1 << 5, &s, &err) == 0 && s->n_rules == 1, "a file: %s", err.text);
	check(seccomp_file_read(&arena, file, 0, &s, &err) == 0 && s->n_rules == 0, "the same without CAP_KILL");
	write_file(file, "{");
	check_refused(seccomp_file_read(&arena, file, 0, &s, &err), &err, arena_printf(&arena, "seccomp profile %s: line 1", file), "{");
	check(truncate(file, 1024 * 1024 + 1) == 0, "truncate");
	check_refused(seccomp_file_read(&arena, file, 0, &s, &err), &err, "larger than a megabyte", "a megabyte and a byte");
	unlink(file);
	check_refused(seccomp_file_read(&arena, file, 0, &s, &err), &err, "No such file", "no file");
	check_refused(seccomp_file_read(&arena, scratch, 0, &s, &err), &err, "is a directory", "a directory");
	check_refused(seccomp_file_read(&arena, "/dev/zero", 0, &s, &err), &err, "is not a regular file", "/dev/zero");
	if (check(mkfifo(fifo, 0600) == 0, "mkfifo"))
		check_refused(seccomp_file_read(&arena, fifo, 0, &s, &err), &err, "is not a regular file", "a FIFO without a writer");
	unlink(fifo);
}

void test_seccomp(void)
{
	test_members();
	test_rules();
	test_archs();
	test_conditions();
	test_refused();
	test_large();
	test_round_trip();
	test_files();
	check(errno_number("EPERM") == 1 && errno_number("EHWPOISON") == 133 && errno_number("eperm") == -1, "errors by name");
	check(str_eq(errno_name(11), "EAGAIN") && str_eq(errno_name(95), "EOPNOTSUPP") && !errno_name(0), "errors by number");
}
