/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds blobs, starts init from a memfd with the descriptors of handoff.h in
 * namespaces of its own, and watches it. Everything waits 20 seconds at most.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

int may_unshare, init_fd = -1;

static uint64_t add(struct blob *blob, const void *data, size_t n, size_t align)
{
	uint64_t at = (blob->size + align - 1) & ~(align - 1);

	if (at + n > sizeof(blob->data))
		abort();
	if (n)
		memcpy(blob->data + at, data, n);
	blob->size = at + n;
	return at;
}

static uint64_t add_text(struct blob *blob, const char *text)
{
	return text ? add(blob, text, strlen(text) + 1, 1) : 0;
}

static uint64_t add_vector(struct blob *blob, const char *const *texts)
{
	uint64_t offsets[512];
	size_t n = 0;

	if (!texts)
		return 0;
	for (; texts[n]; n++)
		offsets[n] = add_text(blob, texts[n]);
	offsets[n] = 0;
	return add(blob, offsets, (n + 1) * sizeof(*offsets), 8);
}

void blob_build(const struct want *want, struct blob *blob)
{
	struct handoff h = want->h;

	memset(blob, 0, sizeof(*blob));
	blob->size = sizeof(h);
	h.argv = add_vector(blob, want->argv);
	h.envp = add_vector(blob, want->envp);
	h.cwd = add_text(blob, want->cwd);
	h.path = add_text(blob, want->path);
	h.groups = add(blob, want->groups, h.n_groups * sizeof(*want->groups), 4);
	h.rlimits = add(blob, want->rlimits, h.n_rlimits * sizeof(*want->rlimits), 8);
	h.seccomp = add(blob, want->seccomp, h.n_seccomp * sizeof(*want->seccomp), 8);
	h.apparmor = want->apparmor ? add_text(blob, want->apparmor) : h.apparmor;
	h.selinux = want->selinux ? add_text(blob, want->selinux) : h.selinux;
	h.size = blob->size;
	memcpy(blob->data, &h, sizeof(h));
}

struct want want_probe(const char *const *argv)
{
	static const char *const env[] = {"A=1", "B=two words", NULL};

	return (struct want){
		.h = {.magic = HANDOFF_MAGIC, .version = HANDOFF_VERSION, .role = HANDOFF_PID1,
		      .flags = HANDOFF_NO_NEW_PRIVS, .umask = 022},
		.argv = argv, .envp = env, .cwd = "/", .path = "/usr/bin:/bin", .stdin_fd = -1,
	};
}

