/* SPDX-License-Identifier: Apache-2.0
 *
 * The device program against what its rules mean, for every device and access that
 * could tell them apart; run by an interpreter of the few instructions that it is made of.
 */
#include "test.h"

#include "plan/devices.h"

#include <linux/bpf.h>

/* One instruction; gives the next one, -1 behind the end, -2 for what the kernel would not take. */
static int step(const struct bpf_insn *insns, int pc, uint64_t reg[16], const struct bpf_cgroup_dev_ctx *ctx)
{
	const struct bpf_insn *i = &insns[pc];
	uint64_t *dst = &reg[i->dst_reg], src = reg[i->src_reg], imm = (uint64_t)(int64_t)i->imm;

	switch (i->code) {
	case BPF_LDX | BPF_MEM | BPF_W: *dst = *(const uint32_t *)(const void *)((const char *)ctx + i->off); return pc + 1;
	case BPF_LD | BPF_DW | BPF_IMM: *dst = (uint32_t)i->imm | (uint64_t)(uint32_t)insns[pc + 1].imm << 32; return pc + 2;
	case BPF_ALU64 | BPF_MOV | BPF_K: *dst = imm; return pc + 1;
	case BPF_ALU64 | BPF_MOV | BPF_X: *dst = src; return pc + 1;
	case BPF_ALU64 | BPF_AND | BPF_K: *dst &= imm; return pc + 1;
	case BPF_ALU64 | BPF_OR | BPF_X: *dst |= src; return pc + 1;
	case BPF_ALU64 | BPF_LSH | BPF_K: *dst <<= imm; return pc + 1;
	case BPF_ALU64 | BPF_RSH | BPF_K: *dst >>= imm; return pc + 1;
	case BPF_ALU64 | BPF_RSH | BPF_X: *dst >>= src; return src < 64 ? pc + 1 : -2;
	case BPF_JMP | BPF_JA: return pc + 1 + i->off;
	case BPF_JMP | BPF_JNE | BPF_K: return pc + 1 + (*dst != imm ? i->off : 0);
	case BPF_JMP | BPF_JGT | BPF_K: return pc + 1 + (*dst > imm ? i->off : 0);
	case BPF_JMP | BPF_JSET | BPF_K: return pc + 1 + (*dst & imm ? i->off : 0);
	case BPF_JMP | BPF_EXIT: return -1;
	default: return -2;
	}
}

static int run(const struct device_program *p, char type, uint32_t major, uint32_t minor, uint32_t access)
{
	const struct bpf_cgroup_dev_ctx ctx = {
		.access_type = access << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR), .major = major, .minor = minor,
	};
	uint64_t reg[16] = { 0 };
	int pc = 0, before = -1;

	while (pc > before && (size_t)pc < p->n) { /* forwards alone: the verifier of old kernels takes no loop */
		before = pc;
		pc = step(p->insns, pc, reg, &ctx);
	}
	return pc == -1 ? (int)reg[0] : -1;
}

static bool means(const struct device_rule *rules, size_t n, char type, uint32_t major, uint32_t minor, uint32_t access)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].type == type && (rules[i].major == DEVICE_ANY || rules[i].major == major) &&
		    (rules[i].minor == DEVICE_ANY || rules[i].minor == minor) && !(access & ~rules[i].access))
			return true;
	return false;
}

static void compare(const char *name, const struct device_rule *rules, size_t n)
{
	static const uint32_t numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62, 63, 64, 65, 127, 128, 136, 137, 200, 229, 4095 };
	static const uint32_t more[] = { 1 << 12 | 3, 0xfffff, 256 };
	struct arena arena = { 0 };
	struct device_program p = device_program(rules, n, &arena);
	int wrong = 0;

	for (size_t a = 0; a < ARRAY_SIZE(numbers); a++)
		for (size_t b = 0; b < ARRAY_SIZE(numbers) + ARRAY_SIZE(more); b++)
			for (uint32_t access = 1; access <= DEVICE_ALL; access++)
				for (int block = 0; block < 2; block++) {
					uint32_t minor = b < ARRAY_SIZE(numbers) ? numbers[b] : more[b - ARRAY_SIZE(numbers)];
					char type = block ? 'b' : 'c';

					wrong += run(&p, type, numbers[a], minor, access) !=
						 means(rules, n, type, numbers[a], minor, access);
				}
	check(wrong == 0, "%s: %d answers are wrong", name, wrong);
	arena_free(&arena);
}

