/* SPDX-License-Identifier: Apache-2.0
 *
 * Host facts from words: plan as if on another host.
 */
#include "plan/facts.h"

#include <errno.h>

typedef int fact_set(struct facts *facts, const char *value);

static int set_number(uint32_t *out, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (end == value || *end || n > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)n;
	return 0;
}

static int set_bool(bool *out, const char *value)
{
	if (!str_eq(value, "0") && !str_eq(value, "1"))
		return -EINVAL;
	*out = *value == '1';
	return 0;
}

static int set_uid(struct facts *f, const char *value)
{
	f->privileged = str_eq(value, "0");
	f->caps = f->privileged ? ~UINT64_C(0) : 0;
	f->subuids = f->subgids = (struct id_maps){ 0 };
	f->newuidmap = f->newgidmap = NULL;
	return set_number(&f->uid, value);
}

static int set_gid(struct facts *f, const char *value) { return set_number(&f->gid, value); }
static int set_privileged(struct facts *f, const char *value) { return set_bool(&f->privileged, value); }

static int set_caps(struct facts *f, const char *value)
{
	size_t n = strspn(value, "0123456789abcdef");

	if (!n || n > 16 || value[n])
		return -EINVAL;
	f->caps = strtoull(value, NULL, 16);
	return 0;
}

static int set_landlock(struct facts *f, const char *value) { return set_number(&f->landlock, value); }

static int set_kernel(struct facts *f, const char *value)
{
	unsigned major, minor;

	if (sscanf(value, "%u.%u", &major, &minor) != 2)
		return -EINVAL;
	f->kernel = major * 1000 + minor;
	return 0;
}

#define V1(name) { 1, "/sys/fs/cgroup/" name, .writable = true, .enabled = true }
#define V2(dir, on) { 2, dir, .writable = true, .enabled = on }
#define DELEGATED "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice"

static const struct {
	const char *name;
	struct controller_fact controllers[CTRL_COUNT];
} layouts[] = {
	{ "none", { { 0 } } },
	{ "v1", { V1("memory"), V1("pids"), V1("cpu"), V1("devices") } },
	{ "hybrid", { V1("memory"), V1("pids"), V1("cpu"), V1("devices") } },
	{ "v2", { V2("/sys/fs/cgroup", true), V2("/sys/fs/cgroup", true), V2("/sys/fs/cgroup", false), V2("/sys/fs/cgroup", true) } },
	{ "mixed", { V2("/sys/fs/cgroup/unified", true), V2("/sys/fs/cgroup/unified", true), V1("cpu"), V1("devices") } },
	{ "delegated", { V2(DELEGATED, true), V2(DELEGATED, true), V2(DELEGATED, false), V2(DELEGATED, true) } },
};

static int set_cgroup(struct facts *f, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		if (!str_eq(layouts[i].name, value))
			continue;
		memcpy(f->controllers, layouts[i].controllers, sizeof(f->controllers));
		/* but for a delegated subtree, cgroups are root's */
		for (int c = 0; c < CTRL_COUNT; c++)
			f->controllers[c].writable &= f->uid == 0 || (str_eq(value, "delegated") && c != CTRL_DEVICES);
		return 0;
	}
	return -EINVAL;
}

static int set_subids(struct facts *f, const char *value)
{
	static struct id_map range;

	if (sscanf(value, "%u:%u", &range.outside, &range.count) != 2)
		return -EINVAL;
	f->subuids = f->subgids = (struct id_maps){ &range, 1 };
	return 0;
}

static int set_newuidmap(struct facts *f, const char *value)
{
	bool there;

	TRY(set_bool(&there, value));
	f->newuidmap = there ? "/usr/bin/newuidmap" : NULL;
	f->newgidmap = there ? "/usr/bin/newgidmap" : NULL;
	return 0;
}

static int set_modules(struct facts *f, const char *value)
{
	static const char *const known[] = { "none", "apparmor", "selinux" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (str_eq(value, known[i])) {
			f->apparmor = str_eq(value, "apparmor");
			f->selinux = str_eq(value, "selinux") ? "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023" : NULL;
			return 0;
		}
	return -EINVAL;
}

/* c:10:229:/dev/fuse */
static int add_device(struct facts *f, const char *value, struct arena *arena)
{
	struct device_fact device = { .mode = 0666 };
	int n = 0;

	if (sscanf(value, "%c:%u:%u:%n", &device.type, &device.major, &device.minor, &n) != 3 || value[n] != '/' ||
	    (device.type != 'b' && device.type != 'c'))
		return -EINVAL;
	device.path = value + n;
	*(struct device_fact *)arena_push(arena, &f->devices, &f->n_devices, sizeof(device)) = device;
	return 0;
}

static const struct {
	const char *name;
	fact_set *set;
} rows[] = {
	{ "uid", set_uid },       { "gid", set_gid },       { "privileged", set_privileged },
	{ "kernel", set_kernel }, { "subids", set_subids }, { "newuidmap", set_newuidmap },
	{ "cgroup", set_cgroup }, { "lsm", set_modules }, { "caps", set_caps },
	{ "landlock", set_landlock },
};

static int parse_word(struct facts *facts, const char *word, struct arena *arena, struct err *err)
{
	const char *device = str_after(word, "device=");

	if (device && add_device(facts, device, arena) == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *value = str_after(word, rows[i].name);

		if (!value || *value != '=')
			continue;
		if (rows[i].set(facts, value + 1) < 0)
			break;
		return 0;
	}
	return err_set(err, EINVAL,
		       "host fact \"%s\" is not understood: say uid=N gid=N privileged=0|1 caps=HEX kernel=6.12 landlock=N "
		       "subids=FIRST:COUNT newuidmap=0|1 cgroup=none|v1|v2|hybrid|mixed|delegated "
		       "device=c:10:229:/dev/fuse lsm=none|apparmor|selinux, in this order",
		       word);
}

int facts_parse(struct facts *facts, const char *words, struct arena *arena, struct err *err)
{
	char *word = arena_strdup(arena, words);

	while (word && *word) {
		char *next = strchr(word, ',');

		if (next)
			*next++ = '\0';
		TRY(parse_word(facts, word, arena, err));
		word = next;
	}
	return 0;
}
