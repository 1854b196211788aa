/* SPDX-License-Identifier: Apache-2.0
 *
 * -v, --mount and --tmpfs to mount_spec. The options of all three are rows of
 * one table; a row says in which notation and for which type it counts.
 */
#include "front/mount.h"

#include "front/value.h"

#include <errno.h>
#include <limits.h>

/* ---- paths ---- */

int path_absolute(struct arena *arena, const char *path, const char **out, struct err *err)
{
	char cwd[PATH_MAX];

	if (path[0] == '/') {
		*out = path;
		return 0;
	}
	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(err, errno, "the working directory");
	while (str_after(path, "./"))
		path += 2 + strspn(path + 2, "/");
	/* ".." stays: with symbolic links in the way only the kernel knows where it leads */
	if (str_eq(path, ".") || !*path)
		*out = arena_strdup(arena, cwd);
	else
		*out = arena_printf(arena, "%s/%s", str_eq(cwd, "/") ? "" : cwd, path);
	return 0;
}

const char *path_clean(struct arena *arena, const char *path)
{
	char *clean = arena_alloc(arena, strlen(path) + 2), *to = clean;

	for (const char *p = path; *p;) {
		size_t n;

		p += strspn(p, "/");
		n = strcspn(p, "/");
		if (n && !(n == 1 && *p == '.')) {
			*to++ = '/';
			memcpy(to, p, n);
			to += n;
		}
		p += n;
	}
	if (to == clean)
		*to++ = '/';
	*to = '\0';
	return clean;
}

static int check_destination(struct words *w, const char *said, const char **out, struct err *err)
{
	const char *clean, *rest;

	if (said[0] != '/')
		return err_set(err, EINVAL, "the destination \"%s\" is not an absolute path in the container", said);
	clean = path_clean(w->arena, said);
	rest = str_after(clean, "/proc");
	if (rest && (!*rest || *rest == '/'))
		return err_set(err, EINVAL, "nothing can be mounted over /proc, the runtime and its checks rely on it");
	for (size_t i = 0; i < w->container.n_mounts; i++)
		if (str_eq(w->container.mounts[i].destination, clean))
			return err_set(err, EINVAL, "there is a mount at %s already", clean);
	*out = clean;
	return 0;
}

static void add(struct words *w, const struct mount_spec *m)
{
	struct container_spec *c = &w->container;

	*(struct mount_spec *)arena_push(w->arena, &c->mounts, &c->n_mounts, sizeof(*m)) = *m;
}

/* ---- options ---- */

enum { BIND = 1, TMPFS = 2, EITHER = 3 };

/* words of -v and --tmpfs */
static const struct word {
	const char *word;
	int types;
	size_t member;
	bool value;
} words[] = {
	{ "ro", EITHER, offsetof(struct mount_spec, readonly), true },
	{ "rw", EITHER, offsetof(struct mount_spec, readonly), false },
	{ "nosuid", EITHER, offsetof(struct mount_spec, nosuid), true },
	{ "nodev", EITHER, offsetof(struct mount_spec, nodev), true },
	{ "noexec", EITHER, offsetof(struct mount_spec, noexec), true },
	{ "exec", EITHER, offsetof(struct mount_spec, noexec), false },
	{ "bind", BIND, offsetof(struct mount_spec, nonrecursive), true },
	{ "rbind", BIND, offsetof(struct mount_spec, nonrecursive), false },
	{ "idmap", BIND, offsetof(struct mount_spec, idmap), true },
	{ "noidmap", BIND, offsetof(struct mount_spec, noidmap), true },
	{ "private", BIND, 0, false }, /* what all mounts are */
	{ "rprivate", BIND, 0, false },
};

static bool set_word(struct mount_spec *m, int type, const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!(words[i].types & type) || !str_eq(option, words[i].word))
			continue;
		if (words[i].member)
			*(bool *)((char *)m + words[i].member) = words[i].value;
		return true;
	}
	return false;
}

static int set_size(struct mount_spec *m, const char *value, struct err *err)
{
	if (strchr(value, '%'))
		return err_set(err, EINVAL, "size=%s: give bytes, such as 64m: a part of the host's memory is no bound",
			       value);
	TRY(err_in(err, value_size(value, &m->size_bytes, err), "size=%s", value));
	if (m->size_bytes == 0)
		return err_set(err, EINVAL, "size=%s: the kernel takes 0 for no bound at all", value);
	return 0;
}

static int set_mode(struct mount_spec *m, const char *value, struct err *err)
{
	TRY(err_in(err, value_octal(value, &m->mode, err), "mode=%s", value));
	if (m->mode == 0)
		return err_set(err, EINVAL, "mode=%s: nobody could use it", value);
	return 0;
}

