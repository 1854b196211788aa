/* SPDX-License-Identifier: Apache-2.0
 *
 * Who a command is: a total function of the word and the two files.
 */
#include "sandbox/inside.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

static int root;

static int resolve(const char *word, struct user *user, struct err *err)
{
	const struct process_plan p = { .user = word };

	return user_inside(root, &p, user, err);
}

static const struct {
	const char *word;
	bool ok;
	uint32_t uid, gid;
	const char *home;
} rows[] = {
	{ NULL, true, 0, 0, "/root" },
	{ "root", true, 0, 0, "/root" },
	{ "0", true, 0, 0, "/root" },
	{ "1", true, 1, 1, "/usr/sbin" },
	{ "01", true, 1, 1, "/usr/sbin" },
	{ "1:1", true, 1, 1, "/usr/sbin" },
	{ "1:5", true, 1, 5, "/usr/sbin" },
	{ "777", true, 777, 0, "/" },       /* not in the file */
	{ "1000", true, 1000, 0, "/" },     /* a name there is 1000, and is another's: a number is a number */
	{ "daemon:staff", true, 1, 50, "/usr/sbin" },
	{ "4294967294", true, 4294967294, 0, "/" },
	{ "", false, 0, 0, NULL },
	{ ":", false, 0, 0, NULL },
	{ "1:", false, 0, 0, NULL },
	{ ":1", false, 0, 0, NULL },
	{ "+1", false, 0, 0, NULL },
	{ "-1", false, 0, 0, NULL },
	{ " 1", false, 0, 0, NULL },
	{ "1x", false, 0, 0, NULL },
	{ "1:x", false, 0, 0, NULL },
	{ "4294967295", false, 0, 0, NULL }, /* no change, to setresuid(2) */
	{ "4294967296", false, 0, 0, NULL },
	{ "99999999999999999999", false, 0, 0, NULL },
	{ "nobody-there", false, 0, 0, NULL },
	{ "broken", false, 0, 0, NULL },
};

static const struct {
	const char *what, *text, *word;
	int uid; /* -1: refused */
} files[] = {
	{ "no newline at the end", "a:x:5:5::/:", "a", 5 },
	{ "only a name", "a", "a", -1 },
	{ "nothing but colons", ":::::::\n::::\n", "a", -1 },
	{ "a carriage return", "a:x:5:5::/:\r\n", "a", 5 },
	{ "a space before the number", "a:x: 5:5::/:\n", "a", -1 },
	{ "a number that is none", "a:x:5x:5::/:\n", "a", -1 },
	{ "no number", "a:x::5::/:\n", "a", -1 },
	{ "-1", "a:x:-1:5::/:\n", "a", -1 },
	{ "an id that is none", "a:x:4294967295:5::/:\n", "a", -1 },
	{ "an id that is 0 when it is cut", "a:x:4294967296:5::/:\n", "a", -1 },
	{ "a group that is none", "a:x:5:4294967296::/:\n", "a", -1 },
	{ "the first line counts", "a:x:5:5::/:\na:x:0:0::/:\n", "a", 5 },
	{ "a broken line before the good one", "a:x:x:5::/:\na:x:6:6::/:\n", "a", 6 },
	{ "the beginning of a name", "ab:x:5:5::/:\n", "a", -1 },
	{ "a longer name", "a:x:5:5::/:\n", "ab", -1 },
	{ "NIS", "+::0:0:::\n+a:x:0:0::/:\n", "a", -1 },
	{ "a comment", "#a:x:0:0::/:\n", "a", -1 },
};

/* Lines that are no lines: never another's id, never 0. */
static void test_files(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct user user = { .uid = 77 };
		struct err err = { 0 };
		int rc;

		write_file(root, "etc/passwd", files[i].text);
		rc = resolve(files[i].word, &user, &err);
		if (files[i].uid < 0)
			check(rc < 0 && err.text[0], "%s: uid %u", files[i].what, user.uid);
		else
			check(rc == 0 && user.uid == (uint32_t)files[i].uid, "%s: %d %s", files[i].what, rc, err.text);
	}
}

static void test_words(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *word = rows[i].word ? rows[i].word : "(none)";
		struct err err = { 0 };
		struct user user;
		int rc = resolve(rows[i].word, &user, &err);

		if (!check((rc == 0) == rows[i].ok, "user \"%s\": %d %s", word, rc, err.text))
			continue;
		if (rc == 0)
			check(user.uid == rows[i].uid && user.gid == rows[i].gid && str_eq(user.home, rows[i].home),
			      "user \"%s\" is %u:%u in %s", word, user.uid, user.gid, user.home);
		else
			check(err.text[0] != '\0', "user \"%s\" is refused without a word", word);
	}
}

/* Seventy groups: more than a sandbox carries is an error, since a group that is dropped may be one that is
 * to be kept out of something. */
