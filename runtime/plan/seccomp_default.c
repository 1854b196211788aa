/* SPDX-License-Identifier: Apache-2.0
 *
 * crib's own seccomp profile: what a container may ask of the kernel. Every
 * system call of Linux 7.3 on x86-64 is in exactly one row below (a unit test holds it):
 * allowed, allowed with a capability of the container, or refused. In the
 * spirit of docker's default profile; where it is stricter the row says why.
 *
 *   EPERM    what is refused: the program learns that it may not
 *   ENOSYS   what libc or a program has another way for, what no kernel of today has,
 *            and what is newer than this table: as if the kernel were older
 *   SIGSYS   the 32-bit and x32 ways in (seccomp.h)
 */
#include "model/syscalls.h"
#include "plan/seccomp.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define CAP(name) (UINT64_C(1) << CAP_##name)

struct row {
	const char *names;  /* separated by blanks; those that an architecture has not do not matter */
	uint64_t caps;      /* allowed to who has one of these, */
	uint32_t otherwise; /* refused with this errno to all others; 0: allowed to all */
};

static const struct row rows[] = {
	/* files */
	{ "access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 "
	  "fadvise64 fadvise64_64 arm_fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl "
	  "fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 "
	  "fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr getxattrat inotify_add_watch "
	  "inotify_init inotify_init1 inotify_rm_watch lchown lchown32 lgetxattr link linkat listxattr listxattrat "
	  "llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat newfstatat open "
	  "openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv "
	  "removexattr removexattrat rename renameat renameat2 rmdir sendfile sendfile64 setxattr setxattrat splice stat "
	  "stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range arm_sync_file_range syncfs tee truncate "
	  "truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev cachestat "
	  "file_getattr file_setattr",
	  0, 0 },
	/* what /proc/self/mountinfo says too; a handle opens nothing without open_by_handle_at */
	{ "statmount listmount name_to_handle_at", 0, 0 },
	/* waiting */
	{ "epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 _newselect pause poll "
	  "ppoll ppoll_time64 pselect6 pselect6_time64 select signalfd signalfd4 futex futex_requeue futex_time64 "
	  "futex_wait futex_waitv futex_wake io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 "
	  "io_setup io_submit",
	  0, 0 },
	/* memory */
	{ "brk madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2 "
	  "mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages",
	  0, 0 },
	/* time */
	{ "adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 "
	  "clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create "
	  "timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create "
	  "timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times",
	  0, 0 },
	/* processes; arch_prctl, set_tls and the like are how threads find themselves */
	{ "execve execveat exit exit_group fork vfork wait4 waitid waitpid getpgid getpgrp getpid getppid getsid gettid "
	  "setpgid setsid get_robust_list set_robust_list get_thread_area set_thread_area set_tid_address arch_prctl "
	  "set_tls get_tls cacheflush breakpoint prctl rseq rseq_slice_yield restart_syscall getrlimit ugetrlimit setrlimit "
	  "prlimit64 getrusage getpriority setpriority ioprio_get ioprio_set sched_getaffinity sched_getattr "
	  "sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval "
	  "sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield "
	  "process_mrelease pidfd_open",
	  0, 0 },
	/* debuggers: only for who could read and write the other process anyway, since Linux 4.8
	 * not around this filter, and never out of the PID namespace */
	{ "ptrace process_vm_readv process_vm_writev", 0, 0 },
	/* the kernel's own traps into itself, where somebody outside has set a probe on a program or library */
	{ "uprobe uretprobe", 0, 0 },
	/* signals */
	{ "kill pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend "
	  "rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack tgkill tkill sigaction sigpending "
	  "sigprocmask sigreturn sigsuspend signal",
	  0, 0 },
	/* who one is; the capabilities decide */
	{ "capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid getresgid32 "
	  "getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups "
	  "setgroups32 setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid "
	  "setuid32",
	  0, 0 },
	/* communication, of the sandbox's own namespaces; socket and socketpair: below */
	{ "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 "
	  "recvmsg send sendmmsg sendmsg sendto setsockopt shutdown pipe pipe2 mq_getsetattr mq_notify mq_open "
	  "mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd "
	  "semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget",
	  0, 0 },
	/* what one may know of the machine */
	{ "getcpu getrandom sysinfo uname", 0, 0 },
	/* to fence oneself in further */
	{ "landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp", 0, 0 },

	/* with a capability, as docker; the kernel asks for it too, most of it in the host's user namespace */
	{ "mount mount_setattr move_mount open_tree open_tree_attr fsconfig fsmount fsopen fspick umount umount2 setns "
	  "sethostname setdomainname quotactl quotactl_fd fanotify_init fanotify_mark lsm_get_self_attr "
	  "lsm_list_modules lsm_set_self_attr",
	  CAP(SYS_ADMIN), EPERM },
	{ "clone3", CAP(SYS_ADMIN), ENOSYS }, /* its flags lie in memory: libc falls back to clone */
	{ "bpf", CAP(SYS_ADMIN) | CAP(BPF), EPERM },
	{ "perf_event_open", CAP(SYS_ADMIN) | CAP(PERFMON), EPERM },
	{ "syslog", CAP(SYS_ADMIN) | CAP(SYSLOG), EPERM },
	{ "open_by_handle_at", CAP(DAC_READ_SEARCH), EPERM },
	{ "reboot", CAP(SYS_BOOT), EPERM },
	{ "chroot", CAP(SYS_CHROOT), EPERM },
	{ "delete_module finit_module init_module", CAP(SYS_MODULE), EPERM },
	{ "acct", CAP(SYS_PACCT), EPERM },
	{ "kcmp pidfd_getfd process_madvise", CAP(SYS_PTRACE), EPERM },
	{ "ioperm iopl", CAP(SYS_RAWIO), EPERM },
	{ "clock_settime clock_settime64 settimeofday stime", CAP(SYS_TIME), EPERM },
	{ "vhangup", CAP(SYS_TTY_CONFIG), EPERM },
	{ "get_mempolicy mbind set_mempolicy set_mempolicy_home_node", CAP(SYS_NICE), EPERM },

	/* never: each has been a way out, or is of no use inside */
	{ "add_key keyctl request_key", 0, EPERM },                 /* keys are not all of a namespace */
	{ "io_uring_enter io_uring_register io_uring_setup", 0, EPERM }, /* does what a filter does not see */
	{ "userfaultfd", 0, EPERM },                                /* stops the kernel in the midst of a copy */
	{ "kexec_file_load kexec_load", 0, EPERM },
	{ "pivot_root swapoff swapon", 0, EPERM },
	{ "migrate_pages move_pages", 0, EPERM },                   /* memory of others, placed */
	{ "modify_ldt vm86 vm86old", 0, EPERM },                    /* 16 and 32 bits are not on offer here */
	{ "lookup_dcookie nfsservctl sysfs uselib ustat _sysctl", 0, EPERM }, /* of the past */

	/* as if the kernel had none */
	{ "listns", 0, ENOSYS },  /* 6.19: namespaces; /proc shows one's own */
	{ "fchroot", 0, ENOSYS }, /* 7.3: chroot is there */
	{ "afs_syscall create_module epoll_ctl_old epoll_wait_old get_kernel_syms getpmsg putpmsg query_module security "
	  "tuxcall vserver", 0, ENOSYS },
};

