/* SPDX-License-Identifier: Apache-2.0
 *
 * The flags of `crib run`: a table, and a setter for each flag that is more than
 * one member. What flags mean together is lower.c's.
 */
#include "front/run_flags.h"

#include "front/device.h"
#include "front/mount.h"
#include "front/security_opt.h"
#include "front/value.h"
#include "model/names.h"

#include <errno.h>

#define SETTER(name) \
	static int name(struct words *w, const struct flag *flag, const char *value, struct err *err)

enum {
	MEMORY_MIN_BYTES = 512 * 1024, /* kernel memory of a few processes and their stacks is charged too */
	CPU_QUOTA_MIN_US = 1000,       /* the kernel's */
};

static const int64_t offset_max_s = INT64_C(146) * 365 * 24 * 3600; /* what 64 bits of nanoseconds hold, halved */

/* ---- limits ---- */

SETTER(set_memory)
{
	struct resources *r = &w->sandbox.resources;
	int64_t bytes;

	(void)flag;
	if (str_eq(value, "max") || str_eq(value, "-1")) {
		r->memory_bytes = LIMIT_NONE;
		r->memory_asked = false;
		return 0;
	}
	TRY(value_size(value, &bytes, err));
	if (bytes == 0)
		return err_set(err, EINVAL,
			       "nothing runs without memory; leave the flag out for 100m, or say max for no limit");
	if (bytes < MEMORY_MIN_BYTES)
		return err_set(err, EINVAL,
			       "the least is 512k: with less the kernel kills the command before it has started");
	r->memory_bytes = bytes;
	r->memory_asked = true;
	return 0;
}

SETTER(set_cpus)
{
	struct resources *r = &w->sandbox.resources;
	int64_t quota;

	(void)flag;
	if (str_eq(value, "max")) {
		r->cpu_quota_us = LIMIT_NONE;
		r->cpu_asked = false;
		return 0;
	}
	TRY(value_cpus(value, &quota, err));
	if (quota < CPU_QUOTA_MIN_US)
		return err_set(err, EINVAL, "the least is 0.01: the kernel shares out no less; max is no limit");
	r->cpu_quota_us = quota;
	r->cpu_asked = true;
	return 0;
}

SETTER(set_pids)
{
	struct resources *r = &w->sandbox.resources;

	(void)flag;
	if (str_eq(value, "max") || str_eq(value, "-1")) {
		r->pids = LIMIT_NONE;
		r->pids_asked = false;
		return 0;
	}
	if (str_eq(value, "0"))
		return err_set(err, EINVAL, "nothing runs without a process; say max for no limit");
	TRY(value_int(value, 1, INT32_MAX, &r->pids, err));
	r->pids_asked = true;
	return 0;
}

SETTER(add_ulimit)
{
	struct process_spec *p = &w->container.process;
	struct rlimit_spec limit;

	(void)flag;
	TRY(value_ulimit(value, &limit, err));
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].resource == limit.resource) {
			p->rlimits[i] = limit;
			return 0;
		}
	*(struct rlimit_spec *)arena_push(w->arena, &p->rlimits, &p->n_rlimits, sizeof(limit)) = limit;
	return 0;
}

SETTER(set_storage)
{
	const char *size = str_after(value, "size=");

	(void)flag;
	if (!size)
		return err_set(err, EINVAL, "only size=BYTES is known, such as size=64m");
	TRY(value_size(size, &w->container.writable_bytes, err));
	if (w->container.writable_bytes < 4096)
		return err_set(err, EINVAL, "the least is one page, 4k; for a root that is not written to: --read-only");
	return 0;
}

/* ---- the root ---- */

SETTER(set_verify)
{
	static const char *const words[] = { [VERIFY_REFUSE] = "refuse", [VERIFY_WARN] = "warn",
					     [VERIFY_ONCE] = "once", [VERIFY_OFF] = "off" };

	(void)flag;
	for (size_t i = VERIFY_REFUSE; i < ARRAY_SIZE(words); i++)
		if (str_eq(value, words[i])) {
			w->container.image.verify = (enum verify_policy)i;
			return 0;
		}
	return err_set(err, EINVAL, "refuse, warn, once (to warn once a day) or off");
}

/* ---- namespaces ---- */

SETTER(set_namespace)
{
	struct ns_spec *ns = (struct ns_spec *)(void *)((char *)w + flag->member);

	if (!str_eq(value, "private") && !str_eq(value, "host"))
		return err_set(err, EINVAL, "private or host");
	ns->mode = str_eq(value, "host") ? NS_HOST : NS_NEW;
	return 0;
}

