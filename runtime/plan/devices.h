/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of devices to a program of the kind BPF_PROG_TYPE_CGROUP_DEVICE (bpf(2)),
 * which is what cgroup version 2 has in place of the devices controller. Pure.
 */
#ifndef CRIB_PLAN_DEVICES_H
#define CRIB_PLAN_DEVICES_H

#include "util/arena.h"
#include "util/device.h"

struct bpf_insn;

struct device_program { /* in the arena */
	struct bpf_insn *insns;
	size_t n;
};

struct device_program device_program(const struct device_rule *rules, size_t n, struct arena *arena);

#endif
