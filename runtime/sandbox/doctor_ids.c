/* SPDX-License-Identifier: Apache-2.0
 *
 * The doctor on ids: which a sandbox of this user gets, and what its administrator has to
 * write for more.
 */
#include "plan/plan.h"
#include "sandbox/doctor_parts.h"
#include "util/fd.h"
#include "util/subid.h"

#include <fcntl.h>

enum { TEXT_BYTES = 1 << 16 };

static char *read_text(struct doctor *d, const char *file)
{
	char *text = arena_alloc(d->arena, TEXT_BYTES);

	return file_read_text(AT_FDCWD, file, text, TEXT_BYTES) < 0 ? NULL : text;
}

/* Where the next range may begin: behind all that is granted. */
static uint32_t free_range(struct doctor *d, const char *file)
{
	const char *text = read_text(d, file);
	uint32_t end = 100000;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		unsigned first, count;

		line += *line == '\n';
		if (sscanf(line, "%*[^:\n]:%u:%u", &first, &count) == 2 && first + count > end && first + count < 600100000)
			end = first + count;
	}
	return end;
}

static const char *ranges(struct doctor *d, const struct id_pool *pools, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = arena_printf(d->arena, "%s%s%u-%u", text, i ? ", " : "", pools[i].uid, pools[i].uid + (pools[i].count - 1));
	return text;
}

static const char *grant(struct doctor *d, const char *name, const char *count)
{
	uint32_t first = free_range(d, "/etc/subuid"), first_gid = free_range(d, "/etc/subgid");

	if (first_gid > first)
		first = first_gid;
	return arena_printf(d->arena, "echo %s:%u:%s >>/etc/subuid\necho %s:%u:%s >>/etc/subgid", name, first, count, name, first,
			    count);
}

static void for_root(struct doctor *d)
{
	struct id_choice ids;
	bool used = plan_id_pools(&d->facts, d->arena, &ids);

	if (!ids.n_pools)
		doctor_add(d, FINDING_LIMITED, "ids",
			   "sandboxes have none of their own, but all that there are here:\n"
			   "in this container there are less than 65536 beside its own 65536",
			   "give the container more ids, or run crib outside of it");
	else if (!used)
		doctor_add(d, FINDING_LIMITED, "ids",
			   arena_printf(d->arena, "each sandbox has 65536 of its own, out of %s; what /etc/subuid or subgid\n"
						  "grants to crib is of no use: both have to, and 65536 or more",
					ranges(d, ids.pools, ids.n_pools)),
			   arena_printf(d->arena, "for 64 sandboxes at once:\n%s", grant(d, "crib", "4194304")));
	else
		doctor_add(d, FINDING_OK, "ids",
			   arena_printf(d->arena, "each sandbox has 65536 of its own, out of %s%s", ranges(d, ids.pools, ids.n_pools),
					d->facts.subuids.n ? " (/etc/subuid)" : ""),
			   NULL);
}

static void for_user(struct doctor *d)
{
	const char *passwd = read_text(d, "/etc/passwd"), *name = passwd ? subid_user(passwd, d->facts.uid, d->arena) : NULL;
	bool helpers = d->facts.newuidmap && d->facts.newgidmap, granted;
	const char *uids = read_text(d, "/etc/subuid"), *gids = read_text(d, "/etc/subgid");
	struct id_maps uid_maps = { 0 }, gid_maps = { 0 };
	struct id_pool *pools;
	size_t n;

	if (uids && gids) {
		uid_maps = subid_parse(uids, name, d->facts.uid, d->arena);
		gid_maps = subid_parse(gids, name, d->facts.uid, d->arena);
	}
	subid_pair(&uid_maps, &gid_maps, d->arena, &pools, &n);
	granted = n > 0;
	if (!name)
		name = arena_printf(d->arena, "%u", d->facts.uid);
	if (helpers && granted)
		doctor_add(d, FINDING_OK, "ids",
			   arena_printf(d->arena, "root inside is %s outside; others are of %s\n"
						  "(/etc/subuid), which all sandboxes of this user share if there are not 65536 for each",
					name, ranges(d, pools, n)),
			   NULL);
	else
		doctor_add(d, FINDING_LIMITED, "ids",
			   arena_printf(d->arena, "inside there is root alone, which is %s outside: newuidmap and newgidmap\n"
						  "%s%s",
					name, helpers ? "are there, but nothing is granted in /etc/subuid and /etc/subgid" : "are not installed",
					helpers ? "" : " (Debian's package uidmap, Fedora's shadow-utils)"),
			   arena_printf(d->arena, "for 65536 ids run crib as root; or let root do:\n%s%s",
					helpers ? "" : "apt-get install uidmap\n", granted ? "" : grant(d, name, "65536")));
}

void doctor_ids(struct doctor *d)
{
	if (d->facts.privileged)
		for_root(d);
	else
		for_user(d);
}
