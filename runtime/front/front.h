/* SPDX-License-Identifier: Apache-2.0
 *
 * The doors of crib. Each takes the words of a command line and gives the
 * status to exit with, or -errno and a sentence.
 */
#ifndef CRIB_FRONT_FRONT_H
#define CRIB_FRONT_FRONT_H

#include "util/err.h"

/* crib VERB: docker's habit. argv is ended by NULL and begins with the program. */
int front_cli(char **argv, int *status, struct err *err) MUST_CHECK;

#endif