/* One option of -v or --tmpfs. */
static int set_option(struct words *w, struct mount_spec *m, int type, const char *option, struct err *err)
{
	static const char *const kernels[] = { "uid=", "gid=", "nr_inodes=" };
	const char *value;
	int64_t n;

	if (set_word(m, type, option))
		return 0;
	if (type == TMPFS && (value = str_after(option, "size=")))
		return set_size(m, value, err);
	if (type == TMPFS && (value = str_after(option, "mode=")))
		return set_mode(m, value, err);
	for (size_t i = 0; type == TMPFS && i < ARRAY_SIZE(kernels); i++) {
		value = str_after(option, kernels[i]);
		if (!value)
			continue;
		TRY(err_in(err, value_int(value, 0, UINT32_MAX - 1, &n, err), "%s", option));
		*(const char **)arena_push(w->arena, &m->options.v, &m->options.n, sizeof(*m->options.v)) = option;
		return 0;
	}
	if (str_eq(option, "suid") || str_eq(option, "dev"))
		return err_set(err, EINVAL, "option %s: set-user-ID programs and devices of a mount are never for a sandbox",
			       option);
	if (str_eq(option, "U"))
		return err_set(err, EINVAL, "option U: owners of the host's files are never changed; with idmap, which is the default "
					    "for root, they are inside what they are outside");
	if (str_eq(option, "z") || str_eq(option, "Z"))
		return err_set(err, EINVAL, "option %s: SELinux labels of files are not changed; use chcon(1)", option);
	return err_set(err, EINVAL, "unknown option \"%.64s\"", option);
}

static int set_options(struct words *w, struct mount_spec *m, int type, const char *options, struct err *err)
{
	while (*options) {
		size_t n = strcspn(options, ",");

		if (n)
			TRY(set_option(w, m, type, arena_strndup(w->arena, options, n), err));
		options += n + (options[n] == ',');
	}
	return 0;
}

/* ---- -v and --tmpfs ---- */

int mount_add_volume(struct words *w, const char *value, struct err *err)
{
	struct mount_spec m = { .type = MOUNT_BIND, .nosuid = true, .nodev = true };
	size_t n = strcspn(value, ":");
	const char *source = arena_strndup(w->arena, value, n), *destination;

	if (!value[n])
		return err_set(err, EINVAL, "volumes without a source do not exist here: SRC:DST, or --tmpfs DST");
	if (!n)
		return err_set(err, EINVAL, "the source is empty: SRC:DST[:ro]");
	if (!strchr(source, '/') && !str_eq(source, ".") && !str_eq(source, ".."))
		return err_set(err, EINVAL, "volumes by name do not exist here: for the directory write ./%s", source);
	value += n + 1;
	n = strcspn(value, ":");
	destination = arena_strndup(w->arena, value, n);
	if (value[n])
		TRY(set_options(w, &m, BIND, value + n + 1, err));
	TRY(check_destination(w, destination, &m.destination, err));
	TRY(path_absolute(w->arena, source, &m.source, err));
	add(w, &m);
	return 0;
}

int mount_add_tmpfs(struct words *w, const char *value, struct err *err)
{
	struct mount_spec m = { .type = MOUNT_TMPFS, .nosuid = true, .nodev = true, .noexec = true };
	size_t n = strcspn(value, ":");

	TRY(check_destination(w, arena_strndup(w->arena, value, n), &m.destination, err));
	if (value[n])
		TRY(set_options(w, &m, TMPFS, value + n + 1, err));
	add(w, &m);
	return 0;
}

/* ---- --mount ---- */

struct csv_mount { /* what --mount said, before the type is known */
	const char *type, *source, *destination;
	struct mount_spec m;
	int only; /* BIND or TMPFS when a key was said that only that one has */
};

static int set_bool(bool *to, const char *value, struct err *err)
{
	if (!value || str_eq(value, "true") || str_eq(value, "1"))
		*to = true;
	else if (str_eq(value, "false") || str_eq(value, "0"))
		*to = false;
	else
		return err_set(err, EINVAL, "true or false, not \"%s\"", value);
	return 0;
}

static int key_type(struct csv_mount *c, const char *value, struct err *err)
{
	(void)err;
	c->type = value;
	return 0;
}

static int key_source(struct csv_mount *c, const char *value, struct err *err)
{
	if (!*value)
		return err_set(err, EINVAL, "must not be empty");
	c->source = value;
	return 0;
}

static int key_target(struct csv_mount *c, const char *value, struct err *err)
{
	(void)err;
	c->destination = value;
	return 0;
}

static int key_readonly(struct csv_mount *c, const char *value, struct err *err)
{
	return set_bool(&c->m.readonly, value, err);
}

static int key_nonrecursive(struct csv_mount *c, const char *value, struct err *err)
{
	c->only |= BIND;
	return set_bool(&c->m.nonrecursive, value, err);
}

