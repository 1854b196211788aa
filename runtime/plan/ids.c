/* SPDX-License-Identifier: Apache-2.0
 *
 * Which ids a sandbox has.
 *
 * Started by root, 65,536 that no other sandbox has: out of what /etc/subuid and /etc/subgid
 * grant to the name crib, else out of the range below. Started by anybody else, its own as root
 * inside, and the granted ones behind it where the host's newuidmap and newgidmap map them;
 * else the one id that the kernel lets everyone map.
 *
 * The range: 2,048 times 65,536 ids from 0x77800000 on. It lies above what systemd gives to
 * containers (524288-1879048191, its UIDS-GIDS document), what useradd gives to users
 * (100000-600100000, login.defs), what directory services count out (200000-2000200000,
 * sssd-ad(5)), and below systemd's range for foreign images (from 2147352576) and what a signed
 * number holds.
 */
#include "plan/planner.h"
#include "util/subid.h"
#include "util/sys.h"

#include <errno.h>

enum { SANDBOX_IDS = 65536 };

static const struct id_pool default_pool = { 0x77800000u, 0x77800000u, 2048u * SANDBOX_IDS };

static struct id_maps new_maps(struct planner *p, size_t n)
{
	return (struct id_maps){ .v = arena_array(p->arena, n, sizeof(struct id_map)), .n = n };
}

static struct id_maps one_map(struct planner *p, uint32_t inside, uint32_t outside, uint32_t count)
{
	struct id_maps maps = new_maps(p, 1);

	maps.v[0] = (struct id_map){ inside, outside, count };
	return maps;
}

/* Every id that there is here, as itself. */
static struct id_maps identity(struct planner *p, const struct id_maps *here)
{
	struct id_maps maps;

	if (!here->n)
		return one_map(p, 0, 0, UINT32_MAX);
	maps = new_maps(p, here->n);
	for (size_t i = 0; i < here->n; i++)
		maps.v[i] = (struct id_map){ here->v[i].inside, here->v[i].inside, here->v[i].count };
	return maps;
}

static void plan_identity(struct planner *p)
{
	p->plan->uid_maps = identity(p, &p->facts->uid_maps);
	p->plan->gid_maps = identity(p, &p->facts->gid_maps);
	p->plan->setgroups_deny = p->facts->setgroups_denied;
}

static bool is_here(const struct id_maps *here, uint32_t first, uint32_t count)
{
	for (size_t i = 0; i < here->n; i++)
		if (first >= here->v[i].inside && (uint64_t)first + count <= (uint64_t)here->v[i].inside + here->v[i].count)
			return true;
	return here->n == 0;
}

static void add_pool(const struct facts *f, struct arena *arena, struct id_choice *ids, struct id_pool pool)
{
	if (pool.count >= SANDBOX_IDS && is_here(&f->uid_maps, pool.uid, pool.count) && is_here(&f->gid_maps, pool.gid, pool.count))
		*(struct id_pool *)arena_push(arena, &ids->pools, &ids->n_pools, sizeof(pool)) = pool;
}

/* In a container with more than 65,536 ids: what is behind those that it uses itself. */
static void add_spare(const struct facts *f, struct arena *arena, struct id_choice *ids)
{
	for (size_t i = 0; i < f->uid_maps.n; i++) {
		struct id_map m = f->uid_maps.v[i];
		uint32_t used = m.inside < SANDBOX_IDS ? SANDBOX_IDS - m.inside : 0;

		if (m.count > used)
			add_pool(f, arena, ids, (struct id_pool){ m.inside + used, m.inside + used, m.count - used });
	}
}

bool plan_id_pools(const struct facts *f, struct arena *arena, struct id_choice *ids)
{
	struct id_pool *granted;
	bool used;
	size_t n;

	*ids = (struct id_choice){ .count = SANDBOX_IDS };
	subid_pair(&f->subuids, &f->subgids, arena, &granted, &n);
	for (size_t i = 0; i < n; i++)
		add_pool(f, arena, ids, granted[i]);
	used = ids->n_pools || (!f->subuids.n && !f->subgids.n);
	if (!ids->n_pools)
		add_pool(f, arena, ids, default_pool);
	if (!ids->n_pools)
		add_spare(f, arena, ids);
	return used;
}

static void plan_own(struct planner *p)
{
	struct plan *plan = p->plan;

	if (!plan_id_pools(p->facts, p->arena, &plan->ids))
		plan_warn(p, "what /etc/subuid and /etc/subgid grant to crib is not used: both have to grant 65536 ids that are "
			     "there (see crib doctor)");
	if (!plan->ids.n_pools) {
		plan_warn(p, "no ids of its own for this sandbox, it has all those that there are here: 65536 beside the first "
			     "65536 would be needed (see crib doctor)");
		plan_identity(p);
		return;
	}
	plan->uid_maps = one_map(p, 0, plan->ids.pools[0].uid, SANDBOX_IDS);
	plan->gid_maps = one_map(p, 0, plan->ids.pools[0].gid, SANDBOX_IDS);
	plan->setgroups_deny = p->facts->setgroups_denied;
	plan->shifted = true;
}

