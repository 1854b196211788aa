/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes what the usual tools do not: odd KIND PATH [...]
 *   socket PATH            a Unix socket bound there
 *   capability PATH        file capabilities (cap_net_raw+ep)
 *   xattr PATH NAME VALUE  an extended attribute
 *   deep PATH N BYTES      N directories in one another, each with a name of so many bytes
 *   shallow PATH BYTES     removes them again: they are deeper than rm may go
 *   wide PATH N            N empty files in a directory
 * Gives: 0, or a line and 1. 77: this file system or user cannot have that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static int fail(const char *what)
{
	const int code = errno;

	fprintf(stderr, "odd: %s: %s\n", what, strerror(code));
	return code == EPERM || code == EOPNOTSUPP || code == EACCES ? 77 : 1;
}

static int make_socket(char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(argv[0]) >= sizeof(address.sun_path))
		return 1;
	memcpy(address.sun_path, argv[0], strlen(argv[0]) + 1);
	return fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? fail("bind") : 0;
}

static int make_capability(char **argv)
{
	/* struct vfs_cap_data, revision 2: effective, CAP_NET_RAW permitted */
	const uint32_t data[5] = { 0x02000001, 1u << 13, 0, 0, 0 };

	return setxattr(argv[0], "security.capability", data, sizeof(data), 0) < 0 ? fail("setxattr") : 0;
}

static int make_xattr(char **argv)
{
	return lsetxattr(argv[0], argv[1], argv[2], strlen(argv[2]), 0) < 0 ? fail("setxattr") : 0;
}

static int make_deep(char **argv)
{
	int dir = open(argv[0], O_RDONLY | O_DIRECTORY), bytes = atoi(argv[2]);
	char name[256];

	memset(name, 'd', sizeof(name));
	name[bytes < 255 ? bytes : 255] = '\0';
	for (int i = 0; i < atoi(argv[1]); i++) {
		int below;

		if (mkdirat(dir, name, 0755) < 0 || (below = openat(dir, name, O_RDONLY | O_DIRECTORY)) < 0)
			return fail("mkdir");
		close(dir);
		dir = below;
	}
	return 0;
}

static int make_shallow(char **argv)
{
	int bytes = atoi(argv[1]), depth = 0;
	char name[256];

	memset(name, 'd', sizeof(name));
	name[bytes < 255 ? bytes : 255] = '\0';
	if (chdir(argv[0]) < 0)
		return fail("chdir");
	while (chdir(name) == 0)
		depth++;
	while (depth-- > 0)
		if (chdir("..") < 0 || rmdir(name) < 0)
			return fail("rmdir");
	return 0;
}

static int make_wide(char **argv)
{
	int dir = open(argv[0], O_RDONLY | O_DIRECTORY);

	for (int i = 0; i < atoi(argv[1]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "%d", i);
		if (mknodat(dir, name, S_IFREG | 0644, 0) < 0)
			return fail("mknod");
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int words;
		int (*make)(char **argv);
	} kinds[] = {
		{ "socket", 1, make_socket }, { "capability", 1, make_capability }, { "xattr", 3, make_xattr },
		{ "deep", 3, make_deep },     { "shallow", 2, make_shallow },
		{ "wide", 2, make_wide },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0 && argc == 2 + kinds[i].words)
			return kinds[i].make(argv + 2);
	fprintf(stderr, "odd: see its source\n");
	return 2;
}
