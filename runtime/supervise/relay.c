/* SPDX-License-Identifier: Apache-2.0
 *
 * One direction of a byte stream; see the header.
 */
#include "supervise/relay.h"

#include <errno.h>

bool relay_active(const struct relay *r)
{
	return r->from >= 0;
}

static void finish(struct relay *r)
{
	if (r->close_to)
		fd_close(&r->to);
	r->from = r->to = -1;
	free(r->buf);
	r->buf = NULL;
}

int relay_start(struct relay *r, int from, int to, bool close_to, struct err *err)
{
	*r = (struct relay){ .from = from, .to = to, .close_to = close_to, .buf = malloc(RELAY_BUF) };
	return r->buf ? 0 : err_sys(err, ENOMEM, "relay");
}


void relay_want(const struct relay *r, struct pollfd *p)
{
	bool full = r->begin < r->end;

	p->fd = full ? r->to : r->from;
	p->events = full ? POLLOUT : POLLIN;
}

static void fill(struct relay *r)
{
	ssize_t n = read(r->from, r->buf, RELAY_BUF);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* EIO: all other ends of a terminal are closed */
	if (n <= 0) {
		finish(r);
		return;
	}
	r->begin = 0;
	r->end = (size_t)n;
}

static void drain(struct relay *r)
{
	ssize_t n = write(r->to, r->buf + r->begin, r->end - r->begin);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0)
		finish(r);
	else
		r->begin += (size_t)n;
}

void relay_act(struct relay *r, const struct pollfd *p)
{
	if (!p->revents)
		return;
	if (p->revents & POLLNVAL)
		finish(r);
	else if (r->begin < r->end)
		drain(r);
	else
		fill(r);
}
