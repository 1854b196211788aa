/* SPDX-License-Identifier: Apache-2.0
 *
 * Granted ids as files say them, and ranges that nobody else has.
 */
#include "state/ids.h"
#include "test.h"
#include "util/subid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static struct arena arena;

static const struct row {
	const char *text;
	size_t n;
	uint32_t first, count; /* of the first */
} rows[] = {
	{ "", 0, 0, 0 },
	{ "crib:100000:65536\n", 1, 100000, 65536 },
	{ "crib:100000:65536", 1, 100000, 65536 },
	{ "other:1000:10\ncrib:200000:5\ncribs:7000:1\n", 1, 200000, 5 },
	{ "1234:100000:65536\n", 1, 100000, 65536 },
	{ "01234:100000:7\n", 1, 100000, 7 },
	{ "crib:100000:65536\ncrib:165536:65536\n", 2, 100000, 65536 },
	/* overlapping: the first one */
	{ "crib:100000:65536\ncrib:165535:65536\ncrib:90000:10001\n", 1, 100000, 65536 },
	/* the last one is (uid_t)-1 */
	{ "crib:4294967295:1\n", 0, 0, 0 },
	{ "crib:4294967294:1\n", 1, 4294967294u, 1 },
	{ "crib:4294901760:65536\n", 0, 0, 0 },
	{ "crib:4294967296:65536\ncrib:100000:4294967296\n", 0, 0, 0 },
	{ "crib:18446744073709551616:1\ncrib:99999999999999999999999999:5\n", 0, 0, 0 },
	{ "crib:0:65536\ncrib:999:65536\ncrib:1000:0\n", 0, 0, 0 },
	{ "crib:-1:65536\ncrib:+5000:6\ncrib: 5000:6\ncrib:5000:6 \ncrib:5000:6:7\ncrib:5000\ncrib:\ncrib\n:5000:6\n", 0, 0, 0 },
	{ "crib:5000x:6\ncrib:0x5000:6\ncrib::6\ncrib:5000:\n crib:5000:6\n#crib:5000:6\n\n\n:::\ncrib:6000:7\r\ncrib:7000:8\n", 1, 7000, 8 },
};

static void test_parse(void)
{
	char many[8192] = "";
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct id_maps maps = subid_parse(rows[i].text, "crib", 1234, &arena);

		check(maps.n == rows[i].n, "\"%s\": %zu ranges", rows[i].text, maps.n);
		if (maps.n)
			check(maps.v[0].outside == rows[i].first && maps.v[0].count == rows[i].count, "\"%s\": %u:%u", rows[i].text,
			      maps.v[0].outside, maps.v[0].count);
	}
	check(subid_parse("4294967295:5000:6\n:5000:6\n", NULL, UINT32_MAX, &arena).n == 0, "nobody's name and number");
	for (unsigned i = 0; i < 200; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "crib:%u:1\n", 5000 + i);
	check(subid_parse(many, "crib", UINT32_MAX, &arena).n == SUBID_LINES, "no more than so many");
}

static void test_names(void)
{
	static const char passwd[] = "root:x:0:0::/:\nbad\na:b\n:x:7:7\nx::8\nann:x:1000:1000:Ann:/home/ann:/bin/sh\nbob:x:1000:1:\n";
	const char *name = subid_user(passwd, 1000, &arena);

	check(name && str_eq(name, "ann"), "by number: %s", name ? name : "none");
	check(!subid_user(passwd, 7, &arena) && !subid_user(passwd, 8, &arena) && !subid_user(passwd, 9, &arena),
	      "nobody is called nothing");
}

static void test_pairs(void)
{
	struct id_map u[] = { { 0, 100000, 65536 }, { 0, 300000, 10 } }, g[] = { { 0, 200000, 65537 } };
	const struct id_maps uids = { u, 2 }, gids = { g, 1 };
	struct id_pool *pools;
	size_t n;

	subid_pair(&uids, &gids, &arena, &pools, &n);
	check(n == 1 && pools[0].uid == 100000 && pools[0].gid == 200000 && pools[0].count == 65536, "pairs: %zu", n);
}

/* No two have the same; the last one finds none; what is given back can be had again. */
static void test_ranges(void)
{
	/* few, and where nobody else looks */
	const struct id_pool pools[] = { { 3000000000u, 3100000000u, 65536 * 2 }, { 3200000000u, 3300000000u, 65536 + 65535 } };
	const struct id_wish wish = { pools, 2, 65536, false };
	struct ids ids[3], more;
	struct err err;

	for (size_t i = 0; i < 3; i++) {
		if (!check(ids_take(&ids[i], &wish, &err) == 0, "range %zu: %s", i, err.text))
			return;
		check(ids[i].gid - ids[i].uid == 100000000, "gids go with uids");
		for (size_t k = 0; k < i; k++)
			check(ids[i].uid >= ids[k].uid + 65536 || ids[k].uid >= ids[i].uid + 65536, "%u and %u", ids[i].uid, ids[k].uid);
	}
	check(ids_take(&more, &wish, &err) == -EUSERS && strstr(err.text, "subuid"), "all are taken: %s", err.text);
	ids_release(&ids[1]);
	check(ids_take(&more, &wish, &err) == 0 && more.uid == ids[1].uid, "given back");
	ids_release(&more);
	ids_release(&ids[0]);
	ids_release(&ids[2]);
}

/* As when a crib was killed: the lock is gone, but what lived in the range is not. */
static void test_record(void)
{
	const struct id_pool pool = { 3000000000u, 3000000000u, 65536 };
	const struct id_wish wish = { &pool, 1, 65536, false };
	struct ids ids, more;
	struct err err;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	if (!check(ids_take(&ids, &wish, &err) == 0 && ids_record(&ids, pid, &err) == 0, "take and record: %s", err.text))
		return;
	close(ids.file);
	check(ids_take(&more, &wish, &err) == -EUSERS, "its process lives");
	kill(pid, SIGKILL);
	check(waitpid(pid, NULL, 0) == pid, "reaped");
	check(ids_take(&more, &wish, &err) == 0, "its process is gone: %s", err.text);
	ids_release(&more);
}

/* An ordinary user has one range mostly, and better shares it than has none. */
static void test_shared(void)
{
	const struct id_pool pool = { 3000000000u, 3000000000u, 65536 };
	const struct id_wish wish = { &pool, 1, 65535, true };
	struct ids a, b;
	struct err err;

	check(ids_take(&a, &wish, &err) == 0 && ids_take(&b, &wish, &err) == 0 && a.uid == b.uid, "both have it: %s", err.text);
	ids_release(&a);
	ids_release(&b);
}

void test_ids_files(void)
{
	test_parse();
	test_names();
	test_pairs();
	test_ranges();
	test_record();
	test_shared();
	arena_free(&arena);
}
