/* SPDX-License-Identifier: Apache-2.0
 *
 * struct err: takes formats and errno values, gives bounded sentences.
 */
#include "util/err.h"

#include <stdarg.h>

/* A control character, also one of the second set as UTF-8 writes them. */
static bool is_control(const char *at)
{
	const unsigned char *c = (const unsigned char *)at;

	return c[0] < ' ' || c[0] == 127 || (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0);
}

/* One line, whatever the names in it hold: what would move the cursor of a
 * terminal becomes a question mark. */
static PRINTF(2, 0) void vset(struct err *err, const char *fmt, va_list ap)
{
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	for (char *c = err->text; *c; c++)
		if (is_control(c))
			*c = '?';
}

void err_fill(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vset(err, fmt, ap);
	va_end(ap);
	err->code = code;
	err->exit_status = 0;
}

void err_fill_sys(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vset(err, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerror(code));
	err->code = code;
	err->exit_status = 0;
}

int err_in(struct err *err, int rc, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;
	size_t n;

	if (rc >= 0)
		return rc;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	vset(err, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", inner);
	return rc;
}
