/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found in a root directory, or between it and its manifest.
 */
#ifndef CRIB_UTIL_VERIFIED_H
#define CRIB_UTIL_VERIFIED_H

#include "util/values.h"

enum verified_kind {
	/* what nobody should have in a root: refused where that is asked for */
	VERIFIED_DEVICE,
	VERIFIED_SETUID,
	VERIFIED_SETGID,
	VERIFIED_CAPABILITIES,
	VERIFIED_WRITABLE_DIRECTORY,
	VERIFIED_LINK_OUT,
	VERIFIED_SOCKET,
	VERIFIED_SPARSE,
	VERIFIED_NAME,
	VERIFIED_ACCOUNT,
	VERIFIED_COMMAND,
	/* differences from a manifest */
	VERIFIED_CONTENT,
	VERIFIED_TYPE,
	VERIFIED_MODE,
	VERIFIED_OWNER,
	VERIFIED_XATTR,
	VERIFIED_TARGET,
	VERIFIED_NUMBER,
	VERIFIED_MISSING,
	VERIFIED_ADDED,
	VERIFIED_UNREAD, /* there is a digest of it, and it cannot be read */
	VERIFIED_NOTES,  /* from here on: worth knowing, never refused */
	VERIFIED_WRITABLE_FILE = VERIFIED_NOTES,
	VERIFIED_FIFO,
	VERIFIED_LINK_NOWHERE,
	VERIFIED_HARD_LINK,
	VERIFIED_FOREIGN_OWNER,
	VERIFIED_MOUNT,
	VERIFIED_CLOSED,
	VERIFIED_HIDDEN_XATTR,
	VERIFIED_KINDS,
};

enum { VERIFIED_SHOWN = 100 }; /* of a kind; the others are only counted */

struct verified {
	size_t entries;                     /* that were looked at */
	size_t count[VERIFIED_KINDS];
	struct strs shown[VERIFIED_KINDS];  /* one printable line each: a path, and more on it */
	bool bad;                           /* one of them is no note */
};

extern const char *const verified_topics[VERIFIED_KINDS]; /* "device nodes" */
extern const char *const verified_fixes[VERIFIED_KINDS];  /* what they are, and how to mend it */

#endif
