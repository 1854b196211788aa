/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver: runs all, removes its folder, counts.
 */
#include "test.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char base[] = "/tmp/crib-core.XXXXXX";
static int passed, failed, skipped, folders;

bool check_at(const char *file, int line, bool ok, const char *fmt, ...)
{
	va_list ap;

	if (ok) {
		passed++;
		return true;
	}
	failed++;
	printf("failed: %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	return false;
}

void skip(const char *reason)
{
	skipped++;
	printf("skipped: %s\n", reason);
}

int in_child(int (*run)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(run(arg));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int folder(char path[static 256])
{
	snprintf(path, 256, "%s/%d", base, folders++);
	if (mkdir(path, 0700) < 0)
		abort();
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void write_file(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

bool exists(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Paths below may be longer than a system call takes. */
static int remove_all(void *arg)
{
	execlp("rm", "rm", "-rf", "--", (const char *)arg, NULL);
	return 1;
}

int main(void)
{
	if (!mkdtemp(base) || chmod(base, 0711) < 0)
		return 1;
	umask(022);
	test_util();
	test_plan();
	test_devices();
	test_ids_files();
	test_cpio();
	test_copy();
	test_relay();
	test_state();
	test_log();
	test_area();
	test_inroot();
	test_user();
	test_pod_security();
	test_steps();
	test_messages();
	test_verify();
	check(in_child(remove_all, base) == 0, "%s is left", base);
	printf("core: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
