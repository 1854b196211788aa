/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of devices: what may be done with which, in the words of the version 1
 * devices cgroup (Documentation/admin-guide/cgroup-v1/devices.rst): "c 1:3 rw".
 */
#ifndef CRIB_UTIL_DEVICE_H
#define CRIB_UTIL_DEVICE_H

#include "util/base.h"

enum device_access { /* the numbers are those of bpf(2)'s BPF_DEVCG_ACC_* */
	DEVICE_MKNOD = 1, DEVICE_READ = 2, DEVICE_WRITE = 4,
	DEVICE_ALL = DEVICE_MKNOD | DEVICE_READ | DEVICE_WRITE,
};

enum { DEVICE_MAJOR_MAX = 0xfff, DEVICE_MINOR_MAX = 0xfffff }; /* linux/kdev_t.h */

#define DEVICE_ANY UINT32_MAX

struct device_rule { /* this is allowed; all that no rule names is refused */
	char type;             /* 'b' or 'c' */
	uint32_t major, minor; /* or DEVICE_ANY */
	uint32_t access;       /* enum device_access */
};

/* "rw" */
const char *device_access_text(uint32_t access) __attribute__((returns_nonnull));

/* 'r', 'w', 'm' in any order, each once; 0: something else */
uint32_t device_access_parse(const char *text);

enum { DEVICE_RULE_TEXT = 40 };

/* Fills text, and gives it. */
const char *device_rule_text(const struct device_rule *rule, char text[static DEVICE_RULE_TEXT]);

#endif
