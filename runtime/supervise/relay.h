/* SPDX-License-Identifier: Apache-2.0
 *
 * One direction of a byte stream, driven by poll(2).
 */
#ifndef CRIB_SUPERVISE_RELAY_H
#define CRIB_SUPERVISE_RELAY_H

#include "supervise/attach.h"

#include <poll.h>

int relay_start(struct relay *r, int from, int to, bool close_to, struct err *err) MUST_CHECK;

/* What it waits for: it reads when it is empty, and writes else. */
void relay_want(const struct relay *r, struct pollfd *p);

/* Acts on what came; the relay becomes inactive when either end is done. */
void relay_act(struct relay *r, const struct pollfd *p);

bool relay_active(const struct relay *r);

#endif
