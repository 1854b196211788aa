/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is calling? Picks the front, prints its error, exits. No policy.
 */
#include "front/front.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/socket.h>

/* Takes the lowest free descriptor: /dev/null, or where there is none (the first process
 * of a bare box) a socket that nobody has the other end of. */
static int open_nothing(void)
{
	int pair[2];

	if (open("/dev/null", O_RDWR) >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -1;
	return close(pair[1]);
}

/* Descriptors 0, 1 and 2 are open from here on, or a file of ours would become
 * the command's standard output: a way out of the sandbox. */
static int open_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open_nothing() < 0)
			return EXIT_CRIB; /* there may be nowhere to say why */
	return 0;
}

/* Set-user-ID, or file capabilities: the caller's words would command more
 * rights than the caller has. crib is not made for that. */
static int refuse_borrowed_rights(void)
{
	if (!getauxval(AT_SECURE))
		return 0;
	fputs("crib: installed set-user-ID, set-group-ID or with file capabilities: not safe, so it does not run\n", stderr);
	return EXIT_CRIB;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	int status = refuse_borrowed_rights();

	(void)argc;
	if (!status)
		status = open_standard_streams();
	if (status)
		return status;
	/* the one door so far; others are told by argv[0] and by the first word */
	if (front_cli(argv, &status, &err) >= 0)
		return status;
	fprintf(stderr, "crib: %s\n", err.text);
	return err.exit_status ? err.exit_status : EXIT_CRIB;
}
