/* SPDX-License-Identifier: Apache-2.0
 *
 * init-test INIT: checks that the program INIT keeps the promises of handoff.h.
 * Prints one line a check, a sum at the end; exits 1 when a check failed. Called
 * as `init-test probe ...` it is the command in the container.
 */
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

char scratch[64] = "/tmp/init-test.XXXXXX", probe_path[128];
static int passed, failed, skipped;

int check(int ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf(ok ? "ok      " : "FAILED  ");
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	passed += !!ok;
	failed += !ok;
	return ok;
}

void skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("skipped ");
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
	skipped++;
}

static int try_unshare(void)
{
	int status = -1;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void copy(const char *path, int to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || to < 0 || fstat(fd, &st) < 0 || sendfile(to, fd, NULL, (size_t)st.st_size) != st.st_size) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static void make_scratch(void)
{
	int fd;

	if (!mkdtemp(scratch) || chmod(scratch, 0755) < 0) {
		perror(scratch);
		exit(2);
	}
	snprintf(probe_path, sizeof(probe_path), "%s/probe", scratch);
	fd = open(probe_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	copy("/proc/self/exe", fd);
	fchmod(fd, 0755);
	close(fd);
}

static void load_init(const char *path)
{
	init_fd = memfd_create("init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	copy(path, init_fd);
	fcntl(init_fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "probe") == 0)
		probe(argc - 2, argv + 2);
	if (argc != 2) {
		fprintf(stderr, "usage: init-test INIT\n");
		return 2;
	}
	make_scratch();
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	if (!freopen("/dev/null", "r", stdin))
		return 2;
	load_init(argv[1]);
	may_unshare = try_unshare();

	test_blobs();
	if (geteuid() == 0) {
		test_commands();
		test_identity();
	test_landlock();
		test_roles();
		test_signals();
		test_terminal();
	} else {
		skip("all that a command can see: needs root");
	}
	unlink(probe_path);
	if (rmdir(scratch) < 0)
		perror(scratch);
	printf("init: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
