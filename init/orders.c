/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes the blob of HANDOFF_BLOB_FD, gives struct orders. Nothing in the blob is
 * trusted: every offset and count is held against its size, which fstat has to
 * confirm.
 *
 * It is read, not mapped, into private memory: no one can change or truncate it
 * under us, and one zero byte behind its end terminates every string in it.
 */
#include "init.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BLOB_MAX = 64 << 20, /* the kernel takes 6 MiB of arguments at the most */
	KEEP_FDS_MAX = 1 << 16,
	STACK = 32 << 10,
	FLAGS = HANDOFF_DIE_WITH_PARENT | HANDOFF_NO_NEW_PRIVS | HANDOFF_TERMINAL | HANDOFF_FORWARD_GROUP |
		HANDOFF_KEEP_GROUPS | HANDOFF_AMBIENT | HANDOFF_LANDLOCK | HANDOFF_TRACED,
};

static void require(bool ok, const char *what)
{
	if (!ok)
		fail(EXIT_INIT, 0, "handoff: bad ", what);
}

/* The array of count elements at offset; NULL for an empty one. */
static void *array(const struct orders *o, uint64_t offset, uint64_t count, size_t each, size_t align,
		   const char *what)
{
	if (count == 0)
		return NULL;
	require(offset >= sizeof(o->h) && offset < o->h.size && offset % align == 0, what);
	require(count <= (o->h.size - offset) / each, what);
	return o->memory + offset;
}

static char *text(const struct orders *o, uint64_t offset, const char *what)
{
	if (offset == 0)
		return NULL;
	require(offset >= sizeof(o->h) && offset < o->h.size, what);
	return o->memory + offset;
}

/* A vector of offsets becomes one of pointers, in place. */
static char **vector(const struct orders *o, uint64_t offset, const char *what)
{
	char **v = array(o, offset, 1, sizeof(*v), _Alignof(char *), what);
	char **end = v + (o->h.size - offset) / sizeof(*v);

	for (char **p = v; *p; p++) {
		*p = text(o, (uintptr_t)*p, what);
		require(p + 1 < end, what);
	}
	return v;
}

static void load(struct orders *o)
{
	struct stat st;
	size_t size;

	if (fstat(HANDOFF_BLOB_FD, &st) < 0 || !S_ISREG(st.st_mode))
		run_by_hand();
	if (pread(HANDOFF_BLOB_FD, &o->h, sizeof(o->h), 0) != (ssize_t)sizeof(o->h) || o->h.magic != HANDOFF_MAGIC)
		run_by_hand();
	require(o->h.version == HANDOFF_VERSION, "version");
	require(o->h.size == (uint64_t)st.st_size && o->h.size <= BLOB_MAX, "size");

	size = (size_t)o->h.size;
	o->memory_size = (size + 1 + STACK + 15) & ~(size_t)15;
	o->memory = mmap(NULL, o->memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (o->memory == MAP_FAILED)
		fail(EXIT_INIT, errno, "handoff: memory");
	o->stack_top = o->memory + o->memory_size;
	require(pread(HANDOFF_BLOB_FD, o->memory, size, 0) == (ssize_t)size, "size");
	close(HANDOFF_BLOB_FD);
}

void orders_read(struct orders *o)
{
	static char *none[1];
	static char root[] = "/";

	*o = (struct orders){.argv = NULL};
	load(o);
	require(o->h.role <= HANDOFF_HOLD, "role");
	require((o->h.flags & ~(uint32_t)FLAGS) == 0, "flags");
	if (o->h.role == HANDOFF_HOLD)
		return;

	/* to setresuid(2), -1 is "as it is", which is root */
	require(o->h.uid != UINT32_MAX, "uid");
	require(o->h.gid != UINT32_MAX, "gid");
	require(o->h.umask <= 0777, "umask");
	require(o->h.keep_fds <= KEEP_FDS_MAX, "keep_fds");
	require(o->h.n_seccomp <= BPF_MAXINSNS, "seccomp");
	o->groups = array(o, o->h.groups, o->h.n_groups, sizeof(*o->groups), _Alignof(uint32_t), "groups");
	o->rlimits = array(o, o->h.rlimits, o->h.n_rlimits, sizeof(*o->rlimits), _Alignof(uint64_t), "rlimits");
	o->seccomp = array(o, o->h.seccomp, o->h.n_seccomp, sizeof(*o->seccomp), _Alignof(uint32_t), "seccomp");
	o->cwd = o->h.cwd ? text(o, o->h.cwd, "cwd") : root;
	require(*o->cwd == '/', "cwd");
	o->path = text(o, o->h.path, "path");
	o->apparmor = text(o, o->h.apparmor, "apparmor");
	o->selinux = text(o, o->h.selinux, "selinux");
	o->argv = vector(o, o->h.argv, "argv");
	require(o->argv[0] != NULL, "argv");
	o->envp = o->h.envp ? vector(o, o->h.envp, "envp") : none;
}
