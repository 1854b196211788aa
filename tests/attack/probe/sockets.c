/* SPDX-License-Identifier: Apache-2.0
 *
 * Sockets, and what lies outside of the file system but is shared by names: abstract sockets, IPC objects.
 */
#include "probe.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/netlink.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

static int try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int has_family(int family)
{
	static const int types[] = { SOCK_RAW, SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (try_socket(family, types[i], 0) >= 0 || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)
			return 1;
	return 0;
}

static int one_family(const struct probe *p, const char *arg)
{
	(void)arg;
	if (has_family((int)p->number[0]))
		return say(OPEN, "%s sockets can be made", p->word);
	return say(CLOSED, "%s: %s", p->word, strerror(errno));
}

/* All but UNIX, INET, INET6, NETLINK. */
static int any_family(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	for (int family = 0; family < 64; family++)
		if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK && has_family(family))
			return say(OPEN, "family %d can be used", family);
	return say(CLOSED, "UNIX, INET, INET6 and NETLINK at most");
}

static int netlink_protocols(const struct probe *p, const char *arg)
{
	(void)p;
	(void)arg;
	for (int protocol = 1; protocol < 32; protocol++)
		if (try_socket(AF_NETLINK, SOCK_RAW, protocol) >= 0)
			return say(OPEN, "netlink protocol %d can be used", protocol);
	return say(CLOSED, "NETLINK_ROUTE at most");
}

static int raw_socket(const struct probe *p, const char *arg)
{
	(void)arg;
	return by_result(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), p->word);
}

static int net_admin(const struct probe *p, const char *arg)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)arg;
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return say(ABSENT, "no lo: %s", strerror(errno));
	return by_result(ioctl(fd, SIOCSIFFLAGS, &request), p->word); /* the same again */
}

static int interfaces(const struct probe *p, const char *arg)
{
	struct if_nameindex *all = if_nameindex();
	int state = all ? say(CLOSED, "lo only") : say(CLOSED, "%s", strerror(errno));

	(void)p;
	(void)arg;
	for (struct if_nameindex *i = all; i && i->if_name; i++)
		if (strcmp(i->if_name, "lo") != 0)
			state = say(OPEN, "there is %s", i->if_name);
	if (all)
		if_freenameindex(all);
	return state;
}

/* ARG: a port of the host's own 127.0.0.1 */
static int loopback(const struct probe *p, const char *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)p;
	if (!arg)
		return say(ABSENT, "needs the port of a service of the host");
	to.sin_port = htons((uint16_t)atoi(arg));
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return say(OPEN, "connected to 127.0.0.1:%s", arg);
	return say(CLOSED, "127.0.0.1:%s: %s", arg, strerror(errno));
}

/* ---- abstract sockets ---- */

static int reach_abstract(const char *name)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(name);

	if (n >= sizeof(to.sun_path) - 1)
		return 0;
	memcpy(to.sun_path + 1, name, n);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0);
		int rc = connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));

		close(fd);
		if (rc == 0)
			return 1;
	}
	return 0;
}

/* ARG: a name; else any that /proc/net/unix tells */
static int abstract(const struct probe *p, const char *arg)
{
	char line[512];
	FILE *f;

	(void)p;
	if (arg)
		return reach_abstract(arg) ? say(OPEN, "connected to @%s", arg) : say(CLOSED, "@%s: %s", arg, strerror(errno));
	f = fopen("/proc/net/unix", "re");
	if (!f)
		return say(CLOSED, "/proc/net/unix: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		char *at = strchr(line, '@');

		line[strcspn(line, "\n")] = '\0';
		if (at && reach_abstract(at + 1))
			return say(OPEN, "connected to %s", at);
	}
	fclose(f);
	return say(CLOSED, "none to be reached");
}

/* ---- IPC ---- */

