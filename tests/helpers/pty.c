/* SPDX-License-Identifier: Apache-2.0
 *
 * pty [-t SECONDS] [-s ROWSxCOLUMNS] SCRIPT COMMAND [ARGUMENT...]: runs a
 * command on a terminal of its own and plays the person in front of it. SCRIPT
 * is text, a step a line:
 *
 *     expect TEXT     waits until TEXT has come since the last expect's match
 *     send TEXT       types it
 *     size ROWS COLS  changes the size of the window
 *     sleep MS        does nothing
 *     kill N          sends the command signal N
 *     hangup          goes away: closes the terminal
 *
 * In TEXT, \r \n \t \\ and \ooo (octal) are as in C. What the terminal shows is
 * copied to standard output, without carriage returns. At the end a last line
 * on standard error: "exit N", and "termios changed" before it when the
 * terminal is not as it was. Exit status: the command's, 128+N for a signal;
 * 124 when time is up (standard error says at which step).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static char seen[1 << 20]; /* what has come since the last match */
static size_t n_seen;
static int master = -1, command_ended, wstatus;
static pid_t command;
static long deadline_ms;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what there is, waiting at most so long; false at the end. */
static int listen_to_it(int wait_ms)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	char buffer[4096];
	ssize_t n;

	if (master < 0 || poll(&p, 1, wait_ms) <= 0)
		return 1;
	n = read(master, buffer, sizeof(buffer));
	if (n <= 0)
		return 0;
	for (ssize_t i = 0; i < n; i++) {
		if (buffer[i] == '\r')
			continue;
		putchar(buffer[i]);
		if (n_seen == sizeof(seen)) { /* keep the newer half */
			n_seen /= 2;
			memmove(seen, seen + n_seen, n_seen);
		}
		seen[n_seen++] = buffer[i];
	}
	fflush(stdout);
	return 1;
}

static int ended(void)
{
	if (!command_ended && waitpid(command, &wstatus, WNOHANG) == command)
		command_ended = 1;
	return command_ended;
}

/* Decodes the escapes of TEXT in place; gives its length. */
static size_t decode(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++) {
		if (*from != '\\' || !from[1]) {
			*to++ = *from;
		} else if (*++from >= '0' && *from <= '7') {
			int c = 0;

			for (int i = 0; i < 3 && *from >= '0' && *from <= '7'; i++)
				c = c * 8 + *from++ - '0';
			*to++ = (char)c;
			from--;
		} else {
			*to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
		}
	}
	return (size_t)(to - text);
}

static int expect(char *text)
{
	size_t n = decode(text);
	int more = 1;

	for (;;) {
		char *found = memmem(seen, n_seen, text, n);

		if (found) {
			n_seen -= (size_t)(found + n - seen);
			memmove(seen, found + n, n_seen);
			return 1;
		}
		if (!more || now_ms() >= deadline_ms)
			return 0;
		more = listen_to_it(100);
	}
}

static int play(char *line)
{
	char *rest = strchr(line, ' ');
	struct winsize size = { 0 };

	if (rest)
		*rest++ = 0;
	else
		rest = line + strlen(line);
	if (strcmp(line, "expect") == 0)
		return expect(rest);
	if (strcmp(line, "send") == 0) {
		size_t n = decode(rest);

		return write(master, rest, n) == (ssize_t)n;
	}
	if (strcmp(line, "size") == 0)
		return sscanf(rest, "%hu %hu", &size.ws_row, &size.ws_col) == 2 &&
		       ioctl(master, TIOCSWINSZ, &size) == 0;
	if (strcmp(line, "sleep") == 0) {
		for (long until = now_ms() + atol(rest); now_ms() < until;)
			listen_to_it((int)(until - now_ms()));
		return 1;
	}
	if (strcmp(line, "kill") == 0)
		return kill(command, atoi(rest)) == 0;
	if (strcmp(line, "hangup") == 0) {
		close(master);
		master = -1;
		return 1;
	}
	return line[0] == 0;
}

static pid_t start(int slave, char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		for (int fd = 0; fd <= 2; fd++)
			dup2(slave, fd);
		if (slave > 2)
			close(slave);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int open_terminal(int *slave, struct winsize *size)
{
	char name[64];

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || unlockpt(master) != 0 || ptsname_r(master, name, sizeof(name)) != 0)
		return -1;
	*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (size->ws_row)
		ioctl(master, TIOCSWINSZ, size);
	return *slave;
}

/* Plays all steps, then listens until the command has ended and all is read. */
static int play_all(char *script)
{
	char *save = NULL;

	for (char *line = strtok_r(script, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char shown[128];

		while (*line == ' ' || *line == '\t')
			line++;
		snprintf(shown, sizeof(shown), "%s", line);
		if (!play(line)) {
			fprintf(stderr, "pty: failed at: %s\n", shown);
			return -1;
		}
	}
	while (!ended()) {
		if (now_ms() >= deadline_ms) {
			fprintf(stderr, "pty: the command does not end\n");
			return -1;
		}
		if (!listen_to_it(20) || master < 0)
			usleep(20000);
	}
	for (int last = -1, now = 0; master >= 0 && now != last; now = (int)n_seen) { /* the rest */
		last = (int)n_seen;
		listen_to_it(50);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size = { 0 };
	struct termios before, after;
	int opt, slave, failed, status;

	deadline_ms = now_ms() + 30000;
	while ((opt = getopt(argc, argv, "+t:s:")) != -1) {
		if (opt == 't')
			deadline_ms = now_ms() + atol(optarg) * 1000;
		else if (opt != 's' || sscanf(optarg, "%hux%hu", &size.ws_row, &size.ws_col) != 2)
			return 2;
	}
	if (argc - optind < 2 || open_terminal(&slave, &size) < 0)
		return 2;
	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	tcgetattr(slave, &before);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command = start(slave, argv + optind + 1);
	failed = play_all(argv[optind]) != 0;
	if (failed && !ended()) {
		kill(command, SIGKILL);
		waitpid(command, &wstatus, 0);
	}
	tcgetattr(slave, &after);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		fprintf(stderr, "termios changed\n");
	status = failed ? 124 : WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	fflush(stdout);
	fprintf(stderr, "exit %d\n", status);
	return status;
}