SETTER(set_userns)
{
	static const struct {
		const char *word;
		enum ns_mode mode;
		enum ids_choice ids;
	} rows[] = {
		{ "private", NS_NEW, IDS_OWN },
		{ "single", NS_NEW, IDS_SINGLE },
		{ "identity", NS_NEW, IDS_IDENTITY },
		{ "host", NS_HOST, IDS_OWN },
	};

	(void)flag;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!str_eq(value, rows[i].word))
			continue;
		w->sandbox.userns_asked = rows[i].ids != IDS_IDENTITY;
		w->sandbox.ns[NS_USER].mode = rows[i].mode;
		w->sandbox.ids = rows[i].ids;
		return 0;
	}
	return err_set(err, EINVAL, "private, single, identity or host");
}

SETTER(add_map)
{
	struct id_maps *maps = (struct id_maps *)(void *)((char *)w + flag->member);
	const char *rest = value;
	int64_t n[3];

	for (int i = 0; i < 3; i++) {
		size_t length = strcspn(rest, ":");

		if ((rest[length] == ':') != (i < 2))
			return err_set(err, EINVAL, "not of the form INSIDE:OUTSIDE:COUNT, such as 0:100000:65536");
		TRY(value_int(arena_strndup(w->arena, rest, length), i == 2, UINT32_MAX - 1, &n[i], err));
		rest += length + (i < 2);
	}
	if (maps->n == 340)
		return err_set(err, EINVAL, "the kernel takes no more than 340 of them");
	*(struct id_map *)arena_push(w->arena, &maps->v, &maps->n, sizeof(*maps->v)) =
		(struct id_map){ (uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2] };
	return 0;
}

SETTER(set_network)
{
	if (!str_eq(value, "none") && !str_eq(value, "host"))
		return err_set(err, EINVAL, "none (a loopback of its own) or host; other networks do not exist yet");
	w->sandbox.network = str_eq(value, "host") ? NETWORK_HOST : NETWORK_NONE;
	return set_namespace(w, flag, w->sandbox.network == NETWORK_HOST ? "host" : "private", err);
}

SETTER(set_time_offset)
{
	int64_t seconds;

	(void)flag;
	TRY(value_int(value, -offset_max_s, offset_max_s, &seconds, err));
	w->sandbox.ns[NS_TIME].mode = NS_NEW;
	w->sandbox.time_monotonic_ns = w->sandbox.time_boottime_ns = seconds * 1000000000;
	return 0;
}

/* ---- Landlock ---- */

SETTER(set_landlock)
{
	static const char *const words[] = { [LANDLOCK_AUTO] = "auto", [LANDLOCK_ON] = "on", [LANDLOCK_OFF] = "off" };

	(void)flag;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_eq(value, words[i])) {
			w->container.landlock = (enum landlock_choice)i;
			return 0;
		}
	return err_set(err, EINVAL, "auto, on (refuse to start where the kernel has none) or off");
}

SETTER(set_ports)
{
	return value_ports(value, w->arena, (struct ports *)(void *)((char *)w + flag->member), err);
}

/* ---- process ---- */

SETTER(set_stop_signal)
{
	int n = signal_number(value);

	(void)flag;
	if (n < 0)
		return err_set(err, EINVAL, "no such signal; names with or without SIG and numbers from 1 to %d are taken",
			       SIGNALS);
	w->container.process.stop_signal = n;
	return 0;
}

SETTER(set_stop_timeout)
{
	(void)flag;
	return value_int(value, -1, INT32_MAX, &w->container.process.stop_timeout_s, err);
}

SETTER(set_forward)
{
	(void)flag;
	if (!str_eq(value, "process") && !str_eq(value, "group"))
		return err_set(err, EINVAL, "process or group");
	w->container.process.forward_group = str_eq(value, "group");
	return 0;
}

/* ---- security ---- */

SETTER(add_cap)
{
	return caps_add(value, (uint64_t *)(void *)((char *)w + flag->member), w->arena, err);
}

SETTER(add_security_opt)
{
	(void)flag;
	return security_opt_add(w, value, err);
}

SETTER(set_security)
{
	(void)flag;
	for (int level = SECURITY_PRIVILEGED; level < SECURITY_LEVELS; level++)
		if (str_eq(value, security_level_names[level])) {
			w->sandbox.security = (enum security_level)level;
			return 0;
		}
	return err_set(err, EINVAL, "restricted, baseline or privileged");
}

/* ---- names and values ---- */

static int add_pair(struct words *w, struct pairs *pairs, const char *value, struct err *err)
{
	size_t n = strcspn(value, "=");
	struct pair pair = { arena_strndup(w->arena, value, n), value[n] ? value + n + 1 : "" };

	if (!n)
		return err_set(err, EINVAL, "no name in front of the value");
	for (size_t i = 0; i < pairs->n; i++)
		if (str_eq(pairs->v[i].name, pair.name)) {
			pairs->v[i] = pair;
			return 0;
		}
	*(struct pair *)arena_push(w->arena, &pairs->v, &pairs->n, sizeof(pair)) = pair;
	return 0;
}

