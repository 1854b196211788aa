/* SPDX-License-Identifier: Apache-2.0
 *
 * -v, --mount and --tmpfs, a word each: a destination that is taken is an
 * absolute path in its one spelling.
 */
#include "fuzz.h"

#include "front/mount.h"

static void check(const struct mount_spec *m)
{
	const char *to = m->destination;

	REQUIRE(to && to[0] == '/' && !strstr(to, "//") && !strstr(to, "/./"));
	REQUIRE(!to[1] || to[strlen(to) - 1] != '/');
	REQUIRE(m->type != MOUNT_BIND || (m->source && m->source[0] == '/'));
	REQUIRE(m->size_bytes >= 0 && m->mode <= 07777);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const add[])(struct words *w, const char *value, struct err *err) = {
		mount_add_volume, mount_add_mount, mount_add_tmpfs,
	};
	struct arena arena = { 0 };
	struct words w = { .arena = &arena };
	struct err err;

	for (char **word = fuzz_words(&arena, data, size); *word; word++)
		for (size_t i = 0; i < ARRAY_SIZE(add); i++) {
			int rc = add[i](&w, *word, &err);

			REQUIRE_TOLD(rc, &err);
		}
	for (size_t i = 0; i < w.container.n_mounts; i++)
		check(&w.container.mounts[i]);
	arena_free(&arena);
	return 0;
}
