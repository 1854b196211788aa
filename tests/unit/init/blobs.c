/* SPDX-License-Identifier: Apache-2.0
 *
 * Bad blobs, and init without one: always 125 or a report, never a crash.
 */
#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

/* Executes init with fd 3 open on path, or closed. */
static void by_hand(const char *path)
{
	static char *const argv[] = {"init", NULL}, *const envp[] = {NULL};
	char text[256] = "";
	int out[2], status;
	pid_t pid;

	if (pipe(out) < 0)
		abort();
	pid = fork();
	if (pid == 0) {
		int exec_fd = fcntl(init_fd, F_DUPFD_CLOEXEC, 100);
		int fd = path ? open(path, O_RDWR) : -1;

		dup2(out[1], 2);
		if (fd >= 0)
			dup2(fd, 3);
		for (fd = path ? 4 : 3; fd < 100; fd++)
			close(fd);
		syscall(SYS_execveat, exec_fd, "", argv, envp, AT_EMPTY_PATH);
		_exit(99);
	}
	close(out[1]);
	waitpid(pid, &status, 0);
	check(status == 125 << 8 && read(out[0], text, sizeof(text) - 1) > 0 &&
		      strcmp(text, "init: this is the last stage of crib; it is not to be run by hand\n") == 0,
	      "by hand, descriptor 3 is %s: one line and 125", path ? path : "closed");
	close(out[0]);
}

static void no_socket(void)
{
	static struct blob blob;
	static char *const argv[] = {"init", NULL};
	struct want want = WANT("exit", "0");
	int status;
	pid_t pid;

	blob_build(&want, &blob);
	pid = fork();
	if (pid == 0) {
		int fd = memfd_create("blob", 0), exec_fd = fcntl(init_fd, F_DUPFD_CLOEXEC, 100);

		if (write(fd, blob.data, blob.size) < 0)
			_exit(98);
		dup2(fd, 3);
		dup2(open("/dev/null", O_RDWR), 4);
		dup2(4, 2);
		syscall(SYS_execveat, exec_fd, "", argv, NULL, AT_EMPTY_PATH);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	check(status == 125 << 8, "a blob without a socket: 125");
}

/* Whether init ends with 125 before the gate. */
static int refused(const struct want *want, const struct blob *blob, const char *reason)
{
	static struct run run;

	start_blob(&run, want, blob);
	gate_open(&run);
	settle(&run);
	finish(&run);
	if (reason && code(&run) != 125)
		printf("        %d: %s\n", code(&run), run.report.text);
	return code(&run) == 125 && (!reason || (run.reported == 1 && run.report.exit_status == 125 &&
						 strstr(run.report.text, reason)));
}

static void truncated(void)
{
	struct want want = WANT("exit", "0");
	static struct blob blob, cut;
	size_t bad = 0;

	want.no_pid_namespace = 1;
	blob_build(&want, &blob);
	cut = blob;
	for (cut.size = 0; cut.size < blob.size; cut.size++)
		bad += !refused(&want, &cut, NULL);
	check(bad == 0, "a blob truncated at each of its %zu bytes: 125 (%zu not so)", blob.size, bad);
	cut.size = blob.size + 1;
	check(refused(&want, &cut, "size"), "a byte too many is reported");
}

/* One field of the header at a time set to bad values. */
static void bad_fields(void)
{
#define BAD(field, value, reason)                                            \
	do {                                                                 \
		blob = good;                                                 \
		((struct handoff *)blob.data)->field = (value);              \
		check(refused(&want, &blob, reason), "%s = %s is reported", #field, #value); \
	} while (0)
	struct want want = WANT("exit", "0");
	static struct blob good, blob;
	const uint64_t end = (blob_build(&want, &good), good.size);

	want.no_pid_namespace = 1;
	BAD(version, 2, "version");
	BAD(role, 3, "role");
	BAD(flags, 1u << 30, "flags");
	BAD(uid, UINT32_MAX, "uid");
	BAD(gid, UINT32_MAX, "gid");
	BAD(umask, 01000, "umask");
	BAD(argv, 0, "argv");
	BAD(argv, end, "argv");
	BAD(argv, end - 8, "argv");
	BAD(argv, 8, "argv");
	BAD(argv, UINT64_MAX - 7, "argv");
	BAD(envp, end, "envp");
	BAD(envp, ((struct handoff *)good.data)->argv, "envp");
	BAD(cwd, end, "cwd");
	BAD(cwd, 1, "cwd");
	BAD(cwd, ((struct handoff *)good.data)->path + 1, "cwd");
	BAD(path, UINT64_MAX, "path");
	BAD(apparmor, UINT64_MAX, "apparmor");
	BAD(selinux, 1, "selinux");
	BAD(n_groups, 1u << 31, "groups");
	BAD(n_rlimits, 7, "rlimits");
	BAD(n_seccomp, 1, "seccomp");
	BAD(n_seccomp, 1u << 20, "seccomp");
	BAD(keep_fds, UINT32_MAX, "keep_fds");
	BAD(keep_fds, 3, "descriptors");
#undef BAD
}

/* Whether the blob asks for a limit of memory: with too little the kernel kills the command in its execve. */
static int limits_memory(const struct blob *blob)
{
	struct handoff h;
	uint32_t resource = 0;

	memcpy(&h, blob->data, sizeof(h));
	if (!h.n_rlimits || h.rlimits > blob->size - sizeof(resource))
		return 0;
	memcpy(&resource, blob->data + h.rlimits, sizeof(resource));
	return resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK;
}

static void fuzz(int rounds)
{
	struct want want = WANT("exit", "0");
	static struct blob good, blob;
	static struct run run;
	unsigned int seed = 1;
	int crashes = 0;

	want.h.n_groups = 1;
	want.groups = (const uint32_t[]){7};
	want.h.n_rlimits = 1;
	want.rlimits = (const struct handoff_rlimit[]){{.resource = 4}};
	want.no_pid_namespace = 1;
	blob_build(&want, &good);
	for (int i = 0; i < rounds; i++) {
		blob = good;
		for (int changes = 1 + rand_r(&seed) % 4; changes; changes--) {
			size_t word = 16 + 8 * ((size_t)rand_r(&seed) % ((blob.size - 16) / 8));
			uint64_t value = (uint64_t)rand_r(&seed) % (blob.size + 16);

			if (rand_r(&seed) % 4 == 0)
				value = (uint64_t)rand_r(&seed) << 40 | (uint64_t)rand_r(&seed);
			if (word >= 24) /* magic, version, size and role remain */
				memcpy(blob.data + word, &value, 8);
		}
		start_blob(&run, &want, &blob);
		gate_open(&run);
		settle(&run);
		finish(&run);
		if (code(&run) == 128 + SIGSEGV && limits_memory(&blob))
			continue;
		if (code(&run) < 0 || code(&run) == 128 + SIGSEGV || code(&run) == 128 + SIGBUS || code(&run) == 99) {
			crashes++;
			printf("        round %d: %d\n", i, code(&run));
		}
	}
	check(crashes == 0, "%d random blobs: %d crashes", rounds, crashes);
}

void test_blobs(void)
{
	by_hand(NULL);
	by_hand("/dev/null");
	by_hand(probe_path);
	no_socket();
	truncated();
	bad_fields();
	fuzz(3000);
}
