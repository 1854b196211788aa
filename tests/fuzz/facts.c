/* SPDX-License-Identifier: Apache-2.0
 *
 * crib plan --facts: words about another host.
 */
#include "fuzz.h"

#include "plan/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct facts facts = { 0 };
	struct err err;
	int rc = facts_parse(&facts, fuzz_string(&arena, data, size), &arena, &err);

	REQUIRE_TOLD(rc, &err);
	for (int c = 0; c < CTRL_COUNT; c++)
		REQUIRE(!facts.controllers[c].version || facts.controllers[c].parent[0] == '/');
	arena_free(&arena);
	return 0;
}
