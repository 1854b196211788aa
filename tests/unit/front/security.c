/* SPDX-License-Identifier: Apache-2.0
 *
 * --cap-add, --cap-drop, --security-opt: what each word comes to, and which are refused.
 */
#include "test.h"

#include "model/caps.h"
#include "model/names.h"

#include <linux/capability.h>

#define BIT(cap) (UINT64_C(1) << CAP_##cap)

/* Each capability is known under its four spellings, and what is nearly one is not. */
static void test_cap_names(void)
{
	static const char *const bad[] = { "", "CAP_", "CAP_CAP_CHOWN", "CHOWN ", " CHOWN", "0", "CHOW", "CHOWNS", ",", "CHOWN,",
					   ",CHOWN", "CHOWN,,KILL", "CHOWN;KILL", "al", "ALLL", "CAP_ALL" };

	for (unsigned i = 0; capability_name(i); i++) {
		const char *name = capability_name(i);
		char lower[64];
		size_t n = 0;

		for (; name[n]; n++)
			lower[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
		lower[n] = '\0';
		check(capability_number(name) == (int)i && capability_number(name + 4) == (int)i &&
			      capability_number(lower) == (int)i && capability_number(lower + 4) == (int)i, "%s", name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct words w;
		struct err err;
		char **rest;

		check_refused(RUN(&w, &rest, &err, "--cap-add", bad[i]), &err, "no capability", bad[i]);
		check_refused(RUN(&w, &rest, &err, "--cap-drop", bad[i]), &err, "no capability", bad[i]);
	}
}

/* docker's table: the order of the words does not count. */
static void test_cap_choice(void)
{
	static const struct {
		const char *words[7];
		uint64_t want;
	} rows[] = {
		{ { "x" }, UINT64_C(0x800405fb) },
		{ { "--cap-drop", "chown", "x" }, UINT64_C(0x800405fa) },
		{ { "--cap-drop", "ALL", "x" }, 0 },
		{ { "--cap-drop", "SYS_TIME", "x" }, UINT64_C(0x800405fb) },
		{ { "--cap-add", "SYS_TIME", "x" }, UINT64_C(0x820405fb) },
		{ { "--cap-add", "KILL", "--cap-drop", "all", "x" }, BIT(KILL) },
		{ { "--cap-drop", "all", "--cap-add", "KILL", "x" }, BIT(KILL) },
		{ { "--cap-drop", "KILL", "--cap-add", "KILL", "x" }, UINT64_C(0x800405fb) },
		{ { "--cap-add", "all", "x" }, CAPS_ALL },
		{ { "--cap-add", "all", "--cap-drop", "KILL", "x" }, ~BIT(KILL) },
		{ { "--cap-drop", "KILL", "--cap-add", "ALL", "x" }, ~BIT(KILL) },
		{ { "--cap-add", "all", "--cap-drop", "all", "x" }, CAPS_ALL },
		{ { "--cap-drop", "all,KILL", "--cap-add", "CHOWN,FOWNER", "x" }, BIT(CHOWN) | BIT(FOWNER) },
		{ { "--privileged", "x" }, CAPS_ALL },
		{ { "--privileged", "--cap-drop", "SYS_ADMIN", "x" }, ~BIT(SYS_ADMIN) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words w;
		struct err err;
		char **rest;

		check(parse_run(&w, rows[i].words, &rest, &err) == 0 && caps_chosen(&w.container) == rows[i].want,
		      "row %zu: %llx", i, (unsigned long long)caps_chosen(&w.container));
	}
}

static void test_wrong_options(void)
{
	static const struct {
		const char *value, *part;
	} rows[] = {
		{ "", "no option" }, { "=", "no option" }, { ":", "no option" }, { "foo", "no option" }, { "NO-NEW-PRIVILEGES", "no option" },
		{ "no-new-privilege", "did you mean no-new-privileges" }, { "no-new-privileges=", "true or false" },
		{ "no-new-privileges:yes", "true or false" }, { "no-new-privileges=1", "true or false" },
		{ "seccomp", "needs a value" }, { "seccomp=", "needs a value" }, { "apparmor", "needs a value" },
		{ "apparmor=a\nb", "not the name" }, { "label", "needs a value" }, { "label=", "needs a value" },
		{ "label=disabled", "disable, user" }, { "label=type:", "not a part" }, { "label=type:a b", "not a part" },
		{ "label=type:a:b", "not a part" }, { "label=user:a,b", "not a part" }, { "label=level:s0 s1", "not a part" },
		{ "systempaths=confined", "unconfined" }, { "systempaths", "needs a value" }, { "mask=", "needs a value" },
		{ "mask=etc", "absolute" }, { "mask=/a:", "absolute" }, { "mask=/a::/b", "absolute" }, { "mask=:/a", "absolute" },
		{ "unmask=al", "absolute" }, { "proc-opts=", "needs a value" }, { "proc-opts=hidepid=0", "hidepid" },
		{ "proc-opts=hidepid=2,gid=0", "gid=0" }, { "proc-opts=hidepid=2,", "known" },
		{ "writable-cgroups", "read-only" }, { "writable-cgroups=true", "read-only" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words w;
		struct err err;
		char **rest;

		check_refused(RUN(&w, &rest, &err, "--security-opt", rows[i].value), &err, rows[i].part, rows[i].value);
	}
}

#define OPT(w, rest, err, value) (RUN(w, rest, err, "--security-opt", value, "x") == 0)

static void test_right_options(void)
{
	const struct container_spec *c;
	struct words w;
	struct err err;
	char **rest;

	c = &w.container;
	check(OPT(&w, &rest, &err, "no-new-privileges") && !c->process.allow_new_privs, "no-new-privileges");
	check(OPT(&w, &rest, &err, "no-new-privileges:false") && c->process.allow_new_privs, "no-new-privileges:false");
	check(RUN(&w, &rest, &err, "--allow-new-privs", "--security-opt", "no-new-privileges=true", "x") == 0 &&
		      !c->process.allow_new_privs, "the last counts");
	check(RUN(&w, &rest, &err, "--security-opt", "no-new-privileges", "--allow-new-privs", "x") == 0 &&
		      c->process.allow_new_privs, "the last counts, the other way round");
	check(OPT(&w, &rest, &err, "apparmor:my profile") && str_eq(c->process.apparmor_profile, "my profile"), "apparmor:");
	check(OPT(&w, &rest, &err, "label=type:container_t") && str_eq(c->process.selinux.type, "container_t"), "label=type:");
	check(OPT(&w, &rest, &err, "label:disable") && c->process.selinux.disable, "label:disable");
	check(OPT(&w, &rest, &err, "label=level:s0:c1,c2") && str_eq(c->process.selinux.level, "s0:c1,c2"), "label=level:");
	check(RUN(&w, &rest, &err, "--security-opt", "label=type:a", "--security-opt", "label=disable", "x") == 0 &&
		      !c->process.selinux.type && c->process.selinux.disable, "disable takes the parts away");
	check(OPT(&w, &rest, &err, "mask=/a:/b") && c->masked_paths.n == 2 && str_eq(c->masked_paths.v[1], "/b"), "mask");
	check(OPT(&w, &rest, &err, "unmask=/proc/bus") && c->unmasked_paths.n == 1 && !c->unmask_all, "unmask");
	check(OPT(&w, &rest, &err, "unmask=ALL") && c->unmask_all, "unmask=ALL");
	check(OPT(&w, &rest, &err, "systempaths=unconfined") && c->unmask_all, "systempaths");
	check(OPT(&w, &rest, &err, "proc-opts=hidepid=2") && c->proc_options.n == 1, "proc-opts");
	check(OPT(&w, &rest, &err, "seccomp=unconfined") && str_eq(w.seccomp, "unconfined"), "seccomp=unconfined");
	check(OPT(&w, &rest, &err, "writable-cgroups=false"), "writable-cgroups=false");
	check(RUN(&w, &rest, &err, "--security", "baseline", "x") == 0 && w.sandbox.security == SECURITY_BASELINE, "--security");
	check_refused(RUN(&w, &rest, &err, "--security", "", "x"), &err, "restricted, baseline", "--security");
}

void test_security(void)
{
	test_cap_names();
	test_cap_choice();
	test_wrong_options();
	test_right_options();
}
