/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes classic BPF for seccomp(2), from the last instruction to the first: jumps
 * go forward only, so that their targets are known when they are written. Pure.
 */
#ifndef CRIB_PLAN_BPF_H
#define CRIB_PLAN_BPF_H

#include "model/seccomp.h"

#include <linux/filter.h>

enum { BPF_RETURNS = 16 };

struct bpf {
	struct sock_filter *code;              /* of so much room; the last n are written */
	size_t room, n;
	bool full;                             /* it did not fit: what was written is of no use */
	struct {
		uint32_t value;
		size_t label;
	} returns[BPF_RETURNS]; /* where a value is returned, as near as can be */
	size_t n_returns;
};

/* Where to go on: an instruction, or the end with a verdict (SECCOMP_RET_*). */
struct bpf_to {
	bool ends;
	uint32_t verdict;
	size_t label; /* instructions from there to the end */
};

static inline struct bpf_to bpf_verdict(uint32_t verdict)
{
	return (struct bpf_to){ true, verdict, 0 };
}

/* To yes when the accumulator compares (BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET) with k, else to no. */
struct bpf_to bpf_jump(struct bpf *b, uint16_t compare, uint32_t k, struct bpf_to yes, struct bpf_to no);

/* Loads the word at offset of struct seccomp_data, goes on to then. */
struct bpf_to bpf_load(struct bpf *b, uint32_t offset, struct bpf_to then);

/* To yes when the argument is as compared, all 64 bits of it, else to no. */
struct bpf_to bpf_argument(struct bpf *b, const struct seccomp_arg *arg, struct bpf_to yes, struct bpf_to no);

/* The program is written and starts with to. */
void bpf_finish(struct bpf *b, struct bpf_to to);

#endif
