/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files as one printable word: what is no visible ASCII character, and
 * the backslash, is written \ooo in octal, as in mtree(5) and /proc/self/mountinfo.
 */
#ifndef CRIB_UTIL_ESCAPE_H
#define CRIB_UTIL_ESCAPE_H

#include "util/base.h"

/* n bytes for 4 n characters and NUL; what does not fit cap is left out at the end, whole
 * characters only. Gives the length. */
size_t escape(char *out, size_t cap, const char *in, size_t n);

/* The other way, up to the first blank or the end; NUL behind it. Gives the number of
 * bytes and moves *in; -1: not what escape() writes, or more than cap - 1 bytes. */
ssize_t unescape(char *out, size_t cap, const char **in);

#endif