static void plan_single(struct planner *p)
{
	p->plan->uid_maps = one_map(p, 0, p->facts->uid, 1);
	p->plan->gid_maps = one_map(p, 0, p->facts->gid, 1);
	p->plan->setgroups_deny = true;
}

static void use_helpers(struct planner *p)
{
	p->plan->newuidmap = p->facts->newuidmap;
	p->plan->newgidmap = p->facts->newgidmap;
}

/* The user's own id and as many of the granted ones as make 65,536, apart from those of the
 * user's other sandboxes where that many were granted. */
static void plan_granted(struct planner *p)
{
	const struct facts *f = p->facts;
	struct id_choice *ids = &p->plan->ids;

	if (f->newuidmap && f->newgidmap)
		subid_pair(&f->subuids, &f->subgids, p->arena, &ids->pools, &ids->n_pools);
	if (!ids->n_pools) {
		plan_single(p);
		return;
	}
	for (size_t i = 0; i < ids->n_pools; i++)
		if (ids->count < ids->pools[i].count)
			ids->count = ids->pools[i].count;
	if (ids->count > SANDBOX_IDS - 1)
		ids->count = SANDBOX_IDS - 1;
	ids->at = 1;
	ids->may_share = true;
	p->plan->uid_maps = new_maps(p, 2);
	p->plan->uid_maps.v[0] = (struct id_map){ 0, f->uid, 1 };
	p->plan->uid_maps.v[1] = (struct id_map){ 1, ids->pools[0].uid, ids->count };
	p->plan->gid_maps = new_maps(p, 2);
	p->plan->gid_maps.v[0] = (struct id_map){ 0, f->gid, 1 };
	p->plan->gid_maps.v[1] = (struct id_map){ 1, ids->pools[0].gid, ids->count };
	use_helpers(p);
}

static bool maps_root(const struct id_maps *maps)
{
	for (size_t i = 0; i < maps->n; i++)
		if (maps->v[i].inside == 0)
			return true;
	return false;
}

static bool is_own(const struct id_maps *maps, uint32_t id)
{
	return maps->n == 1 && maps->v[0].count == 1 && maps->v[0].outside == id;
}

static int plan_said(struct planner *p)
{
	const struct sandbox_spec *s = &p->spec->sandbox;
	const struct facts *f = p->facts;
	struct plan *plan = p->plan;

	plan->uid_maps = s->uid_maps.n ? s->uid_maps : s->gid_maps;
	plan->gid_maps = s->gid_maps.n ? s->gid_maps : s->uid_maps;
	if (!maps_root(&plan->uid_maps) || !maps_root(&plan->gid_maps))
		return err_set(p->err, EINVAL, "the said ids leave out 0 inside: the sandbox is built by its own root, so say "
					       "where that goes, such as --uidmap 0:100000:65536");
	plan->setgroups_deny = f->setgroups_denied;
	plan->shifted = f->privileged;
	if (f->privileged)
		return 0;
	plan->setgroups_deny = is_own(&plan->gid_maps, f->gid);
	if (is_own(&plan->uid_maps, f->uid) && plan->setgroups_deny)
		return 0;
	if (!f->newuidmap || !f->newgidmap)
		return err_set(p->err, EPERM, "an ordinary user can map other ids than the own one only through newuidmap and "
					      "newgidmap, which are not installed here (see crib doctor)");
	use_helpers(p);
	return 0;
}

int plan_ids(struct planner *p)
{
	const struct sandbox_spec *s = &p->spec->sandbox;
	bool privileged = p->facts->privileged;

	if (s->ns[NS_USER].mode == NS_HOST) {
		if (!privileged)
			return err_set(p->err, EPERM, "a sandbox in the host's user namespace can only be started by root");
		return 0;
	}
	if (s->uid_maps.n || s->gid_maps.n)
		return plan_said(p);
	if (s->ids == IDS_IDENTITY && !privileged)
		return err_set(p->err, EPERM, "a sandbox with the host's ids can only be started by root");
	if (s->ids == IDS_SINGLE && privileged)
		return err_set(p->err, EINVAL, "--userns single is for ordinary users: started by root, the one id would be root's");
	if (s->ids == IDS_IDENTITY)
		plan_identity(p);
	else if (s->ids == IDS_SINGLE)
		plan_single(p);
	else if (privileged)
		plan_own(p);
	else
		plan_granted(p);
	return 0;
}
