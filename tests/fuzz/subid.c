/* SPDX-License-Identifier: Apache-2.0
 *
 * /etc/subuid, /etc/subgid and /etc/passwd: whatever they say, ranges are of ids that exist, are
 * nobody's twice, and not of the system's users. What is before the first zero byte is the one file,
 * what is behind it the other.
 */
#include "fuzz.h"

#include "util/subid.h"

static void check_maps(const struct id_maps *maps)
{
	REQUIRE(maps->n <= SUBID_LINES);
	for (size_t i = 0; i < maps->n; i++) {
		const struct id_map *m = &maps->v[i];

		REQUIRE(m->count && m->outside >= SUBID_LEAST && (uint64_t)m->outside + m->count <= UINT32_MAX);
		for (size_t k = 0; k < i; k++)
			REQUIRE((uint64_t)m->outside + m->count <= maps->v[k].outside ||
				(uint64_t)maps->v[k].outside + maps->v[k].count <= m->outside);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	char **words = fuzz_words(&arena, data, size);
	const char *first = words[0] ? words[0] : "", *second = words[0] && words[1] ? words[1] : "";
	struct id_maps uids = subid_parse(first, "crib", 1234, &arena), gids = subid_parse(second, "crib", UINT32_MAX, &arena);
	const char *name = subid_user(first, 1000, &arena);
	struct id_pool *pools;
	size_t n;

	check_maps(&uids);
	check_maps(&gids);
	REQUIRE(!name || (*name && !strpbrk(name, ":\n")));
	subid_pair(&uids, &gids, &arena, &pools, &n);
	REQUIRE(n == (uids.n < gids.n ? uids.n : gids.n));
	for (size_t i = 0; i < n; i++)
		REQUIRE(pools[i].count && pools[i].count <= uids.v[i].count && pools[i].count <= gids.v[i].count);
	arena_free(&arena);
	return 0;
}
