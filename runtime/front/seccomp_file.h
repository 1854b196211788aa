/* SPDX-License-Identifier: Apache-2.0
 *
 * Seccomp profiles as people write them: OCI's linux.seccomp (config-linux.md)
 * and what docker's and podman's files have beyond it:
 *
 *     archMap                    in place of architectures
 *     name                       in place of names, of one call
 *     includes, excludes         a rule for some caps, arches, minKernel only; decided here
 *     errno, defaultErrno        names in place of errnoRet, defaultErrnoRet
 *     comment                    of a rule, read by people only
 *
 * A profile is hostile input and a fence: a member that is not known, said twice or
 * without meaning where it stands is refused, since passed over it would be a hole.
 */
#ifndef CRIB_FRONT_SECCOMP_FILE_H
#define CRIB_FRONT_SECCOMP_FILE_H

#include "model/seccomp.h"
#include "util/arena.h"
#include "util/err.h"

struct seccomp_host { /* what conditions are decided by */
	uint64_t caps;   /* of the command's bounding set: bit N is capability N */
	unsigned kernel; /* major * 1000 + minor */
};

/* n bytes of JSON. -EINVAL and a sentence that begins with the place in it. */
int seccomp_json_parse(struct arena *arena, const char *text, size_t n, const struct seccomp_host *host,
		       const struct seccomp_spec **spec, struct err *err) MUST_CHECK;

/* A file of at most a megabyte; nothing else (a FIFO, a device) is read from. The kernel is
 * the running one. The sentence begins with "seccomp profile PATH: ". */
int seccomp_file_read(struct arena *arena, const char *path, uint64_t caps, const struct seccomp_spec **spec,
		      struct err *err) MUST_CHECK;

#endif
