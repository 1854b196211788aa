/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels of security modules: what the command's execve is to change to. Takes the
 * procfs of HANDOFF_PROC_FD, which the runtime mounted itself and which no mount of
 * the container's own can stand in for (CVE-2019-16884, CVE-2023-28642,
 * CVE-2025-52881). What was written is read back; anything else than what was
 * asked for is a failure.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437 /* Linux 5.6 */
#endif

enum { PROC_MAGIC = 0x9fa0, LABEL_MAX = 4096 };

/* Own attributes, found without leaving that file system; -1 and errno. */
static int open_attribute(const char *path)
{
	const struct { /* struct open_how; NO_XDEV | NO_MAGICLINKS | BENEATH: thread-self is a plain link */
		uint64_t flags, mode, resolve;
	} how = { O_RDWR | O_CLOEXEC, 0, 0x01 | 0x02 | 0x08 };
	struct statfs st;

	if (fstatfs(HANDOFF_PROC_FD, &st) < 0 || st.f_type != PROC_MAGIC) {
		errno = ENOTSUP;
		return -1;
	}
	return (int)syscall(SYS_openat2, HANDOFF_PROC_FD, path, &how, sizeof(how));
}

static void explain(const char *what, const char *label, int code)
{
	if (code == ENOENT)
		fail(EXIT_INIT, 0, what, label, ": no such profile is loaded on this host");
	if (code == EACCES || code == EPERM)
		fail(EXIT_INIT, 0, what, label, ": not permitted to change to it (crib itself is confined)");
	fail(EXIT_INIT, code, what, label);
}

/* In one write: the kernel takes each as a whole. */
static void write_label(int fd, const char *command, const char *what, const char *label)
{
	char text[LABEL_MAX];
	size_t n = strlen(command), m = strlen(label);

	if (n + m >= sizeof(text))
		fail(EXIT_INIT, ENAMETOOLONG, what);
	memcpy(text, command, n + 1);
	memcpy(text + n, label, m + 1);
	if (write(fd, text, n + m) != (ssize_t)(n + m))
		explain(what, label, errno);
}

/* The kernel gives the label back, and AppArmor " (enforce)" or the like behind it. A stack
 * or another namespace's profile ("&NAME", ":NS:NAME") it gives back in words of its own. */
static void read_back(int fd, const char *what, const char *label)
{
	char text[LABEL_MAX];
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);
	size_t n = strlen(label);

	if (got <= 0)
		fail(EXIT_INIT, got < 0 ? errno : EIO, what, label, ": reading it back");
	text[got] = '\0';
	if (*label == '&' || *label == ':')
		return;
	if (strncmp(text, label, n) != 0 || (text[n] && text[n] != '\n' && strncmp(text + n, " (", 2) != 0))
		fail(EXIT_INIT, 0, what, label, ": it did not take effect");
}

static void set(const char *path, const char *other, const char *command, const char *what, const char *label)
{
	int fd = open_attribute(path);

	if (fd < 0 && errno == ENOENT && other)
		fd = open_attribute(other);
	if (fd < 0)
		fail(EXIT_INIT, errno, what, label, ": /proc/self/attr");
	write_label(fd, command, what, label);
	read_back(fd, what, label);
	close(fd);
}

static const char profile[] = "AppArmor profile ";

void label_command(const struct orders *o)
{
	if (o->apparmor)
		set("thread-self/attr/apparmor/exec", "thread-self/attr/exec", "exec ", profile, o->apparmor);
	if (o->selinux)
		set("thread-self/attr/exec", NULL, "", "SELinux label ", o->selinux);
}

void label_self(const struct orders *o)
{
	if (o->apparmor)
		set("thread-self/attr/apparmor/current", "thread-self/attr/current", "changeprofile ", profile, o->apparmor);
}
