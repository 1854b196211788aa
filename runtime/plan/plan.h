/* SPDX-License-Identifier: Apache-2.0
 *
 * struct plan: what will be done, in the kernel's words and in order. Made from
 * a spec and host facts by pure functions; carried out by sandbox/, which
 * cannot see the spec: every decision is taken here, where it is tested
 * without root. `crib plan` prints it.
 */
#ifndef CRIB_PLAN_PLAN_H
#define CRIB_PLAN_PLAN_H

#include "plan/devices.h"
#include "plan/facts.h"
#include "plan/step.h"
#include "util/values.h"

/* ---- cgroups (outside) ---- */

struct knob {
	const char *file, *value;
	bool required;   /* asked for by the user: failing is an error; else a warning */
	bool missing_ok; /* not every kernel has the file: its absence is no failure */
};

struct device_confinement { /* no rules: none */
	struct device_rule *rules; /* allowed; all else is refused */
	size_t n_rules;
	struct device_program program; /* version 2: the same, compiled */
	bool required;             /* the user's own words depend on it: failing is an error; else a warning */
	bool before_birth;         /* of the process; else while it is busy with its mounts */
};

struct cgroup_plan {
	int version;
	const char *path;      /* absolute */
	const char *enable;    /* v2: what to write to the parent's cgroup.subtree_control first; NULL: nothing */
	struct knob *knobs;
	size_t n_knobs;
	struct device_confinement devices;
};

/* ---- the file system (inside), in order ---- */

enum op_kind {
	OP_ROOT,         /* the image below a bounded tmpfs (overlay); a copy of it on the tmpfs where the kernel refuses */
	OP_MOUNT,        /* a new file system at target */
	OP_BIND,         /* a file or directory of the host at target */
	OP_DEVICE,       /* a device: made where that is allowed, else the host's one, source, bound */
	OP_MKDIR,
	OP_SYMLINK,      /* source is what the link says */
	OP_FILE,         /* a generated file; source is its content */
	OP_SYSCTL,       /* source is written to target below /proc/sys */
	OP_NETWORK,      /* joins the network namespace that was made meanwhile */
	OP_TERMINAL,     /* the terminal's device, bound over target */
	OP_MASK,         /* hidden behind an empty file or directory of ours */
	OP_READONLY,     /* target bound over itself, read-only */
	OP_KINDS,
};

extern const char *const op_names[OP_KINDS];

enum idmap { /* whether the ids of a mount's files are the sandbox's own, not the host's */
	IDMAP_NONE,
	IDMAP_TRY,  /* where the kernel can; else as they are */
	IDMAP_WARN, /* the same, and it is told */
	IDMAP_MUST, /* else there is no sandbox */
};

struct op {
	enum op_kind kind;
	const char *target;   /* in the container, absolute */
	const char *source;   /* by kind */
	const char *fs_type;  /* OP_MOUNT */
	struct strs options;  /* fsconfig(2): key or key=value */
	uint32_t attrs;       /* MOUNT_ATTR_* */
	uint32_t mode;        /* OP_MKDIR, OP_DEVICE */
	uint32_t major, minor; /* OP_DEVICE */
	uint32_t uid, gid;    /* OP_DEVICE, where it is made: inside */
	bool owned;           /* these count, else it is the maker's */
	bool block;           /* OP_DEVICE: a block device */
	bool recursive;       /* OP_BIND: with what is mounted below */
	bool missing_ok;      /* a target or source that is not there is no error */
	bool make_target;     /* make the target where it is missing */
	enum idmap idmap;     /* OP_ROOT, OP_BIND */
	bool numbered;        /* OP_MASK: one of each processor, whose number stands for the * in target */
	uint64_t access;      /* LANDLOCK_ACCESS_FS_* that are granted there and below; 0: no more than above */
	bool fresh;           /* OP_MOUNT: nobody else has it yet, and what follows with this mark is an entry of
	                         it: made on its descriptor, before it is put in place */
};

/* ---- Landlock, set from the operations ---- */

struct landlock_plan {
	unsigned version;         /* of the kernel's interface; 0: there is none, or it is not wanted */
	uint64_t fs, net, scoped; /* what is forbidden unless a rule grants it; what ends at the sandbox */
	struct ports bind, connect; /* rules for net */
};

struct landlock_word { /* rights that are granted together, for printing */
	const char *name;
	uint64_t access;
};

enum { LANDLOCK_WORDS = 7 };
extern const struct landlock_word landlock_words[LANDLOCK_WORDS];

/* ---- the process ---- */

enum plan_role { ROLE_PID1, ROLE_EXEC, ROLE_HOLD }; /* as init/handoff.h's */

