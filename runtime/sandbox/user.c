/* SPDX-License-Identifier: Apache-2.0
 *
 * Who the command is: "uid[:gid]" or names, by the container's own /etc/passwd
 * and /etc/group. These are hostile input: regular files of at most 1 MiB, never
 * followed out of the root, a number is always a number (CVE-2016-3697), and
 * what does not parse is an error, never 0 (CVE-2026-30892).
 */
#include "sandbox/inroot.h"
#include "sandbox/inside.h"

#include <errno.h>

enum { MAX_FILE = 1 << 20, MAX_ID = 0xfffffffe };

struct passwd_line {
	const char *name, *home;
	uint32_t uid, gid;
};

/* All of s a decimal number: 1 and *id. Not a number: 0. A number that is no id: -ERANGE. */
static int parse_id(const char *s, uint32_t *id)
{
	unsigned long n;

	if (!*s || strspn(s, "0123456789") != strlen(s))
		return 0;
	errno = 0;
	n = strtoul(s, NULL, 10);
	if (errno || n > MAX_ID)
		return -ERANGE;
	*id = (uint32_t)n;
	return 1;
}

/* Cuts the next line off *text, and it into fields; false at the end. */
static bool next_line(char **text, char **fields, size_t n)
{
	static char empty[1];
	char *line = *text, *end;

	if (!line || !*line)
		return false;
	end = strchr(line, '\n');
	*text = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	for (size_t i = 0; i < n; i++) {
		fields[i] = line ? line : empty;
		line = line ? strchr(line, ':') : NULL;
		if (line)
			*line++ = '\0';
	}
	return true;
}

/* By name, or by *uid where name is NULL. */
static bool find_passwd(char *text, const char *name, uint32_t uid, struct passwd_line *out)
{
	char *f[7] = { 0 };

	while (next_line(&text, f, ARRAY_SIZE(f))) {
		if (parse_id(f[2], &out->uid) != 1 || parse_id(f[3], &out->gid) != 1)
			continue;
		if (name ? !str_eq(f[0], name) : out->uid != uid)
			continue;
		out->name = f[0];
		out->home = f[5];
		return true;
	}
	return false;
}

static bool find_group(char *text, const char *name, uint32_t *gid)
{
	char *f[4] = { 0 };

	while (next_line(&text, f, ARRAY_SIZE(f)))
		if (str_eq(f[0], name) && parse_id(f[2], gid) == 1)
			return true;
	return false;
}

/* None is left out: a group may also be one that is to be kept out of something. */
static int add_group(struct user *user, uint32_t gid, struct err *err)
{
	for (uint32_t i = 0; i < user->n_groups; i++)
		if (user->groups[i] == gid)
			return 0;
	if (user->n_groups == ARRAY_SIZE(user->groups))
		return err_set(err, E2BIG, "the user is in more than %zu groups", ARRAY_SIZE(user->groups));
	user->groups[user->n_groups++] = gid;
	return 0;
}

static bool has_member(const char *members, const char *name)
{
	size_t n = strlen(name);

	while (*members) {
		size_t len = strcspn(members, ",");

		if (len == n && memcmp(members, name, n) == 0)
			return true;
		members += len + (members[len] == ',');
	}
	return false;
}

static int add_groups_of(char *text, const char *name, struct user *user, struct err *err)
{
	char *f[4] = { 0 };
	uint32_t gid;

	while (next_line(&text, f, ARRAY_SIZE(f)))
		if (has_member(f[3], name) && parse_id(f[2], &gid) == 1)
			TRY(add_group(user, gid, err));
	return 0;
}

/* The file's text in buf, empty when there is none; what is no file is an error. */
static int read_database(int root, const char *path, char *buf, struct err *err)
{
	ssize_t n = inroot_read(root, path, buf, MAX_FILE);

	if (n == -ENOENT || n == -ENOTDIR)
		buf[0] = '\0';
	else if (n == -EINVAL)
		return err_set(err, EINVAL, "%s of the root is no regular file", path);
	else if (n < 0)
		return err_sys(err, (int)-n, "%s of the root", path);
	return 0;
}

static int find_user(char *passwd, const char *name, struct user *user, struct passwd_line *line, struct err *err)
{
	int number = parse_id(name, &user->uid);
	bool found;

	if (number < 0)
		return err_set(err, ERANGE, "user %s: no such id", name);
	found = find_passwd(passwd, number ? NULL : name, user->uid, line);
	if (!found && !number)
		return err_set(err, ENOENT, "no user %s in /etc/passwd of the root", name);
	if (found) {
		user->uid = line->uid;
		user->gid = line->gid;
		snprintf(user->home, sizeof(user->home), "%s", line->home);
	}
	return 0;
}

static int resolve_group(char *text, const char *group, struct user *user, struct err *err)
{
	int number = parse_id(group, &user->gid);

	if (number < 0)
		return err_set(err, ERANGE, "group %s: no such id", group);
	if (!number && !find_group(text, group, &user->gid))
		return err_set(err, ENOENT, "no group %s in /etc/group of the root", group);
	return 0;
}

static int resolve(int root, const char *name, const char *group, char *buf, struct user *user, struct err *err)
{
	struct passwd_line line = { 0 };
	char login[256] = "";

	TRY(read_database(root, "/etc/passwd", buf, err));
	TRY(find_user(buf, name, user, &line, err));
	if (line.name)
		snprintf(login, sizeof(login), "%s", line.name);
	TRY(read_database(root, "/etc/group", buf, err));
	if (group)
		return resolve_group(buf, group, user, err);
	return login[0] ? add_groups_of(buf, login, user, err) : 0;
}

static int resolve_extra(int root, const struct strs *extra, char *buf, struct user *user, struct err *err)
{
	for (size_t i = 0; i < extra->n; i++) {
		uint32_t gid = user->gid;

		TRY(read_database(root, "/etc/group", buf, err));
		TRY(resolve_group(buf, extra->v[i], user, err));
		TRY(add_group(user, user->gid, err));
		user->gid = gid;
	}
	return 0;
}

int user_inside(int root, const struct process_plan *p, struct user *user, struct err *err)
{
	const char *said = p->user ? p->user : "0", *colon = strchr(said, ':');
	char name[256];
	static char buf[MAX_FILE]; /* only what is read is ever touched */
	int rc;

	*user = (struct user){ .home = "/" };
	if (snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - said) : (int)strlen(said), said) >= (int)sizeof(name))
		return err_set(err, ENAMETOOLONG, "user %s: too long", said);
	if (!name[0] || (colon && !colon[1]))
		return err_set(err, EINVAL, "user \"%s\" is not understood: say UID, NAME, UID:GID or NAME:GROUP", said);
	rc = resolve(root, name, colon ? colon + 1 : NULL, buf, user, err);
	if (rc == 0)
		rc = resolve_extra(root, &p->extra_groups, buf, user, err);
	if (!user->home[0])
		snprintf(user->home, sizeof(user->home), "/");
	return rc;
}
