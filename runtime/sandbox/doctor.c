/* SPDX-License-Identifier: Apache-2.0
 *
 * The examination, in order. Here: what is looked up rather than tried, which
 * is the kernel, ids, memory files, security modules, the state directory.
 */
#include "sandbox/doctor_parts.h"

#include "sandbox/facts.h"
#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* 6.3 */
#endif

enum { KERNEL_TESTED = 5010, ROOT_BYTES = 8 << 20, TEXT_BYTES = 1 << 16 };

/* ---- tools of all parts ---- */

void doctor_add(struct doctor *d, enum finding_level level, const char *topic, const char *text, const char *fix)
{
	*(struct finding *)arena_push(d->arena, d->findings, d->n, sizeof(**d->findings)) =
		(struct finding){ level, topic, text, fix };
}

int64_t doctor_sysctl(const struct doctor *d, const char *name, int64_t otherwise)
{
	char *path = arena_printf(d->arena, "/proc/sys/%s", name), text[64], *end;
	int64_t n;

	for (char *c = path; *c; c++)
		if (*c == '.')
			*c = '/';
	if (file_read_text(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return otherwise;
	n = strtoll(text, &end, 10);
	return end == text ? otherwise : n;
}

const char *doctor_set_sysctl(struct doctor *d, const char *name, const char *value)
{
	return arena_printf(d->arena, "as root: sysctl -w %s=%s\nand for good: echo '%s = %s' >>/etc/sysctl.d/99-crib.conf",
			    name, value, name, value);
}

/* ---- kernel ---- */

static void look_at_kernel(struct doctor *d)
{
	struct utsname uts;

	if (uname(&uts) < 0)
		return;
	if (d->facts.kernel >= KERNEL_TESTED)
		doctor_add(d, FINDING_OK, "kernel", arena_printf(d->arena, "Linux %s, %s", uts.release, uts.machine), NULL);
	else
		doctor_add(d, FINDING_LIMITED, "kernel",
			   arena_printf(d->arena, "Linux %s: older than 5.10, the oldest that crib is tested with", uts.release),
			   "use a kernel of 5.10 or later");
}

/* init is executed from memory; since Linux 6.3 a sysctl can forbid that */
static void look_at_memfd(struct doctor *d)
{
	auto_fd fd = memfd_create("crib", MFD_CLOEXEC | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("crib", MFD_CLOEXEC);
	if (fd >= 0)
		return;
	doctor_add(d, FINDING_MISSING, "programs in memory",
		   arena_printf(d->arena, "memfd_create: %s; vm.memfd_noexec is %" PRId64, strerror(errno),
				doctor_sysctl(d, "vm.memfd_noexec", 0)), doctor_set_sysctl(d, "vm.memfd_noexec", "1"));
}

/* ---- security modules ---- */

static void look_at_apparmor(struct doctor *d)
{
	char text[256];

	if (file_read_text(AT_FDCWD, "/proc/self/attr/apparmor/current", text, sizeof(text)) <= 0 &&
	    file_read_text(AT_FDCWD, "/proc/self/attr/current", text, sizeof(text)) <= 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strstr(text, " (enforce)"))
		doctor_add(d, FINDING_LIMITED, "AppArmor", arena_printf(d->arena, "this shell is confined by the profile %s", text),
			   "what it forbids is forbidden in sandboxes too: start crib from another place");
	else
		doctor_add(d, FINDING_OK, "AppArmor", "is on: --security-opt apparmor=PROFILE can be had", NULL);
}

static void look_at_landlock(struct doctor *d)
{
	enum { USABLE = 2, NEWEST = 6 }; /* with all that has a use here */
	static const char fix[] = "version 6 comes with Linux 6.12; where the kernel has it, boot with lsm=landlock,... (see\n"
				  "/sys/kernel/security/lsm)";
	unsigned version = d->facts.landlock;

	if (version >= NEWEST)
		doctor_add(d, FINDING_OK, "Landlock", arena_printf(d->arena, "version %u", version), NULL);
	else if (version >= USABLE)
		doctor_add(d, FINDING_LIMITED, "Landlock",
			   arena_printf(d->arena, "version %u: no fence around %sabstract sockets", version,
					version < 4 ? "TCP ports and " : ""), fix);
	else
		doctor_add(d, FINDING_LIMITED, "Landlock", "none: sandboxes run without this second fence", fix);
}

/* Which there are at all is said by securityfs, where that is mounted. */
static void look_at_modules(struct doctor *d)
{
	char text[256] = "", list[256];

	facts_gather_modules(&d->facts, d->arena);
	if (file_read_text(AT_FDCWD, "/sys/kernel/security/lsm", list, sizeof(list)) > 0)
		doctor_add(d, FINDING_OK, "security modules", arena_strndup(d->arena, list, strcspn(list, "\n")), NULL);
	look_at_landlock(d);
	if (d->facts.apparmor)
		look_at_apparmor(d);
	if (d->facts.selinux && file_read_text(AT_FDCWD, "/sys/fs/selinux/enforce", text, sizeof(text)) > 0)
		doctor_add(d, FINDING_OK, "SELinux",
			   arena_printf(d->arena, "is %s: sandboxes run in your own domain, %s, unless --security-opt label says "
				        "another", text[0] == '1' ? "enforcing" : "permissive", d->facts.selinux), NULL);
	if (!d->facts.apparmor && !d->facts.selinux)
		doctor_add(d, FINDING_OK, "security modules",
			   "neither AppArmor nor SELinux is on: labels of theirs (--security-opt) are refused", NULL);
}

/* ---- where crib keeps its files ---- */

static const char *existing_parent(struct doctor *d, const char *path)
{
	char *at = arena_strdup(d->arena, path);

	while (access(at, F_OK) < 0) {
		char *slash = strrchr(at, '/');

		if (!slash || slash == at)
			return "/";
		*slash = '\0';
	}
	return at;
}

static void look_at_state(struct doctor *d)
{
	static const char topic[] = "state directory", other[] = "name another with --root DIR or CRIB_ROOT";
	const char *dir;
	struct statvfs st;

	if (!d->state_root)
		return;
	dir = existing_parent(d, d->state_root);
	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) < 0 || statvfs(dir, &st) < 0)
		doctor_add(d, FINDING_MISSING, topic, arena_printf(d->arena, "%s: %s", dir, strerror(errno)), other);
	else if ((uint64_t)st.f_bavail * st.f_frsize < ROOT_BYTES || (st.f_files && st.f_favail < 2000))
		doctor_add(d, FINDING_LIMITED, topic,
			   arena_printf(d->arena, "%s: little room, %" PRIu64 " KiB and %" PRIu64 " files are free", dir,
					(uint64_t)st.f_bavail * st.f_frsize / 1024, (uint64_t)st.f_favail), other);
	else
		doctor_add(d, FINDING_OK, topic, d->state_root, NULL);
}

/* ---- the examination ---- */

static void look_at_shell(struct doctor *d)
{
	char *text = arena_alloc(d->arena, TEXT_BYTES);
	const char *line;
	struct statfs st;

	d->proc = statfs("/proc", &st) == 0 && (unsigned long)st.f_type == PROC_SUPER_MAGIC;
	if (file_read_text(AT_FDCWD, "/proc/self/status", text, TEXT_BYTES) > 0 && (line = strstr(text, "\nSeccomp:\t")))
		d->filtered = line[strlen("\nSeccomp:\t")] == '2';
}

void doctor_probe(struct arena *arena, const char *state_root, struct finding **findings, size_t *n)
{
	struct doctor d = { .arena = arena, .findings = findings, .n = n, .state_root = state_root };

	*findings = NULL;
	*n = 0;
	d.trial = mmap(NULL, sizeof(*d.trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	facts_gather(&d.facts, arena);
	look_at_shell(&d);
	look_at_kernel(&d);
	if (d.trial != MAP_FAILED) {
		d.trial->uid = d.facts.uid;
		d.trial->gid = d.facts.gid;
		if (doctor_system_calls(&d)) {
			doctor_namespaces(&d);
			doctor_file_systems(&d);
		}
		munmap(d.trial, sizeof(*d.trial));
	}
	look_at_memfd(&d);
	doctor_ids(&d);
	doctor_cgroups(&d);
	look_at_modules(&d);
	look_at_state(&d);
}