static int memfd_of(const void *data, size_t n)
{
	int fd = memfd_create("handoff", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	return fd;
}

/* close_range(2) fails as where there is none. */
static void age_kernel(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		abort();
}

/* Process 2 stays, we go into a root that holds nothing but proc. */
static void change_root(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	if (pid != 2 || mount("none", scratch, "tmpfs", 0, NULL) < 0 || chdir(scratch) < 0 ||
	    mkdir("proc", 0755) < 0 || mount("proc", "proc", "proc", 0, NULL) < 0 || chroot(".") < 0)
		abort();
}

/* All rights of Landlock's version 2 but to make a FIFO, below "/". */
static int ruleset_of(void)
{
	uint64_t all = 0x3fff, handled[] = {all, 0, 0};
	struct {
		uint64_t access;
		int32_t parent;
	} __attribute__((packed)) rule;
	int fd = (int)syscall(444 /* landlock_create_ruleset */, handled, sizeof(handled), 0);

	rule.access = all & ~(1ull << 10);
	rule.parent = open("/", O_PATH | O_CLOEXEC);
	if (rule.parent < 0 || syscall(445 /* landlock_add_rule */, fd, 1, &rule, 0) < 0)
		return -1;
	close(rule.parent);
	return fcntl(fd, F_SETFD, 0) < 0 ? -1 : fd;
}

/* In the new process: descriptors into their places, then init. */
static _Noreturn void become_init(const struct want *want, int blob, int sync, int out)
{
	static char *const argv[] = {"init", NULL}, *const envp[] = {NULL};
	int keep = (int)want->h.keep_fds, high = 1000, exec_fd;
	sigset_t all;

	if (keep < 0 || keep > 16)
		keep = 0;
	if (!want->no_pid_namespace) {
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
		mount("proc", "/proc", "proc", 0, NULL);
	}
	if (want->outside)
		change_root();
	blob = fcntl(blob, F_DUPFD, high);
	sync = fcntl(sync, F_DUPFD, high);
	out = fcntl(out, F_DUPFD, high);
	exec_fd = fcntl(init_fd, F_DUPFD_CLOEXEC, high);
	if (want->stdin_fd >= 0)
		dup2(want->stdin_fd, 0);
	dup2(out, 1);
	dup2(out, 2);
	dup2(blob, HANDOFF_BLOB_FD);
	dup2(sync, HANDOFF_SYNC_FD);
	for (int fd = HANDOFF_RULESET_FD; fd < 2000; fd++)
		if (fd != exec_fd && fd < high)
			close(fd);
	if (want->mount_fence && ruleset_of() != HANDOFF_RULESET_FD)
		_exit(98);
	if (want->proc)
		dup2(fcntl(open(want->proc, O_PATH | O_DIRECTORY), F_DUPFD, high), HANDOFF_PROC_FD);
	for (int i = 0; i < keep; i++) {
		char name[] = {'k', 'e', 'p', 't', ' ', (char)('0' + i), '\0'};

		dup2(fcntl(memfd_of(name, sizeof(name)), F_DUPFD, high), HANDOFF_KEEP_FD + i);
	}
	for (int fd = HANDOFF_KEEP_FD + keep; fd < 2000; fd++)
		if (fd != exec_fd)
			close(fd);
	if (want->no_close_range)
		age_kernel();
	/* the worst that a creator can leave behind */
	signal(SIGCHLD, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	syscall(SYS_execveat, exec_fd, "", argv, envp, AT_EMPTY_PATH);
	_exit(99);
}

void start_blob(struct run *run, const struct want *want, const struct blob *blob)
{
	unsigned long flags = want->no_pid_namespace ? SIGCHLD : CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	int blob_fd = memfd_of(blob->data, blob->size), sockets[2], pipes[2];

	memset(run, 0, sizeof(*run));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 || pipe2(pipes, O_CLOEXEC) < 0)
		abort();
	fflush(NULL);
	run->pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (run->pid < 0)
		abort();
	if (run->pid == 0) {
		close(sockets[0]);
		close(pipes[0]);
		become_init(want, blob_fd, sockets[1], pipes[1]);
	}
	close(blob_fd);
	close(sockets[1]);
	close(pipes[1]);
	run->sync = sockets[0];
	run->out = pipes[0];
}

void start(struct run *run, const struct want *want)
{
	static struct blob blob;

	blob_build(want, &blob);
	start_blob(run, want, &blob);
}

void gate_open(struct run *run)
{
	char message = HANDOFF_START;

	send(run->sync, &message, 1, MSG_NOSIGNAL);
}

void settle(struct run *run)
{
	struct pollfd p = {.fd = run->sync, .events = POLLIN};
	struct handoff_report report;

	while (poll(&p, 1, PATIENCE_MS) > 0) {
		ssize_t n = recv(run->sync, &report, sizeof(report), 0);

		if (n <= 0)
			return;
		if (n == sizeof(report)) {
			run->report = report;
			run->reported++;
		}
	}
}

/* 1 while there is more to come. */
static int read_some(struct run *run)
{
	struct pollfd p = {.fd = run->out, .events = POLLIN};
	ssize_t n;

	if (run->n_text >= sizeof(run->text) - 1 || poll(&p, 1, PATIENCE_MS) <= 0)
		return 0;
	n = read(run->out, run->text + run->n_text, sizeof(run->text) - 1 - run->n_text);
	if (n <= 0)
		return 0;
	run->n_text += (size_t)n;
	return 1;
}

int expect(struct run *run, const char *text)
{
	while (!text || !strstr(run->text, text))
		if (!read_some(run))
			return -1;
	return 0;
}

void finish(struct run *run)
{
	for (int ms = 0; waitpid(run->pid, &run->status, WNOHANG) == 0; ms++) {
		struct timespec t = {.tv_nsec = 1000000};

		if (ms == PATIENCE_MS)
			kill(run->pid, SIGKILL);
		nanosleep(&t, NULL);
	}
	expect(run, NULL);
	close(run->sync);
	close(run->out);
}

void run_it(struct run *run, const struct want *want)
{
	start(run, want);
	gate_open(run);
	settle(run);
	expect(run, NULL);
	finish(run);
}

int code(const struct run *run)
{
	return WIFSIGNALED(run->status) ? -WTERMSIG(run->status) : WEXITSTATUS(run->status);
}

const char *field(const struct run *run, const char *key)
{
	static char values[8][512];
	static int next;
	char *value = values[next++ % 8];
	size_t n = strlen(key);

	*value = '\0';
	for (const char *line = run->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == ':') {
			line += n + 1;
			line += strspn(line, " \t");
			snprintf(value, sizeof(values[0]), "%.*s", (int)strcspn(line, "\n"), line);
			break;
		}
	}
	return value;
}
