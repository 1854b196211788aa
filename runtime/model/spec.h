/* SPDX-License-Identifier: Apache-2.0
 *
 * struct spec: what is wanted, in one noun. A sandbox (in Kubernetes' words a
 * pod) and N containers in it. Fronts lower their own words to it; nothing
 * after front/ knows which door was used. Values only: no descriptors, no host
 * facts, no decisions. Everything lives in the command's arena; a pointer that
 * is NULL and a count that is 0 mean "not said".
 *
 * The members are named as in the OCI runtime specification 1.2 (config.md,
 * config-linux.md) and the Kubernetes core/v1 API where these have a word.
 */
#ifndef CRIB_MODEL_SPEC_H
#define CRIB_MODEL_SPEC_H

#include "model/seccomp.h"
#include "util/device.h"
#include "util/values.h"

/* ---- namespaces ---- */

enum ns_type { NS_USER, NS_PID, NS_MOUNT, NS_NETWORK, NS_UTS, NS_IPC, NS_CGROUP, NS_TIME, NS_TYPES };

enum ns_mode {
	NS_NEW,  /* one of its own */
	NS_HOST, /* the caller's */
	NS_PATH, /* join the one at path */
};

struct ns_spec {
	enum ns_mode mode;
	const char *path;
};

/* ---- resources (cgroups(7); OCI linux.resources) ---- */

enum { LIMIT_UNSET = 0, LIMIT_NONE = -1 }; /* of the int64_t members: not said, unlimited */

struct resources {
	int64_t memory_bytes;     /* hard limit; swap is not given on top */
	int64_t pids;             /* tasks */
	int64_t cpu_quota_us;     /* per period */
	int64_t cpu_period_us;    /* default 100,000 */
	bool memory_asked, pids_asked, cpu_asked; /* by the user: then no limit is an error, else a warning */
};

/* ---- mounts ---- */

enum mount_type {
	MOUNT_BIND,  /* source is a path of the host */
	MOUNT_TMPFS,
	MOUNT_FS,    /* a file system by name: fs_type */
};

struct mount_spec {
	enum mount_type type;
	const char *destination; /* absolute, in the container */
	const char *source;
	const char *fs_type;
	bool readonly, nosuid, nodev, noexec;
	bool idmap, noidmap;     /* bind: ids of files are the sandbox's, or it is refused; they stay the host's. Neither: where it can be had */
	bool nonrecursive;       /* bind: leave out what is mounted below the source */
	int64_t size_bytes;      /* tmpfs: 0 is the default */
	uint32_t mode;           /* tmpfs: permission bits of its root; 0 is 01777 */
	struct strs options;     /* file-system options as they are */
};

/* ---- process ---- */

struct caps_spec { /* bit N is capability N (capabilities(7)) */
	bool said; /* the five sets are meant exactly (OCI); else plan's default list, changed by add and drop */
	uint64_t bounding, effective, permitted, inheritable, ambient;
	uint64_t add, drop; /* CAPS_ALL: whatever the kernel knows, be it newer than we are */
};

#define CAPS_ALL (~UINT64_C(0))

struct selinux_spec { /* parts of a label, in place of those of the default one */
	const char *user, *role, *type, *level;
	bool disable; /* no label, by name */
};

struct process_spec {
	struct strs args;          /* empty: the image's default */
	struct strs env;           /* NAME=value; later ones win */
	const char *cwd;           /* created when it is missing; NULL is / */
	const char *user;          /* "uid[:gid]" or names, resolved in the container's own files; NULL is root */
	struct strs extra_groups;
	uint32_t umask;            /* 0 is 022 */
	bool terminal;             /* a terminal of its own for 0, 1, 2 */
	bool stdin_open;           /* the caller's standard input, else /dev/null */
	bool init;                 /* a PID 1 that reaps and forwards; else the command is PID 1 */
	bool forward_group;        /* forward signals to the command's process group */
	bool allow_new_privs;
	bool nonroot_required;     /* refused when the user turns out to be 0 (Kubernetes' runAsNonRoot) */
	struct rlimit_spec *rlimits;
	size_t n_rlimits;
	struct caps_spec caps;
	int stop_signal;           /* 0 is SIGTERM */
	int64_t stop_timeout_s;    /* -1: never kill; set by fronts, default 10 */
	const char *apparmor_profile; /* "unconfined": none, by name */
	const char *selinux_label;
	struct selinux_spec selinux;
};

/* ---- container ---- */

enum image_kind {
	IMAGE_EMBEDDED,  /* the BusyBox root in this file */
	IMAGE_DIRECTORY, /* a directory of the host, never written to */
};

enum verify_policy {
	VERIFY_DEFAULT, /* plan's choice */
	VERIFY_REFUSE,
	VERIFY_WARN,
	VERIFY_ONCE,    /* warn, once a day */
	VERIFY_OFF,
};

struct image_spec {
	enum image_kind kind;
	const char *name; /* as the user said it */
	const char *path; /* absolute, of IMAGE_DIRECTORY */
	enum verify_policy verify;
	const char *manifest; /* absolute; the directory has to be as it says */
};

