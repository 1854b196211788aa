/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of log files; for log.c and log_read.c alone.
 */
#ifndef CRIB_STATE_LOG_FILES_H
#define CRIB_STATE_LOG_FILES_H

#include "util/base.h"

struct log_name {
	char s[48];
};

static inline struct log_name log_name(unsigned instance, unsigned number)
{
	struct log_name name;

	snprintf(name.s, sizeof(name.s), "log.%u.%u", instance, number);
	return name;
}

/* The reverse; false: it is no log's. */
static inline bool log_name_read(const char *s, unsigned *instance, unsigned *number)
{
	int n = 0;

	return sscanf(s, "log.%u.%u%n", instance, number, &n) == 2 && !s[n];
}

/* Calls each for every log file of the directory. */
int log_each(int dir, void (*each)(int dir, const char *name, unsigned instance, unsigned number, void *arg), void *arg);

#endif
