/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program in a sandbox can reach, by system calls that no command of a small
 * root makes: reach WORD [ARGUMENT...]. Prints what it got, or "no: " and why not; exits with 0
 * or 1. Started inside with -v .../reach:/reach:ro; some words are for the outside.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int no(const char *what)
{
	printf("no: %s: %s\n", what, strerror(errno));
	return 1;
}

static int yes(const char *what)
{
	puts(what);
	return 0;
}

/* landlock: version of its interface, 0 for none. */
static int do_landlock(char **a)
{
	long version = syscall(444 /* landlock_create_ruleset */, NULL, 0ul, 1u);

	(void)a;
	printf("%ld\n", version > 0 ? version : 0);
	return 0;
}

/* mqueue: a message through a POSIX queue. */
static int do_mqueue(char **a)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 16 };
	char text[16] = "";
	mqd_t q = mq_open("/reach", O_RDWR | O_CREAT, 0600, &attr);

	(void)a;
	if (q < 0)
		return no("mq_open");
	if (mq_send(q, "message", 8, 0) < 0 || mq_receive(q, text, sizeof(text), NULL) < 0 || mq_unlink("/reach") < 0)
		return no("message");
	return yes(text);
}

/* shm: a page of System V shared memory. */
static int do_shm(char **a)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	char *page = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	(void)a;
	if (page == (char *)-1)
		return no("shmat");
	memcpy(page, "page", 5);
	shmctl(id, IPC_RMID, NULL);
	return yes(page);
}

/* memory: this program, written to a file in memory that was opened again by its name in /proc, is executed: reach shm. */
static int do_memory(char **a)
{
	int fd = memfd_create("reach", MFD_CLOEXEC), self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), again;
	char name[64];

	(void)a;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	again = open(name, O_RDWR | O_CLOEXEC);
	if (self < 0 || again < 0 || sendfile(again, self, NULL, 16 << 20) <= 0)
		return no("open again");
	close(again);
	execl(name, "reach", "shm", NULL);
	return no("exec");
}

/* tmpfile DIR: a file without a name gets one, in two directories. */
static int do_tmpfile(char **a)
{
	char name[64], to[256], other[256];
	int fd = open(a[0], O_TMPFILE | O_RDWR, 0600);

	if (fd < 0)
		return no("O_TMPFILE");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	snprintf(to, sizeof(to), "%s/named", a[0]);
	snprintf(other, sizeof(other), "%s/below", a[0]);
	if (linkat(AT_FDCWD, name, AT_FDCWD, to, AT_SYMLINK_FOLLOW) < 0)
		return no("linkat");
	if (mkdir(other, 0700) < 0)
		return no("mkdir");
	snprintf(other, sizeof(other), "%s/below/named", a[0]);
	if (link(to, other) < 0)
		return no("link");
	return yes("linked");
}

static socklen_t address(struct sockaddr_un *un, const char *name)
{
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(un->sun_path, sizeof(un->sun_path), "%s", name);
	if (*name == '@')
		un->sun_path[0] = 0;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (*name != '@'));
}

/* listen NAME: takes one connection (@NAME: without a path), and says what came. */
static int do_listen(char **a)
{
	struct sockaddr_un un;
	socklen_t n = address(&un, a[0]);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c;
	char text[64] = "";

	if (s < 0 || bind(s, (struct sockaddr *)&un, n) < 0 || listen(s, 1) < 0)
		return no("listen");
	if (a[1]) { /* a program that is to be started once it listens */
		if (fork() == 0) {
			execv(a[1], a + 1);
			_exit(127);
		}
	} else {
		puts("listening");
		fflush(stdout);
	}
	alarm(20);
	c = accept(s, NULL, NULL);
	if (c < 0 || read(c, text, sizeof(text) - 1) < 0)
		return no("accept");
	wait(NULL);
	return yes(text);
}

