/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of a spec that hold for every door and need no host. Pure.
 */
#include "model/spec.h"

#include "model/names.h"
#include "util/err.h"

#include <errno.h>

enum {
	NAME_MAX_BYTES = 63,     /* a DNS label */
	HOSTNAME_MAX_BYTES = 64, /* sethostname(2) */
	QUOTA_MIN_US = 1000, PERIOD_MIN_US = 1000, PERIOD_MAX_US = 1000000, /* the kernel's */
};

const char *const ns_type_names[NS_TYPES] = {
	[NS_USER] = "user", [NS_PID] = "pid", [NS_MOUNT] = "mount",   [NS_NETWORK] = "network",
	[NS_UTS] = "uts",   [NS_IPC] = "ipc", [NS_CGROUP] = "cgroup", [NS_TIME] = "time",
};

const char *const security_level_names[SECURITY_LEVELS] = {
	[SECURITY_UNSAID] = "",
	[SECURITY_PRIVILEGED] = "privileged",
	[SECURITY_BASELINE] = "baseline",
	[SECURITY_RESTRICTED] = "restricted",
};

static bool lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool spec_name_valid(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_BYTES || name[0] == '-' || name[n - 1] == '-')
		return false;
	for (; *name; name++)
		if (!lower_or_digit(*name) && *name != '-')
			return false;
	return true;
}

/* It goes into /etc/hosts, so what is not a host name is not let through. */
static bool hostname_valid(const char *name)
{
	if (!*name || strlen(name) > HOSTNAME_MAX_BYTES || *name == '-' || *name == '.')
		return false;
	for (; *name; name++)
		if (!lower_or_digit(*name) && !(*name >= 'A' && *name <= 'Z') && !strchr("-._", *name))
			return false;
	return true;
}

static bool absolute(const char *path)
{
	return path && path[0] == '/';
}

static bool has_dotdot(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
		p += n;
		p += strspn(p, "/");
	}
	return false;
}

static int check_resources(const struct resources *r, struct err *err)
{
	if (r->memory_bytes < LIMIT_NONE || r->pids < LIMIT_NONE || r->cpu_quota_us < LIMIT_NONE)
		return err_set(err, EINVAL, "a limit is a positive number");
	if (r->cpu_quota_us > 0 && r->cpu_quota_us < QUOTA_MIN_US)
		return err_set(err, EINVAL, "%lld microseconds of cpu per period: the kernel's least is %d",
			       (long long)r->cpu_quota_us, QUOTA_MIN_US);
	if (r->cpu_period_us && (r->cpu_period_us < PERIOD_MIN_US || r->cpu_period_us > PERIOD_MAX_US))
		return err_set(err, EINVAL, "a cpu period of %lld microseconds: the kernel takes %d to %d",
			       (long long)r->cpu_period_us, PERIOD_MIN_US, PERIOD_MAX_US);
	return 0;
}

static int check_mount(const struct mount_spec *m, struct err *err)
{
	if (!absolute(m->destination))
		return err_set(err, EINVAL, "mount \"%s\": the destination is an absolute path in the container",
			       m->destination ? m->destination : "");
	if (has_dotdot(m->destination))
		return err_set(err, EINVAL, "mount %s: the destination must not contain \"..\"", m->destination);
	if (strspn(m->destination, "/.") == strlen(m->destination))
		return err_set(err, EINVAL, "mount %s: the root itself cannot be mounted over", m->destination);
	if (m->type == MOUNT_BIND && !absolute(m->source))
		return err_set(err, EINVAL, "mount %s: the source \"%s\" is not an absolute path", m->destination,
			       m->source ? m->source : "");
	if (m->type == MOUNT_FS && !(m->fs_type && *m->fs_type))
		return err_set(err, EINVAL, "mount %s: no file-system type", m->destination);
	if (m->size_bytes < 0 || m->mode > 07777)
		return err_set(err, EINVAL, "mount %s: size or mode out of range", m->destination);
	return 0;
}

static int check_process(const struct process_spec *p, struct err *err)
{
	if (p->args.n && !*p->args.v[0]) {
		err_set(err, EINVAL, "the command is an empty word");
		err->exit_status = EXIT_NOT_FOUND;
		return -EINVAL;
	}
	for (size_t i = 0; i < p->env.n; i++)
		if (p->env.v[i][0] == '=' || !strchr(p->env.v[i], '='))
			return err_set(err, EINVAL, "environment \"%.64s\": not of the form NAME=value", p->env.v[i]);
	if (p->cwd && !absolute(p->cwd))
		return err_set(err, EINVAL, "the working directory \"%s\" is not an absolute path", p->cwd);
	if (p->user && !*p->user)
		return err_set(err, EINVAL, "the user is an empty word");
	if (p->umask > 0777)
		return err_set(err, EINVAL, "umask %o: the most is 777", (unsigned)p->umask);
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].soft > p->rlimits[i].hard)
			return err_set(err, EINVAL, "%s: the soft limit is above the hard one",
				       rlimit_name(p->rlimits[i].resource));
	if (p->stop_signal < 0 || p->stop_signal > SIGNALS)
		return err_set(err, EINVAL, "there is no signal %d", p->stop_signal);
	if (p->stop_timeout_s < -1)
		return err_set(err, EINVAL, "a stop timeout is a number of seconds, or -1: never kill");
	return 0;
}

static int check_paths(const struct strs *paths, const char *what, struct err *err)
{
	for (size_t i = 0; i < paths->n; i++)
		if (!absolute(paths->v[i]) || has_dotdot(paths->v[i]))
			return err_set(err, EINVAL, "%s path \"%s\": not an absolute path without \"..\"", what,
				       paths->v[i]);
	return 0;
}

