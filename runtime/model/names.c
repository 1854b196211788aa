/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of signals, resource limits and capabilities: three tables and how to
 * look into them.
 */
#include "model/names.h"

#include <signal.h>
#include <strings.h>
#include <sys/resource.h>

static const struct {
	const char *name;
	int number;
} signals[] = { /* an old name comes after the one to print */
	{ "HUP", SIGHUP },       { "INT", SIGINT },       { "QUIT", SIGQUIT },   { "ILL", SIGILL },
	{ "TRAP", SIGTRAP },     { "ABRT", SIGABRT },     { "BUS", SIGBUS },     { "FPE", SIGFPE },
	{ "KILL", SIGKILL },     { "USR1", SIGUSR1 },     { "SEGV", SIGSEGV },   { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },     { "ALRM", SIGALRM },     { "TERM", SIGTERM },   { "STKFLT", SIGSTKFLT },
	{ "CHLD", SIGCHLD },     { "CONT", SIGCONT },     { "STOP", SIGSTOP },   { "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },     { "TTOU", SIGTTOU },     { "URG", SIGURG },     { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },     { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },   { "WINCH", SIGWINCH },
	{ "IO", SIGIO },         { "PWR", SIGPWR },       { "SYS", SIGSYS },     { "IOT", SIGABRT },
	{ "POLL", SIGIO },       { "CLD", SIGCHLD },
};

/* The C libraries differ (glibc 34, musl 35); everybody's documentation means glibc's. */
enum { RTMIN = 34, RTMAX = SIGNALS };

static const struct {
	const char *name;
	int resource;
} rlimits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },           { "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },         { "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },     { "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK }, { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },       { "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },     { "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },   { "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING }, { "RLIMIT_STACK", RLIMIT_STACK },
};

static const char *const capabilities[] = { /* by number: linux/capability.h */
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
	"CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
	"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};

/* A number of one or two digits and nothing else; -1: it is not. */
static int small_number(const char *s)
{
	int n = 0;

	if (!*s || strlen(s) > 2)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

/* RTMIN, RTMIN+3, RTMAX-2 */
static int realtime_number(const char *name)
{
	int base = strncasecmp(name, "RTMIN", 5) == 0 ? RTMIN : RTMAX;
	int n = 0;

	if (base == RTMAX && strncasecmp(name, "RTMAX", 5) != 0)
		return -1;
	name += 5;
	if (*name) {
		if (*name != (base == RTMIN ? '+' : '-'))
			return -1;
		n = small_number(name + 1);
		if (n < 0 || n > RTMAX - RTMIN)
			return -1;
	}
	return base == RTMIN ? base + n : base - n;
}

int signal_number(const char *name)
{
	int n = small_number(name);

	if (n >= 0)
		return n >= 1 && n <= SIGNALS ? n : -1;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (strcasecmp(name, signals[i].name) == 0)
			return signals[i].number;
	return realtime_number(name);
}

const char *signal_name(struct arena *arena, int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (signals[i].number == number)
			return arena_printf(arena, "SIG%s", signals[i].name);
	if (number > RTMIN && number <= RTMAX)
		return arena_printf(arena, "SIGRTMIN+%d", number - RTMIN);
	return number == RTMIN ? "SIGRTMIN" : arena_printf(arena, "%d", number);
}

int rlimit_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rlimits); i++)
		if (strcasecmp(name, rlimits[i].name) == 0 ||
		    strcasecmp(name, rlimits[i].name + strlen("RLIMIT_")) == 0)
			return rlimits[i].resource;
	return -1;
}

const char *rlimit_name(int resource)
{
	for (size_t i = 0; i < ARRAY_SIZE(rlimits); i++)
		if (rlimits[i].resource == resource)
			return rlimits[i].name;
	return NULL;
}

int capability_number(const char *name)
{
	const char *bare = strncasecmp(name, "CAP_", 4) == 0 ? name + 4 : name;

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (strcasecmp(bare, capabilities[i] + strlen("CAP_")) == 0)
			return (int)i;
	return -1;
}

const char *capability_name(unsigned number)
{
	return number < ARRAY_SIZE(capabilities) ? capabilities[number] : NULL;
}
