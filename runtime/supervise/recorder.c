/* SPDX-License-Identifier: Apache-2.0
 *
 * The recorder's ioctls; see the header. What a process does with its memory while it waits is
 * of no concern: nothing is decided here, and nothing but registers is looked at.
 */
#include "supervise/recorder.h"
#include "util/fd.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t) /* Linux 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#endif

enum { AT_ONCE = 64 }; /* then the signals and streams of the caller have their turn */

union request { /* room for a kernel whose structures have grown */
	struct seccomp_notif notif;
	char room[1024];
};

union response {
	struct seccomp_notif_resp resp;
	char room[1024];
};

void recorder_start(struct recorder *r, int listener)
{
	/* the answer wakes the process on this processor, since we wait for it; older kernels do without */
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	r->listener = listener;
	r->started = true;
}

/* The flags of clone3 lie in memory, where no filter can look: a profile with it would allow every
 * namespace. As in the default profile there is none; libc has clone for that. */
static bool is_clone3(const struct seccomp_data *data)
{
	return (data->nr & ~SYSCALL_X32_BIT) == SYS_clone3;
}

static int answer(struct recorder *r)
{
	union request request = { .room = { 0 } };
	union response response = { .room = { 0 } };
	struct seccomp_data *data = &request.notif.data;

	/* ENOENT: it was killed, or interrupted by a signal, before we came */
	if (ioctl(r->listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
		return -errno;
	response.resp.id = request.notif.id;
	if (is_clone3(data)) {
		response.resp.error = -ENOSYS;
	} else {
		uint64_t args[6];

		memcpy(args, data->args, sizeof(args));
		recorded_note(&r->calls, data->arch, (uint32_t)data->nr, args);
		response.resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
	return ioctl(r->listener, SECCOMP_IOCTL_NOTIF_SEND, &response) < 0 ? -errno : 0;
}

void recorder_serve(struct recorder *r)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct pollfd p = { r->listener, POLLIN, 0 };

		if (poll(&p, 1, 0) <= 0)
			return;
		if (p.revents & POLLIN) {
			(void)answer(r); /* what went wrong, went away */
			continue;
		}
		fd_close(&r->listener); /* nobody has the filter any more (Linux 5.8 tells) */
		return;
	}
}

void recorder_close(struct recorder *r)
{
	fd_close(&r->listener);
}
