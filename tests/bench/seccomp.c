/* SPDX-License-Identifier: Apache-2.0
 *
 * seccomp [-n BATCHES] [-r ROUNDS] [-o text|json] PLAN.json: what crib's seccomp filter costs a
 * call, beside the filter that libseccomp makes of the same profile in its default order, and
 * beside none. PLAN.json is what `crib plan -o json` prints: profile and program.
 *
 * Each filter is installed in a process of its own; the processes measure in turn, so that
 * what the machine does meanwhile falls on all alike, and the least of all batches counts. "argument" calls
 * cannot be answered from the kernel's bitmap; a second native filter that looks at an
 * argument of every call shows what all calls would cost without it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <yyjson.h>

enum { MOST = 8192, FILTERS = 5, BATCH = 500 /* calls, short enough not to be interrupted most times */ };

struct program {
	struct sock_filter code[MOST];
	size_t n;
};

static const struct call {
	const char *label;
	long nr, a, b;
} calls[] = {
	{ "read", SYS_read, -1, 0 },
	{ "getpid", SYS_getpid, 0, 0 },
	{ "write", SYS_write, -1, 0 },
	{ "close", SYS_close, -1, 0 },
	{ "futex", SYS_futex, 0, 99 },
	{ "clock_getres", SYS_clock_getres, 0, 0 },
	{ "landlock_restrict_self", SYS_landlock_restrict_self, -1, 0 },
	{ "ioctl (argument)", SYS_ioctl, -1, 0x5401 },
	{ "socket (argument, refused)", SYS_socket, 38, 0 },
	{ "keyctl (refused)", SYS_keyctl, -1, 0 },
	{ "number 600 (unknown)", 600, 0, 0 },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static const char *const labels[FILTERS] = { "none", "crib", "libseccomp", "crib, no bitmap", "libseccomp, no bitmap" };
static struct program programs[FILTERS];

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- the programs ---- */

static void read_program(yyjson_val *code, struct program *p)
{
	yyjson_val *one;
	size_t i, n;

	yyjson_arr_foreach(code, i, n, one)
		p->code[p->n++] = (struct sock_filter){
			(uint16_t)yyjson_get_uint(yyjson_arr_get(one, 0)), (uint8_t)yyjson_get_uint(yyjson_arr_get(one, 1)),
			(uint8_t)yyjson_get_uint(yyjson_arr_get(one, 2)), (uint32_t)yyjson_get_uint(yyjson_arr_get(one, 3)),
		};
}

static uint32_t action_of(yyjson_val *o, const char *action, const char *number)
{
	const char *name = yyjson_get_str(yyjson_obj_get(o, action));

	if (strcmp(name, "SCMP_ACT_ALLOW") == 0)
		return SCMP_ACT_ALLOW;
	if (strcmp(name, "SCMP_ACT_ERRNO") == 0)
		return SCMP_ACT_ERRNO((uint32_t)yyjson_get_uint(yyjson_obj_get(o, number)));
	die(name);
}

static enum scmp_compare compare_of(const char *name)
{
	static const char *const names[] = { "", "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };

	for (int i = 1; i < 8; i++)
		if (strcmp(name + strlen("SCMP_CMP_"), names[i]) == 0)
			return (enum scmp_compare)i;
	die(name);
}

/* As an OCI runtime does. Where a call has rules with arguments and a last one without, libseccomp would take
 * the last alone, a simpler profile: a last one that refuses is left to the default action, which
 * refuses too; one that allows gets the condition that the first of the others does not hold. */
static void add_rule(scmp_filter_ctx ctx, yyjson_val *rule, uint32_t otherwise, struct scmp_arg_cmp *first)
{
	uint32_t action = action_of(rule, "action", "errnoRet");
	yyjson_val *name, *arg;
	size_t i, n, k, m;

	yyjson_arr_foreach(yyjson_obj_get(rule, "names"), i, n, name) {
		int nr = seccomp_syscall_resolve_name(yyjson_get_str(name));
		struct scmp_arg_cmp args[6];
		unsigned n_args = 0;

		if (nr < 0 || action == otherwise)
			continue;
		yyjson_arr_foreach(yyjson_obj_get(rule, "args"), k, m, arg)
			args[n_args++] = (struct scmp_arg_cmp){
				(unsigned)yyjson_get_uint(yyjson_obj_get(arg, "index")),
				compare_of(yyjson_get_str(yyjson_obj_get(arg, "op"))),
				yyjson_get_uint(yyjson_obj_get(arg, "value")),
				yyjson_get_uint(yyjson_obj_get(arg, "valueTwo")),
			};
		if (n_args && !first[nr].op)
			first[nr] = (struct scmp_arg_cmp){ args[0].arg, SCMP_CMP_NE, args[0].datum_b, 0 };
		if (!n_args && first[nr].op) {
			if (action != SCMP_ACT_ALLOW)
				continue;
			args[n_args++] = first[nr];
		}
		seccomp_rule_add_array(ctx, action, nr, n_args, args);
	}
}

static void by_libseccomp(yyjson_val *profile, struct program *p)
{
	uint32_t otherwise = action_of(profile, "defaultAction", "defaultErrnoRet");
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	static struct scmp_arg_cmp first[1024];
	int fd = memfd_create("bpf", MFD_CLOEXEC);
	yyjson_val *rule;
	size_t i, n;
	ssize_t size;

	yyjson_arr_foreach(yyjson_obj_get(profile, "syscalls"), i, n, rule)
		add_rule(ctx, rule, otherwise, first);
	if (seccomp_export_bpf(ctx, fd) < 0 || (size = pread(fd, p->code, sizeof(p->code), 0)) < 0)
		die("libseccomp");
	p->n = (size_t)size / sizeof(p->code[0]);
	close(fd);
	seccomp_release(ctx);
}

/* The same, but for a look at an argument in front: the kernel's bitmap takes no call of it. */
static void without_bitmap(const struct program *from, struct program *to)
{
	to->code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5]));
	memcpy(&to->code[1], from->code, from->n * sizeof(from->code[0]));
	to->n = from->n + 1;
}