/* ARG: a key; else any object that /proc/sysvipc tells, which is another's: this process made none */
static int sysv(const struct probe *p, const char *arg)
{
	static const char *const files[] = { "/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg" };
	char line[256];

	(void)p;
	if (arg)
		return shmget((key_t)strtol(arg, NULL, 0), 0, 0) >= 0 ? say(OPEN, "segment %s is there", arg) :
									say(CLOSED, "segment %s: %s", arg, strerror(errno));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		FILE *f = fopen(files[i], "re");

		if (f && fgets(line, sizeof(line), f) && fgets(line, sizeof(line), f))
			return say(OPEN, "%s lists an object", files[i]);
		if (f)
			fclose(f);
	}
	return say(CLOSED, "none to be seen");
}

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* ARG: a queue's name */
static int queues(const struct probe *p, const char *arg)
{
	(void)p;
	if (arg)
		return mq_open(arg, O_RDONLY) >= 0 ? say(OPEN, "queue %s is there", arg) : say(CLOSED, "queue %s: %s", arg, strerror(errno));
	if (entries("/dev/mqueue"))
		return say(OPEN, "/dev/mqueue has another's queue");
	return say(CLOSED, "none to be seen");
}

static int shared_memory(const struct probe *p, const char *arg)
{
	(void)p;
	if (arg)
		return access(arg, F_OK) == 0 ? say(OPEN, "%s is there", arg) : say(CLOSED, "%s: %s", arg, strerror(errno));
	return entries("/dev/shm") ? say(OPEN, "/dev/shm has another's file") : say(CLOSED, "/dev/shm is empty");
}

#define FAMILY(name, number, subject, tries) { "socket-" name, subject, tries, one_family, #number, { number } }
#ifndef AF_RXRPC
#define AF_RXRPC 33
#endif
#ifndef AF_RDS
#define AF_RDS 21
#endif

const struct probe socket_probes[] = {
	FAMILY("alg", AF_ALG, "CVE-2026-31431 (Copy Fail)", "use the kernel's cryptography"),
	FAMILY("packet", AF_PACKET, "CVE-2020-14386, CVE-2016-8655", "send and see raw packets"),
	FAMILY("rxrpc", AF_RXRPC, "CVE-2026-43284 (Dirty Frag)", "use the kernel's RxRPC"),
	FAMILY("rds", AF_RDS, "PinTheft", "use the kernel's RDS"),
	FAMILY("vsock", AF_VSOCK, "vsock(7)", "talk to the hypervisor and its guests"),
	FAMILY("can", AF_CAN, "socket families", "use the kernel's CAN bus"),
	FAMILY("tipc", AF_TIPC, "socket families", "use the kernel's TIPC"),
	FAMILY("bluetooth", AF_BLUETOOTH, "socket families", "use the machine's radio"),
	FAMILY("key", AF_KEY, "CVE-2026-46300 (xfrm)", "set up encrypted tunnels"),
	{ "socket-families", "socket families", "use any other protocol family", any_family, NULL, { 0 } },
	{ "socket-netlink", "CVE-2026-43284, CVE-2024-1086", "use netlink but for routes: xfrm, netfilter, audit", netlink_protocols, NULL, { 0 } },
	{ "socket-raw", "CAP_NET_RAW", "send raw IP packets", raw_socket, "a raw socket", { 0 } },
	{ "net-admin", "CAP_NET_ADMIN", "change network interfaces", net_admin, "SIOCSIFFLAGS", { 0 } },
	{ "interfaces", "network namespace", "see interfaces of the host", interfaces, NULL, { 0 } },
	{ "loopback-service", "CVE-2020-8558", "reach services of the host's 127.0.0.1", loopback, NULL, { 0 } },
	{ "abstract-socket", "CVE-2020-15257", "reach abstract sockets of the host", abstract, NULL, { 0 } },
	{ "sysv-ipc", "IPC namespace", "see System V objects of the host", sysv, NULL, { 0 } },
	{ "posix-mq", "IPC namespace", "see message queues of the host", queues, NULL, { 0 } },
	{ "shared-memory", "/dev/shm", "see shared memory of the host", shared_memory, NULL, { 0 } },
	{ 0 },
};
