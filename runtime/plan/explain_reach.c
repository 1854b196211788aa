/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left to who is inside, even with all that is on: told without comfort.
 */
#include "plan/explain.h"
#include "model/caps.h"
#include "util/landlock.h"
#include "util/sys.h"

#include <linux/capability.h>

#define BIT(name) (UINT64_C(1) << CAP_##name)

/* What a capability is good for to an attacker, in a user namespace of its own and in the host's. */
static const struct {
	uint64_t cap;
	const char *name, *own, *host;
} dangers[] = {
	{ BIT(SYS_ADMIN), "SYS_ADMIN", "change mounts, unless Landlock is on, and with that undo masks and read-only paths; much kernel code that only root reaches",
	  "mount the host's disks; as good as root" },
	{ BIT(SYS_MODULE), "SYS_MODULE", NULL, "load a kernel module: the kernel itself" },
	{ BIT(SYS_RAWIO), "SYS_RAWIO", NULL, "memory and ports of the machine" },
	{ BIT(SYS_PTRACE), "SYS_PTRACE", "every process of the sandbox", "every process that it can see" },
	{ BIT(DAC_READ_SEARCH), "DAC_READ_SEARCH", NULL, "every file of each file system it can name a file of (open_by_handle_at)" },
	{ BIT(SYS_BOOT), "SYS_BOOT", NULL, "restart the machine, or boot another kernel" },
	{ BIT(NET_ADMIN), "NET_ADMIN", "its own network's settings: netfilter and traffic control, code with many bugs in its past",
	  "the settings of the network" },
	{ BIT(NET_RAW), "NET_RAW", "packet and raw sockets of its own network", "packets of the host's network, if that is shared" },
	{ BIT(BPF), "BPF", "nothing alone", "eBPF programs" },
	{ BIT(PERFMON), "PERFMON", "nothing alone", "watch the kernel and every process" },
	{ BIT(SYS_TIME), "SYS_TIME", NULL, "the host's clock" },
	{ BIT(SYSLOG), "SYSLOG", NULL, "the kernel's log and addresses" },
	{ BIT(MKNOD), "MKNOD", NULL, "device nodes, where no devices cgroup refuses their use" },
};

static void reach_capabilities(struct explainer *e)
{
	bool host = !(e->plan->clone_flags & CLONE_NEWUSER);

	for (size_t i = 0; i < ARRAY_SIZE(dangers); i++) {
		const char *what = host ? dangers[i].host : dangers[i].own;

		if (dangers[i].cap == BIT(SYS_ADMIN) && e->plan->landlock.version)
			what = "much kernel code that only root reaches; mounting is kept from it by Landlock alone";
		if (e->plan->process.cap_bounding & dangers[i].cap && what)
			EXPLAIN(e, EXPLAIN_REACH, arena_printf(e->arena, "by %s", dangers[i].name), what, NULL,
				arena_printf(e->arena, "--cap-drop %s", dangers[i].name));
	}
}

static void reach_kernel(struct explainer *e)
{
	EXPLAIN(e, EXPLAIN_REACH, "kernel",
		arena_printf(e->arena, "the host's own (%u.%u), shared: a bug in a call that is let through reaches all of the host",
			     e->facts->kernel / 1000, e->facts->kernel % 1000),
		"namespaces share it", "a virtual machine has one of its own");
	if (e->plan->private_root)
		EXPLAIN(e, EXPLAIN_REACH, "page cache", "the pages of the root's files are the sandbox's own, a copy", "--private-root", NULL);
	else if (e->c->image.kind == IMAGE_EMBEDDED)
		EXPLAIN(e, EXPLAIN_REACH, "page cache", "the pages of the root's files are shared with the other sandboxes of this user: "
			"a bug that writes to them through a read (Dirty Pipe's kind) reaches those, but no file that the host runs",
			"one unpacked root for all", "--private-root");
	else
		EXPLAIN(e, EXPLAIN_REACH, "page cache",
			arena_printf(e->arena, "the pages of the files below %s are the host's: a bug that writes to them through a read "
				     "(Dirty Pipe's kind) changes them for the host too", e->c->image.path),
			"--rootfs", "--private-root");
}

static void reach_network(struct explainer *e)
{
	if (e->plan->own_network)
		EXPLAIN(e, EXPLAIN_REACH, "network", "its own loopback; nobody outside", NULL, NULL);
	else
		EXPLAIN(e, EXPLAIN_REACH, "network",
			e->plan->landlock.scoped & LL_SCOPE_ABSTRACT ? "whatever this host reaches, and every service on its loopback" :
			"whatever this host reaches, and every service on its loopback and abstract sockets",
			"--network host", NULL);
}

static void reach_files(struct explainer *e)
{
	for (size_t i = 0; i < e->c->n_mounts; i++)
		if (e->c->mounts[i].type == MOUNT_BIND)
			EXPLAIN(e, EXPLAIN_REACH, "files",
				arena_printf(e->arena, "%s %s", e->c->mounts[i].readonly ? "read" : "read, change and fill", e->c->mounts[i].source),
				NULL, NULL);
}

static void reach_machine(struct explainer *e)
{
	EXPLAIN(e, EXPLAIN_REACH, "machine", "processor time, caches and memory bandwidth are shared: it can slow others down and, "
		"by side channels, measure them", NULL, "--cpus bounds the first");
	if (e->c->process.terminal)
		EXPLAIN(e, EXPLAIN_REACH, "terminal", "a terminal of its own, whose output goes to yours as it is: escape sequences too", "-t",
			NULL);
}

void explain_reach(struct explainer *e)
{
	reach_capabilities(e);
	reach_kernel(e);
	reach_calls(e);
	reach_network(e);
	reach_files(e);
	reach_machine(e);
}
