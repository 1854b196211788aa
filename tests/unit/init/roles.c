/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate, the three roles, exit statuses, orphans, and the death of the creator.
 */
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct run run;

static void exit_statuses(void)
{
	static const char *const codes[] = {"0", "1", "42", "125", "255"}, *const signals[] = {"1", "6", "9", "11", "15", "34", "64"};

	for (uint32_t role = HANDOFF_PID1; role <= HANDOFF_EXEC; role++)
		for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
			struct want want = WANT("exit", codes[i]);

			want.h.role = role;
			want.no_pid_namespace = !may_unshare;
			run_it(&run, &want);
			check(code(&run) == atoi(codes[i]) && !run.reported, "role %u: exit %s", role, codes[i]);
		}
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct want want = WANT("die", signals[i]);

		want.no_pid_namespace = !may_unshare;
		run_it(&run, &want);
		check(code(&run) == 128 + atoi(signals[i]), "killed by signal %s: %d", signals[i], code(&run));
	}
}

static int silent_for(int ms)
{
	struct pollfd p[2] = {{.fd = run.sync, .events = POLLIN}, {.fd = run.out, .events = POLLIN}};

	return poll(p, 2, ms) == 0;
}

static void gate(uint32_t role)
{
	struct want want = WANT("exit", "3");
	char bad = 'x';

	want.h.role = role;
	want.no_pid_namespace = !may_unshare;
	start(&run, &want);
	check(silent_for(100), "role %u: waits at the gate", role);
	close(run.sync);
	run.sync = -1;
	finish(&run);
	check(code(&run) == 125 && run.n_text == 0, "role %u: goes without a word when the creator does", role);

	start(&run, &want);
	send(run.sync, &bad, 1, 0);
	settle(&run);
	finish(&run);
	check(code(&run) == 125 && run.reported == 1, "role %u: unknown message: %s", role, run.report.text);
}

/* A creator that dies: its child init, which we adopt no pipe end of but the output's. */
static void death_of_creator(uint32_t role, int opened, int flag)
{
	struct want want = WANT("wait");
	int to_us[2];
	char text[16];
	struct pollfd p = {.events = POLLIN};
	pid_t creator;

	want.h.role = role;
	want.h.uid = 1000; /* a change of identity, which clears the signal */
	want.h.flags |= flag ? HANDOFF_DIE_WITH_PARENT : 0;
	if (pipe(to_us) < 0)
		abort();
	creator = fork();
	if (creator == 0) {
		start(&run, &want);
		if (opened) {
			gate_open(&run);
			settle(&run);
			if (role != HANDOFF_HOLD)
				expect(&run, "ready");
		}
		dprintf(to_us[1], "%d", run.pid);
		pause();
	}
	text[read(to_us[0], text, sizeof(text) - 1)] = '\0';
	int pid = atoi(text);

	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	kill(creator, SIGKILL);
	waitpid(creator, NULL, 0);
	if (flag || !opened)
		check(p.fd >= 0 && poll(&p, 1, 5000) == 1, "role %u: dies with its creator %s the gate", role,
		      opened ? "after" : "before");
	else
		check(p.fd >= 0 && poll(&p, 1, 200) == 0, "role %u: outlives its creator unless asked not to", role);
	kill(pid, SIGKILL);
	close(p.fd);
	close(to_us[0]);
	close(to_us[1]);
}

static int descriptors_of(pid_t pid)
{
	char path[64];
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));)
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static int status_has(pid_t pid, const char *line)
{
	char path[64], text[8192] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return 0;
	close(fd);
	return strstr(text, line) != NULL;
}

static void wait_for_no_descriptors(void)
{
	for (int i = 0; i < 500 && descriptors_of(run.pid); i++)
		usleep(1000);
}

static void small_afterwards(void)
{
	struct want want = WANT("wait");

	start(&run, &want);
	gate_open(&run);
	settle(&run);
	expect(&run, "ready");
	wait_for_no_descriptors();
	check(descriptors_of(run.pid) == 0, "PID 1 holds no descriptors");
	check(status_has(run.pid, "Name:\tinit\n"), "it is called init");
	check(status_has(run.pid, "CapPrm:\t0000000000000020\n") && status_has(run.pid, "CapEff:\t0000000000000020\n") &&
		      status_has(run.pid, "CapInh:\t0000000000000000\n"), "it has CAP_KILL and no more");
	check(status_has(run.pid, "NoNewPrivs:\t1\n"), "and no_new_privs");
	kill(run.pid, SIGKILL);
	finish(&run);
}

static void hold(void)
{
	static const int end_it[] = {SIGTERM, SIGINT};

	for (int i = 0; i < 2; i++) {
		struct want want = {.h = {.magic = HANDOFF_MAGIC, .version = HANDOFF_VERSION, .role = HANDOFF_HOLD},
				    .stdin_fd = -1};

		start(&run, &want);
		gate_open(&run);
		settle(&run);
		check(!run.reported, "hold: success is the end of file");
		wait_for_no_descriptors();
		check(status_has(run.pid, "CapPrm:\t0000000000000000\n") && descriptors_of(run.pid) == 0,
		      "hold: no capabilities, no descriptors");
		kill(run.pid, SIGHUP);
		kill(run.pid, SIGUSR1);
		usleep(20000);
		check(waitpid(run.pid, NULL, WNOHANG) == 0, "hold: stays on SIGHUP and SIGUSR1");
		kill(run.pid, end_it[i]);
		finish(&run);
		check(code(&run) == 0, "hold: ends on signal %d", end_it[i]);
	}
}

static void orphans(void)
{
	struct want want = WANT("orphans", "10000");

	run_it(&run, &want);
	check(code(&run) == 0 && strcmp(field(&run, "made"), "10000") == 0 && strcmp(field(&run, "left"), "0") == 0 &&
		      strcmp(field(&run, "zombies"), "0") == 0,
	      "10000 orphans: %s left, %s of them zombies", field(&run, "left"), field(&run, "zombies"));
}

void test_roles(void)
{
	exit_statuses();
	for (uint32_t role = HANDOFF_PID1; role <= HANDOFF_HOLD; role++)
		gate(role);
	if (!may_unshare) {
		skip("death of the creator, what PID 1 keeps, hold, orphans: no PID namespaces here");
		return;
	}
	for (uint32_t role = HANDOFF_PID1; role <= HANDOFF_HOLD; role++) {
		death_of_creator(role, 0, 0);
		death_of_creator(role, 0, 1);
		death_of_creator(role, 1, 0);
		death_of_creator(role, 1, 1);
	}
	small_afterwards();
	hold();
	orphans();
}
