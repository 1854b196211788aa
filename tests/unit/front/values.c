/* SPDX-License-Identifier: Apache-2.0
 *
 * Single words to numbers, and the names of signals, limits, capabilities.
 */
#include "test.h"

#include "front/nearest.h"
#include "front/value.h"
#include "model/names.h"

#include <signal.h>
#include <sys/resource.h>

static void test_sizes(void)
{
	static const struct {
		const char *word;
		int64_t bytes; /* -1: refused */
	} rows[] = {
		{ "0", 0 }, { "1", 1 }, { "512b", 512 }, { "1k", 1024 }, { "1K", 1024 }, { "1kb", 1024 }, { "1KiB", 1024 },
		{ "64m", 64 << 20 }, { "64M", 64 << 20 }, { "64Mi", 64 << 20 }, { "64MB", 64 << 20 }, { "1g", 1 << 30 },
		{ "2Gi", 2ll << 30 }, { "1t", 1ll << 40 }, { "1p", 1ll << 50 }, { "1.5g", 1610612736 }, { ".5k", 512 },
		{ "0.5m", 1 << 19 }, { "1.0000000001k", 1024 }, { "8191p", 8191ll << 50 }, { "8192p", -1 },
		{ "9223372036854775806", 9223372036854775806 }, { "9223372036854775808", -1 }, { "99999999999999999999", -1 },
		{ "", -1 }, { "x", -1 }, { "-1", -1 }, { "+1", -1 }, { "1x", -1 }, { "1kk", -1 }, { "1 k", -1 }, { " 1", -1 },
		{ "1.", -1 }, { ".", -1 }, { "1.2.3", -1 }, { "1e3", -1 }, { "0x10", -1 }, { "1ki ", -1 }, { "1bb", -1 },
		{ "nan", -1 }, { "k", -1 }, { "50%", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = { 0 };
		int64_t bytes = -1;
		int rc = value_size(rows[i].word, &bytes, &err);

		check((rc == 0) == (rows[i].bytes >= 0) && bytes == rows[i].bytes, "size \"%s\": %lld, not %lld",
		      rows[i].word, (long long)bytes, (long long)rows[i].bytes);
		check(rc == 0 || err.text[0], "size \"%s\": refused without a word", rows[i].word);
	}
}

static void test_numbers(void)
{
	static const struct {
		const char *word;
		int64_t quota;
	} cpus[] = {
		{ "1", 100000 }, { "0.5", 50000 }, { ".25", 25000 }, { "2", 200000 }, { "1.00001", 100001 }, { "0", 0 },
		{ "0.000001", 0 }, { "", -1 }, { "-1", -1 }, { "nan", -1 }, { "1e9", -1 }, { "1,5", -1 }, { "100001", -1 },
	};
	static const struct {
		const char *word;
		int64_t number; /* 99: refused */
	} ints[] = {
		{ "0", 0 }, { "-1", -1 }, { "10", 10 }, { "007", 7 }, { "11", 99 }, { "-2", 99 }, { "", 99 }, { "-", 99 },
		{ "1x", 99 }, { "9223372036854775808", 99 }, { "-9223372036854775809", 99 }, { "+1", 99 },
	};
	struct err err;
	uint32_t mode = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		int64_t quota = -1;
		int rc = value_cpus(cpus[i].word, &quota, &err);

		check((rc == 0) == (quota >= 0) && quota == cpus[i].quota, "cpus \"%s\": %lld", cpus[i].word, (long long)quota);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ints); i++) {
		int64_t n = 99;
		int rc = value_int(ints[i].word, -1, 10, &n, &err);

		check((rc == 0) == (ints[i].number != 99) && n == ints[i].number, "int \"%s\": %lld", ints[i].word, (long long)n);
	}
	check(value_octal("1777", &mode, &err) == 0 && mode == 01777, "mode 1777: %o", mode);
	check(value_octal("0755", &mode, &err) == 0 && mode == 0755, "mode 0755: %o", mode);
	check_refused(value_octal("888", &mode, &err), &err, "octal", "mode 888");
	check_refused(value_octal("17777", &mode, &err), &err, "octal", "mode 17777");
	check_refused(value_octal("", &mode, &err), &err, "octal", "no mode");
}