enum hook_when { HOOK_PRESTART, HOOK_CREATE_RUNTIME, HOOK_CREATE_CONTAINER, HOOK_START_CONTAINER, HOOK_POSTSTART, HOOK_POSTSTOP };

struct hook_spec {
	enum hook_when when;
	const char *path;
	struct strs args, env;
	int64_t timeout_s;
};

struct device_spec {
	const char *path;   /* in the container */
	const char *source; /* the host's device, or a directory of such; NULL: the members below say which */
	char type;          /* 'c', 'b', 'p' */
	uint32_t major, minor, mode, uid, gid;
	uint32_t access;    /* enum device_access; 0: all */
};

enum seccomp_choice {
	SECCOMP_DEFAULT,    /* crib's own profile */
	SECCOMP_UNCONFINED, /* no filter */
	SECCOMP_PROFILE,    /* a given one */
};

enum landlock_choice {
	LANDLOCK_AUTO, /* where the kernel has it */
	LANDLOCK_ON,   /* or not at all */
	LANDLOCK_OFF,
};

struct container_spec {
	const char *name;
	struct image_spec image;
	bool root_readonly;
	bool root_private;             /* share no page of the image with anybody */
	int64_t writable_bytes;        /* bound of the writable layer; 0 is the default */
	struct process_spec process;
	struct mount_spec *mounts;     /* in order, on top of the standard ones */
	size_t n_mounts;
	struct strs masked_paths, readonly_paths; /* beyond the standard ones */
	struct strs unmasked_paths;    /* standard ones that are left as the kernel makes them */
	bool unmask_all;               /* all of those */
	struct strs proc_options;      /* of the mount of /proc: "hidepid=2" */
	bool privileged;               /* docker's switch; a front sets what it stands for besides */
	struct device_spec *devices;
	size_t n_devices;
	struct device_rule *device_rules; /* opened beyond these and the standard ones */
	size_t n_device_rules;
	struct hook_spec *hooks;
	size_t n_hooks;
	struct resources resources;
	enum seccomp_choice seccomp_choice;
	enum landlock_choice landlock;
	struct ports tcp_bind, tcp_connect; /* with Landlock only these */
	const struct seccomp_spec *seccomp; /* of SECCOMP_PROFILE; compiled by plan */
	bool record_calls;             /* crib profile: each call that the filter lets pass is noted */
};

/* ---- sandbox ---- */

enum ids_choice { /* of a user namespace */
	IDS_OWN,      /* as many of its own as can be had */
	IDS_IDENTITY, /* the caller's, as they are */
	IDS_SINGLE,   /* the caller's own as root, and no other */
};

enum network_kind {
	NETWORK_NONE, /* a network namespace with nothing but loopback */
	NETWORK_HOST,
};

enum security_level { /* Kubernetes' Pod Security Standards; what a level refuses is plan/security.c */
	SECURITY_UNSAID,
	SECURITY_PRIVILEGED, /* refuses nothing */
	SECURITY_BASELINE,
	SECURITY_RESTRICTED,
	SECURITY_LEVELS,
};

enum restart_policy { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };

struct sandbox_spec {
	const char *name;              /* unique among the live ones of a user; valid as a host name label */
	const char *hostname;          /* NULL is the name */
	const char *domainname;
	struct ns_spec ns[NS_TYPES];
	bool userns_asked;             /* NS_USER's mode was said, and not the host's ids: Kubernetes' hostUsers is not left out */
	enum security_level security;
	enum ids_choice ids;           /* where the maps are empty */
	struct id_maps uid_maps, gid_maps; /* empty: plan chooses by what the host allows */
	enum network_kind network;
	struct pairs sysctls;
	struct pairs annotations;
	enum restart_policy restart;   /* of the command, in the background */
	int restart_most;              /* times; 0: no bound */
	const char *cgroups_path;
	int64_t time_monotonic_ns, time_boottime_ns; /* offsets (time_namespaces(7)) */
	struct resources resources;    /* of all containers together */
};

struct spec {
	struct sandbox_spec sandbox;
	struct container_spec *containers;
	size_t n_containers;
};

struct arena;
struct err;

/* Names of the types above, for printing and parsing: "user", "pid", … */
extern const char *const ns_type_names[NS_TYPES];
extern const char *const security_level_names[SECURITY_LEVELS];

/* A name for a sandbox: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63 bytes (RFC 1123
 * label, as Kubernetes' pod names: they are host names and path components). */
bool spec_name_valid(const char *name);

/* What does not depend on the host and holds for every door: names, counts,
 * absolute destinations. Gives -EINVAL and a sentence. */
int spec_check(const struct spec *spec, struct err *err) MUST_CHECK;

/* The spec as JSON (crib lower), members that say nothing left out; in the arena. */
const char *spec_json(const struct spec *spec, struct arena *arena) __attribute__((returns_nonnull));

#endif