static int check_image(const struct image_spec *image, struct err *err)
{
	if (!image->name || !*image->name)
		return err_set(err, EINVAL, "no image");
	if (image->kind == IMAGE_DIRECTORY && !absolute(image->path))
		return err_set(err, EINVAL, "root directory \"%s\": not an absolute path",
			       image->path ? image->path : "");
	return 0;
}

/* In one spelling: whether it is in /dev is seen from its first letters. */
static int check_device(const struct device_spec *d, struct err *err)
{
	const char *path = d->path ? d->path : "";
	size_t n = strlen(path);

	if (!absolute(path) || has_dotdot(path) || path[n - 1] == '/' || strstr(path, "//") || strstr(path, "/./") ||
	    (n >= 2 && str_eq(path + n - 2, "/.")))
		return err_set(err, EINVAL, "device \"%s\": not an absolute path without \".\", \"..\" and \"//\"", path);
	if (d->source && !absolute(d->source))
		return err_set(err, EINVAL, "device %s: the host's path \"%s\" is not absolute", path, d->source);
	if (!d->source && (d->major > DEVICE_MAJOR_MAX || d->minor > DEVICE_MINOR_MAX))
		return err_set(err, EINVAL, "device %s: there is no device %u:%u", path, d->major, d->minor);
	return 0;
}

static int check_container(const struct container_spec *c, struct err *err)
{
	TRY(check_image(&c->image, err));
	if (c->writable_bytes < 0)
		return err_set(err, EINVAL, "the writable layer's size is a positive number");
	TRY(check_process(&c->process, err));
	for (size_t i = 0; i < c->n_mounts; i++)
		TRY(check_mount(&c->mounts[i], err));
	TRY(check_paths(&c->masked_paths, "masked", err));
	TRY(check_paths(&c->readonly_paths, "read-only", err));
	TRY(check_paths(&c->unmasked_paths, "unmasked", err));
	for (size_t i = 0; i < c->n_devices; i++)
		TRY(check_device(&c->devices[i], err));
	for (size_t i = 0; i < c->n_hooks; i++)
		if (!absolute(c->hooks[i].path))
			return err_set(err, EINVAL, "hook \"%s\": not an absolute path",
				       c->hooks[i].path ? c->hooks[i].path : "");
	return check_resources(&c->resources, err);
}

static int check_maps(const struct id_maps *maps, struct err *err)
{
	for (size_t i = 0; i < maps->n; i++)
		if (maps->v[i].count == 0 || maps->v[i].inside + (uint64_t)maps->v[i].count > UINT32_MAX ||
		    maps->v[i].outside + (uint64_t)maps->v[i].count > UINT32_MAX)
			return err_set(err, EINVAL, "id mapping %u %u %u: out of range", maps->v[i].inside,
				       maps->v[i].outside, maps->v[i].count);
	return 0;
}

static int check_namespaces(const struct sandbox_spec *s, struct err *err)
{
	for (size_t i = 0; i < NS_TYPES; i++)
		if (s->ns[i].mode == NS_PATH && !absolute(s->ns[i].path))
			return err_set(err, EINVAL, "%s namespace: the path \"%s\" is not absolute", ns_type_names[i],
				       s->ns[i].path ? s->ns[i].path : "");
	if ((s->time_monotonic_ns || s->time_boottime_ns) && s->ns[NS_TIME].mode != NS_NEW)
		return err_set(err, EINVAL, "a time offset needs a time namespace of its own");
	if (s->ns[NS_UTS].mode == NS_HOST && (s->hostname || s->domainname))
		return err_set(err, EINVAL, "a host name would change the host, whose uts namespace is used");
	return 0;
}

static int check_sandbox(const struct sandbox_spec *s, struct err *err)
{
	if (!s->name || !spec_name_valid(s->name))
		return err_set(err, EINVAL,
			       "\"%.80s\" is not a name: 1 to 63 of a-z, 0-9 and -, not starting or ending with -",
			       s->name ? s->name : "");
	if (s->hostname && !hostname_valid(s->hostname))
		return err_set(err, EINVAL, "\"%.80s\" is not a host name: 1 to %d letters, digits, - and .",
			       s->hostname, HOSTNAME_MAX_BYTES);
	if (s->domainname && !hostname_valid(s->domainname))
		return err_set(err, EINVAL, "\"%.80s\" is not a domain name: 1 to %d letters, digits, - and .",
			       s->domainname, HOSTNAME_MAX_BYTES);
	TRY(check_namespaces(s, err));
	TRY(check_maps(&s->uid_maps, err));
	TRY(check_maps(&s->gid_maps, err));
	return check_resources(&s->resources, err);
}

int spec_check(const struct spec *spec, struct err *err)
{
	TRY(check_sandbox(&spec->sandbox, err));
	if (spec->n_containers == 0)
		return err_set(err, EINVAL, "a sandbox needs a container");
	for (size_t i = 0; i < spec->n_containers; i++) {
		const struct container_spec *c = &spec->containers[i];

		if (!c->name || !spec_name_valid(c->name))
			return err_set(err, EINVAL, "\"%.80s\" is not a name of a container", c->name ? c->name : "");
		for (size_t j = 0; j < i; j++)
			if (str_eq(c->name, spec->containers[j].name))
				return err_set(err, EINVAL, "two containers are called %s", c->name);
		int rc = check_container(c, err);

		if (rc < 0)
			return spec->n_containers == 1 ? rc : err_in(err, rc, "container %s", c->name);
	}
	return 0;
}