/* ---- calls whose arguments decide ---- */

/* An int is compared as the kernel takes it: by its low 32 bits, whatever lies above (CVE-2023-28100). */
#define INT(index, value) { index, SECCOMP_SPEC_MASKED_EQ, UINT32_MAX, value }
#define NO_BITS(index, mask) { index, SECCOMP_SPEC_MASKED_EQ, mask, 0 }

struct part {
	const char *name;
	struct seccomp_arg args[2]; /* all must hold; mask 0: any */
	uint64_t caps;              /* 0: holds for all; else for who has one of these */
	uint32_t error;             /* 0: allow */
};

enum {
	NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
			 CLONE_NEWNET,
	ROUTE = 0, AUDIT = 9,   /* protocols of AF_NETLINK */
	PER_PLAIN = 0, PER_ASK = -1,
};

/* All that unshare may take apart without a new namespace, so that what is new is refused
 * (UNSHARE_EMPTY_MNTNS of 7.1 has a bit that clone uses for something else). Its flags have 64 bits. */
#define UNSHARED (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_VM | CLONE_THREAD)
#define BEYOND_32_BITS(index) { index, SECCOMP_SPEC_GT, UINT32_MAX, 0 }

/* In this order: the first that holds decides. */
static const struct part parts[] = {
	{ "clone", { { 0 } }, CAP(SYS_ADMIN), 0 },
	{ "clone", { NO_BITS(0, NEW_NAMESPACES) }, 0, 0 },
	{ "clone", { { 0 } }, 0, EPERM },
	{ "unshare", { { 0 } }, CAP(SYS_ADMIN), 0 },
	{ "unshare", { BEYOND_32_BITS(0) }, 0, EPERM },
	{ "unshare", { NO_BITS(0, UINT32_MAX & ~UNSHARED) }, 0, 0 },
	{ "unshare", { { 0 } }, 0, EPERM },

	/* words put into the mouth of the terminal's other users */
	{ "ioctl", { INT(1, TIOCSTI) }, 0, EPERM },
	{ "ioctl", { INT(1, TIOCLINUX) }, 0, EPERM },
	{ "ioctl", { { 0 } }, 0, 0 },

	{ "personality", { INT(0, PER_PLAIN) }, 0, 0 },
	{ "personality", { INT(0, PER_LINUX32) }, 0, 0 },
	{ "personality", { INT(0, UNAME26) }, 0, 0 },
	{ "personality", { INT(0, PER_LINUX32 | UNAME26) }, 0, 0 },
	{ "personality", { INT(0, (uint32_t)PER_ASK) }, 0, 0 },
	{ "personality", { { 0 } }, 0, EPERM },

	/* no family and no protocol but these: AF_ALG, AF_RXRPC, AF_RDS, AF_VSOCK, AF_XDP and the xfrm and netfilter
	 * protocols of netlink have been the doors of most escapes of late */
	{ "socket", { INT(0, AF_UNIX) }, 0, 0 },
	{ "socket", { INT(0, AF_INET) }, 0, 0 },
	{ "socket", { INT(0, AF_INET6) }, 0, 0 },
	{ "socket", { INT(0, AF_NETLINK) }, CAP(NET_ADMIN), 0 },
	{ "socket", { INT(0, AF_NETLINK), INT(2, ROUTE) }, 0, 0 },
	{ "socket", { INT(0, AF_NETLINK), INT(2, AUDIT) }, CAP(AUDIT_WRITE) | CAP(AUDIT_CONTROL), 0 },
	{ "socket", { INT(0, AF_PACKET) }, CAP(NET_RAW), 0 },
	{ "socket", { { 0 } }, 0, EAFNOSUPPORT },
	{ "socketpair", { INT(0, AF_UNIX) }, 0, 0 },
	{ "socketpair", { { 0 } }, 0, EAFNOSUPPORT },
};

