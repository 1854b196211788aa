/* SPDX-License-Identifier: Apache-2.0
 *
 * Single words to numbers, in docker's notations. Pure; each gives 0, or
 * -EINVAL and a sentence that says what would have been right.
 */
#ifndef CRIB_FRONT_VALUE_H
#define CRIB_FRONT_VALUE_H

#include "model/spec.h"
#include "util/arena.h"
#include "util/err.h"

/* A whole number from least to most. */
int value_int(const char *s, int64_t least, int64_t most, int64_t *out, struct err *err) MUST_CHECK;

/* Permission bits: 1777, 0755. */
int value_octal(const char *s, uint32_t *out, struct err *err) MUST_CHECK;

/* Bytes: 1048576, 64m, 1.5g, 64Mi, 64MiB; k m g t are powers of 1024, in either
 * case, as everywhere in docker. Not negative. */
int value_size(const char *s, int64_t *out, struct err *err) MUST_CHECK;

/* A number of processors, 0.5 or 2, as thousandths of a millisecond per 100 ms. */
int value_cpus(const char *s, int64_t *quota_us, struct err *err) MUST_CHECK;

/* nofile=1024, nofile=1024:4096, core=-1, core=unlimited */
int value_ulimit(const char *s, struct rlimit_spec *out, struct err *err) MUST_CHECK;

/* none, 8080, 80,443: replaces what is there */
int value_ports(const char *s, struct arena *arena, struct ports *out, struct err *err) MUST_CHECK;

#endif
