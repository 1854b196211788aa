/* SPDX-License-Identifier: Apache-2.0
 *
 * System calls that a sandbox has no business with. Each is called with words that the kernel refuses only after it has asked
 * for the right to: EPERM or ENOSYS is the fence, anything else is the way through it.
 */
#include "probe.h"

#include <limits.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/kexec.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/timex.h>
#include <sys/wait.h>

static const char nowhere[] = "/crib/probe/does/not/exist";

#define WORD(text) (long)(text)

static int call(const struct probe *p, const char *arg)
{
	const long *n = p->number;

	(void)arg;
	return by_result(syscall(n[0], n[1], n[2], n[3], n[4], n[5]), p->word);
}

/* As above, for calls that give no answer to tell by but EPERM. */
static int bpf_call(const struct probe *p, const char *arg)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

	(void)arg;
	return by_result(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)), p->word);
}

static int perf_call(const struct probe *p, const char *arg)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_TASK_CLOCK,
					.exclude_kernel = 1, .exclude_hv = 1 };

	(void)arg;
	return by_result(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0), p->word);
}

static int userfaultfd_call(const struct probe *p, const char *arg)
{
	long fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	(void)arg;
	if (fd < 0)
		fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */);
	return by_result(fd, p->word);
}

static int io_uring_call(const struct probe *p, const char *arg)
{
	struct io_uring_params params = { 0 };

	(void)arg;
	return by_result(syscall(SYS_io_uring_setup, 1, &params), p->word);
}

static int adjtime_call(const struct probe *p, const char *arg)
{
	struct timex t = { 0 };

	(void)arg;
	if (syscall(SYS_adjtimex, &t) < 0)
		return by_result(-1, p->word);
	t.modes = ADJ_TICK; /* the same again */
	return by_result(syscall(SYS_adjtimex, &t), p->word);
}

static int hostname_call(const struct probe *p, const char *arg)
{
	char name[HOST_NAME_MAX + 1] = "";

	(void)arg;
	gethostname(name, sizeof(name) - 1);
	return by_result(sethostname(name, strlen(name)), p->word);
}

static int mount_setattr_call(const struct probe *p, const char *arg)
{
	uint64_t attr[4] = { 0 };

	(void)arg;
	return by_result(syscall(SYS_mount_setattr, AT_FDCWD, nowhere, 0, attr, sizeof(attr)), p->word);
}

static int handle_call(const struct probe *p, const char *arg)
{
	struct {
		struct file_handle h;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = { .h = { .handle_bytes = 8, .handle_type = 1 /* FILEID_INO32_GEN */ }, .bytes = { 2 } };
	int mount = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)arg;
	return by_result(open_by_handle_at(mount, &handle.h, O_RDONLY), p->word);
}

/* ---- keys ---- */

static int keyring_call(const struct probe *p, const char *arg)
{
	long key = syscall(SYS_add_key, "user", "crib-probe", "x", 1, KEY_SPEC_PROCESS_KEYRING);

	(void)arg;
	return by_result(key, p->word);
}

/* Keyrings that belong to the session or the user outside, and a key in them by its name. */
static int search_keys(const struct probe *p, const char *arg)
{
	static const long rings[] = { KEY_SPEC_SESSION_KEYRING, KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING };

	if (!arg)
		return by_result(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), p->word);
	for (size_t i = 0; i < sizeof(rings) / sizeof(*rings); i++)
		if (syscall(SYS_keyctl, KEYCTL_SEARCH, rings[i], "user", arg, 0) >= 0)
			return say(OPEN, "key %s is found", arg);
	return say(CLOSED, "key %s: %s", arg, strerror(errno));
}

/* ---- user namespaces, by each way ---- */

static int clone_user(const struct probe *p, const char *arg)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	(void)arg;
	if (pid == 0)
		_exit(0);
	return by_result(pid, p->word);
}

static int clone3_user(const struct probe *p, const char *arg)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	(void)arg;
	if (pid == 0)
		_exit(0);
	return by_result(pid, p->word);
}

/* ---- other doors into the kernel ---- */

#ifdef __x86_64__
/* The 32-bit calls: a filter that looks at 64-bit numbers alone does not see them. socketcall(2) is how CVE-2026-31431
 * went around filters. */
static long int80(long number, long a, long b)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static int compat_call(const struct probe *p, const char *arg)
{
	long pid = int80(20 /* getpid */, 0, 0);

	(void)arg;
	return pid > 0 ? say(OPEN, "%s gets an answer", p->word) : say(CLOSED, "%s: %s", p->word, strerror((int)-pid));
}

