/* SPDX-License-Identifier: Apache-2.0
 *
 * Other processes: those outside, and PID 1, which has or had more rights; descriptors that lead out; terminals.
 */
#include "probe.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <termios.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef F_GET_SEALS
#define F_GET_SEALS 1034
#define F_SEAL_WRITE 8
#endif

/* Whether pid is this process or one that it descends from. */
static int is_ancestor(pid_t pid)
{
	char path[32];

	for (pid_t p = getpid(); p > 0;) {
		long long parent;

		if (p == pid)
			return 1;
		snprintf(path, sizeof(path), "/proc/%d/status", (int)p);
		parent = status_number(path, "PPid", 10);
		if (parent <= 0)
			break;
		p = (pid_t)parent;
	}
	return 0;
}

/* The first process that is neither PID 1 nor an ancestor for which f is true. */
static pid_t find_process(int (*f)(pid_t pid))
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid > 1 && !is_ancestor(pid) && f(pid))
			found = pid;
	}
	if (dir)
		closedir(dir);
	return found;
}

static int any(pid_t pid)
{
	return pid > 0;
}

static int can_signal(pid_t pid)
{
	return kill(pid, 0) == 0;
}

static int can_trace(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;
}

static int other_root(pid_t pid)
{
	char path[32];
	struct stat ours, theirs;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	return stat("/", &ours) == 0 && stat(path, &theirs) == 0 && (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino);
}

static int by_process(int (*f)(pid_t pid), const char *arg, const char *what)
{
	pid_t pid = arg ? (pid_t)atoi(arg) : find_process(f);

	if (arg && !is_ancestor(pid) && f(pid))
		return say(OPEN, "process %s %s", arg, what);
	if (arg)
		return say(CLOSED, "process %s: %s", arg, strerror(errno));
	return pid ? say(OPEN, "process %d %s", (int)pid, what) : say(CLOSED, "none");
}

static int see(const struct probe *p, const char *arg)
{
	(void)p;
	return by_process(arg ? can_signal : any, arg, "can be seen");
}

static int signal_others(const struct probe *p, const char *arg)
{
	(void)p;
	return by_process(can_signal, arg, "can be signalled");
}

static int trace_others(const struct probe *p, const char *arg)
{
	(void)p;
	return by_process(can_trace, arg, "can be traced");
}

static int root_of_others(const struct probe *p, const char *arg)
{
	(void)p;
	if (other_root(1))
		return say(OPEN, "/proc/1/root leads to another root");
	return by_process(other_root, arg, "has another root that can be entered");
}

/* ---- PID 1 ---- */

static int trace_init(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	if (getpid() == 1 || getppid() == 1)
		return say(ABSENT, "is PID 1 itself");
	return by_result(ptrace(PTRACE_SEIZE, 1, NULL, NULL), "ptrace of PID 1");
}

static int init_descriptors(const struct probe *p, const char *arg)
{
	int pidfd = (int)syscall(SYS_pidfd_open, 1, 0);
	char path[32], to[256];

	(void)p;
	(void)arg;
	if (getppid() == 1)
		return say(ABSENT, "is PID 1 itself");
	for (int fd = 0; fd < 1024; fd++) {
		snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
		if (readlink(path, to, sizeof(to)) >= 0)
			return say(OPEN, "%s can be read", path);
		/* EBADF: it may look, and there is none of that number */
		if (fd < 16 && pidfd >= 0 && (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0 || errno == EBADF))
			return say(OPEN, "pidfd_getfd may look at PID 1");
	}
	return say(CLOSED, "none");
}

/* PID 1's program: if not refused, a file that the kernel lets nobody change. ETXTBSY is no fence: it ends with the process. */
static int writable_exe(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), seals;

	if (fd < 0)
		return say(CLOSED, "%s: %s", path, strerror(errno));
	seals = fcntl(fd, F_GET_SEALS);
	close(fd);
	if (seals >= 0 && (seals & F_SEAL_WRITE))
		return say(CLOSED, "%s is sealed", path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno != ETXTBSY)
		return say(CLOSED, "%s: %s", path, strerror(errno));
	return say(OPEN, "%s can be written to", path);
}

