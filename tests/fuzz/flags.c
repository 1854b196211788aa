/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole command line of run, its words ended by zero bytes: through flags,
 * lowering and planning to what is printed. The spec of each line that is
 * taken can be printed as JSON that is JSON, and so can its plan.
 */
#include "fuzz.h"

#include "front/lower.h"
#include "front/run_flags.h"
#include "plan/plan.h"

#include <yyjson.h>

static void require_json(const char *text)
{
	yyjson_doc *doc = yyjson_read(text, strlen(text), YYJSON_READ_ALLOW_INVALID_UNICODE);

	REQUIRE(doc);
	yyjson_doc_free(doc);
}

static void plan(const struct spec *spec, const char *host, struct arena *arena)
{
	struct facts facts = { .kernel = 6012 };
	struct plan plan;
	struct err err;
	int rc;

	REQUIRE(facts_parse(&facts, host, arena, &err) == 0);
	rc = plan_make(spec, &facts, "xxxxxxxx", arena, &plan, &err);
	REQUIRE_TOLD(rc, &err);
	if (rc < 0)
		return;
	require_json(plan_json(&plan, arena));
	REQUIRE(*plan_text(&plan, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct flag *const tables[] = { run_flags, NULL };
	struct arena arena = { 0 };
	struct words w = { .arena = &arena, .verb = "run" };
	char **words = fuzz_words(&arena, data, size);
	struct spec spec;
	struct err err;
	int rc;

	lower_defaults(&w);
	rc = flags_parse(tables, &w, &words, &err);
	REQUIRE_TOLD(rc, &err);
	if (rc == 0)
		rc = lower_run(&w, words, false, &spec, &err);
	REQUIRE_TOLD(rc, &err);
	if (rc == 0) {
		require_json(spec_json(&spec, &arena));
		plan(&spec, "uid=0,gid=0,cgroup=v2", &arena);
		plan(&spec, "uid=1000,gid=1000,kernel=5.10,cgroup=none", &arena);
	}
	arena_free(&arena);
	return 0;
}
