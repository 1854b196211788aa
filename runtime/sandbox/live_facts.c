/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. proc_pid_status(5), proc_pid_ns(5), proc_pid_mountinfo(5).
 */
#include "sandbox/live_facts.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

enum { STATUS = 8192, MOUNTS = 256 * 1024, SMALL = 4096, MOST_MOUNTS = 1024 };

static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 32 || *text == 127)
			*text = '?';
}

/* -ENOENT, -ESRCH: it has gone. */
static ssize_t read_of(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return file_read_text(AT_FDCWD, path, text, size);
}

/* A line "NAME:\tVALUE" of status. */
static const char *field(const char *status, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			return line + n + 1;
	return "";
}

static uint64_t hex_field(const char *status, const char *name)
{
	uint64_t n = 0;

	return sscanf(field(status, name), " %" SCNx64, &n) == 1 ? n : 0;
}

static int int_field(const char *status, const char *name)
{
	int n;

	return sscanf(field(status, name), " %d", &n) == 1 ? n : -1;
}

/* init's first child; init itself where it became the command, or does not say. */
static pid_t find_command(pid_t init)
{
	char name[64], text[SMALL];
	int pid;

	snprintf(name, sizeof(name), "task/%d/children", (int)init);
	if (read_of(init, "comm", text, sizeof(text)) < 0 || !str_eq(text, "init\n"))
		return init;
	return read_of(init, name, text, sizeof(text)) > 0 && sscanf(text, "%d", &pid) == 1 && pid > 0 ? pid : init;
}

static void read_status(const char *status, struct live_facts *f)
{
	/* the first is the real one, the second is in effect */
	if (sscanf(field(status, "Uid"), " %*u %" SCNu32, &f->uid) != 1)
		f->uid = 0;
	if (sscanf(field(status, "Gid"), " %*u %" SCNu32, &f->gid) != 1)
		f->gid = 0;
	f->inheritable = hex_field(status, "CapInh");
	f->permitted = hex_field(status, "CapPrm");
	f->effective = hex_field(status, "CapEff");
	f->bounding = hex_field(status, "CapBnd");
	f->ambient = hex_field(status, "CapAmb");
	f->no_new_privs = int_field(status, "NoNewPrivs") == 1;
	f->seccomp = int_field(status, "Seccomp");
	f->filters = int_field(status, "Seccomp_filters"); /* Linux 5.9 */
}

static struct id_maps read_maps(pid_t pid, const char *name, struct arena *arena)
{
	struct id_maps maps = { 0 };
	char text[SMALL], *at = text;
	struct id_map map;
	int n;

	if (read_of(pid, name, text, sizeof(text)) < 0)
		return maps;
	for (; sscanf(at, "%u %u %u%n", &map.inside, &map.outside, &map.count, &n) == 3; at += n)
		*(struct id_map *)arena_push(arena, &maps.v, &maps.n, sizeof(map)) = map;
	return maps;
}

static void read_namespaces(struct live_facts *f)
{
	for (int i = 0; i < LIVE_NAMESPACES; i++) {
		char path[64], own[64];
		struct stat theirs, ours;

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)f->pid, live_namespaces[i]);
		snprintf(own, sizeof(own), "/proc/self/ns/%s", live_namespaces[i]);
		f->unknown[i] = stat(path, &theirs) < 0 || stat(own, &ours) < 0;
		f->shared[i] = !f->unknown[i] && theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
	}
}

static const char *read_label(pid_t pid, struct arena *arena)
{
	static const char *const names[] = { "attr/apparmor/current", "attr/current" };
	char text[SMALL];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (read_of(pid, names[i], text, sizeof(text)) <= 0)
			continue;
		text[strcspn(text, "\n")] = '\0';
		clean(text);
		return *text ? arena_strdup(arena, text) : NULL;
	}
	return NULL;
}

static void read_limits(const struct strs *cgroups, struct arena *arena, struct live_facts *f)
{
	static const char *const files[] = { "memory.max", "memory.limit_in_bytes", "pids.max", "cpu.max", "cpu.cfs_quota_us" };

	for (size_t g = 0; g < cgroups->n; g++)
		for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
			char text[128];

			if (file_read_text(AT_FDCWD, arena_printf(arena, "%s/%s", cgroups->v[g], files[i]), text, sizeof(text)) <= 0)
				continue;
			text[strcspn(text, "\n")] = '\0';
			*(struct pair *)arena_push(arena, &f->limits.v, &f->limits.n, sizeof(struct pair)) =
				(struct pair){ files[i], arena_strdup(arena, text) };
		}
}

/* "36 35 98:0 /root /target rw,noatime master:1 - ext3 /dev/root rw": cut in place. */
static bool cut_mount(char *line, struct live_mount *m)
{
	const char *fields[6] = { 0 }, *after[2] = { 0 };
	char *rest = strstr(line, " - ");
	char *at = line;

	if (!rest)
		return false;
	*rest = '\0';
	rest += 3;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!(fields[i] = strsep(&at, " ")))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(after); i++)
		if (!(after[i] = strsep(&rest, " ")))
			return false;
	*m = (struct live_mount){ fields[3], fields[4], fields[5], after[0], after[1] };
	return true;
}

static void read_mounts(struct arena *arena, struct live_facts *f)
{
	char *text = arena_alloc(arena, MOUNTS), *line;

	if (read_of(f->pid, "mountinfo", text, MOUNTS) <= 0)
		return;
	while ((line = strsep(&text, "\n")) && f->n_mounts < MOST_MOUNTS) {
		struct live_mount m;

		clean(line);
		if (cut_mount(line, &m))
			*(struct live_mount *)arena_push(arena, &f->mounts, &f->n_mounts, sizeof(m)) = m;
	}
}

int live_facts_gather(pid_t init, const struct strs *cgroups, struct arena *arena, struct live_facts *facts, struct err *err)
{
	struct live_facts f = { .pid = find_command(init) };
	char status[STATUS];
	ssize_t n = read_of(f.pid, "status", status, sizeof(status));

	if (n < 0)
		return err_sys(err, (int)-n, "process %d of the sandbox", (int)f.pid);
	read_status(status, &f);
	f.uid_maps = read_maps(f.pid, "uid_map", arena);
	f.gid_maps = read_maps(f.pid, "gid_map", arena);
	read_namespaces(&f);
	f.label = read_label(f.pid, arena);
	read_limits(cgroups, arena, &f);
	read_mounts(arena, &f);
	*facts = f;
	return 0;
}