static void test_many_groups(void)
{
	char group[8192];
	struct user user = { 0 };
	struct err err = { 0 };

	for (int groups = 64; groups <= 70; groups += 6) {
		size_t n = 0;

		for (int i = 0; i < groups; i++)
			n += (size_t)snprintf(group + n, sizeof(group) - n, "g%d:x:%d:member\n", i, 1000 + i);
		write_file(root, "etc/group", group);
		if (groups == 64)
			check(resolve("member", &user, &err) == 0 && user.n_groups == 64 && user.groups[63] == 1063, "64: %s",
			      err.text);
		else
			check(resolve("member", &user, &err) < 0 && strstr(err.text, "groups"), "70 groups: %u taken",
			      user.n_groups);
	}
}

static int resolve_extra(const char *const *words, size_t n, struct user *user, struct err *err)
{
	const struct process_plan p = { .user = "member", .extra_groups = { (const char **)(uintptr_t)words, n } };

	return user_inside(root, &p, user, err);
}

/* Further groups by name and number; each once, and the command's own group stays. */
static void test_extra_groups(void)
{
	static const char *const words[] = { "staff", "50", "4294967294", "root" }, *const bad[] = { "", "-1", "1x", "nogroup", "4294967295" };
	struct user user = { 0 };
	struct err err = { 0 };

	check(resolve_extra(words, 4, &user, &err) == 0 && user.gid == 7 && user.n_groups == 4, "%u groups, %s", user.n_groups,
	      err.text);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(resolve_extra(&bad[i], 1, &user, &err) < 0 && err.text[0], "group \"%s\" was taken", bad[i]);
}

static void test_groups(void)
{
	struct user user = { 0 };
	struct err err;

	check(resolve("member", &user, &err) == 0 && user.n_groups == 2 && user.groups[0] == 50 && user.groups[1] == 60,
	      "the groups of a user: %u", user.n_groups);
	check(resolve("member:5", &user, &err) == 0 && user.n_groups == 0, "none when the group is said");
	check(resolve("777", &user, &err) == 0 && user.n_groups == 0, "none for a number without a name");
}

/* Files that are none, or too large, end in a sentence at once. */
static void test_traps(void)
{
	struct user user = { 0 };
	struct err err;

	unlinkat(root, "etc/passwd", 0);
	check(resolve("5:5", &user, &err) == 0 && user.uid == 5 && str_eq(user.home, "/"), "numbers need no file");
	check(resolve("root", &user, &err) < 0, "names do");
	mkfifoat(root, "etc/passwd", 0644);
	check(resolve("0", &user, &err) == -EINVAL && strstr(err.text, "/etc/passwd"), "a FIFO: %s", err.text);
	unlinkat(root, "etc/passwd", 0);
	mkdirat(root, "etc/passwd", 0755);
	check(resolve("0", &user, &err) < 0, "a directory");
	unlinkat(root, "etc/passwd", AT_REMOVEDIR);
	write_file(root, "etc/passwd", "");
	{
		auto_fd fd = openat(root, "etc/passwd", O_WRONLY | O_CLOEXEC);

		check(ftruncate(fd, (off_t)5 << 30) == 0 && resolve("0", &user, &err) == -EFBIG, "five gigabytes");
		check(ftruncate(fd, (off_t)2 << 20) == 0 && resolve("0", &user, &err) == -EFBIG, "two megabytes");
		check(ftruncate(fd, (off_t)1 << 20) == 0 && resolve("0", &user, &err) == -EFBIG, "one byte too many");
	}
	unlinkat(root, "etc/passwd", 0);
	if (symlinkat("/dev/zero", root, "etc/passwd") < 0)
		abort();
	check(resolve("0", &user, &err) == 0 && resolve("root", &user, &err) < 0, "/dev/zero is the root's own: none");
	mkdirat(root, "dev", 0755);
	if (mknodat(root, "dev/zero", S_IFCHR | 0666, 1 << 8 | 5) == 0)
		check(resolve("0", &user, &err) < 0 && strstr(err.text, "/etc/passwd"), "a device: %s", err.text);
	else
		skip("a device as /etc/passwd: this user may make none");
	unlinkat(root, "etc/passwd", 0);
	if (symlinkat("passwd", root, "etc/passwd") < 0)
		abort();
	check(resolve("0", &user, &err) == -ELOOP && strstr(err.text, "/etc/passwd"), "a loop: %s", err.text);
}

void test_user(void)
{
	char path[256];

	root = folder(path);
	mkdirat(root, "etc", 0755);
	write_file(root, "etc/passwd",
		   "root:x:0:0:root:/root:/bin/sh\n#comment\n\nbroken\nbroken:x\nbroken:x:-1:0::/:\n"
		   "1000:x:0:0:trap:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
		   "member:x:7:7::/home/member:/bin/sh");
	write_file(root, "etc/group", "root:x:0:\nstaff:x:50:other,member\nmore:x:60:member\nno:x:70:members,mem\nbad:x:y:member");
	test_words();
	test_groups();
	test_extra_groups();
	test_many_groups();
	test_files();
	test_traps();
	close(root);
}
