/* SPDX-License-Identifier: Apache-2.0
 *
 * A pid is worth nothing alone, for the kernel gives it again: with the start time
 * beside it, it names one process of this boot.
 */
#ifndef CRIB_UTIL_PROCESS_H
#define CRIB_UTIL_PROCESS_H

#include "util/base.h"

#include <sys/types.h>

/* In clock ticks since boot (proc_pid_stat(5), field 22). 0: there is no process of
 * that pid, or no /proc. */
uint64_t process_start_time(pid_t pid);

#endif
