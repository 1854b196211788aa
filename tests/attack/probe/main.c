/* SPDX-License-Identifier: Apache-2.0
 *
 * probe NAME [ARG]      tries one way out: one line "open|closed|absent: detail", exit status 0, 1 or 2
 * probe all [NAME...]   tries all (or these): a line each, "NAME \t STATE \t SUBJECT \t TRIES \t DETAIL"; 0 when one was open, else 1
 * probe list            prints the table
 *
 * Each runs in a process of its own: a filter may kill it, and what it changes about
 * itself is gone with it.
 */
#include "probe.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { SECONDS = 30 };

static const char *const words[] = { "open", "closed", "absent" };

static const struct probe *const tables[] = { settings_probes, mount_probes,	 call_probes,  socket_probes,
					      process_probes,  privilege_probes, device_probes };

static struct report { /* shared with the children */
	int said, state;
	char detail[160];
} *report;

int say(int state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(report->detail, sizeof(report->detail), format, args);
	va_end(args);
	for (char *c = report->detail; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	report->state = state;
	report->said = 1;
	return state;
}

int by_result(long result, const char *what)
{
	int e = errno;

	if (result >= 0)
		return say(OPEN, "%s succeeds", what);
	/* ENOSPC: user.max_user_namespaces */
	if (e == EPERM || e == EACCES || e == ENOSYS || e == EROFS || e == ENOSPC)
		return say(CLOSED, "%s: %s", what, strerror(e));
	return say(OPEN, "%s is only refused for its arguments: %s", what, strerror(e));
}

int by_open(int fd, const char *path)
{
	int e = errno;

	if (fd >= 0) {
		close(fd);
		return say(OPEN, "%s can be opened", path);
	}
	if (e == ENOENT || e == ENOTDIR)
		return say(ABSENT, "%s is not there", path);
	return say(CLOSED, "%s: %s", path, strerror(e));
}

static int walk_entry(const char *path, long *max, int (*each)(const char *path, const struct stat *st), int depth)
{
	char below[1024];
	struct dirent *entry;
	struct stat st;
	DIR *dir;
	int state = CLOSED;

	if (--*max < 0 || lstat(path, &st) < 0)
		return CLOSED;
	if (!S_ISDIR(st.st_mode))
		return each(path, &st);
	dir = depth ? opendir(path) : NULL;
	while (dir && state == CLOSED && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < (int)sizeof(below))
			state = walk_entry(below, max, each, depth - 1);
	if (dir)
		closedir(dir);
	return state;
}

int walk(const char *path, long *max, int (*each)(const char *path, const struct stat *st))
{
	return walk_entry(path, max, each, 24);
}

const char *line_of(const char *path)
{
	static char line[4096];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	line[n < 0 ? 0 : n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return line;
}

long long status_number(const char *path, const char *key, int base)
{
	char line[256];
	long long value = -1;
	FILE *f = fopen(path, "re");

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			value = strtoll(line + strlen(key) + 1, NULL, base);
	if (f)
		fclose(f);
	return value;
}

/* Runs a probe in a child and gives its state. */
static int in_child(const struct probe *p, const char *arg)
{
	int status;
	pid_t pid;

	report->said = 0;
	pid = fork();
	if (pid < 0)
		return say(ABSENT, "fork: %s", strerror(errno));
	if (pid == 0) {
		alarm(SECONDS);
		p->run(p, arg);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0)
		return say(ABSENT, "wait: %s", strerror(errno));
	if (report->said)
		return report->state;
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM)
		return say(CLOSED, "killed by signal %d", WTERMSIG(status));
	return say(ABSENT, "no answer");
}

static const struct probe *find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct probe *p = tables[i]; p->name; p++)
			if (!strcmp(p->name, name))
				return p;
	return NULL;
}

static int print_one(const struct probe *p)
{
	int state = in_child(p, NULL);

	printf("%s\t%s\t%s\t%s\t%s\n", p->name, words[state], p->subject, p->tries, report->detail);
	fflush(stdout);
	return state == OPEN;
}

static int all(char **names)
{
	int open = 0;

	for (char **name = names; *name; name++) {
		const struct probe *p = find(*name);

		if (!p) {
			fprintf(stderr, "probe: no probe \"%s\"\n", *name);
			return 3;
		}
		open |= print_one(p);
	}
	for (size_t i = 0; !*names && i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct probe *p = tables[i]; p->name; p++)
			open |= print_one(p);
	return !open;
}

static int list(void)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct probe *p = tables[i]; p->name; p++)
			printf("%-20s %-28s %s\n", p->name, p->subject, p->tries);
	return 0;
}

int main(int argc, char **argv)
{
	const struct probe *p;

	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return 3;
	if (argc >= 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc >= 2 && !strcmp(argv[1], "all"))
		return all(argv + 2);
	if (argc >= 2 && !strcmp(argv[1], "--whoami")) /* for the probes that execute a copy of this */
		return printf("%d %llx\n", (int)geteuid(), (unsigned long long)status_number("/proc/self/status", "CapEff", 16)) < 0;
	p = argc >= 2 ? find(argv[1]) : NULL;
	if (!p) {
		fprintf(stderr, "usage: probe list | all [NAME...] | NAME [ARG]\n");
		return 3;
	}
	in_child(p, argv[2]);
	printf("%s: %s\n", words[report->state], report->detail);
	return report->state;
}