struct sock_filter;
struct seccomp_spec;

struct process_plan {
	enum plan_role role;
	struct strs args, env;
	const char *cwd;
	const char *user;            /* resolved in the container's files; NULL: 0:0 */
	struct strs extra_groups;
	uint32_t umask;
	uint64_t cap_bounding, cap_permitted, cap_effective, cap_ambient;
	uint64_t cap_user_ambient;   /* ambient too when the user is not root, who gets the others without */
	bool nonroot_required;       /* to be refused when the user turns out to be 0 */
	bool no_new_privs, terminal, stdin_open, forward_group;
	struct rlimit_spec *rlimits;
	const char **rlimit_names;   /* by rlimits: RLIMIT_NOFILE… */
	size_t n_rlimits;
	int stop_signal;
	int64_t stop_timeout_s;
	const char *filter_name;     /* of seccomp: default, profile, unconfined */
	const struct seccomp_spec *profile; /* what the filter was made of; NULL: there is none */
	const struct sock_filter *filter;
	size_t n_filter;
	uint32_t filter_flags;       /* SECCOMP_FILTER_FLAG_* */
	const char *apparmor_profile, *selinux_label; /* to change to; NULL: none */
	bool traced;                 /* the filter stops for a tracer (traced.h): none may be missing */
};

/* A range of ids that no other sandbox has at the time is cut from pools; its first
 * ones become uid_maps.v[at].outside and gid_maps.v[at].outside. */
struct id_choice {
	struct id_pool *pools;
	size_t n_pools;              /* 0: the maps are complete */
	uint32_t count;
	size_t at;
	bool may_share;              /* better one that others have than none */
};

enum verify_tree {
	VERIFY_TREE_OFF,
	VERIFY_TREE_ONCE, /* warn, but not again for a day, and let very large ones be */
	VERIFY_TREE_WARN,
	VERIFY_TREE_REFUSE,
	VERIFY_TREES,
};

extern const char *const verify_tree_names[VERIFY_TREES];

struct verify_plan { /* of a root that is a directory of the host, before anything is made */
	const char *root;
	const char *manifest;   /* NULL: none */
	enum verify_tree tree;
	bool command;           /* whether it could be executed */
	bool in_image;          /* nothing that the user mounts can be the command */
};

struct spec;

struct plan {
	const char *name;
	struct step *steps;          /* outside, in order of doing */
	size_t n_steps;
	struct cgroup_plan *cgroups;
	size_t n_cgroups;
	uint64_t clone_flags;        /* CLONE_NEW* for clone3(2) */
	bool unshare_cgroup;         /* once it is in the right cgroup */
	bool unshare_time;
	int64_t time_monotonic_ns, time_boottime_ns;
	struct id_maps uid_maps, gid_maps;
	struct id_choice ids;
	bool shifted;                /* by root: ids inside are others outside, and files have to follow */
	const char *newuidmap, *newgidmap; /* what writes the maps; NULL: crib itself may */
	bool private_root;           /* a copy of the image of the sandbox's own */
	bool setgroups_deny;         /* user_namespaces(7): an unprivileged gid map wants it */
	bool own_network;            /* a network namespace with nothing but loopback, made beside the mounts */
	const char *hostname, *domainname; /* NULL: leave */
	int64_t writable_bytes;      /* of the tmpfs that carries the root's writes */
	struct device_rule *devices; /* of the nodes that were asked for */
	size_t n_devices;
	struct op *ops;
	size_t n_ops;
	struct landlock_plan landlock;
	struct process_plan process;
	struct verify_plan verify;
	struct strs warnings;        /* to be said once, before the start */
};

/* Spec and facts to a plan in the arena. id: in the names of what is made outside, so
 * that no other sandbox ever had or has the same, not under another state directory
 * or user either: undoing a step cannot meet what is somebody else's. Gives -EINVAL, -EOPNOTSUPP (a member of
 * the spec that is not carried out yet: never dropped in silence) or -EPERM. */
int plan_make(const struct spec *spec, const struct facts *facts, const char *id, struct arena *arena, struct plan *plan,
	      struct err *err) MUST_CHECK;

/* Where sandboxes of root get ids of their own: none where there are too few here. False: what was granted to
 * crib is of no use. */
bool plan_id_pools(const struct facts *facts, struct arena *arena, struct id_choice *ids);

/* The plan as text, a step a line, or as JSON; in the arena. */
const char *plan_text(const struct plan *plan, struct arena *arena) __attribute__((returns_nonnull));
const char *plan_json(const struct plan *plan, struct arena *arena) __attribute__((returns_nonnull));

#endif
