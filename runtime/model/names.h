/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the kernel's numbers, both ways: signals, resource limits,
 * capabilities. Pure; knows nothing of the host it runs on.
 */
#ifndef CRIB_MODEL_NAMES_H
#define CRIB_MODEL_NAMES_H

#include "util/arena.h"

enum { SIGNALS = 64 }; /* 1 to 64 (signal(7)) */

/* "TERM", "SIGTERM", "sigterm", "15", "SIGRTMIN+3"; -1: no such signal */
int signal_number(const char *name);
/* "SIGTERM"; in the arena where it has to be composed */
const char *signal_name(struct arena *arena, int number);

/* "nofile", "RLIMIT_NOFILE"; -1: no such limit */
int rlimit_number(const char *name);
/* "RLIMIT_NOFILE"; NULL: no such limit */
const char *rlimit_name(int resource);

/* "EPERM"; -1: no such error */
int errno_number(const char *name);
/* "EPERM"; NULL: not known here */
const char *errno_name(int number);

/* "CHOWN", "cap_chown"; -1: no such capability */
int capability_number(const char *name);
/* "CAP_CHOWN"; NULL: not known here */
const char *capability_name(unsigned number);

#endif
