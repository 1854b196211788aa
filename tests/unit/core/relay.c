/* SPDX-License-Identifier: Apache-2.0
 *
 * A relay between two pipes: every byte in its order, never more in hand than its buffer,
 * and an end that either side makes.
 */
#include "supervise/relay.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>

struct ends {
	int in[2], out[2]; /* the relay reads in[0] and writes out[1] */
	struct relay relay;
};

static void open_ends(struct ends *e, bool close_to)
{
	struct err err;

	if (pipe2(e->in, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(e->out, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    relay_start(&e->relay, e->in[0], e->out[1], close_to, &err) < 0)
		abort();
	if (close_to)
		e->out[1] = -1;
}

static void close_ends(struct ends *e)
{
	for (int i = 0; i < 2; i++) {
		fd_close(&e->in[i]);
		fd_close(&e->out[i]);
	}
}

/* One turn of a poll loop; false when there is nothing to do. */
static bool turn(struct relay *r)
{
	struct pollfd p = { .fd = -1 };

	if (!relay_active(r))
		return false;
	relay_want(r, &p);
	if (poll(&p, 1, 0) <= 0)
		return false;
	relay_act(r, &p);
	return true;
}

static unsigned char nth(size_t i)
{
	return (unsigned char)(i * 7 + i / 251);
}

/* A megabyte through pipes that are full most of the time. */
static void test_all_bytes(void)
{
	enum { ALL = 1 << 20 };
	unsigned char buf[5000];
	size_t sent = 0, got = 0;
	bool same = true, ended = false;
	struct ends e;

	open_ends(&e, true);
	for (int turns = 0; !ended && turns < 1 << 20; turns++) {
		ssize_t n = 0;

		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = nth(sent + i);
		if (sent < ALL)
			n = write(e.in[1], buf, ALL - sent < sizeof(buf) ? ALL - sent : sizeof(buf));
		sent += n > 0 ? (size_t)n : 0;
		if (sent == ALL)
			fd_close(&e.in[1]);
		turn(&e.relay);
		if (turns % 3)
			continue;
		n = read(e.out[0], buf, sizeof(buf) / 2);
		for (ssize_t i = 0; i < n; i++)
			same &= buf[i] == nth(got + (size_t)i);
		got += n > 0 ? (size_t)n : 0;
		ended = n == 0;
	}
	check(ended && got == ALL && same, "%zu bytes of %d arrived", got, ALL);
	check(!relay_active(&e.relay) && !e.relay.buf, "it has ended, and has nothing left");
	close_ends(&e);
}

/* A reader that does not read stops the writer; nothing is held beyond one buffer. */
static void test_backpressure(void)
{
	static char buf[4096];
	size_t sent = 0;
	struct ends e;
	ssize_t n;

	open_ends(&e, false);
	do {
		while (turn(&e.relay))
			;
		n = write(e.in[1], buf, sizeof(buf));
		sent += n > 0 ? (size_t)n : 0;
	} while (n > 0 && sent < 16 << 20);
	check(n < 0 && sent <= 2 * 65536 + RELAY_BUF, "taken without a reader: %zu", sent);
	check(relay_active(&e.relay), "and it waits");
	close(e.out[0]);
	e.out[0] = -1;
	while (turn(&e.relay))
		;
	check(!relay_active(&e.relay) && !e.relay.buf, "a reader that is gone ends it");
	close_ends(&e);
}

/* The other end is closed only where that was asked for; what was on its way still arrives. */
static void test_end(void)
{
	char buf[8];

	for (int close_to = 0; close_to < 2; close_to++) {
		struct ends e;
		ssize_t n;

		open_ends(&e, close_to);
		check(!turn(&e.relay), "nothing to do");
		check(write(e.in[1], "last", 4) == 4, "write");
		fd_close(&e.in[1]);
		while (turn(&e.relay))
			;
		check(!relay_active(&e.relay), "ended");
		check(read(e.out[0], buf, sizeof(buf)) == 4 && memcmp(buf, "last", 4) == 0, "the last bytes");
		n = read(e.out[0], buf, sizeof(buf));
		check(close_to ? n == 0 : n < 0, "the end is told: %zd", n);
		close_ends(&e);
	}
}

void test_relay(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_all_bytes();
	test_backpressure();
	test_end();
}
