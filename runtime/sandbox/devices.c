/* SPDX-License-Identifier: Apache-2.0
 *
 * The fence around a cgroup's devices; see the header. bpf(2),
 * Documentation/admin-guide/cgroup-v1/devices.rst.
 */
#include "sandbox/devices.h"
#include "util/fd.h"
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/resource.h>

static int write_rules(const struct cgroup_plan *cg, int dirfd, struct err *err)
{
	char text[DEVICE_RULE_TEXT];
	auto_fd allow = -1;
	int rc = file_write_text(dirfd, "devices.deny", "a");

	if (rc < 0)
		return err_sys(err, -rc, "write a to %s/devices.deny", cg->path);
	allow = openat(dirfd, "devices.allow", O_WRONLY | O_CLOEXEC);
	if (allow < 0)
		return err_sys(err, errno, "open %s/devices.allow", cg->path);
	for (size_t i = 0; i < cg->devices.n_rules; i++) {
		device_rule_text(&cg->devices.rules[i], text);
		if (write(allow, text, strlen(text)) < 0)
			return err_sys(err, errno, "write %s to %s/devices.allow", text, cg->path);
	}
	return 0;
}

static int bpf(int command, union bpf_attr *attr)
{
	int rc = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));

	return rc < 0 ? -errno : rc;
}

static int load(const struct device_program *program)
{
	static const char license[] = "Apache-2.0";
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uint64_t)(uintptr_t)program->insns,
		.insn_cnt = (uint32_t)program->n,
		.license = (uint64_t)(uintptr_t)license,
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

/* Before Linux 5.11 all programs of a user count against this limit together. */
static int load_unlimited(const struct device_program *program)
{
	struct rlimit before, none = { RLIM_INFINITY, RLIM_INFINITY };
	int fd = load(program);

	if (fd != -EPERM || getrlimit(RLIMIT_MEMLOCK, &before) < 0 || setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		return fd;
	fd = load(program);
	if (setrlimit(RLIMIT_MEMLOCK, &before) < 0 && fd >= 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Beside those of the cgroups above and of whoever comes later: all of them have to allow. It
 * goes with the cgroup. */
static int attach(int dirfd, int program)
{
	union bpf_attr attr = {
		.target_fd = (uint32_t)dirfd,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI,
	};

	return bpf(BPF_PROG_ATTACH, &attr);
}

static int attach_program(const struct cgroup_plan *cg, int dirfd, struct err *err)
{
	auto_fd fd = load_unlimited(&cg->devices.program);
	int rc;

	if (fd < 0)
		return err_sys(err, -fd, "load the program of device rules");
	rc = attach(dirfd, fd);
	return rc < 0 ? err_sys(err, -rc, "attach the program of device rules to %s", cg->path) : 0;
}

int devices_confine_outside(const struct cgroup_plan *cg, int dirfd, struct err *err)
{
	if (!cg->devices.n_rules)
		return 0;
	return cg->version == 1 ? write_rules(cg, dirfd, err) : attach_program(cg, dirfd, err);
}
