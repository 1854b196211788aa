/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of seccomp profiles (OCI config-linux.md), by the numbers of
 * model/seccomp.h, and a profile as JSON.
 */
#ifndef CRIB_MODEL_SECCOMP_NAMES_H
#define CRIB_MODEL_SECCOMP_NAMES_H

#include "model/seccomp.h"

#include <yyjson.h>

enum { SECCOMP_SPEC_ARCHS = 5, SECCOMP_SPEC_FLAGS = 6 };

extern const char *const seccomp_action_names[SECCOMP_SPEC_ACTIONS];   /* SCMP_ACT_ALLOW */
extern const char *const seccomp_compare_names[SECCOMP_SPEC_COMPARES]; /* SCMP_CMP_EQ */
extern const char *const seccomp_arch_names[SECCOMP_SPEC_ARCHS];       /* by bit: SCMP_ARCH_X86_64 */
extern const char *const seccomp_flag_names[SECCOMP_SPEC_FLAGS];       /* by bit: SECCOMP_FILTER_FLAG_LOG; gaps are NULL */

/* This machine's, of enum SECCOMP_SPEC_X86_64…; 0: not known here. */
extern const unsigned seccomp_native_arch;

struct arena;

/* As OCI's linux.seccomp: what seccomp_json_parse reads back to the same. The
 * value of a document under construction; strings are not copied. */
yyjson_mut_val *seccomp_json_value(yyjson_mut_doc *doc, const struct seccomp_spec *spec);

/* The text, with a line end; in the arena. */
const char *seccomp_json(const struct seccomp_spec *spec, struct arena *arena) __attribute__((returns_nonnull));

#endif
