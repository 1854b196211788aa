/* SPDX-License-Identifier: Apache-2.0
 *
 * The orders of the last stage: the one header that runtime and init share.
 *
 * The runtime executes init from a sealed memfd with these descriptors, and no
 * others, open:
 *
 *     0, 1, 2            the command's standard streams
 *     HANDOFF_BLOB_FD    a memfd with one struct handoff and what it points to
 *     HANDOFF_SYNC_FD    one end of a SOCK_SEQPACKET pair: the gate, and the way
 *                        back for errors
 *     HANDOFF_RULESET_FD the command's Landlock ruleset (with HANDOFF_LANDLOCK)
 *     HANDOFF_PROC_FD    a procfs of the sandbox's, if there is a label to change to
 *     HANDOFF_KEEP_FD... handoff.keep_fds further ones for the command
 *
 * All signals are blocked. init maps the blob privately, then
 *
 *   1. arms PR_SET_PDEATHSIG (HANDOFF_DIE_WITH_PARENT) and sees that the other
 *      end of the socket is still there;
 *   2. waits at the gate: reads one message. HANDOFF_START opens it; end of file
 *      means that the creator is gone: exit without a word;
 *   3. acts by role. Success of the command's execve is told by the
 *      socket's end of file (it is CLOEXEC in the command, and init closes its own);
 *      failure by one struct handoff_report, then exit with its exit_status.
 *
 * Offsets count from the start of the blob; 0 is none. All integers are the
 * machine's own: both programs come out of the same file.
 */
#ifndef CRIB_INIT_HANDOFF_H
#define CRIB_INIT_HANDOFF_H

#include <stdint.h>

#define HANDOFF_MAGIC 0x62697263u /* "crib" */
#define HANDOFF_VERSION 1u

enum {
	HANDOFF_BLOB_FD = 3,
	HANDOFF_SYNC_FD = 4,
	HANDOFF_RULESET_FD = 5,
	HANDOFF_PROC_FD = 6,
	HANDOFF_KEEP_FD = 7, /* the first of handoff.keep_fds descriptors, moved down to 3... for the command */
};

/* Messages over the socket are one byte, reports apart. */
enum {
	HANDOFF_START = 'S',    /* to init */
	HANDOFF_TRACE = 'T',    /* from init, with HANDOFF_TRACED; HANDOFF_START is the answer */
};

enum handoff_role {
	HANDOFF_PID1, /* spawn the command, reap, forward signals, exit as it exited */
	HANDOFF_EXEC, /* become the command */
	HANDOFF_HOLD, /* no command: keep namespaces, reap; SIGTERM and SIGINT end it */
};

enum handoff_flags {
	HANDOFF_DIE_WITH_PARENT = 1 << 0, /* SIGKILL when the creating process dies */
	HANDOFF_NO_NEW_PRIVS = 1 << 1,
	HANDOFF_TERMINAL = 1 << 2,      /* descriptor 0 is to be the controlling terminal */
	HANDOFF_FORWARD_GROUP = 1 << 3, /* forward signals to the command's process group, as tini -g */
	HANDOFF_KEEP_GROUPS = 1 << 4,   /* setgroups(2) is denied in this user namespace: do not call it */
	HANDOFF_AMBIENT = 1 << 5,       /* raise cap_ambient */
	HANDOFF_LANDLOCK = 1 << 6,      /* enforce the ruleset, next to last */
	HANDOFF_TRACED = 1 << 7,        /* before the filter, ask for a tracer and wait for it */
};

struct handoff_rlimit {
	uint32_t resource; /* RLIMIT_* */
	uint32_t pad;
	uint64_t soft, hard; /* ~0 is infinity */
};

struct handoff {
	uint32_t magic;   /* HANDOFF_MAGIC */
	uint32_t version; /* HANDOFF_VERSION */
	uint64_t size;    /* of the whole blob in bytes */
	uint32_t role;    /* enum handoff_role */
	uint32_t flags;   /* enum handoff_flags */
	uint32_t uid, gid;
	uint32_t umask;
	uint32_t n_groups;  /* supplementary groups: exactly these */
	uint64_t groups;    /* offset of uint32_t[n_groups] */
	uint64_t cap_bounding, cap_permitted, cap_effective, cap_ambient; /* bit N is capability N; inheritable is always empty but for what ambient needs */
	uint32_t n_rlimits;
	uint32_t keep_fds;
	uint64_t rlimits;   /* offset of struct handoff_rlimit[n_rlimits] */
	uint64_t cwd;       /* offset of the working directory's path */
	uint64_t argv;      /* offset of uint64_t[]: offsets of the arguments, ended by 0 */
	uint64_t envp;      /* the same for the environment */
	uint64_t path;      /* offset of the search path for an argv[0] without a slash: $PATH of the container */
	uint64_t n_seccomp; /* instructions of a seccomp filter to install last; 0 is none */
	uint64_t seccomp;   /* offset of struct sock_filter[n_seccomp] */
	uint64_t apparmor; /* offset of the profile that the command, and init itself, change to */
	uint64_t selinux;  /* offset of the label that the command's execve changes to */
	uint64_t seccomp_flags; /* SECCOMP_FILTER_FLAG_*: none that gives a descriptor back */
};

struct handoff_report {
	int32_t code;        /* errno */
	int32_t exit_status; /* 125, 126 or 127 */
	char text[1016];     /* a sentence without "crib:" in front */
};

#endif
