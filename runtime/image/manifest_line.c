/* SPDX-License-Identifier: Apache-2.0
 *
 * One line of a manifest, both ways. Pure; the text is hostile.
 */
#include "image/manifest.h"
#include "util/escape.h"

#include <errno.h>
#include <inttypes.h>

static const char digits[] = "0123456789abcdef";

/* One blank, which stands in front of every word but the first. */
static bool blank(const char **p)
{
	return *(*p)++ == ' ';
}

/* A number as it is written by this program: no sign, no zero in front. */
static bool number(const char **p, uint64_t most, uint64_t *out)
{
	uint64_t n = 0;
	const char *at = *p;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, (uint64_t)(*at - '0'), &n))
			return false;
	if (at == *p || n > most || (**p == '0' && at != *p + 1))
		return false;
	*p = at;
	*out = n;
	return true;
}

static bool number32(const char **p, uint32_t *out)
{
	uint64_t n;

	if (!number(p, UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool mode(const char **p, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, ++*p) {
		if (**p < '0' || **p > '7')
			return false;
		*out = *out << 3 | (uint32_t)(**p - '0');
	}
	return true;
}

static bool digest(const char **p, unsigned char out[static MANIFEST_DIGEST])
{
	for (size_t i = 0; i < MANIFEST_DIGEST * 2; i++, ++*p) {
		const char *digit = **p ? strchr(digits, **p) : NULL;

		if (!digit)
			return false;
		out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | (digit - digits) : (digit - digits) << 4);
	}
	return true;
}

static bool word(const char **p, char *out, size_t cap)
{
	ssize_t n = unescape(out, cap, p);

	return n > 0 && strlen(out) == (size_t)n;
}

static bool name(const char **p, struct manifest_line *out)
{
	return blank(p) && word(p, out->name, sizeof(out->name));
}

static bool owner(const char **p, struct manifest_line *out)
{
	return blank(p) && mode(p, &out->mode) && blank(p) && number32(p, &out->uid) && blank(p) && number32(p, &out->gid);
}

static bool rest(const char **p, struct manifest_line *out)
{
	uint64_t n;

	switch (out->type) {
	case '^':
		return true;
	case 'm':
		return name(p, out);
	case 'x':
		return name(p, out) && blank(p) && digest(p, out->digest);
	case 'd':
	case 'p':
	case 's':
		return owner(p, out) && name(p, out);
	case 'l':
		return owner(p, out) && name(p, out) && blank(p) && word(p, out->target, sizeof(out->target));
	case 'c':
	case 'b':
		return owner(p, out) && blank(p) && number32(p, &out->major) && *(*p)++ == ':' && number32(p, &out->minor) &&
		       name(p, out);
	case 'f':
		if (!owner(p, out) || !blank(p) || !number(p, INT64_MAX, &n) || !blank(p) || !digest(p, out->digest))
			return false;
		out->size = n;
		return name(p, out);
	default:
		return false;
	}
}

int manifest_line_read(const char *text, struct manifest_line *out)
{
	out->type = *text;
	if (!*text++ || !rest(&text, out) || *text)
		return -EINVAL;
	if (out->type != '^' && out->type != 'x' && strchr(out->name, '/'))
		return -EINVAL;
	return str_eq(out->name, "..") && out->type != '^' && out->type != 'x' ? -EINVAL : 0;
}

/* ---- writing ---- */

static void put(char **at, const char *text, size_t n)
{
	memcpy(*at, text, n);
	*at += n;
}

static void put_word(char **at, const char *text)
{
	*(*at)++ = ' ';
	*at += escape(*at, PATH_MAX * 4 + 1, text, strlen(text));
}

static void put_digest(char **at, const unsigned char *bytes)
{
	*(*at)++ = ' ';
	for (size_t i = 0; i < MANIFEST_DIGEST; i++) {
		*(*at)++ = digits[bytes[i] >> 4];
		*(*at)++ = digits[bytes[i] & 15];
	}
}

static void put_owner(char **at, const struct manifest_line *l)
{
	char text[64];

	put(at, text, (size_t)snprintf(text, sizeof(text), " %04o %u %u", l->mode & 07777, l->uid, l->gid));
	if (l->type == 'f')
		put(at, text, (size_t)snprintf(text, sizeof(text), " %" PRIu64, l->size));
	if (l->type == 'c' || l->type == 'b')
		put(at, text, (size_t)snprintf(text, sizeof(text), " %u:%u", l->major, l->minor));
}

size_t manifest_line_write(const struct manifest_line *l, char out[static MANIFEST_LINE])
{
	char *at = out;

	*at++ = l->type;
	if (!strchr("^mx", l->type))
		put_owner(&at, l);
	if (l->type == 'f')
		put_digest(&at, l->digest);
	if (l->type != '^')
		put_word(&at, l->name);
	if (l->type == 'l')
		put_word(&at, l->target);
	if (l->type == 'x')
		put_digest(&at, l->digest);
	*at++ = '\n';
	return (size_t)(at - out);
}
