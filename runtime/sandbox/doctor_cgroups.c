/* SPDX-License-Identifier: Apache-2.0
 *
 * The doctor on limits: for each controller where its cgroup would be made,
 * or why it cannot be and what would change that. Nothing is made.
 */
#include "sandbox/doctor_parts.h"

#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

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

/* Why this user may not make a cgroup where the controller is. */
static void not_writable(struct doctor *d, const char *topic, const char *lost, const char *parent, int version)
{
	const char *text = arena_printf(d->arena, "%s: %s is not delegated to uid %u", lost, parent, d->facts.uid);
	const char *fix = "run crib as root";

	if (readonly(parent)) {
		text = arena_printf(d->arena, "%s: %s is mounted read-only", lost, parent);
		fix = arena_printf(d->arena, "mount -o remount,rw %s (in a container, its runtime decides)",
				   version == 2 ? CGROUP_ROOT : parent);
	} else if (version == 2 && systemd()) {
		fix = "start crib in a unit of your own:\n"
		      "systemd-run --user --scope -p Delegate=yes crib run ...\n"
		      "if a controller is still missing, as root, and then log in anew:\n"
		      "mkdir -p /etc/systemd/system/user@.service.d\n"
		      "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' "
		      ">/etc/systemd/system/user@.service.d/delegate.conf\n"
		      "systemctl daemon-reload";
	} else if (version == 1) {
		fix = "run crib as root; or boot with version 2 (systemd: kernel command line\n"
		      "systemd.unified_cgroup_hierarchy=1), which can be delegated";
	}
	doctor_add(d, FINDING_LIMITED, topic, text, fix);
}

static const char *absent_fix(struct doctor *d, enum layout how)
{
	char text[4096];

	if (how == NONE)
		return "mount -t cgroup2 cgroup2 " CGROUP_ROOT;
	if (file_read_text(AT_FDCWD, "/proc/cmdline", text, sizeof(text)) > 0 && strstr(text, "cgroup_disable="))
		return "take cgroup_disable= off the kernel command line";
	if (how != V1 && systemd() && !d->facts.privileged)
		return "systemd-run --user --scope -p Delegate=yes crib run ...";
	return how == V1 ? "boot with version 2 (systemd.unified_cgroup_hierarchy=1), or mount the controller" :
			   "add cgroup_enable=memory to the kernel command line, or use a kernel with the controller";
}

void doctor_cgroups(struct doctor *d)
{
	static const char topic[] = "limits";
	const enum layout how = layout();
	const char *fine = "", *absent = "", *lost = "";
	const struct controller_fact *locked = NULL;

	for (int c = 0; c < CTRL_COUNT; c++) {
		const struct controller_fact *f = &d->facts.controllers[c];
		const char **list = !f->version ? &absent : f->writable ? &fine : &lost;

		*list = arena_printf(d->arena, "%s%s%s", *list, **list ? ", " : "", controller_names[c]);
		if (f->version && !f->writable)
			locked = f;
	}
	if (*fine)
		doctor_add(d, FINDING_OK, topic, arena_printf(d->arena, "%s; cgroups: %s", fine, layout_names[how]), NULL);
	if (locked)
		not_writable(d, topic, lost, locked->parent, locked->version);
	if (*absent)
		doctor_add(d, FINDING_LIMITED, topic,
			   arena_printf(d->arena, "%s: no such cgroup controller here; cgroups: %s", absent,
					layout_names[how]), absent_fix(d, how));
}
