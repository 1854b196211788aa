/* SPDX-License-Identifier: Apache-2.0
 *
 * A string that grows in an arena.
 */
#include "util/str.h"

#include <stdarg.h>

static void reserve(struct str *s, size_t n)
{
	size_t cap = s->cap ? s->cap : 256;
	char *p;

	if (s->cap - s->n > n)
		return;
	while (cap - s->n <= n)
		cap *= 2;
	p = arena_alloc(s->arena, cap);
	if (s->n)
		memcpy(p, s->s, s->n);
	s->s = p;
	s->cap = cap;
}

void str_add(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	reserve(s, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(s->s + s->n, s->cap - s->n, fmt, ap);
	va_end(ap);
	s->n += (size_t)n;
}