static int x32_call(const struct probe *p, const char *arg)
{
	(void)arg;
	return by_result(syscall(0x40000000 | SYS_getpid), p->word);
}
#else
static int no_call(const struct probe *p, const char *arg)
{
	(void)arg;
	return say(ABSENT, "%s is x86's", p->word);
}
#define compat_call no_call
#define x32_call no_call
#endif

#define CALL(name, tries, ...) { name, "system call", tries, call, name, { __VA_ARGS__ } }
#define SPECIAL(name, subject, tries, function) { name, subject, tries, function, name, { 0 } }

const struct probe call_probes[] = {
	CALL("init_module", "load a kernel module", SYS_init_module, WORD(""), 0, WORD("")),
	CALL("finit_module", "load a kernel module out of a file", SYS_finit_module, -1, WORD(""), 0),
	CALL("delete_module", "unload a kernel module", SYS_delete_module, WORD("crib_probe_none"), O_NONBLOCK),
	CALL("kexec_load", "start another kernel", SYS_kexec_load, 0, 0, 0, 0xff00),
	CALL("kexec_file_load", "start another kernel", SYS_kexec_file_load, -1, -1, 0, 0, ~0L),
	CALL("reboot", "reboot the machine, or end PID 1", SYS_reboot, 1, 2, 3, 0),
	CALL("swapon", "add swap", SYS_swapon, WORD(nowhere), 0),
	CALL("swapoff", "remove swap", SYS_swapoff, WORD(nowhere)),
	CALL("acct", "have all processes recorded", SYS_acct, WORD(nowhere)),
#ifdef SYS_iopl
	CALL("iopl", "use the machine's ports", SYS_iopl, 3),
	CALL("ioperm", "use the machine's ports", SYS_ioperm, 0x80, 1, 1),
#endif
	CALL("fsopen", "make a mount by the new calls", SYS_fsopen, WORD("tmpfs"), 1),
	CALL("fspick", "change a mount by the new calls", SYS_fspick, AT_FDCWD, WORD("/"), 1),
	CALL("open_tree", "clone a mount by the new calls", SYS_open_tree, AT_FDCWD, WORD("/"), 1),
	CALL("move_mount", "move a mount by the new calls", SYS_move_mount, AT_FDCWD, WORD(nowhere), AT_FDCWD, WORD(nowhere), 0),
	SPECIAL("mount_setattr", "system call", "change a mount by the new calls", mount_setattr_call),
	CALL("pivot_root", "change the root", SYS_pivot_root, WORD(nowhere), WORD(nowhere)),
	CALL("fanotify_init", "watch a whole file system", SYS_fanotify_init, FAN_CLASS_CONTENT, O_RDONLY),
	CALL("add_key", "put keys where others are", SYS_add_key, WORD("user"), WORD("crib-probe"), WORD("x"), 1, KEY_SPEC_PROCESS_KEYRING),
	CALL("request_key", "have the host run its key helper", SYS_request_key, WORD("user"), WORD("crib-probe"), 0, 0),
	SPECIAL("keyring", "CVE-2016-0728, CVE-2014-9529", "use the kernel's keyrings", keyring_call),
	SPECIAL("keyctl", "keyrings", "find the keys of the session outside", search_keys),
	SPECIAL("bpf", "system call", "load BPF maps and programs", bpf_call),
	SPECIAL("perf_event_open", "system call", "measure by the performance counters", perf_call),
	SPECIAL("userfaultfd", "system call", "stop the kernel amidst a copy, to win its races", userfaultfd_call),
	SPECIAL("io_uring", "system call", "have calls made where no filter sees them", io_uring_call),
	SPECIAL("adjtimex", "system call", "set the host's clock", adjtime_call),
	SPECIAL("sethostname", "system call", "change the host name", hostname_call),
	SPECIAL("open_by_handle_at", "shocker (2014)", "open files of the host by their numbers", handle_call),
	SPECIAL("clone-user", "CVE-2022-0185, CVE-2024-1086", "get all capabilities in a nested user namespace", clone_user),
	SPECIAL("clone3-user", "CVE-2022-0185, CVE-2024-1086", "get all capabilities in a nested user namespace, by clone3", clone3_user),
	CALL("personality", "switch off what makes addresses and memory safe", SYS_personality, READ_IMPLIES_EXEC),
	SPECIAL("int80", "CVE-2026-31431, 32-bit calls", "call the kernel by its 32-bit door", compat_call),
	SPECIAL("x32", "x32 calls", "call the kernel by its x32 door", x32_call),
	{ 0 },
};
