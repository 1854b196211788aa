/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON by tables: a row for each member that an object may have. What is
 * not in the table is refused and not dropped, what is said twice too. Every
 * sentence begins with the place of what it is about, such as syscalls[3].args[0].op.
 */
#ifndef CRIB_FRONT_JSON_H
#define CRIB_FRONT_JSON_H

#include "util/arena.h"
#include "util/err.h"

#include <yyjson.h>

/* A place in the document: a member of `up`, or where member is NULL the element index of it. */
struct json_at {
	const struct json_at *up; /* NULL: the document itself */
	const char *member;
	size_t index;
};

/* Takes one value into *to. */
typedef int json_take(const struct json_at *at, yyjson_val *v, void *to, struct err *err);

struct json_field {
	const char *name;
	json_take *take;
	bool required;
};

enum { JSON_FIELDS_MAX = 32 }; /* rows of a table */

/* The document's text to a document, which is the caller's to free. Strings keep no zero bytes. */
int json_read(const char *text, size_t n, yyjson_doc **doc, struct err *err) MUST_CHECK;

/* An object by its table. null is the same as not said. */
int json_fields(const struct json_at *at, yyjson_val *v, const struct json_field *fields, size_t n, void *to,
		struct err *err) MUST_CHECK;

/* An array, element by element. */
int json_elements(const struct json_at *at, yyjson_val *v, json_take *take, void *to, struct err *err) MUST_CHECK;

/* A string without zero bytes; it lives as long as the document. */
int json_string(const struct json_at *at, yyjson_val *v, const char **out, struct err *err) MUST_CHECK;

/* A whole number from 0 to most. */
int json_number(const struct json_at *at, yyjson_val *v, uint64_t most, uint64_t *out, struct err *err) MUST_CHECK;

/* One of a list of words (n; NULL ones are gaps): its index. kind: "action". */
int json_word(const struct json_at *at, yyjson_val *v, const char *const *words, size_t n, const char *kind,
	      size_t *index, struct err *err) MUST_CHECK;

/* "PLACE: the rest", with EINVAL. */
int json_wrong(const struct json_at *at, struct err *err, const char *fmt, ...) PRINTF(3, 4);

#endif
