/* SPDX-License-Identifier: Apache-2.0
 *
 * Will the kernel be able to execute that command of a root? Looked up as init
 * does it (init/command.c), read as the kernel does (fs/binfmt_elf.c, fs/binfmt_script.c).
 */
#ifndef CRIB_IMAGE_PROGRAM_H
#define CRIB_IMAGE_PROGRAM_H

#include "image/verify.h"
#include "util/values.h"

#include <limits.h>

enum program_format { PROGRAM_NATIVE, PROGRAM_FOREIGN, PROGRAM_SCRIPT, PROGRAM_EMPTY, PROGRAM_OTHER };

struct program {
	enum program_format format;
	const char *machine;           /* of an ELF program: "aarch64"; NULL: not known here */
	char interpreter[PATH_MAX];    /* the ELF loader, the program behind #!; empty: none */
};

/* What an open regular file is; hostile bytes. -errno: it cannot be read. */
int program_read(int fd, struct program *out) MUST_CHECK;

struct program_place {
	int root;
	root_open *open_in_root;
	const char *path;  /* $PATH of the command; NULL: none */
	const char *cwd;
};

/* 0: nothing is known to be wrong with it. Else -errno, err's sentence and its exit status, which
 * are those of the command's failure: 126 or 127. certain: tell only what cannot work
 * whatever is mounted into the root, whoever runs it, and whatever handlers of foreign
 * programs the kernel has (binfmt_misc). */
int program_check(const struct program_place *place, const char *name, bool certain, struct err *err) MUST_CHECK;

#endif