static void test_programs(void)
{
	enum { RW = DEVICE_READ | DEVICE_WRITE };
	static const struct device_rule usual[] = {
		{ 'c', 1, 3, RW }, { 'c', 1, 5, RW }, { 'c', 1, 7, RW }, { 'c', 1, 8, RW }, { 'c', 1, 9, RW },
		{ 'c', 5, 0, RW }, { 'c', 5, 2, RW }, { 'c', 136, DEVICE_ANY, RW }, { 'c', 10, 229, DEVICE_ALL },
	};
	static const struct device_rule odd[] = {
		{ 'b', 8, 0, DEVICE_READ }, { 'b', 8, 0, DEVICE_WRITE }, { 'b', 8, 1, RW }, { 'c', 8, 1, DEVICE_MKNOD },
		{ 'c', 8, 63, DEVICE_MKNOD }, { 'c', 8, 64, DEVICE_MKNOD }, { 'c', DEVICE_ANY, 7, DEVICE_READ },
		{ 'b', 4095, 0xfffff, DEVICE_ALL }, { 'b', 9, DEVICE_ANY, DEVICE_READ | DEVICE_MKNOD }, { 'b', 8, 1, RW },
	};
	static const struct device_rule all[] = {
		{ 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_ALL }, { 'c', DEVICE_ANY, DEVICE_ANY, DEVICE_READ },
	};

	compare("the usual", usual, ARRAY_SIZE(usual));
	compare("none", usual, 0);
	compare("odd ones", odd, ARRAY_SIZE(odd));
	compare("all", all, ARRAY_SIZE(all));
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		compare("one alone", &odd[i], 1);
}

/* Any rules at all, by a generator whose numbers are always the same. */
static void test_many(void)
{
	uint32_t state = 1;

	for (int round = 0; round < 200; round++) {
		static const uint32_t numbers[] = { 0, 1, 3, 5, 63, 64, 136, 4095, DEVICE_ANY };
		struct device_rule rules[12];
		size_t n;

#define NEXT(most) ((state = state * 1103515245 + 12345) >> 16) % (most)
		n = NEXT(ARRAY_SIZE(rules)) + 1;
		for (size_t i = 0; i < n; i++) {
			rules[i].type = NEXT(2) ? 'b' : 'c';
			rules[i].major = numbers[NEXT(ARRAY_SIZE(numbers))];
			rules[i].minor = numbers[NEXT(ARRAY_SIZE(numbers))];
			rules[i].access = NEXT(DEVICE_ALL) + 1;
		}
#undef NEXT
		compare("any rules", rules, n);
	}
}

static void test_texts(void)
{
	static const struct {
		struct device_rule rule;
		const char *text;
	} rows[] = {
		{ { 'c', 1, 3, DEVICE_READ | DEVICE_WRITE }, "c 1:3 rw" },
		{ { 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_ALL }, "b *:* rwm" },
		{ { 'c', 4095, 0xfffff, DEVICE_MKNOD }, "c 4095:1048575 m" },
	};
	static const struct {
		const char *text;
		uint32_t access;
	} words[] = {
		{ "r", DEVICE_READ }, { "wr", DEVICE_READ | DEVICE_WRITE }, { "mrw", DEVICE_ALL },
		{ "", 0 }, { "rr", 0 }, { "x", 0 }, { "rwx", 0 }, { "R", 0 }, { " r", 0 },
	};
	char text[DEVICE_RULE_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(str_eq(device_rule_text(&rows[i].rule, text), rows[i].text), "%s: %s", rows[i].text, text);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		check(device_access_parse(words[i].text) == words[i].access, "\"%s\"", words[i].text);
}

void test_devices(void)
{
	test_programs();
	test_many();
	test_texts();
}