static int init_program(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	return getppid() == 1 ? say(ABSENT, "is PID 1 itself") : writable_exe("/proc/1/exe");
}

static int join_namespaces(const struct probe *p, const char *arg)
{
	static const char *const names[] = { "user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time" };
	char path[64];
	int last = 0;

	(void)p;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/ns/%s", arg ? arg : "1", names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && setns(fd, 0) == 0)
			return say(OPEN, "joined %s", path);
		last = errno;
	}
	return say(CLOSED, "setns: %s", strerror(last));
}

static int parent_namespace(const struct probe *p, const char *arg)
{
	static const char *const names[] = { "user", "pid", "mnt", "net" };
	char path[64];

	(void)p;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct stat ours, theirs;
		int fd, up;

		snprintf(path, sizeof(path), "/proc/%s/ns/%s", arg ? arg : "self", names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		up = fd < 0 ? -1 : ioctl(fd, i < 2 ? _IO(0xb7, 2) : _IO(0xb7, 1)); /* NS_GET_PARENT, NS_GET_USERNS */
		if (up < 0 || fstat(up, &theirs) < 0)
			continue;
		if (i < 2 || (stat("/proc/self/ns/user", &ours) == 0 && theirs.st_ino != ours.st_ino))
			return say(OPEN, "got the parent of %s", path);
	}
	return say(CLOSED, "%s", strerror(errno));
}

/* ---- descriptors ---- */

static int descriptors(const struct probe *p, const char *arg)
{
	struct stat st;

	(void)p;
	(void)arg;
	for (int fd = 3; fd < 4096; fd++)
		if (fstat(fd, &st) == 0)
			return say(OPEN, "descriptor %d is open", fd);
	/* a directory as a standard stream leads out by fchdir and openat */
	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &st) == 0 && (S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode)))
			return say(OPEN, "descriptor %d is a directory or a disk", fd);
	return say(CLOSED, "0, 1 and 2 only");
}

static int directory(const struct probe *p, const char *arg)
{
	char name[4096];

	(void)p;
	(void)arg;
	if (syscall(SYS_getcwd, name, sizeof(name)) < 0)
		return say(OPEN, "the working directory has no name: %s", strerror(errno));
	return name[0] == '/' ? say(CLOSED, "%s", name) : say(OPEN, "%s", name);
}

/* ---- terminals ---- */

/* A terminal of one's own, so that a probe that succeeds types into nobody's. */
static int own_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	char *name;

	if (master < 0 || unlockpt(master) < 0 || !(name = ptsname(master)))
		return -1;
	setsid();
	slave = open(name, O_RDWR | O_CLOEXEC);
	if (slave >= 0)
		ioctl(slave, TIOCSCTTY, 0);
	return slave;
}

static int type_ahead(const struct probe *p, const char *arg)
{
	int fd = own_terminal();

	(void)arg;
	if (fd < 0)
		return say(ABSENT, "no terminal can be had: %s", strerror(errno));
	if (ioctl(fd, (int)TIOCSTI, "x") < 0 && errno == EIO)
		return say(CLOSED, "this kernel has switched TIOCSTI off");
	if (syscall(SYS_ioctl, fd, TIOCSTI, "x") == 0)
		return say(OPEN, "%s succeeds", p->word);
	return by_result(syscall(SYS_ioctl, fd, TIOCSTI | 0x100000000ul, "x"), "TIOCSTI with high bits");
}

