/* SPDX-License-Identifier: Apache-2.0
 *
 * Seccomp profiles: what is taken is written and read back to the same, compiles or is refused
 * with a sentence, and a recording can be added to it or not.
 */
#include "fuzz.h"

#include "front/seccomp_file.h"
#include "model/seccomp_names.h"
#include "plan/recorded.h"
#include "plan/seccomp.h"

static const struct seccomp_host host = { UINT64_C(0x5555555555), 6012 };

static void check(const struct seccomp_spec *spec)
{
	REQUIRE(spec->default_action < SECCOMP_SPEC_ACTIONS && !(spec->archs && !(spec->archs & seccomp_native_arch)));
	for (size_t i = 0; i < spec->n_rules; i++) {
		const struct seccomp_rule *rule = &spec->rules[i];

		REQUIRE(rule->names.n && rule->action < SECCOMP_SPEC_ACTIONS);
		for (size_t k = 0; k < rule->n_args; k++)
			REQUIRE(rule->args[k].index < 6 && rule->args[k].op < SECCOMP_SPEC_COMPARES);
	}
}

static const struct seccomp_spec *written_and_read(const struct seccomp_spec *spec, struct arena *arena)
{
	const struct seccomp_spec *again = NULL;
	const char *once = seccomp_json(spec, arena);
	struct err err;

	REQUIRE(seccomp_json_parse(arena, once, strlen(once), &host, &again, &err) == 0);
	check(again);
	REQUIRE(str_eq(once, seccomp_json(again, arena)));
	return again;
}

/* The text of a profile that a recording was added to is one that the next can be added to. */
static void add_to(const struct seccomp_spec *spec, struct arena *arena)
{
	static const uint64_t args[6] = { 16, 3, 4 };
	struct recorded recorded = { 0 };
	struct err err;

	for (uint32_t i = 0; i < 500; i++)
		recorded_note(&recorded, 0xc000003e, i, args);
	REQUIRE(recorded_addable(written_and_read(recorded_profile(&recorded, spec, NULL, arena), arena), &err) == 0);
	if (recorded_addable(spec, &err) == 0)
		REQUIRE(recorded_addable(written_and_read(recorded_profile(&recorded, NULL, spec, arena), arena), &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct seccomp_spec *spec = NULL;
	struct seccomp_program program;
	struct arena arena = { 0 };
	struct err err = { 0 };
	int rc = seccomp_json_parse(&arena, fuzz_string(&arena, data, size), size, &host, &spec, &err);

	REQUIRE_TOLD(rc, &err);
	if (rc == 0) {
		check(spec);
		written_and_read(spec, &arena);
		rc = seccomp_compile(spec, &arena, &program, &err);
		REQUIRE_TOLD(rc, &err);
		add_to(spec, &arena);
	}
	arena_free(&arena);
	return 0;
}