static struct strs split(const char *names, struct arena *arena)
{
	char *copy = arena_strdup(arena, names), *next;
	struct strs strs = { 0 };
	size_t n = 1;

	for (const char *c = names; *c; c++)
		n += *c == ' ';
	strs.v = arena_array(arena, n, sizeof(*strs.v));
	for (; copy; copy = next) {
		next = strchr(copy, ' ');
		if (next)
			*next++ = '\0';
		strs.v[strs.n++] = copy;
	}
	return strs;
}

static void add_row(struct seccomp_spec *spec, const struct row *row, uint64_t caps, struct arena *arena)
{
	struct seccomp_rule rule = { .names = split(row->names, arena), .action = SECCOMP_SPEC_ALLOW };

	if (row->otherwise && !(row->caps & caps)) {
		rule.action = SECCOMP_SPEC_ERRNO;
		rule.errno_ret = row->otherwise;
	}
	*(struct seccomp_rule *)arena_push(arena, &spec->rules, &spec->n_rules, sizeof(rule)) = rule;
}

static void add_part(struct seccomp_spec *spec, const struct part *part, uint64_t caps, struct arena *arena)
{
	struct seccomp_rule rule = { .names = split(part->name, arena), .action = SECCOMP_SPEC_ALLOW };

	if (part->caps && !(part->caps & caps))
		return;
	if (part->error) {
		rule.action = SECCOMP_SPEC_ERRNO;
		rule.errno_ret = part->error;
	}
	for (size_t i = 0; i < ARRAY_SIZE(part->args) && part->args[i].value; i++)
		*(struct seccomp_arg *)arena_push(arena, &rule.args, &rule.n_args, sizeof(*rule.args)) = part->args[i];
	*(struct seccomp_rule *)arena_push(arena, &spec->rules, &spec->n_rules, sizeof(rule)) = rule;
}

const struct seccomp_spec *seccomp_default(uint64_t caps, struct arena *arena)
{
	struct seccomp_spec *spec = arena_alloc(arena, sizeof(*spec));

	spec->default_action = SECCOMP_SPEC_ERRNO;
	spec->default_errno = ENOSYS;
	spec->archs = 1u << SYSCALLS_NATIVE;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_row(spec, &rows[i], caps, arena);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		add_part(spec, &parts[i], caps, arena);
	return spec;
}
