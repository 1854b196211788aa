/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of granted ids; see the header. Pure.
 */
#include "util/subid.h"

/* A decimal number that ends where it should, moving *at behind it. */
static bool number(const char **at, const char *end, char stop, uint64_t *out)
{
	const char *p = *at;

	*out = 0;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		*out = *out * 10 + (unsigned)(*p - '0');
		if (*out > UINT32_MAX)
			return false;
	}
	if (p == *at || (p < end ? *p != stop : stop != '\n'))
		return false;
	*at = p < end ? p + 1 : p;
	return true;
}

static bool is_owner(const char *line, size_t n, const char *name, uint32_t id)
{
	const char *at = line;
	uint64_t number_of;

	if (name && strlen(name) == n && memcmp(line, name, n) == 0)
		return true;
	return id != UINT32_MAX && number(&at, line + n, '\n', &number_of) && number_of == id;
}

static bool overlaps(const struct id_maps *maps, uint64_t first, uint64_t count)
{
	for (size_t i = 0; i < maps->n; i++)
		if (first < (uint64_t)maps->v[i].outside + maps->v[i].count && maps->v[i].outside < first + count)
			return true;
	return false;
}

static void add_line(struct id_maps *maps, const char *line, const char *end, const char *name, uint32_t id,
		     struct arena *arena)
{
	const char *at = memchr(line, ':', (size_t)(end - line));
	uint64_t first, count;

	if (!at || !is_owner(line, (size_t)(at - line), name, id))
		return;
	at++;
	if (!number(&at, end, ':', &first) || !number(&at, end, '\n', &count))
		return;
	/* the last 32-bit number is no id, but -1 */
	if (!count || first < SUBID_LEAST || first + count > UINT32_MAX || overlaps(maps, first, count))
		return;
	*(struct id_map *)arena_push(arena, &maps->v, &maps->n, sizeof(*maps->v)) =
		(struct id_map){ 0, (uint32_t)first, (uint32_t)count };
}

struct id_maps subid_parse(const char *text, const char *name, uint32_t id, struct arena *arena)
{
	struct id_maps maps = { 0 };

	while (*text && maps.n < SUBID_LINES) {
		size_t n = strcspn(text, "\n");

		add_line(&maps, text, text + n, name, id, arena);
		text += n + (text[n] == '\n');
	}
	return maps;
}

const char *subid_user(const char *passwd, uint32_t uid, struct arena *arena)
{
	while (*passwd) {
		size_t n = strcspn(passwd, "\n"), name = strcspn(passwd, ":\n");
		const char *end = passwd + n, *at = memchr(passwd, ':', n);
		uint64_t number_of;

		at = at ? memchr(at + 1, ':', (size_t)(end - at - 1)) : NULL;
		if (at && name && ++at && number(&at, end, ':', &number_of) && number_of == uid)
			return arena_strndup(arena, passwd, name);
		passwd += n + (passwd[n] == '\n');
	}
	return NULL;
}

void subid_pair(const struct id_maps *uids, const struct id_maps *gids, struct arena *arena, struct id_pool **pools,
		size_t *n)
{
	*pools = NULL;
	*n = 0;
	for (size_t i = 0; i < uids->n && i < gids->n; i++) {
		const struct id_map *u = &uids->v[i], *g = &gids->v[i];

		*(struct id_pool *)arena_push(arena, pools, n, sizeof(**pools)) =
			(struct id_pool){ u->outside, g->outside, u->count < g->count ? u->count : g->count };
	}
}
