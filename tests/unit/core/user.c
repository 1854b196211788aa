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
	}
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
	test_traps();
	close(root);
}
