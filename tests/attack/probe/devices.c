/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices: those in /dev, and those that one makes oneself.
 */
#include "probe.h"

#include <dirent.h>
#include <sys/sysmacros.h>

static int open_device(const struct probe *p, const char *arg)
{
	const char *path = arg ? arg : p->word;

	return by_open(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), path);
}

/* null zero full random urandom tty ptmx, console; terminals of devpts */
static int is_harmless(dev_t rdev)
{
	unsigned int big = major(rdev), small = minor(rdev);

	return (big == 1 && (small == 3 || small == 5 || small == 7 || small == 8 || small == 9)) ||
	       (big == 5 && (small == 0 || small == 2)) || (big >= 136 && big <= 143);
}

static int try_node(const char *path, const struct stat *st)
{
	int fd;

	if ((!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode)) || is_harmless(st->st_rdev))
		return CLOSED;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return CLOSED;
	close(fd);
	return say(OPEN, "%s can be opened", path);
}

static int other_devices(const struct probe *p, const char *arg)
{
	long left = 10000;

	(void)p;
	(void)arg;
	return walk("/dev", &left, try_node) == OPEN ? OPEN : say(CLOSED, "the harmless ones only");
}

/* A node that this process made; is it more than a name? */
static int make_and_open(mode_t type, dev_t rdev)
{
	static const char *const places[] = { "/tmp/probe-node", "/dev/probe-node", "/dev/shm/probe-node", "/run/probe-node", "/probe-node" };
	int state = CLOSED, fd, why = 0;

	for (size_t i = 0; state == CLOSED && i < sizeof(places) / sizeof(*places); i++) {
		if (mknod(places[i], type | 0600, rdev) < 0) {
			why = errno;
			continue;
		}
		fd = open(places[i], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		why = errno;
		unlink(places[i]);
		if (fd >= 0 || why == ENXIO || why == ENODEV || why == ENOMEDIUM)
			state = say(OPEN, "made and opened %u:%u", major(rdev), minor(rdev));
	}
	return state == CLOSED ? say(CLOSED, "mknod %u:%u: %s", major(rdev), minor(rdev), strerror(why)) : state;
}

static int make_device(const struct probe *p, const char *arg)
{
	(void)arg;
	return make_and_open((mode_t)p->number[0], makedev((unsigned)p->number[1], (unsigned)p->number[2]));
}

/* The machine's disks, by the numbers that /sys tells. */
static int raw_disk(const struct probe *p, const char *arg)
{
	DIR *dir = opendir("/sys/class/block");
	struct dirent *entry;
	int state = say(ABSENT, "no disk here");
	char path[300];

	(void)p;
	(void)arg;
	while (dir && state != OPEN && (entry = readdir(dir))) {
		unsigned int big, small;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s/dev", entry->d_name);
		if (sscanf(line_of(path), "%u:%u", &big, &small) == 2)
			state = make_and_open(S_IFBLK, makedev(big, small));
	}
	if (dir)
		closedir(dir);
	return state;
}

#define DEVICE(name, path, tries) { name, "devices", tries, open_device, path, { 0 } }

const struct probe device_probes[] = {
	DEVICE("dev-mem", "/dev/mem", "read the machine's memory"),
	DEVICE("dev-kvm", "/dev/kvm", "make virtual machines"),
	DEVICE("dev-fuse", "/dev/fuse", "make file systems"),
	DEVICE("dev-net-tun", "/dev/net/tun", "make network interfaces"),
	DEVICE("dev-kmsg", "/dev/kmsg", "read the kernel's log"),
	{ "other-devices", "devices", "open any device but the harmless ones", other_devices, NULL, { 0 } },
	{ "mknod-char", "mknod(2)", "make a node of the kernel's log and open it", make_device, NULL, { S_IFCHR, 1, 11 } },
	{ "mknod-mem", "mknod(2)", "make a node of the machine's memory and open it", make_device, NULL, { S_IFCHR, 1, 1 } },
	{ "mknod-block", "mknod(2)", "make a node of a loop device and open it", make_device, NULL, { S_IFBLK, 7, 0 } },
	{ "raw-disk", "mknod(2)", "make nodes of the machine's disks and open them", raw_disk, NULL, { 0 } },
	{ 0 },
};
