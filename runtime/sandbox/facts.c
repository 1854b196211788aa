/* SPDX-License-Identifier: Apache-2.0
 *
 * Host facts. Takes what is mounted at /sys/fs/cgroup (cgroups(7): version 2
 * there; or a tmpfs with one directory a version 1 controller, and perhaps
 * version 2 at `unified` below it) and who asks.
 */
#include "sandbox/facts.h"
#include "util/fd.h"
#include "util/subid.h"
#include "util/landlock.h"
#include "util/sys.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static bool has_magic(const char *path, unsigned long magic)
{
	struct statfs st;

	return statfs(path, &st) == 0 && (unsigned long)st.f_type == magic;
}

static bool may_make_in(const char *dir)
{
	return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
}

/* Whether a word stands in a list separated by blanks. */
static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\n' || !at[n]))
			return true;
	return false;
}

static ssize_t read_in(struct arena *arena, const char *dir, const char *file, char *buf, size_t cap)
{
	ssize_t n = file_read_text(AT_FDCWD, arena_printf(arena, "%s/%s", dir, file), buf, cap);

	if (n < 0)
		buf[0] = '\0';
	return n;
}

/* The directory in which this user may make a version 2 cgroup. Root: the top of
 * the hierarchy. Anybody else, and root where the top is not writable: next to
 * the cgroup it is in, if that was delegated (a cgroup with processes of its own
 * can have no controllers for children, so not in it). */
static const char *v2_parent(struct arena *arena, const char *top, bool *writable)
{
	char text[4096], *line, *end, *slash;

	*writable = may_make_in(top);
	if (*writable)
		return top;
	if (file_read_text(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) < 0)
		return top;
	line = strstr(text, "0::/");
	if (!line || (line != text && line[-1] != '\n'))
		return top;
	line += strlen("0::");
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	slash = strrchr(line, '/');
	if (!slash || slash == line)
		return top;
	*slash = '\0';
	top = arena_printf(arena, "%s%s", top, line);
	*writable = may_make_in(top);
	return top;
}

static void gather_v2(struct facts *facts, struct arena *arena, const char *top)
{
	char have[512], on[512];
	bool writable;
	const char *parent = v2_parent(arena, top, &writable);

	if (read_in(arena, parent, "cgroup.controllers", have, sizeof(have)) < 0)
		return;
	read_in(arena, parent, "cgroup.subtree_control", on, sizeof(on));
	for (int c = 0; c < CTRL_COUNT; c++) {
		struct controller_fact *fact = &facts->controllers[c];
		bool program = c == CTRL_DEVICES; /* no controller of that name here */

		if (fact->version || (!program && !has_word(have, controller_names[c])))
			continue;
		fact->version = 2;
		fact->parent = parent;
		fact->writable = writable && (!program || facts->may_program);
		fact->enabled = program || has_word(on, controller_names[c]);
	}
}

/* Distributions that mount cpu and cpuacct together link both names to it; not all do. */
static const char *v1_directory(enum controller c, struct arena *arena)
{
	const char *dir = arena_printf(arena, CGROUP_ROOT "/%s", controller_names[c]);

	if (has_magic(dir, SYS_CGROUP_MAGIC))
		return dir;
	dir = CGROUP_ROOT "/cpu,cpuacct";
	return c == CTRL_CPU && has_magic(dir, SYS_CGROUP_MAGIC) ? dir : NULL;
}

static void gather_v1(struct facts *facts, struct arena *arena)
{
	for (int c = 0; c < CTRL_COUNT; c++) {
		struct controller_fact *fact = &facts->controllers[c];
		const char *dir = v1_directory((enum controller)c, arena);

		if (!dir)
			continue;
		fact->version = 1;
		fact->parent = dir;
		fact->writable = may_make_in(dir);
		fact->enabled = true;
	}
}

static bool all_known(const struct facts *facts)
{
	for (int c = 0; c < CTRL_COUNT; c++)
		if (!facts->controllers[c].version)
			return false;
	return true;
}

static void gather_cgroups(struct facts *facts, struct arena *arena)
{
	if (has_magic(CGROUP_ROOT, SYS_CGROUP2_MAGIC)) {
		gather_v2(facts, arena, CGROUP_ROOT);
		return;
	}
	gather_v1(facts, arena);
	if (!all_known(facts) && has_magic(CGROUP_ROOT "/unified", SYS_CGROUP2_MAGIC))
		gather_v2(facts, arena, CGROUP_ROOT "/unified");
}

