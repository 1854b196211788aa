/* SPDX-License-Identifier: Apache-2.0
 *
 * The doctor on limits: for each controller where its cgroup would be made,
 * or why it cannot be and what would change that. Nothing is made.
 */
#include "sandbox/doctor_parts.h"

#include "util/fd.h"
#include "util/sys.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static const char topic[] = "limits";

enum layout { NONE, V1, V2, HYBRID };

static const char *const layout_names[] = {
	[NONE] = "not mounted", [V1] = "version 1", [V2] = "version 2", [HYBRID] = "versions 1 and 2",
};

static bool has_magic(const char *path, unsigned long magic)
{
	struct statfs st;

	return statfs(path, &st) == 0 && (unsigned long)st.f_type == magic;
}

static enum layout layout(void)
{
	static const char *const v1[] = { "memory", "pids", "cpu", "cpu,cpuacct", "systemd" };

	if (has_magic(CGROUP_ROOT, SYS_CGROUP2_MAGIC))
		return V2;
	if (has_magic(CGROUP_ROOT "/unified", SYS_CGROUP2_MAGIC))
		return HYBRID;
	for (size_t i = 0; i < ARRAY_SIZE(v1); i++) {
		char path[64];

		snprintf(path, sizeof(path), CGROUP_ROOT "/%s", v1[i]);
		if (has_magic(path, SYS_CGROUP_MAGIC))
			return V1;
	}
	return NONE;
}

static bool readonly(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) == 0 && st.f_flag & ST_RDONLY;
}

static bool systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0; /* sd_booted(3) */
}

static const char *delegate_fix(void)
{
	return systemd() ? "start crib in a unit of your own:\n"
			   "systemd-run --user --scope -p Delegate=yes crib run ...\n"
			   "if a controller is still missing, as root, and then log in anew:\n"
			   "mkdir -p /etc/systemd/system/user@.service.d\n"
			   "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' "
			   ">/etc/systemd/system/user@.service.d/delegate.conf\n"
			   "systemctl daemon-reload" :
			   "run crib as root; or, as root, make a cgroup for this user, with chown(1) of it and of its\n"
			   "cgroup.procs and cgroup.subtree_control, and start crib in a child of it";
}

/* Why this user may not make a cgroup where the controller is. */
static void not_writable(struct doctor *d, const char *lost, const struct controller_fact *f)
{
	const char *text = arena_printf(d->arena, "%s: %s is not delegated to uid %u", lost, f->parent, d->facts.uid);

	if (readonly(f->parent))
		doctor_add(d, FINDING_LIMITED, topic, arena_printf(d->arena, "%s: %s is mounted read-only", lost, f->parent),
			   arena_printf(d->arena, "mount -o remount,rw %s (in a container, its runtime decides)",
					f->version == 2 ? CGROUP_ROOT : f->parent));
	else if (f->version == 2)
		doctor_add(d, FINDING_LIMITED, topic, text, delegate_fix());
	else
		doctor_add(d, FINDING_LIMITED, topic, text,
			   "run crib as root; or boot with version 2 (systemd: kernel command line\n"
			   "systemd.unified_cgroup_hierarchy=1), which can be delegated");
}

static const char *absent_fix(enum layout how, const char *absent)
{
	char text[4096];

	if (how == NONE)
		return "mount -t cgroup2 cgroup2 " CGROUP_ROOT;
	if (file_read_text(AT_FDCWD, "/proc/cmdline", text, sizeof(text)) > 0 && strstr(text, "cgroup_disable="))
		return "take cgroup_disable= off the kernel command line";
	if (how == V1)
		return "mount the controller, or boot with version 2 (systemd.unified_cgroup_hierarchy=1)";
	return strstr(absent, "memory") ? "add cgroup_enable=memory to the kernel command line" : "use a kernel with it";
}

/* The kernel has it for the top of the tree, so that it was not handed down. */
static bool at_the_top(const char *controller)
{
	char text[512];

	if (file_read_text(AT_FDCWD, CGROUP_ROOT "/cgroup.controllers", text, sizeof(text)) < 0 &&
	    file_read_text(AT_FDCWD, CGROUP_ROOT "/unified/cgroup.controllers", text, sizeof(text)) < 0)
		return false;
	for (const char *word = text; *word; word += strcspn(word, " \n"), word += strspn(word, " \n"))
		if (strncmp(word, controller, strlen(controller)) == 0 && strchr(" \n", word[strlen(controller)]))
			return true;
	return false;
}

static void doctor_limits(struct doctor *d)
{
	const enum layout how = layout();
	const char *fine = "", *absent = "", *lost = "", *kept = "";
	const struct controller_fact *locked = NULL;

	for (int c = 0; c < CTRL_DEVICES; c++) {
		const struct controller_fact *f = &d->facts.controllers[c];
		const char **list = &fine;

		if (!f->version) {
			list = at_the_top(controller_names[c]) ? &kept : &absent;
		} else if (!f->writable) {
			list = &lost;
			locked = f;
		}
		*list = arena_printf(d->arena, "%s%s%s", *list, **list ? ", " : "", controller_names[c]);
	}
	if (*fine)
		doctor_add(d, FINDING_OK, topic, arena_printf(d->arena, "%s; cgroups: %s", fine, layout_names[how]), NULL);
	if (locked)
		not_writable(d, lost, locked);
	if (*kept)
		doctor_add(d, FINDING_LIMITED, topic,
			   arena_printf(d->arena, "%s: this user's cgroup was not given the controller", kept), delegate_fix());
	if (*absent)
		doctor_add(d, FINDING_LIMITED, topic,
			   arena_printf(d->arena, "%s: no such cgroup controller here; cgroups: %s", absent,
					layout_names[how]), absent_fix(how, absent));
}

static void look_at_devices(struct doctor *d)
{
	const struct controller_fact *f = &d->facts.controllers[CTRL_DEVICES];

	if (f->version && f->writable)
		doctor_add(d, FINDING_OK, "devices",
			   f->version == 1 ? "confined by the cgroup controller of version 1" :
					     "confined by a program at the cgroup of version 2", NULL);
	else
		doctor_add(d, FINDING_LIMITED, "devices",
			   "no cgroup confines them: nodes that the host did not give are refused all the same, but what is\n"
			   "done with one that --device gives is bounded by its permissions alone",
			   d->facts.uid ? "run crib as root" : "use a host with cgroups, outside of a container");
}

void doctor_cgroups(struct doctor *d)
{
	look_at_devices(d);
	doctor_limits(d);
}
