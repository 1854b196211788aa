/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's network namespace. To make one is half of all that a sandbox
 * costs the kernel, so it is made outside, while the sandbox's first process builds
 * its file system; that joins it when it needs it (sysfs shows the network
 * namespace of its mounter).
 */
#ifndef CRIB_SANDBOX_NETWORK_H
#define CRIB_SANDBOX_NETWORK_H

#include "util/fd.h"

/* A network namespace with its loopback interface up, owned by the user namespace
 * `users` (that or the pidfd of a process in it, which one with other ids does not let us look
 * into), or by the caller's; gives its descriptor. */
int network_make_outside(int users, bool own_users, struct err *err) MUST_CHECK;

#endif
