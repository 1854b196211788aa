/* SPDX-License-Identifier: Apache-2.0
 *
 * Locks and records of id ranges; see the header.
 */
#include "state/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

enum { SLOT_BITS = 16, SLOT = 1 << SLOT_BITS };

static const off_t gids_at = (off_t)1 << 32; /* the records begin at 0: locks need no file below them */

struct record {
	uint32_t pid;  /* 0: nobody's */
	uint32_t uid, count;
	uint32_t pad;
};

/* Fixed for each user of the host: another place would be another truth. */
static void place(char path[static 64])
{
	unsigned uid = (unsigned)geteuid();
	char dir[64] = "/run";

	if (uid)
		snprintf(dir, sizeof(dir), "/run/user/%u", uid);
	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0)
		snprintf(path, 64, "%.40s/crib-ids", dir);
	else
		snprintf(path, 64, "/tmp/crib-ids-%u", uid);
}

static int open_file(struct err *err)
{
	char path[64];
	auto_fd fd = -1;
	struct stat st;

	place(path);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "the file of id ranges %s", path);
	/* whoever else could open it could keep ranges from us */
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return err_set(err, EPERM, "the file of id ranges %s is not this user's alone: remove it", path);
	return take_fd(&fd);
}

/* 1: locked; 0: another has some of it. */
static int lock(int fd, off_t at, uint32_t count, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = count };

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return 1;
	return errno == EAGAIN || errno == EACCES ? 0 : -errno;
}

static off_t record_at(uint32_t uid)
{
	return (off_t)(uid >> SLOT_BITS) * (off_t)sizeof(struct record);
}

/* A range is not on the bounds of another one: three records may be about some of its ids. */
static bool somebody_lives(int fd, uint32_t uid, uint32_t count)
{
	struct record records[3] = { 0 };
	uint32_t first = uid >> SLOT_BITS ? uid - SLOT : uid;

	if (pread(fd, records, sizeof(records), record_at(first)) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		const struct record *r = &records[i];

		if (!r->pid || (uint64_t)r->uid + r->count <= uid || (uint64_t)uid + count <= r->uid)
			continue;
		/* by now it may be another process: one range less, no harm */
		if (kill((pid_t)r->pid, 0) == 0 || errno != ESRCH)
			return true;
	}
	return false;
}

/* 1: it is ours. */
static int try_range(struct ids *ids, uint32_t uid, uint32_t gid, uint32_t count)
{
	int rc = lock(ids->file, uid, count, F_WRLCK);

	if (rc <= 0)
		return rc;
	rc = lock(ids->file, gids_at + gid, count, F_WRLCK);
	if (rc == 1 && somebody_lives(ids->file, uid, count)) {
		lock(ids->file, gids_at + gid, count, F_UNLCK);
		rc = 0;
	}
	if (rc <= 0) {
		lock(ids->file, uid, count, F_UNLCK);
		return rc;
	}
	ids->uid = uid;
	ids->gid = gid;
	ids->count = count;
	return 1;
}

/* Ranges of nearly as many lie that far apart, so that each has a record. */
static uint32_t stride(const struct id_wish *wish)
{
	return wish->count > SLOT / 2 && wish->count < SLOT ? SLOT : wish->count;
}

static uint32_t ranges_in(const struct id_wish *wish, const struct id_pool *pool)
{
	return pool->count < wish->count ? 0 : (pool->count - wish->count) / stride(wish) + 1;
}

/* The range of that number, counted over all pools. */
static void range_of(const struct id_wish *wish, uint32_t number, uint32_t *uid, uint32_t *gid)
{
	for (size_t i = 0; i < wish->n; i++) {
		uint32_t ranges = ranges_in(wish, &wish->pools[i]);

		if (number < ranges) {
			*uid = wish->pools[i].uid + number * stride(wish);
			*gid = wish->pools[i].gid + number * stride(wish);
			return;
		}
		number -= ranges;
	}
}

static uint32_t count_ranges(const struct id_wish *wish)
{
	uint64_t n = 0;

	for (size_t i = 0; i < wish->n; i++)
		n += ranges_in(wish, &wish->pools[i]);
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static int take(struct ids *ids, const struct id_wish *wish, uint32_t n, struct err *err)
{
	uint32_t start = 0;

	if (n > 1 && getrandom(&start, sizeof(start), GRND_NONBLOCK) < 0)
		start = (uint32_t)getpid();
	for (uint32_t i = 0; i < n; i++) {
		uint32_t uid = 0, gid = 0;
		int rc;

		range_of(wish, (uint32_t)(((uint64_t)start + i) % n), &uid, &gid);
		rc = try_range(ids, uid, gid, wish->count);
		if (rc == 1)
			return 0;
		if (rc < 0)
			return err_sys(err, -rc, "lock a range of ids");
	}
	return err_set(err, EUSERS, "all %u ranges of %u ids are taken by running sandboxes: grant crib more in /etc/subuid and "
				    "/etc/subgid (see crib doctor)", n, wish->count);
}

int ids_take(struct ids *ids, const struct id_wish *wish, struct err *err)
{
	uint32_t n = count_ranges(wish);
	int rc;

	*ids = (struct ids){ .file = -1 };
	if (!n)
		return err_set(err, EINVAL, "no range of %u ids", wish->count);
	/* the only one is everybody's */
	if (wish->may_share && n == 1) {
		range_of(wish, 0, &ids->uid, &ids->gid);
		return 0;
	}
	ids->file = open_file(err);
	rc = ids->file < 0 ? ids->file : take(ids, wish, n, err);
	if (rc == 0)
		return 0;
	fd_close(&ids->file);
	if (!wish->may_share)
		return rc;
	range_of(wish, 0, &ids->uid, &ids->gid);
	return 0;
}

int ids_record(const struct ids *ids, pid_t pid, struct err *err)
{
	const struct record r = { (uint32_t)pid, ids->uid, ids->count, 0 };

	if (ids->file < 0)
		return 0;
	if (pwrite(ids->file, &r, sizeof(r), record_at(ids->uid)) != (ssize_t)sizeof(r))
		return err_sys(err, errno ? errno : EIO, "write down the range of ids");
	return 0;
}

/* What could not be taken back is a record of a process that is gone. */
void ids_release(struct ids *ids)
{
	const struct record none = { 0 };

	if (ids->file >= 0 && pwrite(ids->file, &none, sizeof(none), record_at(ids->uid)) < 0)
		errno = 0;
	fd_close(&ids->file);
}