static void test_ulimits(void)
{
	static const struct {
		const char *word;
		int resource; /* -1: refused */
		uint64_t soft, hard;
	} rows[] = {
		{ "nofile=10", RLIMIT_NOFILE, 10, 10 }, { "nofile=10:20", RLIMIT_NOFILE, 10, 20 },
		{ "NOFILE=10", RLIMIT_NOFILE, 10, 10 }, { "RLIMIT_CORE=0", RLIMIT_CORE, 0, 0 },
		{ "core=-1", RLIMIT_CORE, UINT64_MAX, UINT64_MAX }, { "core=unlimited", RLIMIT_CORE, UINT64_MAX, UINT64_MAX },
		{ "stack=8388608:-1", RLIMIT_STACK, 8388608, UINT64_MAX }, { "as=1:unlimited", RLIMIT_AS, 1, UINT64_MAX },
		{ "nofile=20:10", -1, 0, 0 }, { "nofile=-1:10", -1, 0, 0 }, { "nofile", -1, 0, 0 }, { "nofile=", -1, 0, 0 },
		{ "nofile=1:", -1, 0, 0 }, { "nofile=:1", -1, 0, 0 }, { "nofile=1:2:3", -1, 0, 0 }, { "nofile=-2", -1, 0, 0 },
		{ "=1", -1, 0, 0 }, { "x=1", -1, 0, 0 }, { "", -1, 0, 0 }, { "nofile=1x", -1, 0, 0 },
		{ "nofile=99999999999999999999", -1, 0, 0 }, { "abcdefghijklmnopqrstuvwxyzabcdefghij=1", -1, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rlimit_spec r = { -1, 0, 0 };
		struct err err;
		int rc = value_ulimit(rows[i].word, &r, &err);

		check((rc == 0) == (rows[i].resource >= 0) && r.resource == rows[i].resource && r.soft == rows[i].soft &&
			      r.hard == rows[i].hard, "ulimit \"%s\": %d %d", rows[i].word, rc, r.resource);
	}
}

void test_values(void)
{
	test_sizes();
	test_numbers();
	test_ulimits();
}

static void test_signals(void)
{
	static const struct {
		const char *word;
		int number;
	} rows[] = {
		{ "TERM", SIGTERM }, { "SIGTERM", SIGTERM }, { "sigterm", SIGTERM }, { "Hup", SIGHUP }, { "9", 9 }, { "64", 64 },
		{ "RTMIN", 34 }, { "SIGRTMIN+3", 37 }, { "RTMAX", 64 }, { "RTMAX-1", 63 }, { "RTMIN+30", 64 }, { "RTMIN+31", -1 },
		{ "RTMIN-1", -1 }, { "RTMAX+1", -1 }, { "RTMIN+", -1 }, { "0", -1 }, { "65", -1 }, { "-1", -1 }, { "", -1 },
		{ "SIG", -1 }, { "SIGSIGTERM", -1 }, { "15x", -1 }, { "NONE", -1 }, { "POLL", SIGIO }, { "100", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(signal_number(rows[i].word) == rows[i].number, "signal \"%s\": %d", rows[i].word,
		      signal_number(rows[i].word));
	for (int n = 1; n <= SIGNALS; n++)
		check(signal_number(signal_name(&arena, n)) == n, "signal %d is %s, which is another", n,
		      signal_name(&arena, n));
}

static void test_near(void)
{
	static const struct {
		const char *word, *candidate;
		bool near;
	} rows[] = {
		{ "rnu", "run", true }, { "ru", "run", true }, { "memroy", "memory", true }, { "mem", "memory", true },
		{ "versoin", "version", true }, { "x", "run", false }, { "nonsense", "run", false }, { "apply", "plan", false },
		{ "", "run", false }, { "abcdefghijklmnopqrstuvwxyz", "run", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nearest near = { .word = rows[i].word };

		nearest_try(&near, rows[i].candidate);
		check((near.best != NULL) == rows[i].near, "\"%s\" and \"%s\": near %d", rows[i].word, rows[i].candidate,
		      near.best != NULL);
	}
}

void test_names(void)
{
	test_signals();
	test_near();
	check(rlimit_number("nofile") == RLIMIT_NOFILE && rlimit_number("bogus") == -1, "limits by name");
	check(str_eq(rlimit_name(RLIMIT_NPROC), "RLIMIT_NPROC") && !rlimit_name(99), "limits by number");
	check(str_eq(capability_name(0), "CAP_CHOWN") && str_eq(capability_name(21), "CAP_SYS_ADMIN") &&
		      str_eq(capability_name(40), "CAP_CHECKPOINT_RESTORE") && !capability_name(41), "capabilities");
	check(spec_name_valid("a") && spec_name_valid("a-b9") && spec_name_valid("9"), "names that are");
	for (const char *const *bad = (const char *const[]){ "", "-a", "a-", "A", "a_b", "a.b", "a/b", "a b", "\xc3\xa9", NULL };
	     *bad; bad++)
		check(!spec_name_valid(*bad), "the name \"%s\" was taken", *bad);
	check(spec_name_valid("123456789012345678901234567890123456789012345678901234567890123") &&
		      !spec_name_valid("1234567890123456789012345678901234567890123456789012345678901234"), "long names");
}
