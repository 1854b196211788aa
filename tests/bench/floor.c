/* SPDX-License-Identifier: Apache-2.0
 *
 * floor ns|full ROOT: the least that a sandbox can cost on this kernel, to
 * measure crib against. Makes the namespaces of crib's default run (user, PID,
 * mount, network, UTS, IPC, cgroup) with plain system calls, has the parent
 * write the id maps, and executes ROOT/bin/true in them. With "full" it makes
 * the other kernel objects of that run as well: a cgroup per controller with its
 * limit, overlay on tmpfs as the root, /proc, /sys, /dev with its nodes, devpts,
 * shm, mqueue, pivot_root, loopback, host name. No init, no checks, no journal,
 * no words: a failed step exits with its line number's low byte.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(expr)                                     \
	do {                                           \
		if ((expr) < 0)                        \
			_exit((__LINE__ & 0x7f) | 0x80); \
	} while (0)

enum { CGROUP2 = 0x63677270 };
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ull
#endif

struct args { /* struct clone_args, version 2 */
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static const struct limit {
	const char *v1, *v1_value, *v2, *v2_value;
} limits[] = {
	{ "memory/%s/memory.limit_in_bytes", "104857600", "memory.max", "104857600" },
	{ "memory/%s/memory.memsw.limit_in_bytes", "104857600", "memory.swap.max", "0" },
	{ "pids/%s/pids.max", "1024", "pids.max", "1024" },
};
static const char *const v1_controllers[] = { "memory", "pids" };

static char group[64];

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : (int)write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return rc;
}

/* ---- cgroups ---- */

static int unified(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2;
}

/* Gives the descriptor to be born into on version 2, else -1. */
static int make_cgroups(void)
{
	char path[256], leaf[128];

	snprintf(group, sizeof(group), "floor-%d", getpid());
	if (unified()) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", group);
		MUST(mkdir(path, 0755));
		for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
			snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", group, limits[i].v2);
			put(path, limits[i].v2_value);
		}
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", group);
		return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	for (size_t i = 0; i < sizeof(v1_controllers) / sizeof(*v1_controllers); i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", v1_controllers[i], group);
		MUST(mkdir(path, 0755));
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		snprintf(leaf, sizeof(leaf), limits[i].v1, group);
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", leaf);
		put(path, limits[i].v1_value);
	}
	return -1;
}

static void join_v1(pid_t pid)
{
	char path[256], text[32];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < sizeof(v1_controllers) / sizeof(*v1_controllers); i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s/cgroup.procs", v1_controllers[i], group);
		MUST(put(path, text));
	}
}

static void remove_cgroups(int v2)
{
	char path[256];

	if (v2) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", group);
		MUST(rmdir(path));
		return;
	}
	for (size_t i = 0; i < sizeof(v1_controllers) / sizeof(*v1_controllers); i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", v1_controllers[i], group);
		MUST(rmdir(path));
	}
}

/* ---- inside ---- */

static void bind_node(const char *name)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "dev/%s", name);
	MUST(mknod(to, S_IFREG | 0644, 0));
	MUST(mount(from, to, NULL, MS_BIND, NULL));
}

static void make_dev(void)
{
	static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };

	MUST(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k"));
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		bind_node(nodes[i]);
	MUST(symlink("/proc/self/fd", "dev/fd"));
	MUST(symlink("/proc/self/fd/0", "dev/stdin"));
	MUST(symlink("/proc/self/fd/1", "dev/stdout"));
	MUST(symlink("/proc/self/fd/2", "dev/stderr"));
	MUST(symlink("pts/ptmx", "dev/ptmx"));
	MUST(mkdir("dev/pts", 0755));
	MUST(mkdir("dev/shm", 01777));
	MUST(mkdir("dev/mqueue", 01777));
	MUST(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
	MUST(mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=64m"));
	MUST(mount("mqueue", "dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
}

static void make_root(const char *lower)
{
	MUST(chdir(lower)); /* it may lie below /tmp */
	MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=755"));
	MUST(mkdir("/tmp/u", 0755));
	MUST(mkdir("/tmp/w", 0755));
	MUST(mkdir("/tmp/r", 0755));
	MUST(mount("overlay", "/tmp/r", "overlay", MS_NODEV, "lowerdir=.,upperdir=/tmp/u,workdir=/tmp/w"));
	MUST(chdir("/tmp/r"));
	MUST(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	MUST(mount("sysfs", "sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL));
	make_dev();
	MUST(syscall(SYS_pivot_root, ".", "."));
	MUST(umount2(".", MNT_DETACH));
	MUST(chdir("/"));
}

static void raise_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	MUST(fd);
	MUST(ioctl(fd, SIOCSIFFLAGS, &lo));
	close(fd);
}

static void inside(int full, const char *root, int gate)
{
	static char *const argv[] = { "true", NULL }, *const env[] = { "PATH=/bin", NULL };
	char go;

	if (read(gate, &go, 1) != 1)
		_exit(1);
	MUST(unshare(CLONE_NEWCGROUP));
	if (full) {
		MUST(sethostname("floor", 5));
		raise_loopback();
		make_root(root);
		execve("/bin/true", argv, env);
	} else {
		MUST(chdir(root));
		execve("bin/true", argv, env);
	}
	_exit(127);
}

/* ---- outside ---- */

static void write_maps(pid_t pid)
{
	char path[64], map[64];
	int root = geteuid() == 0;

	if (!root) {
		snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
		MUST(put(path, "deny"));
	}
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", root ? 0 : geteuid(), root ? 4294967295u : 1);
	MUST(put(path, map));
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	snprintf(map, sizeof(map), "0 %u %u", root ? 0 : getegid(), root ? 4294967295u : 1);
	MUST(put(path, map));
}

int main(int argc, char **argv)
{
	struct args args = { .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC,
			     .exit_signal = SIGCHLD };
	int full, gate[2], cgroup = -1, limited, status = 0;
	pid_t pid;

	if (argc != 3 || (strcmp(argv[1], "ns") != 0 && strcmp(argv[1], "full") != 0))
		return 2;
	full = strcmp(argv[1], "full") == 0;
	limited = full && access("/sys/fs/cgroup", W_OK) == 0;
	if (limited)
		cgroup = make_cgroups();
	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	MUST(pipe2(gate, O_CLOEXEC));
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	MUST(pid);
	if (pid == 0)
		inside(full, argv[2], gate[0]);
	if (limited && cgroup < 0)
		join_v1(pid);
	write_maps(pid);
	MUST(write(gate[1], "", 1));
	MUST(waitpid(pid, &status, 0));
	if (limited)
		remove_cgroups(cgroup >= 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