SETTER(add_label)
{
	(void)flag;
	return add_pair(w, &w->sandbox.annotations, value, err);
}

SETTER(add_sysctl)
{
	(void)flag;
	if (!strchr(value, '='))
		return err_set(err, EINVAL, "not of the form NAME=VALUE");
	return add_pair(w, &w->sandbox.sysctls, value, err);
}

/* ---- mounts ---- */

SETTER(add_volume)
{
	(void)flag;
	return mount_add_volume(w, value, err);
}

SETTER(add_mount)
{
	(void)flag;
	return mount_add_mount(w, value, err);
}

SETTER(add_tmpfs)
{
	(void)flag;
	return mount_add_tmpfs(w, value, err);
}

/* ---- devices ---- */

SETTER(add_device)
{
	(void)flag;
	return device_add(w, value, err);
}

SETTER(add_device_rule)
{
	(void)flag;
	return device_add_rule(w, value, err);
}

/* ---- what docker has and crib has not ---- */

/* docker's words; unless-stopped is always, for nothing of crib starts with the machine. */
SETTER(set_restart)
{
	static const struct { const char *word; enum restart_policy policy; } words[] = {
		{ "no", RESTART_NO }, { "on-failure", RESTART_ON_FAILURE }, { "always", RESTART_ALWAYS },
		{ "unless-stopped", RESTART_ALWAYS },
	};
	struct sandbox_spec *s = &w->sandbox;
	size_t n = strcspn(value, ":");
	int64_t most = 0;

	(void)flag;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != n || memcmp(words[i].word, value, n) != 0)
			continue;
		if (value[n] && words[i].policy != RESTART_ON_FAILURE)
			break;
		if (value[n])
			TRY(value_int(value + n + 1, 1, INT32_MAX, &most, err));
		s->restart = words[i].policy;
		s->restart_most = (int)most;
		return 0;
	}
	return err_set(err, EINVAL, "no, on-failure, on-failure:TIMES or always");
}

#define AT(path) offsetof(struct words, path)

