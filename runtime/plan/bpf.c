/* SPDX-License-Identifier: Apache-2.0
 *
 * Instructions and jumps, and the comparison of a 64-bit argument by its halves.
 * Labels count from the end, which stays where it is.
 */
#include "plan/bpf.h"

#include <linux/seccomp.h>

enum {
	REACH = 250, /* a jump skips 255 at the most; what is written in between are at most two returns or hops */
};

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the halves of an argument lie the other way round"
#endif

static size_t put(struct bpf *b, uint16_t code, uint32_t k, size_t yes, size_t no)
{
	if (b->n == b->room) {
		b->full = true;
		return b->n;
	}
	b->code[b->room - ++b->n] = (struct sock_filter){ code, (uint8_t)yes, (uint8_t)no, k };
	return b->n;
}

static size_t return_near(struct bpf *b, uint32_t verdict)
{
	size_t i;

	for (i = 0; i < b->n_returns; i++)
		if (b->returns[i].value == verdict)
			break;
	if (i < b->n_returns && b->n - b->returns[i].label <= REACH)
		return b->returns[i].label;
	if (i == ARRAY_SIZE(b->returns))
		return put(b, BPF_RET | BPF_K, verdict, 0, 0);
	if (i == b->n_returns)
		b->n_returns++;
	b->returns[i].value = verdict;
	b->returns[i].label = put(b, BPF_RET | BPF_K, verdict, 0, 0);
	return b->returns[i].label;
}

/* A label that a jump written next can reach. */
static size_t near(struct bpf *b, struct bpf_to to)
{
	if (to.ends)
		return return_near(b, to.verdict);
	return b->n - to.label <= REACH ? to.label : put(b, BPF_JMP | BPF_JA, (uint32_t)(b->n - to.label), 0, 0);
}

static struct bpf_to at(size_t label)
{
	return (struct bpf_to){ false, 0, label };
}

static bool same(struct bpf_to a, struct bpf_to b)
{
	return a.ends == b.ends && (a.ends ? a.verdict == b.verdict : a.label == b.label);
}

struct bpf_to bpf_jump(struct bpf *b, uint16_t compare, uint32_t k, struct bpf_to yes, struct bpf_to no)
{
	size_t yes_label, no_label;

	if (same(yes, no))
		return yes;
	yes_label = near(b, yes);
	no_label = near(b, no);
	return at(put(b, BPF_JMP | BPF_K | compare, k, b->n - yes_label, b->n - no_label));
}

static bool next_is(const struct bpf *b, struct bpf_to to)
{
	return !to.ends && to.label == b->n;
}

struct bpf_to bpf_load(struct bpf *b, uint32_t offset, struct bpf_to then)
{
	if (then.ends)
		return then;
	if (!next_is(b, then))
		put(b, BPF_JMP | BPF_JA, (uint32_t)(b->n - then.label), 0, 0);
	return at(put(b, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0));
}

void bpf_finish(struct bpf *b, struct bpf_to to)
{
	if (to.ends)
		put(b, BPF_RET | BPF_K, to.verdict, 0, 0);
	else if (!next_is(b, to))
		put(b, BPF_JMP | BPF_JA, (uint32_t)(b->n - to.label), 0, 0);
}

/* What starts with loading a word is entered behind that, when the word is loaded already. */
static struct bpf_to loaded(const struct bpf *b, uint32_t offset, struct bpf_to to)
{
	const struct sock_filter *first = &b->code[b->room - to.label];

	if (!to.ends && to.label && first->code == (BPF_LD | BPF_W | BPF_ABS) && first->k == offset)
		return at(to.label - 1);
	return to;
}

/* ---- arguments ---- */

static uint32_t low_half(const struct seccomp_arg *arg)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + arg->index * sizeof(uint64_t));
}

static uint32_t high_half(const struct seccomp_arg *arg)
{
	return low_half(arg) + (uint32_t)sizeof(uint32_t);
}

/* (word & mask) == value */
static struct bpf_to masked_word(struct bpf *b, uint32_t offset, uint32_t mask, uint32_t value, struct bpf_to yes,
				 struct bpf_to no)
{
	if (mask == 0)
		return yes; /* value has no bit either */
	if (mask == UINT32_MAX)
		return bpf_load(b, offset, bpf_jump(b, BPF_JEQ, value, loaded(b, offset, yes), loaded(b, offset, no)));
	if (value == 0)
		return bpf_load(b, offset, bpf_jump(b, BPF_JSET, mask, loaded(b, offset, no), loaded(b, offset, yes)));
	if (value == mask && (mask & (mask - 1)) == 0)
		return bpf_load(b, offset, bpf_jump(b, BPF_JSET, mask, loaded(b, offset, yes), loaded(b, offset, no)));
	if (same(yes, no))
		return yes;
	(void)bpf_jump(b, BPF_JEQ, value, yes, no);
	put(b, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	return at(put(b, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0));
}

static struct bpf_to masked(struct bpf *b, const struct seccomp_arg *arg, uint64_t mask, uint64_t value,
			    struct bpf_to yes, struct bpf_to no)
{
	/* libseccomp's way: bits outside of the mask are no part of the value */
	value &= mask;
	yes = masked_word(b, low_half(arg), (uint32_t)mask, (uint32_t)value, yes, no);
	return masked_word(b, high_half(arg), (uint32_t)(mask >> 32), (uint32_t)(value >> 32), yes, no);
}

/* argument >= value, or > where that is the comparison */
static struct bpf_to greater(struct bpf *b, const struct seccomp_arg *arg, uint16_t compare, struct bpf_to yes,
			     struct bpf_to no)
{
	uint32_t high = (uint32_t)(arg->value >> 32);
	struct bpf_to low, equal;

	if ((uint32_t)arg->value == (compare == BPF_JGE ? 0 : UINT32_MAX)) /* the low half does not matter */
		return bpf_load(b, high_half(arg), bpf_jump(b, compare, high, yes, no));
	low = bpf_load(b, low_half(arg), bpf_jump(b, compare, (uint32_t)arg->value, yes, no));
	equal = bpf_jump(b, BPF_JEQ, high, low, no);
	return bpf_load(b, high_half(arg), bpf_jump(b, BPF_JGT, high, yes, equal));
}

struct bpf_to bpf_argument(struct bpf *b, const struct seccomp_arg *arg, struct bpf_to yes, struct bpf_to no)
{
	switch (arg->op) {
	case SECCOMP_SPEC_NE:
		return masked(b, arg, UINT64_MAX, arg->value, no, yes);
	case SECCOMP_SPEC_LT:
		return greater(b, arg, BPF_JGE, no, yes);
	case SECCOMP_SPEC_LE:
		return greater(b, arg, BPF_JGT, no, yes);
	case SECCOMP_SPEC_GE:
		return greater(b, arg, BPF_JGE, yes, no);
	case SECCOMP_SPEC_GT:
		return greater(b, arg, BPF_JGT, yes, no);
	case SECCOMP_SPEC_MASKED_EQ:
		return masked(b, arg, arg->value, arg->value_two, yes, no);
	case SECCOMP_SPEC_EQ:
	default:
		return masked(b, arg, UINT64_MAX, arg->value, yes, no);
	}
}
