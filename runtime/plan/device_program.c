/* SPDX-License-Identifier: Apache-2.0
 *
 * The device program; see the header. The verifier's work grows with the branches, so
 * rules that differ in nothing but their minor number become one test of a
 * bit mask: the standard list is three tests, and loads in half the time.
 *
 *     r2  access asked for     r3  type << 12 | major     r4  type     r5  minor
 *     r0  1: allowed, 0: refused (EPERM)
 */
#include "plan/devices.h"

#include <linux/bpf.h>

enum { KEY_SHIFT = 12, MASK_BITS = 64, PER_RULE = 10, FRAME = 11 };

#define JUMP_FALSE(what) (BPF_JMP | (what) | BPF_K)

static void emit(struct device_program *p, int code, int dst, int src, int off, int32_t imm)
{
	p->insns[p->n++] = (struct bpf_insn){
		.code = (uint8_t)code, .dst_reg = (uint8_t)dst & 0xf, .src_reg = (uint8_t)src & 0xf,
		.off = (int16_t)off, .imm = imm,
	};
}

/* A 64-bit constant takes two instructions. */
static void emit_constant(struct device_program *p, int dst, uint64_t n)
{
	emit(p, BPF_LD | BPF_DW, dst, 0, 0, (int32_t)(uint32_t)n);
	emit(p, 0, 0, 0, 0, (int32_t)(uint32_t)(n >> 32));
}

static void emit_return(struct device_program *p, int value)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, value);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* struct bpf_cgroup_dev_ctx: access << 16 | type, major, minor */
static void emit_start(struct device_program *p)
{
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_5, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0);
	emit(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_4, 0, 0, 0xffff);
	emit(p, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 16);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_4, 0, 0);
	emit(p, BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_0, 0, 0, KEY_SHIFT);
	emit(p, BPF_ALU64 | BPF_OR | BPF_X, BPF_REG_3, BPF_REG_0, 0, 0);
}

static int32_t type_number(char type)
{
	return type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
}

/* The test of one rule; with a mask, of all that share it. Falls through when it does not fit. */
static void emit_rule(struct device_program *p, const struct device_rule *rule, uint64_t mask)
{
	size_t first = p->n, tests;

	if (rule->major == DEVICE_ANY)
		emit(p, JUMP_FALSE(BPF_JNE), BPF_REG_4, 0, 0, type_number(rule->type));
	else
		emit(p, JUMP_FALSE(BPF_JNE), BPF_REG_3, 0, 0, type_number(rule->type) << KEY_SHIFT | (int32_t)rule->major);
	if (rule->access != DEVICE_ALL)
		emit(p, JUMP_FALSE(BPF_JSET), BPF_REG_2, 0, 0, (int32_t)(~rule->access & DEVICE_ALL));
	if (mask)
		emit(p, JUMP_FALSE(BPF_JGT), BPF_REG_5, 0, 0, MASK_BITS - 1);
	else if (rule->minor != DEVICE_ANY)
		emit(p, JUMP_FALSE(BPF_JNE), BPF_REG_5, 0, 0, (int32_t)rule->minor);
	tests = p->n;
	if (mask) {
		emit_constant(p, BPF_REG_0, mask);
		emit(p, BPF_ALU64 | BPF_RSH | BPF_X, BPF_REG_0, BPF_REG_5, 0, 0);
		emit(p, JUMP_FALSE(BPF_JSET), BPF_REG_0, 0, 1, 1);
		emit(p, BPF_JMP | BPF_JA, 0, 0, 2, 0);
	}
	emit_return(p, 1);
	/* a test that fails goes behind the rule */
	for (size_t i = first; i < tests; i++)
		p->insns[i].off = (int16_t)(p->n - i - 1);
}

static bool has_mask(const struct device_rule *rule)
{
	return rule->major != DEVICE_ANY && rule->minor < MASK_BITS;
}

static bool same_mask(const struct device_rule *a, const struct device_rule *b)
{
	return has_mask(a) && has_mask(b) && a->type == b->type && a->major == b->major && a->access == b->access;
}

struct device_program device_program(const struct device_rule *rules, size_t n, struct arena *arena)
{
	struct device_program p = { arena_array(arena, n * PER_RULE + FRAME, sizeof(struct bpf_insn)), 0 };

	emit_start(&p);
	for (size_t i = 0; i < n; i++) {
		uint64_t mask = 0;
		bool done = false;

		for (size_t k = 0; k < n; k++) {
			done |= k < i && same_mask(&rules[k], &rules[i]);
			if (same_mask(&rules[k], &rules[i]))
				mask |= UINT64_C(1) << rules[k].minor;
		}
		if (!done)
			emit_rule(&p, &rules[i], mask);
	}
	emit_return(&p, 0);
	return p;
}