const struct flag run_flags[] = {
	{ 'i', "interactive", NULL, "keep standard input open", flag_set_switch, AT(container.process.stdin_open) },
	{ 't', "tty", NULL, "give the command a terminal", flag_set_switch, AT(container.process.terminal) },
	{ 0, "name", "NAME", "name of the sandbox (default: the image's and six letters)", flag_set_word, AT(sandbox.name) },
	{ 'e', "env", "NAME[=VALUE]", "set an environment variable; without VALUE: yours", flag_add_word, AT(env) },
	{ 0, "env-file", "FILE", "set those in FILE, one a line", flag_add_word, AT(env_files) },
	{ 'w', "workdir", "DIR", "working directory, made if it is missing (default: /)", flag_set_word,
	  AT(container.process.cwd) },
	{ 'u', "user", "USER[:GROUP]", "user by name or number (default: root)", flag_set_word, AT(container.process.user) },
	{ 0, "entrypoint", "PROGRAM", "run PROGRAM with COMMAND as its arguments", flag_set_text, AT(entrypoint) },
	{ 0, "rootfs", "DIR", "use DIR as root, never written to; there is no IMAGE then", flag_set_word, AT(rootfs) },
	{ 0, "verify", "refuse|warn|once|off", "what to do when DIR holds what crib verify refuses (default: once)", set_verify, 0 },
	{ 0, "verify-against", "FILE", "start only when DIR is as that manifest of crib verify --write", flag_set_word,
	  AT(container.image.manifest) },
	{ 'h', "hostname", "NAME", "host name (default: the sandbox's name)", flag_set_word, AT(sandbox.hostname) },
	{ 0, "domainname", "NAME", "NIS domain name", flag_set_word, AT(sandbox.domainname) },
	{ 'l', "label", "KEY[=VALUE]", "note on the sandbox", add_label, 0 },

	{ 'v', "volume", "SRC:DST[:ro]", "mount a directory or file of the host", add_volume, 0 },
	{ 0, "mount", "KEY=VALUE,...", "type=bind|tmpfs,source=,target=,readonly,tmpfs-size=,...", add_mount, 0 },
	{ 0, "tmpfs", "DST[:size=64m]", "mount an empty directory in memory", add_tmpfs, 0 },
	{ 0, "private-root", NULL, "a copy of the root in memory, no page of it shared with others", flag_set_switch,
	  AT(container.root_private) },
	{ 0, "device", "HOST[:DST[:rwm]]", "opens the sandbox to a device of the host, or all below a directory", add_device, 0 },
	{ 0, "device-cgroup-rule", "RULE", "what may be done with devices besides, such as \"c 10:200 rw\"", add_device_rule, 0 },
	{ 0, "read-only", NULL, "mount the root read-only", flag_set_switch, AT(container.root_readonly) },
	{ 0, "storage-opt", "size=SIZE", "bound of what may be written to the root", set_storage, 0 },

	{ 'm', "memory", "SIZE", "memory limit, such as 64m or 1g; max for none (default: 100m)", set_memory, 0 },
	{ 0, "cpus", "NUMBER", "limit in processors, such as 0.5", set_cpus, 0 },
	{ 0, "pids-limit", "NUMBER", "limit of processes and threads; max for none (default: 1024)", set_pids, 0 },
	{ 0, "ulimit", "NAME=SOFT[:HARD]", "resource limit of a process, such as nofile=1024", add_ulimit, 0 },
	{ 0, "sysctl", "NAME=VALUE", "kernel setting of the sandbox's own namespaces", add_sysctl, 0 },

	{ 0, "init", NULL, "a PID 1 that reaps and forwards signals (default)", flag_set_switch,
	  AT(container.process.init) },
	{ 0, "no-init", NULL, "the command itself is PID 1", flag_set_unswitch, AT(container.process.init) },
	{ 0, "forward-to", "process|group", "who gets forwarded signals (default: process)", set_forward, 0 },
	{ 0, "stop-signal", "SIGNAL", "what asks the command to end (default: TERM)", set_stop_signal, 0 },
	{ 0, "stop-timeout", "SECONDS", "time for that before it is killed; -1 for ever (default: 10)", set_stop_timeout, 0 },

	{ 0, "security", "LEVEL", "hold it against restricted, baseline or privileged of Kubernetes' Pod Security Standards",
	  set_security, 0 },
	{ 0, "cap-add", "ALL|NAME", "add a capability to the default ones, also for a user who is not root", add_cap,
	  AT(container.process.caps.add) },
	{ 0, "cap-drop", "ALL|NAME", "drop a capability of the default ones", add_cap, AT(container.process.caps.drop) },
	{ 0, "allow-new-privs", NULL, "opens the sandbox: set-user-ID programs and file capabilities work", flag_set_switch,
	  AT(container.process.allow_new_privs) },
	{ 0, "seccomp", "default|unconfined|FILE", "which system calls it may make; unconfined opens the sandbox", flag_set_word,
	  AT(seccomp) },
	{ 0, "security-opt", "KEY[=VALUE]", "docker's no-new-privileges, seccomp, apparmor, label, systempaths; mask, unmask",
	  add_security_opt, 0 },
	{ 0, "privileged", NULL, "opens the sandbox: all capabilities, no filter, no masks; of its own user namespace",
	  flag_set_switch, AT(container.privileged) },

	{ 0, "network", "none|host", "host opens the sandbox to your network (default: none)", set_network,
	  AT(sandbox.ns[NS_NETWORK]) },
	{ 0, "userns", "WORD", "private (ids of its own), single; identity, host: the host's ids", set_userns, 0 },
	{ 0, "uidmap", "INSIDE:OUTSIDE:COUNT", "map these user ids (gids too, where --gidmap is not said)", add_map,
	  AT(sandbox.uid_maps) },
	{ 0, "gidmap", "INSIDE:OUTSIDE:COUNT", "map these group ids", add_map, AT(sandbox.gid_maps) },
	{ 0, "ipc", "private|host", "host opens the sandbox to your shared memory", set_namespace, AT(sandbox.ns[NS_IPC]) },
	{ 0, "uts", "private|host", "host opens the sandbox: it has your host name", set_namespace, AT(sandbox.ns[NS_UTS]) },
	{ 0, "cgroupns", "private|host", "host opens the sandbox: it sees your cgroups", set_namespace,
	  AT(sandbox.ns[NS_CGROUP]) },
	{ 0, "time-offset", "SECONDS", "clocks since boot that far ahead, in a time namespace", set_time_offset, 0 },

	{ 0, "landlock", "auto|on|off", "the second fence; on: or do not start (default: auto, where the kernel has it)",
	  set_landlock, 0 },
	{ 0, "tcp-bind", "none|PORT,...", "listen on these TCP ports only", set_ports, AT(container.tcp_bind) },
	{ 0, "tcp-connect", "none|PORT,...", "connect to these TCP ports only", set_ports, AT(container.tcp_connect) },

	{ 'd', "detach", NULL, "run in the background, and print its id", flag_set_switch, AT(detach) },
	{ 0, "rm", NULL, "keep nothing of one in the background when it ends", flag_set_switch, AT(remove) },
	{ 0, "restart", "no|on-failure[:N]|always", "start its command again, in the background (default: no)", set_restart, 0 },
	{ 0, "help", NULL, "print this help", flag_set_switch, AT(help) },
	{ 0 },
};
