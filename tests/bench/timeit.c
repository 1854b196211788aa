/* SPDX-License-Identifier: Apache-2.0
 *
 * timeit [-n ROUNDS] [-o text|json] LABEL COMMAND ARGUMENT... [-- LABEL COMMAND ARGUMENT...]...:
 * runs the commands in turn, round after round, so that whatever the machine
 * does meanwhile falls on all alike, and tells how long each took from
 * posix_spawn to the end of wait: median, tenth and ninetieth percentile, and
 * the ratio of the median to the first command's. A command that does not
 * exit with 0 ends it all, with status 1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16, WARM_UP = 3 };

extern char **environ;

struct contender {
	const char *label;
	char **argv;
	double *us;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Microseconds of one run; exits when the command fails. */
static double once(const struct contender *c, const posix_spawn_file_actions_t *files)
{
	double start = now_us();
	int status = 0;
	pid_t pid;

	if (posix_spawnp(&pid, c->argv[0], files, NULL, c->argv, environ) != 0 || waitpid(pid, &status, 0) != pid ||
	    status != 0) {
		fprintf(stderr, "timeit: %s: %s: failed, wait status %d\n", c->label, c->argv[0], status);
		exit(1);
	}
	return now_us() - start;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int contenders_of(char **argv, struct contender *c, int rounds)
{
	int n = 0;

	while (argv[0] && argv[1] && n < MOST) {
		c[n] = (struct contender){ argv[0], argv + 1, calloc((size_t)rounds, sizeof(double)) };
		n++;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
		if (*argv)
			*argv++ = NULL;
	}
	return n;
}

static double percentile(const struct contender *c, int rounds, int percent)
{
	return c->us[(rounds - 1) * percent / 100];
}

static void print_text(const struct contender *c, int n, int rounds)
{
	printf("%-20s %10s %10s %10s %8s\n", "", "median us", "10 %", "90 %", "ratio");
	for (int i = 0; i < n; i++)
		printf("%-20s %10.0f %10.0f %10.0f %8.2f\n", c[i].label, percentile(&c[i], rounds, 50),
		       percentile(&c[i], rounds, 10), percentile(&c[i], rounds, 90),
		       percentile(&c[i], rounds, 50) / percentile(&c[0], rounds, 50));
}

static void print_json(const struct contender *c, int n, int rounds)
{
	printf("{\"rounds\": %d, \"results\": [", rounds);
	for (int i = 0; i < n; i++)
		printf("%s\n  {\"name\": \"%s\", \"median_us\": %.1f, \"p10_us\": %.1f, \"p90_us\": %.1f, \"ratio\": %.3f}",
		       i ? "," : "", c[i].label, percentile(&c[i], rounds, 50), percentile(&c[i], rounds, 10),
		       percentile(&c[i], rounds, 90), percentile(&c[i], rounds, 50) / percentile(&c[0], rounds, 50));
	printf("\n]}\n");
}

int main(int argc, char **argv)
{
	struct contender c[MOST];
	posix_spawn_file_actions_t files;
	int n, opt, json = 0, rounds = 200;

	while ((opt = getopt(argc, argv, "+n:o:")) != -1)
		if (opt == 'n')
			rounds = atoi(optarg);
		else if (opt == 'o')
			json = strcmp(optarg, "json") == 0;
		else
			return 2;
	n = rounds > 0 ? contenders_of(argv + optind, c, rounds) : 0;
	if (n == 0)
		return 2;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	for (int round = -WARM_UP; round < rounds; round++)
		for (int i = 0; i < n; i++) {
			double us = once(&c[i], &files);

			if (round >= 0)
				c[i].us[round] = us;
		}
	for (int i = 0; i < n; i++)
		qsort(c[i].us, (size_t)rounds, sizeof(double), by_size);
	if (json)
		print_json(c, n, rounds);
	else
		print_text(c, n, rounds);
	return 0;
}
