/* SPDX-License-Identifier: Apache-2.0
 *
 * Directories that are held by a descriptor, entry by entry (readdir(3)).
 */
#ifndef CRIB_UTIL_DIR_H
#define CRIB_UTIL_DIR_H

#include "util/fd.h"

#include <dirent.h>

/* From the first entry on, whatever was read of dirfd before; that one stays the caller's.
 * NULL and errno. */
DIR *dir_open(int dirfd);

#endif
