/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share. A target is one file, NAME.c, with
 * LLVMFuzzerTestOneInput (https://llvm.org/docs/LibFuzzer.html): it gives the
 * bytes to one parser and checks what must hold whatever the bytes are.
 * `make fuzz` builds it, tests/fuzz/run runs it on what lies in
 * corpus/NAME/ and then on what it makes of that; NAME.dict may hold words.
 *
 * A target must leave no memory and no file behind, and must end for every
 * input: libFuzzer calls it some ten thousand times a second.
 */
#ifndef CRIB_TESTS_FUZZ_H
#define CRIB_TESTS_FUZZ_H

#include "util/arena.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold; libFuzzer keeps the input for which it did not. */
#define REQUIRE(ok)                                                                        \
	do {                                                                               \
		if (!(ok)) {                                                               \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #ok); \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* A failure has a code and a sentence of one line; a success is 0 or more. */
#define REQUIRE_TOLD(rc, err)                                                              \
	REQUIRE((rc) >= 0 || ((err)->code == -(rc) && (err)->text[0] && !strpbrk((err)->text, "\n\r\033")))

/* The bytes as a string, ended by NUL, in the arena; what is behind a zero byte is not seen. */
static inline char *fuzz_string(struct arena *arena, const uint8_t *data, size_t size)
{
	return arena_strndup(arena, (const char *)data, size);
}

/* The bytes as words, each ended by a zero byte, and NULL behind them. */
static inline char **fuzz_words(struct arena *arena, const uint8_t *data, size_t size)
{
	char *text = fuzz_string(arena, data, size), **words = NULL;
	size_t n = 0;

	for (char *at = text; at < text + size; at += strlen(at) + 1)
		*(char **)arena_push(arena, &words, &n, sizeof(*words)) = at;
	*(char **)arena_push(arena, &words, &n, sizeof(*words)) = NULL;
	return words;
}

#endif