static int paste(const struct probe *p, const char *arg)
{
	static const char *const names[] = { "/dev/tty0", "/dev/tty1", "/dev/console", "/dev/tty" };
	char subcode = 3; /* paste the selection */
	int fd = -1, rc;

	(void)arg;
	for (size_t i = 0; fd < 0 && i < sizeof(names) / sizeof(*names); i++)
		fd = open(names[i], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		fd = own_terminal();
	rc = (int)syscall(SYS_ioctl, fd, TIOCLINUX | 0x100000000ul, &subcode);
	if (rc < 0 && (errno == ENOTTY || errno == EBADF || errno == EINVAL))
		return say(ABSENT, "no virtual terminal here: %s", strerror(errno));
	return by_result(rc, p->word);
}

static int caller_terminal(const struct probe *p, const char *arg)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	(void)p;
	(void)arg;
	if (fd >= 0 && fstat(fd, &st) == 0 && access("/dev/pts/0", F_OK) < 0 && access("/dev/console", F_OK) < 0)
		return say(OPEN, "there is a controlling terminal, and it is none of the sandbox's own");
	for (fd = 0; fd < 3; fd++) {
		const char *name = isatty(fd) ? ttyname(fd) : "/";

		if (!name)
			return say(OPEN, "descriptor %d is a terminal of the host", fd);
	}
	return say(CLOSED, "none of the host's");
}

/* ---- at the cost of others ---- */

static int realtime(const struct probe *p, const char *arg)
{
	struct sched_param param = { .sched_priority = 1 };
	int rc;

	(void)arg;
	/* musl's sched_setscheduler always says ENOSYS */
	rc = (int)syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param);
	return by_result(rc, p->word);
}

static int nicer(const struct probe *p, const char *arg)
{
	(void)arg;
	errno = 0;
	return by_result(setpriority(PRIO_PROCESS, 0, -20), p->word);
}

static int oom_score(const struct probe *p, const char *arg)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)arg;
	if (fd < 0)
		return by_open(fd, "/proc/self/oom_score_adj");
	return by_result(write(fd, "-1000", 5), p->word);
}

static int more_limits(const struct probe *p, const char *arg)
{
	struct rlimit limit;

	(void)arg;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_max == RLIM_INFINITY)
		return say(ABSENT, "there is no limit to be raised");
	limit.rlim_max++;
	return by_result(setrlimit(RLIMIT_MEMLOCK, &limit), p->word);
}

const struct probe process_probes[] = {
	{ "processes", "PID namespace", "see processes outside", see, NULL, { 0 } },
	{ "signal-outside", "PID namespace", "signal processes outside", signal_others, NULL, { 0 } },
	{ "ptrace-outside", "ptrace(2)", "take over processes outside", trace_others, NULL, { 0 } },
	{ "proc-root", "/proc/PID/root", "enter the root of a process outside", root_of_others, NULL, { 0 } },
	{ "ptrace-init", "CVE-2016-9962", "take over PID 1", trace_init, NULL, { 0 } },
	{ "init-descriptors", "CVE-2016-9962", "see and take the descriptors of PID 1", init_descriptors, NULL, { 0 } },
	{ "init-program", "CVE-2019-5736", "overwrite the program that PID 1 is", init_program, NULL, { 0 } },
	{ "join-namespaces", "setns(2)", "join namespaces of PID 1", join_namespaces, NULL, { 0 } },
	{ "parent-namespace", "ioctl_ns(2)", "get hold of the namespaces around its own", parent_namespace, NULL, { 0 } },
	{ "descriptors", "CVE-2024-21626", "use a descriptor that leaked in", descriptors, NULL, { 0 } },
	{ "working-directory", "CVE-2024-21626", "start in a directory outside of its root", directory, NULL, { 0 } },
	{ "tiocsti", "CVE-2017-5226, CVE-2019-10063", "type into a terminal", type_ahead, "TIOCSTI", { 0 } },
	{ "tioclinux", "CVE-2023-28100", "paste into a terminal", paste, "TIOCLINUX", { 0 } },
	{ "caller-terminal", "CVE-2017-5226", "reach the terminal of who started it", caller_terminal, NULL, { 0 } },
	{ "realtime", "CAP_SYS_NICE", "take processors from all others", realtime, "SCHED_FIFO", { 0 } },
	{ "nicer", "CAP_SYS_NICE", "go before all others", nicer, "priority -20", { 0 } },
	{ "oom-score", "CAP_SYS_RESOURCE", "have others die when memory runs out", oom_score, "oom_score_adj -1000", { 0 } },
	{ "raise-limits", "CAP_SYS_RESOURCE", "raise its own limits", more_limits, "a higher limit", { 0 } },
	{ 0 },
};
