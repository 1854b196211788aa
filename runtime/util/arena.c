/* SPDX-License-Identifier: Apache-2.0
 *
 * The arena: chunks from the kernel's allocator, bump pointer, freed at once.
 */
#include "util/arena.h"

#include <stdarg.h>

enum { CHUNK = 32 * 1024, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	_Alignas(ALIGN) char data[];
};

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "crib: out of memory\n";

	if (write(2, text, sizeof(text) - 1) < 0) {
		/* nothing left to say it with */
	}
	_exit(125);
}

static void grow(struct arena *a, size_t size)
{
	size_t n = size > CHUNK ? size : CHUNK;
	struct arena_chunk *c = calloc(1, sizeof(*c) + n);

	if (!c)
		out_of_memory();
	c->next = a->chunks;
	a->chunks = c;
	a->at = c->data;
	a->end = c->data + n;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!a->at || (size_t)(a->end - a->at) < size)
		grow(a, size);
	p = a->at;
	a->at += size;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	return arena_alloc(a, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

/* Capacity is not stored: it is the next power of two from 8 on, so the array
 * is full exactly when n is zero or such a power. */
void *arena_push(struct arena *a, void *v, size_t *n, size_t size)
{
	void **array = v;
	char *p;

	if (*n == 0 || (*n >= 8 && (*n & (*n - 1)) == 0)) {
		p = arena_array(a, *n ? *n * 2 : 8, size);
		if (*n)
			memcpy(p, *array, *n * size);
		memcpy(array, &p, sizeof(p));
	}
	memcpy(&p, array, sizeof(p));
	return p + (*n)++ * size;
}

void arena_free(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	a->at = a->end = NULL;
}
