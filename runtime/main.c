/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is calling? Picks the front, prints its error, exits. No policy.
 */
#include "front/front.h"

#include <fcntl.h>
#include <sys/auxv.h>

/* Descriptors 0, 1 and 2 are open from here on, so that no file of ours can
 * become anybody's standard output. Without /dev/null there is nothing to do. */
static void open_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
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
	if (status)
		return status;
	open_standard_streams();
	/* the one door so far; others are told by argv[0] and by the first word */
	if (front_cli(argv, &status, &err) >= 0)
		return status;
	fprintf(stderr, "crib: %s\n", err.text);
	return err.exit_status ? err.exit_status : EXIT_CRIB;
}