/* connect NAME */
static int do_connect(char **a)
{
	struct sockaddr_un un;
	socklen_t n = address(&un, a[0]);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (s < 0 || connect(s, (struct sockaddr *)&un, n) < 0)
		return no("connect");
	return write(s, "reached", 7) == 7 ? yes("connected") : no("write");
}

/* give SOCKET DIR: hands a descriptor of DIR to whoever connects. Outside. */
static int do_give(char **a)
{
	union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { .buf = "" };
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct sockaddr_un un;
	socklen_t n = address(&un, a[0]);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), dir = open(a[1], O_RDONLY | O_DIRECTORY), to;

	if (s < 0 || dir < 0 || bind(s, (struct sockaddr *)&un, n) < 0 || listen(s, 1) < 0 || chmod(a[0], 0777) < 0)
		return no("listen");
	alarm(20);
	to = accept(s, NULL, NULL);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &dir, sizeof(dir));
	if (to < 0 || sendmsg(to, &msg, 0) < 0)
		return no("sendmsg");
	return 0;
}

/* take SOCKET FILE: takes the descriptor, and reads FILE below it. */
static int do_take(char **a)
{
	union { char buf[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { .buf = "" };
	char byte, text[256] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	struct sockaddr_un un;
	socklen_t n = address(&un, a[0]);
	int s = socket(AF_UNIX, SOCK_STREAM, 0), dir, fd;

	if (s < 0 || connect(s, (struct sockaddr *)&un, n) < 0)
		return no("connect");
	if (recvmsg(s, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return no("recvmsg");
	memcpy(&dir, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(dir));
	fd = openat(dir, a[1], O_RDONLY);
	if (fd < 0)
		return no("openat");
	if (read(fd, text, sizeof(text) - 1) < 0)
		return no("read");
	text[strcspn(text, "\n")] = 0;
	return yes(text);
}

/* mount DIR: a tmpfs, the way of old and the new one. */
static int do_mount(char **a)
{
	int fs, fd;

	if (mount("reach", a[0], "tmpfs", 0, NULL) == 0)
		return yes("mounted");
	fs = (int)syscall(430 /* fsopen */, "tmpfs", 0);
	if (fs >= 0 && syscall(431 /* fsconfig */, fs, 6, NULL, NULL, 0) == 0) {
		fd = (int)syscall(432 /* fsmount */, fs, 0, 0);
		if (fd >= 0 && syscall(429 /* move_mount */, fd, "", AT_FDCWD, a[0], 4) == 0)
			return yes("mounted anew");
	}
	return no("mount");
}

/* writable DIR: takes "read-only" off the mount at DIR and makes a file there. */
static int do_writable(char **a)
{
	uint64_t attr[4] = { 0, 1 /* MOUNT_ATTR_RDONLY */, 0, 0 };
	char name[256];
	int fd;

	if (mount(NULL, a[0], NULL, MS_REMOUNT | MS_BIND, NULL) < 0 &&
	    syscall(442 /* mount_setattr */, AT_FDCWD, a[0], 0, attr, sizeof(attr)) < 0)
		return no("mount_setattr");
	snprintf(name, sizeof(name), "%s/reached", a[0]);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	return fd < 0 ? no("open") : yes("written");
}

/* node FILE: a character device 0:0, which the kernel lets everybody make. */
static int do_node(char **a)
{
	return mknod(a[0], S_IFCHR | 0600, makedev(0, 0)) < 0 ? no("mknod") : yes("made");
}

/* fenced-node FILE: the same, with a Landlock ruleset of its own that forbids it. */
static int do_fenced_node(char **a)
{
	const uint64_t handled[3] = { 1 << 6 /* LANDLOCK_ACCESS_FS_MAKE_CHAR */ };
	int fd = (int)syscall(444 /* landlock_create_ruleset */, handled, sizeof(handled), 0u);

	if (fd < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(446 /* landlock_restrict_self */, fd, 0u) < 0)
		return no("Landlock");
	return do_node(a);
}

/* images: what this process and PID 1 can be made to say of crib's own files: a line for each that names one, or can be written. */
static int do_images(char **a)
{
	static const char *const names[] = { "/proc/1/exe", "/proc/self/exe", "/proc/1/fd/3", "/proc/1/fd/4", "/proc/1/root/proc/1/exe" };
	char line[512];
	FILE *maps;
	int found = 0;

	(void)a;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (int flags = O_WRONLY; flags <= O_RDWR; flags++) {
			int fd = open(names[i], flags);

			if (fd >= 0)
				found += printf("%s can be opened for writing\n", names[i]);
		}
	maps = fopen("/proc/self/maps", "r"); /* not before: to a PID 1 it is one of those above */
	/* name a file that is not of the root: mapped from memory, or from a descriptor */
	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "memfd:") || strstr(line, "(deleted)") || strstr(line, "crib"))
			found += printf("mapped: %s", line);
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && fd != (maps ? fileno(maps) : -1))
			found += printf("descriptor %d is open\n", fd);
	return found ? 1 : yes("nothing");
}

/* keyring: the session keyring's description, and how many keys are in it. */
static int do_keyring(char **a)
{
	char text[256] = "";
	int32_t ids[64];
	long n;

	(void)a;
	if (syscall(SYS_keyctl, 6 /* DESCRIBE */, -3 /* KEY_SPEC_SESSION_KEYRING */, text, sizeof(text) - 1) < 0)
		return no("keyctl");
	n = syscall(SYS_keyctl, 11 /* READ */, -3, ids, sizeof(ids));
	printf("%s %ld\n", text, n / (long)sizeof(ids[0]));
	return 0;
}

/* add-key NAME COMMAND...: a new session keyring with one key in it, then COMMAND. Prints the key's number. */
static int do_add_key(char **a)
{
	char number[32];
	long key;

	if (syscall(SYS_keyctl, 1 /* JOIN_SESSION_KEYRING */, "reach-outside") < 0)
		return no("session keyring");
	key = syscall(SYS_add_key, "user", a[0], "payload of outside", 18, -3);
	if (key < 0)
		return no("add_key");
	snprintf(number, sizeof(number), "%ld", key);
	setenv("REACH_KEY", number, 1);
	execvp(a[1], a + 1);
	return no(a[1]);
}

/* read-key NUMBER NAME: by its number, and by its name. */
static int do_read_key(char **a)
{
	char text[64] = "";
	long key = syscall(SYS_request_key, "user", a[1], NULL, 0);

	if (key < 0)
		key = atol(a[0]);
	if (syscall(SYS_keyctl, 11 /* READ */, key, text, sizeof(text) - 1) < 0)
		return no("read");
	return yes(text);
}

/* trace: a child of one's own, as a debugger does. */
static int do_trace(char **a)
{
	pid_t pid = fork();
	int status;

	(void)a;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) < 0) {
		kill(pid, SIGKILL);
		return no("ptrace");
	}
	kill(pid, SIGKILL);
	return yes("traced");
}

static const struct {
	const char *word;
	int words;
	int (*run)(char **a);
} rows[] = {
	{ "landlock", 0, do_landlock }, { "mqueue", 0, do_mqueue }, { "shm", 0, do_shm },         { "memory", 0, do_memory },   { "tmpfile", 1, do_tmpfile },
	{ "listen", 1, do_listen },   { "connect", 1, do_connect }, { "give", 2, do_give },       { "take", 2, do_take },
	{ "mount", 1, do_mount },     { "writable", 1, do_writable }, { "node", 1, do_node },     { "keyring", 0, do_keyring },
	{ "fenced-node", 1, do_fenced_node }, { "images", 0, do_images },
	{ "add-key", 2, do_add_key }, { "read-key", 2, do_read_key }, { "trace", 0, do_trace },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(argv[1], rows[i].word) == 0 && argc - 2 >= rows[i].words)
			return rows[i].run(argv + 2);
	fprintf(stderr, "usage: reach WORD [ARGUMENT...]\n");
	return 2;
}