static int key_recursive(struct csv_mount *c, const char *value, struct err *err)
{
	c->only |= BIND;
	if (!str_eq(value, "enabled") && !str_eq(value, "disabled"))
		return err_set(err, EINVAL, "enabled or disabled, not \"%s\"", value);
	c->m.nonrecursive = str_eq(value, "disabled");
	return 0;
}

static int key_propagation(struct csv_mount *c, const char *value, struct err *err)
{
	c->only |= BIND;
	if (!str_eq(value, "private") && !str_eq(value, "rprivate"))
		return err_set(err, EINVAL, "mounts are rprivate here, nothing else can be had");
	return 0;
}

/* true, false: not where the kernel can, but for certain */
static int key_idmap(struct csv_mount *c, const char *value, struct err *err)
{
	bool on;

	c->only |= BIND;
	TRY(set_bool(&on, value, err));
	c->m.idmap = on;
	c->m.noidmap = !on;
	return 0;
}

static int key_size(struct csv_mount *c, const char *value, struct err *err)
{
	c->only |= TMPFS;
	return set_size(&c->m, value, err);
}

static int key_mode(struct csv_mount *c, const char *value, struct err *err)
{
	c->only |= TMPFS;
	return set_mode(&c->m, value, err);
}

static const struct key {
	const char *name;
	bool bare; /* may stand without a value, which is NULL then */
	int (*set)(struct csv_mount *c, const char *value, struct err *err);
} keys[] = {
	{ "type", false, key_type },
	{ "source", false, key_source },
	{ "src", false, key_source },
	{ "target", false, key_target },
	{ "destination", false, key_target },
	{ "dst", false, key_target },
	{ "readonly", true, key_readonly },
	{ "ro", true, key_readonly },
	{ "bind-nonrecursive", true, key_nonrecursive },
	{ "bind-recursive", false, key_recursive },
	{ "bind-propagation", false, key_propagation },
	{ "idmap", true, key_idmap },
	{ "tmpfs-size", false, key_size },
	{ "tmpfs-mode", false, key_mode },
};

static int set_key(struct csv_mount *c, char *field, struct err *err)
{
	char *value = strchr(field, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!str_eq(field, keys[i].name))
			continue;
		if (!value && !keys[i].bare)
			return err_set(err, EINVAL, "%s needs a value", field);
		return err_in(err, keys[i].set(c, value, err), "%s", field);
	}
	return err_set(err, EINVAL,
		       "unknown key \"%.64s\": type, source, target, readonly, bind-nonrecursive, bind-recursive, "
		       "bind-propagation, idmap, tmpfs-size and tmpfs-mode exist", field);
}

/* The next field of a line of CSV (RFC 4180), taken apart in place: a field in
 * quotes may hold commas, and "" for a quote. NULL: a quote is not closed. */
static char *csv_field(char **line)
{
	char *field = *line, *from = *line, *to = *line;
	bool quoted = *from == '"';

	for (from += quoted; *from; from++) {
		if (quoted && *from == '"' && from[1] != '"') {
			quoted = false;
			continue;
		}
		if (!quoted && *from == ',')
			break;
		from += quoted && *from == '"';
		*to++ = *from;
	}
	*line = *from ? from + 1 : from;
	*to = '\0';
	return quoted ? NULL : field;
}

static int check_mount(struct words *w, struct csv_mount *c, struct err *err)
{
	int type;

	if (!c->type || !(str_eq(c->type, "bind") || str_eq(c->type, "tmpfs")))
		return err_set(err, EINVAL, "type=%s: say type=bind or type=tmpfs, others do not exist here",
			       c->type ? c->type : "");
	type = str_eq(c->type, "bind") ? BIND : TMPFS;
	if (c->only & ~type)
		return err_set(err, EINVAL, "a key of type %s in one of type %s", type == BIND ? "tmpfs" : "bind", c->type);
	if (!c->destination)
		return err_set(err, EINVAL, "target=DST is missing");
	if (type == BIND && !c->source)
		return err_set(err, EINVAL, "source=SRC is missing");
	if (type == TMPFS && c->source)
		return err_set(err, EINVAL, "a tmpfs has no source");
	c->m.type = type == BIND ? MOUNT_BIND : MOUNT_TMPFS;
	c->m.noexec = type == TMPFS;
	TRY(check_destination(w, c->destination, &c->m.destination, err));
	if (type == BIND)
		TRY(path_absolute(w->arena, c->source, &c->m.source, err));
	return 0;
}

int mount_add_mount(struct words *w, const char *value, struct err *err)
{
	struct csv_mount c = { .m = { .nosuid = true, .nodev = true } };
	char *line = arena_strdup(w->arena, value);

	while (*line) {
		char *field = csv_field(&line);

		if (!field)
			return err_set(err, EINVAL, "a quote is not closed");
		TRY(set_key(&c, field, err));
	}
	TRY(check_mount(w, &c, err));
	add(w, &c.m);
	return 0;
}