/* Instructions for a call: what the kernel walks where it does not know the answer. */
static unsigned walk(const struct program *p, const struct call *call)
{
	const struct seccomp_data data = { .nr = (int)call->nr, .arch = AUDIT_ARCH_X86_64,
					   .args = { (uint64_t)call->a, (uint64_t)call->b } };
	unsigned steps = 0;
	uint32_t a = 0;

	for (size_t i = 0; i < p->n;) {
		const struct sock_filter *c = &p->code[i++];
		bool yes = false;

		steps++;
		switch (BPF_CLASS(c->code)) {
		case BPF_LD: memcpy(&a, (const char *)&data + c->k, 4); continue;
		case BPF_ALU: a &= c->k; continue;
		case BPF_RET: return steps;
		default: break;
		}
		switch (BPF_OP(c->code)) {
		case BPF_JA: i += c->k; continue;
		case BPF_JEQ: yes = a == c->k; break;
		case BPF_JGT: yes = a > c->k; break;
		case BPF_JGE: yes = a >= c->k; break;
		case BPF_JSET: yes = a & c->k; break;
		default: break;
		}
		i += yes ? c->jt : c->jf;
	}
	return steps;
}

/* ---- measuring ---- */

struct result {
	double install_us;
	double ns[CALLS];
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const struct program *p, long batches, struct result *best)
{
	double start = now_ns();

	if (p->n) {
		struct sock_fprog program = { .len = (unsigned short)p->n, .filter = (struct sock_filter *)p->code };

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			die("no_new_privs");
		start = now_ns();
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) < 0)
			die("seccomp");
		start = (now_ns() - start) / 1000;
		if (start < best->install_us || best->install_us == 0)
			best->install_us = start;
	}
	for (long i = 0; i < batches; i++)
		for (int c = 0; c < CALLS; c++) {
			start = now_ns();
			for (int k = 0; k < BATCH; k++)
				syscall(calls[c].nr, calls[c].a, calls[c].b, 0, 0, 0, 0);
			start = (now_ns() - start) / BATCH;
			if (start < best->ns[c] || best->ns[c] == 0)
				best->ns[c] = start;
		}
}

static void round_of(struct result *results, long batches)
{
	for (int f = 0; f < FILTERS; f++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			measure(&programs[f], batches, &results[f]);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
			die(labels[f]);
	}
}

static void print_text(const struct result *r)
{
	printf("%-28s", "nanoseconds a call");
	for (int f = 0; f < FILTERS; f++)
		printf(" %21s", labels[f]);
	printf("   walked: crib libseccomp\n");
	for (int c = 0; c < CALLS; c++) {
		printf("%-28s", calls[c].label);
		for (int f = 0; f < FILTERS; f++)
			printf(" %21.1f", r[f].ns[c]);
		printf("   %12u %10u\n", walk(&programs[1], &calls[c]), walk(&programs[2], &calls[c]));
	}
	printf("%-28s", "microseconds to install");
	for (int f = 0; f < FILTERS; f++)
		printf(" %21.1f", r[f].install_us);
	printf("\n%-28s", "instructions");
	for (int f = 0; f < FILTERS; f++)
		printf(" %21zu", programs[f].n);
	printf("\n\nof what a call takes, crib to libseccomp: ratio with and without the bitmap\n");
	for (int c = 0; c < CALLS; c++)
		printf("%-28s %5.2f %5.2f\n", calls[c].label, r[1].ns[c] / r[2].ns[c], r[3].ns[c] / r[4].ns[c]);
}

static void print_json(const struct result *r)
{
	printf("[");
	for (int f = 0; f < FILTERS; f++) {
		printf("%s{\"filter\": \"%s\", \"instructions\": %zu, \"installMicroseconds\": %.1f, \"nanoseconds\": {", f ? ",\n " : "",
		       labels[f], programs[f].n, r[f].install_us);
		for (int c = 0; c < CALLS; c++)
			printf("%s\"%s\": %.1f", c ? ", " : "", calls[c].label, r[f].ns[c]);
		printf("}}");
	}
	printf("]\n");
}

int main(int argc, char **argv)
{
	long batches = 100, rounds = 20;
	bool json = false;
	struct result *results = mmap(NULL, sizeof(*results) * FILTERS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	yyjson_val *filter;
	yyjson_doc *doc;
	int option;

	while ((option = getopt(argc, argv, "n:r:o:")) >= 0)
		switch (option) {
		case 'n': batches = atol(optarg); break;
		case 'r': rounds = atol(optarg); break;
		case 'o': json = strcmp(optarg, "json") == 0; break;
		default: return 2;
		}
	if (!argv[optind] || !(doc = yyjson_read_file(argv[optind], 0, NULL, NULL)) || results == MAP_FAILED) {
		fputs("usage: seccomp [-n BATCHES] [-r ROUNDS] [-o text|json] PLAN.json\n", stderr);
		return 2;
	}
	filter = yyjson_obj_get(yyjson_obj_get(yyjson_doc_get_root(doc), "process"), "seccomp");
	read_program(yyjson_obj_get(filter, "program"), &programs[1]);
	by_libseccomp(yyjson_obj_get(filter, "profile"), &programs[2]);
	without_bitmap(&programs[1], &programs[3]);
	without_bitmap(&programs[2], &programs[4]);
	for (long i = 0; i < rounds; i++)
		round_of(results, batches);
	if (json)
		print_json(results);
	else
		print_text(results);
	return 0;
}
