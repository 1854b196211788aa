/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header.
 */
#include "util/escape.h"

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 127 && c != '\\';
}

size_t escape(char *out, size_t cap, const char *in, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)in[i];
		size_t need = is_plain(c) ? 1 : 4;

		if (at + need >= cap)
			break;
		if (is_plain(c)) {
			out[at++] = (char)c;
			continue;
		}
		out[at++] = '\\';
		out[at++] = (char)('0' + (c >> 6));
		out[at++] = (char)('0' + (c >> 3 & 7));
		out[at++] = (char)('0' + (c & 7));
	}
	out[at] = '\0';
	return at;
}

/* Three octal digits of a byte that is not written as itself, or -1. */
static int octal(const char *p)
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		if (p[i] < '0' || p[i] > '7')
			return -1;
		value = value << 3 | (p[i] - '0');
	}
	return value > 255 || is_plain((unsigned char)value) ? -1 : value;
}

ssize_t unescape(char *out, size_t cap, const char **in)
{
	const char *p = *in;
	size_t n = 0;

	while (*p && *p != ' ') {
		int c = (unsigned char)*p++;

		if (c == '\\') {
			c = octal(p);
			p += 3;
		} else if (!is_plain((unsigned char)c)) {
			c = -1;
		}
		if (c < 0 || n + 1 >= cap)
			return -1;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*in = p;
	return (ssize_t)n;
}
