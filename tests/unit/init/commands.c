/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding and executing the command: the table of 125, 126 and 127.
 */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void file(const char *path, mode_t mode, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	fchmod(fd, mode);
	close(fd);
}

static void fails(uint32_t role, const char *command, const char *path, const char *cwd, int status,
		  const char *sentence)
{
	struct want want = WANT_COMMAND(command, "x");
	static struct run run;

	want.h.role = role;
	want.no_pid_namespace = !may_unshare;
	want.path = path;
	want.cwd = cwd;
	run_it(&run, &want);
	if (!check(code(&run) == status && run.reported == 1 && run.report.exit_status == status &&
			   strcmp(run.report.text, sentence) == 0 && run.n_text == 0,
		   "role %u: %d %s", role, status, sentence))
		printf("        it was: %d reports %d of %d \"%s\" output \"%s\"\n", code(&run), run.reported,
		       run.report.exit_status, run.report.text, run.text);
}

static void finds(const char *command, const char *path, const char *cwd)
{
	struct want want = WANT_COMMAND(command, "probe", "exit", "42");
	static struct run run;

	want.no_pid_namespace = !may_unshare;
	want.path = path;
	want.cwd = cwd;
	run_it(&run, &want);
	check(code(&run) == 42 && !run.reported, "%s is found in PATH=%.40s from %s", command, path, cwd);
}

/* The same for a file in scratch; the sentence begins with its name. */
static void fails_in_scratch(uint32_t role, const char *name, int status, const char *sentence)
{
	char path[128], whole[512];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	snprintf(whole, sizeof(whole), "command %s: %s", path, sentence);
	fails(role, path, "/bin", "/", status, whole);
}

static void table(uint32_t role)
{
	char path[300], says[512];

	fails(role, "/x/y", "/bin", "/", 127, "command /x/y: No such file or directory");
	fails(role, "/etc/passwd/z", "/bin", "/", 127, "command /etc/passwd/z: Not a directory");
	fails(role, "no-such-command", "/bin:/usr/bin", "/", 127,
	      "command no-such-command: not found in PATH (/bin:/usr/bin)");
	fails(role, "no-such-command", NULL, "/", 127, "command no-such-command: not found: there is no PATH");
	fails(role, "", "/bin", "/", 127, "command \"\": its name is empty");
	fails(role, "/etc", "/bin", "/", 126, "command /etc: is a directory");
	fails(role, "etc", "/:/bin", "/", 126, "command //etc: is a directory");
	fails(role, "/etc/passwd", "/bin", "/", 126, "command /etc/passwd: Permission denied (not executable)");
	fails(role, "passwd", "/etc:/nowhere", "/", 126, "command /etc/passwd: Permission denied (not executable)");
	fails_in_scratch(role, "lost", 127, "the interpreter or ELF loader that it names was not found");
	fails_in_scratch(role, "words", 126, "exec format error");
	fails_in_scratch(role, "dangling", 127, "No such file or directory");
	fails_in_scratch(role, "loop", 126, "Symbolic link loop");
	snprintf(path, sizeof(path), "/nowhere:%s:/bin", scratch);
	snprintf(says, sizeof(says), "command %s/lost: the interpreter or ELF loader that it names was not found", scratch);
	fails(role, "lost", path, "/", 127, says);
	fails(role, probe_path, "/bin", "/no/where", 125, "working directory /no/where: No such file or directory");
	fails(role, probe_path, "/bin", "/etc/passwd", 125, "working directory /etc/passwd: Not a directory");
}

/* A file of scratch, to be made and removed. */
static const char *in_scratch(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	return path;
}

void test_commands(void)
{
	char path[300], long_path[6000];

	file(in_scratch("lost"), 0755, "#!/no/such/interpreter\n", 23);
	file(in_scratch("words"), 0755, "echo not for a shell\n", 21);
	if (symlink("/no/where", in_scratch("dangling")) < 0 || symlink("loop", in_scratch("loop")) < 0)
		abort();
	table(HANDOFF_PID1);
	table(HANDOFF_EXEC);

	snprintf(path, sizeof(path), "/etc/passwd:/nowhere:%s", scratch);
	finds("probe", path, "/");
	snprintf(path, sizeof(path), "::%s", scratch);
	finds("probe", path, "/");
	finds("probe", "/nowhere:", scratch);
	finds("./probe", "/bin", scratch);
	memset(long_path, 'a', sizeof(long_path));
	snprintf(long_path + 5000, sizeof(long_path) - 5000, ":%s", scratch);
	finds("probe", long_path, "/");
	unlink(in_scratch("lost"));
	unlink(in_scratch("words"));
	unlink(in_scratch("dangling"));
	unlink(in_scratch("loop"));
}