/* The permitted ones, and whether CAP_SYS_ADMIN is in effect. */
static void gather_caps(struct facts *facts)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return;
	facts->caps = data[0].permitted | (uint64_t)data[1].permitted << 32;
	facts->privileged = data[0].effective & (1u << CAP_SYS_ADMIN);
}

static struct id_maps read_maps(struct arena *arena, const char *path)
{
	struct id_maps maps = { 0 };
	char text[4096], *at = text;
	struct id_map map;
	int n;

	if (file_read_text(AT_FDCWD, path, text, sizeof(text)) < 0)
		return maps;
	for (; sscanf(at, "%u %u %u%n", &map.inside, &map.outside, &map.count, &n) == 3; at += n)
		*(struct id_map *)arena_push(arena, &maps.v, &maps.n, sizeof(map)) = map;
	return maps;
}

/* Root of another user namespace than the first, in a container say, can map on
 * only what was mapped to it. The first one has a fixed inode (linux/proc_ns.h). */
static void gather_ids(struct facts *facts, struct arena *arena)
{
	enum { PROC_USER_INIT_INO = 0xEFFFFFFDu };
	char text[16];
	struct stat st;

	if (!facts->privileged || stat("/proc/self/ns/user", &st) < 0)
		return;
	facts->may_program = st.st_ino == PROC_USER_INIT_INO; /* of capabilities, bpf(2) asks for those of the first one */
	if (facts->may_program)
		return;
	facts->uid_maps = read_maps(arena, "/proc/self/uid_map");
	facts->gid_maps = read_maps(arena, "/proc/self/gid_map");
	facts->setgroups_denied = file_read_text(AT_FDCWD, "/proc/self/setgroups", text, sizeof(text)) > 0 &&
				  str_after(text, "deny");
}

/* The text of a file of a bounded size, or NULL; free() it. */
static char *read_file(const char *path)
{
	enum { MAX_FILE = 1 << 20 };
	char *text = malloc(MAX_FILE);

	if (text && file_read_text(AT_FDCWD, path, text, MAX_FILE) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static const char *find_helper(const char *const *paths)
{
	for (; *paths; paths++)
		if (faccessat(AT_FDCWD, *paths, X_OK, AT_EACCESS) == 0)
			return *paths;
	return NULL;
}

static const char *own_name(uint32_t uid, struct arena *arena)
{
	char *passwd = read_file("/etc/passwd");
	const char *name = passwd ? subid_user(passwd, uid, arena) : NULL;

	free(passwd);
	return name;
}

static void read_granted(struct facts *facts, const char *uids, struct arena *arena)
{
	const char *name = facts->privileged ? "crib" : own_name(facts->uid, arena);
	uint32_t id = facts->privileged ? UINT32_MAX : facts->uid;
	char *gids;

	facts->subuids = subid_parse(uids, name, id, arena);
	if (!facts->subuids.n && !facts->privileged)
		return;
	gids = read_file("/etc/subgid");
	if (gids)
		facts->subgids = subid_parse(gids, name, id, arena);
	free(gids);
}

/* Only these places: what else is called so was not put there by the host's administrator. */
static void gather_granted(struct facts *facts, struct arena *arena)
{
	static const char *const uid_paths[] = { "/usr/bin/newuidmap", "/bin/newuidmap", "/run/wrappers/bin/newuidmap", NULL };
	static const char *const gid_paths[] = { "/usr/bin/newgidmap", "/bin/newgidmap", "/run/wrappers/bin/newgidmap", NULL };
	char *uids;

	if (!facts->privileged) {
		facts->newuidmap = find_helper(uid_paths);
		facts->newgidmap = facts->newuidmap ? find_helper(gid_paths) : NULL;
		if (!facts->newgidmap)
			return;
	}
	uids = read_file("/etc/subuid");
	if (uids)
		read_granted(facts, uids, arena);
	free(uids);
}

static unsigned gather_landlock(void)
{
	int version = ll_version();

	return version > 0 ? (unsigned)version : 0;
}

void facts_gather(struct facts *facts, struct arena *arena)
{
	struct utsname uts;
	unsigned major = 0, minor = 0;

	*facts = (struct facts){ .uid = geteuid(), .gid = getegid() };
	gather_caps(facts);
	if (uname(&uts) == 0 && sscanf(uts.release, "%u.%u", &major, &minor) == 2)
		facts->kernel = major * 1000 + minor;
	facts->landlock = gather_landlock();
	gather_ids(facts, arena);
	gather_granted(facts, arena);
	gather_cgroups(facts, arena);
	/* the kernel has root of the first user namespace alone fence devices, on either version */
	if (facts->uid_maps.n)
		facts->controllers[CTRL_DEVICES].writable = false;
}
