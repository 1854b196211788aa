/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON by tables; see the header. Documents are hostile: nothing here recurses
 * into them, and no word of theirs is repeated in full.
 */
#include "front/json.h"

#include "front/nearest.h"

#include <errno.h>
#include <stdarg.h>

/* ---- places and sentences ---- */

enum { PLACE = 192, DEPTH = 16 };

/* "syscalls[3].args[0].op" */
static void place(const struct json_at *at, char out[PLACE])
{
	const struct json_at *path[DEPTH] = { NULL };
	size_t depth = 0, n = 0;

	for (; at && at->up && depth < DEPTH; at = at->up)
		path[depth++] = at;
	out[0] = '\0';
	while (depth-- && n < PLACE - 1) {
		const struct json_at *p = path[depth];
		int more = p->member ? snprintf(out + n, PLACE - n, "%s%.64s", n ? "." : "", p->member) :
				       snprintf(out + n, PLACE - n, "[%zu]", p->index);

		n += more > 0 ? (size_t)more : 0;
	}
}

int json_wrong(const struct json_at *at, struct err *err, const char *fmt, ...)
{
	char where[PLACE], text[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place(at, where);
	if (!*where)
		return err_set(err, EINVAL, "%s", text);
	return err_set(err, EINVAL, "%s: %.800s", where, text);
}

static const char *type_name(yyjson_val *v)
{
	switch (yyjson_get_type(v)) {
	case YYJSON_TYPE_NULL:
		return "null";
	case YYJSON_TYPE_BOOL:
		return "true or false";
	case YYJSON_TYPE_NUM:
		return "a number";
	case YYJSON_TYPE_STR:
		return "a string";
	case YYJSON_TYPE_ARR:
		return "an array";
	case YYJSON_TYPE_OBJ:
		return "an object";
	default:
		return "something else";
	}
}

static int want(const struct json_at *at, yyjson_val *v, const char *what, struct err *err)
{
	return json_wrong(at, err, "must be %s, and is %s", what, type_name(v));
}

/* ---- the document ---- */

int json_read(const char *text, size_t n, yyjson_doc **doc, struct err *err)
{
	yyjson_read_err why;
	size_t line = 0, column = 0, character = 0;

	/* not in place: the flag that keeps the text as it is, is not said */
	*doc = yyjson_read_opts((char *)(uintptr_t)text, n, 0, NULL, &why);
	if (*doc)
		return 0;
	if (why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
		return err_sys(err, ENOMEM, "JSON");
	if (yyjson_locate_pos(text, n, why.pos, &line, &column, &character))
		return err_set(err, EINVAL, "line %zu, column %zu: not JSON: %s", line, column, why.msg);
	return err_set(err, EINVAL, "not JSON: %s", why.msg);
}

/* ---- values ---- */

/* A member's name as a string, if it is one. */
static const char *text_of(yyjson_val *v)
{
	const char *s = yyjson_get_str(v);

	return s && strlen(s) == yyjson_get_len(v) ? s : NULL;
}

int json_string(const struct json_at *at, yyjson_val *v, const char **out, struct err *err)
{
	if (!yyjson_is_str(v))
		return want(at, v, "a string", err);
	if (!text_of(v))
		return json_wrong(at, err, "has a zero byte in it");
	*out = text_of(v);
	return 0;
}

int json_number(const struct json_at *at, yyjson_val *v, uint64_t most, uint64_t *out, struct err *err)
{
	if (!yyjson_is_num(v))
		return want(at, v, "a whole number", err);
	if (!yyjson_is_uint(v))
		return json_wrong(at, err, "must be a whole number from 0 to %llu", (unsigned long long)most);
	if (yyjson_get_uint(v) > most)
		return json_wrong(at, err, "%llu is more than %llu", (unsigned long long)yyjson_get_uint(v),
				  (unsigned long long)most);
	*out = yyjson_get_uint(v);
	return 0;
}

/* "A, B and C" */
static void list_words(const char *const *words, size_t n, char *out, size_t size)
{
	const char *last = NULL;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (!words[i])
			continue;
		if (last && at < size)
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", last);
		last = words[i];
	}
	if (last && at < size)
		snprintf(out + at, size - at, "%s%s", at ? " and " : "", last);
}

int json_word(const struct json_at *at, yyjson_val *v, const char *const *words, size_t n, const char *kind,
	      size_t *index, struct err *err)
{
	struct nearest near = { 0 };
	char all[512] = "";

	TRY(json_string(at, v, &near.word, err));
	for (size_t i = 0; i < n; i++) {
		if (!words[i])
			continue;
		if (str_eq(near.word, words[i])) {
			*index = i;
			return 0;
		}
		nearest_try(&near, words[i]);
	}
	if (near.best)
		return json_wrong(at, err, "%s \"%.64s\" is not known, did you mean %s?", kind, near.word, near.best);
	list_words(words, n, all, sizeof(all));
	return json_wrong(at, err, "%s \"%.64s\" is not known: there are %s", kind, near.word, all);
}

/* ---- objects and arrays ---- */

static int unknown_member(const struct json_at *at, const char *name, const struct json_field *fields, size_t n,
			  struct err *err)
{
	const struct json_at here = { at, name, 0 };
	struct nearest near = { .word = name };

	for (size_t i = 0; i < n; i++)
		nearest_try(&near, fields[i].name);
	if (near.best)
		return json_wrong(&here, err, "no such member, did you mean %s?", near.best);
	return json_wrong(&here, err, "no such member, and what is not understood is not passed over");
}

static int find_field(const struct json_at *at, yyjson_val *key, const struct json_field *fields, size_t n,
		      size_t *index, struct err *err)
{
	const char *name = text_of(key);

	if (!name)
		return json_wrong(at, err, "a member's name has a zero byte in it");
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, fields[i].name)) {
			*index = i;
			return 0;
		}
	return unknown_member(at, name, fields, n, err);
}

int json_fields(const struct json_at *at, yyjson_val *v, const struct json_field *fields, size_t n, void *to,
		struct err *err)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(v);
	uint32_t seen = 0, said = 0;

	if (!yyjson_is_obj(v))
		return want(at, v, "an object", err);
	for (yyjson_val *key; (key = yyjson_obj_iter_next(&it));) {
		yyjson_val *value = yyjson_obj_iter_get_val(key);
		size_t i = 0;

		TRY(find_field(at, key, fields, n, &i, err));

		const struct json_at here = { at, fields[i].name, 0 };

		if (seen >> i & 1)
			return json_wrong(&here, err, "said twice");
		seen |= UINT32_C(1) << i;
		if (yyjson_is_null(value))
			continue;
		said |= UINT32_C(1) << i;
		TRY(fields[i].take(&here, value, to, err));
	}
	for (size_t i = 0; i < n; i++)
		if (fields[i].required && !(said >> i & 1))
			return json_wrong(at, err, "%s is missing", fields[i].name);
	return 0;
}

int json_elements(const struct json_at *at, yyjson_val *v, json_take *take, void *to, struct err *err)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(v);
	struct json_at here = { at, NULL, 0 };

	if (!yyjson_is_arr(v))
		return want(at, v, "an array", err);
	for (yyjson_val *element; (element = yyjson_arr_iter_next(&it)); here.index++)
		TRY(take(&here, element, to, err));
	return 0;
}
