/* SPDX-License-Identifier: Apache-2.0
 *
 * Single words to numbers. No floating point: what is said is what is meant.
 */
#include "front/value.h"

#include "model/names.h"

#include <errno.h>

enum { FRACTION_DIGITS = 9, FRACTION_ONE = 1000000000, PERIOD_US = 100000 };

/* Digits at *s, at least one, moved over; false: none, or too many. */
static bool digits(const char **s, unsigned base, uint64_t *out)
{
	uint64_t n = 0;
	const char *p = *s;

	for (; *p >= '0' && *p < '0' + (char)base; p++)
		if (__builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return false;
	if (p == *s)
		return false;
	*s = p;
	*out = n;
	return true;
}

/* Digits with an optional fraction: "1.5" is 1 and 500,000,000 (of FRACTION_ONE). */
static bool decimal(const char **s, uint64_t *whole, uint64_t *fraction)
{
	*fraction = 0;
	*whole = 0;
	if (**s != '.' && !digits(s, 10, whole))
		return false;
	if (**s != '.')
		return true;
	++*s;
	if (**s < '0' || **s > '9')
		return false;
	for (uint64_t unit = FRACTION_ONE / 10; **s >= '0' && **s <= '9'; ++*s, unit /= 10)
		*fraction += unit * (uint64_t)(**s - '0'); /* digits behind the ninth count nothing */
	return true;
}

int value_int(const char *s, int64_t least, int64_t most, int64_t *out, struct err *err)
{
	const char *p = *s == '-' ? s + 1 : s;
	uint64_t n;

	if (!digits(&p, 10, &n) || *p || n > INT64_MAX || (*s == '-' ? -(int64_t)n : (int64_t)n) < least ||
	    (*s == '-' ? -(int64_t)n : (int64_t)n) > most)
		return err_set(err, EINVAL, "not a whole number from %lld to %lld", (long long)least, (long long)most);
	*out = *s == '-' ? -(int64_t)n : (int64_t)n;
	return 0;
}

int value_octal(const char *s, uint32_t *out, struct err *err)
{
	uint64_t n;

	if (!digits(&s, 8, &n) || *s || n > 07777)
		return err_set(err, EINVAL, "not permission bits in octal, such as 1777");
	*out = (uint32_t)n;
	return 0;
}

/* "", b, k, kb, ki, kib, …: the shift, or -1 */
static int unit_shift(const char *s)
{
	static const char units[] = "kmgtp";
	const char *u;
	int shift = 0;

	if (*s && (u = memchr(units, *s | 0x20, sizeof(units) - 1))) {
		shift = 10 * (int)(u - units + 1);
		s++;
		if ((*s | 0x20) == 'i')
			s++;
	}
	if ((*s | 0x20) == 'b')
		s++;
	return *s ? -1 : shift;
}

int value_size(const char *s, int64_t *out, struct err *err)
{
	uint64_t whole, fraction;
	int shift;

	if (!decimal(&s, &whole, &fraction) || (shift = unit_shift(s)) < 0)
		return err_set(err, EINVAL, "not a size: a number and b, k, m or g, such as 64m or 64Mi");
	if (whole > (uint64_t)INT64_MAX >> shift)
		return err_set(err, EINVAL, "too big for a size");
	/* a petabyte's fraction times 2^50 does not fit 64 bits */
	*out = (int64_t)((whole << shift) + (uint64_t)(((unsigned __int128)fraction << shift) / FRACTION_ONE));
	return 0;
}

int value_cpus(const char *s, int64_t *quota_us, struct err *err)
{
	uint64_t whole, fraction;

	if (!decimal(&s, &whole, &fraction) || *s || whole > 100000)
		return err_set(err, EINVAL, "not a number of processors, such as 0.5 or 2");
	*quota_us = (int64_t)(whole * PERIOD_US + fraction / (FRACTION_ONE / PERIOD_US));
	return 0;
}

/* A number or infinity, up to end ('\0' or ':'). */
static bool limit(const char **s, char end, uint64_t *out)
{
	const char *rest;

	if ((rest = str_after(*s, "unlimited")) || (rest = str_after(*s, "-1"))) {
		*out = UINT64_MAX;
		*s = rest;
	} else if (!digits(s, 10, out)) {
		return false;
	}
	return **s == end;
}

int value_ulimit(const char *s, struct rlimit_spec *out, struct err *err)
{
	char name[32];
	size_t n = strcspn(s, "=");
	const char *p = s + n + 1;
	struct rlimit_spec r;

	if (!s[n] || n >= sizeof(name))
		return err_set(err, EINVAL, "not of the form NAME=SOFT[:HARD], such as nofile=1024:4096");
	snprintf(name, sizeof(name), "%.*s", (int)n, s);
	r.resource = rlimit_number(name);
	if (r.resource < 0)
		return err_set(err, EINVAL,
			       "no such limit: core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, "
			       "rtprio, rttime, sigpending, stack and as exist");
	if (!limit(&p, strchr(p, ':') ? ':' : '\0', &r.soft))
		return err_set(err, EINVAL, "the soft limit is not a number, nor -1 for none");
	r.hard = r.soft;
	if (*p == ':' && (p++, !limit(&p, '\0', &r.hard)))
		return err_set(err, EINVAL, "the hard limit is not a number, nor -1 for none");
	if (r.soft > r.hard)
		return err_set(err, EINVAL, "the soft limit is above the hard one");
	*out = r;
	return 0;
}

int value_ports(const char *s, struct arena *arena, struct ports *out, struct err *err)
{
	struct ports ports = { .said = true };
	int64_t port;

	while (!str_eq(s, "none")) {
		size_t n = strcspn(s, ",");

		TRY(value_int(arena_strndup(arena, s, n), 0, UINT16_MAX, &port, err));
		*(uint16_t *)arena_push(arena, &ports.v, &ports.n, sizeof(*ports.v)) = (uint16_t)port;
		if (!s[n])
			break;
		s += n + 1;
	}
	*out = ports;
	return 0;
}
