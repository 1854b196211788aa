/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a cpio archive (newc) from a list of entries, so that the archive depends on the list and the files' bytes alone:
 * no owner, link count, inode number or time of the building machine gets in. Runs at build time.
 * Takes: the list of busybox-rootfs/pack on standard input, the time stamp as its argument. Gives: the archive on standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static unsigned next_inode = 1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* names and contents are padded to four bytes */
static void put_padded(const char *data, size_t size)
{
	static const char zeros[3];

	fwrite(data, 1, size, stdout);
	fwrite(zeros, 1, -size & 3, stdout);
}

static void put_header(const char *path, unsigned mode, unsigned links, size_t size, unsigned long mtime)
{
	size_t name_size = strlen(path) + 1;

	/* magic ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check */
	printf("070701%08X%08X%08X%08X%08X%08lX%08zX%08X%08X%08X%08X%08zX%08X",
	       mode ? next_inode++ : 0, mode, 0U, 0U, links, mtime, size, 0U, 0U, 0U, 0U, name_size, 0U);
	fwrite(path, 1, name_size, stdout);
	fwrite("\0\0\0", 1, -(110 + name_size) & 3, stdout); /* the header's 110 bytes count in the name's padding */
}

static void put_file(const char *path, unsigned mode, unsigned long mtime, const char *source)
{
	FILE *file = fopen(source, "rb");
	struct stat st;
	char *data;

	if (!file || fstat(fileno(file), &st))
		die(source);
	data = malloc((size_t)st.st_size + 1);
	if (!data || fread(data, 1, (size_t)st.st_size, file) != (size_t)st.st_size)
		die(source);
	put_header(path, S_IFREG | mode, 1, (size_t)st.st_size, mtime);
	put_padded(data, (size_t)st.st_size);
	free(data);
	fclose(file);
}

int main(int argc, char **argv)
{
	char line[8192], path[4096], rest[4096];
	unsigned long mtime = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned mode;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "dir %o %4095s", &mode, path) == 2) {
			put_header(path, S_IFDIR | mode, 2, 0, mtime);
		} else if (sscanf(line, "file %o %4095s %4095s", &mode, path, rest) == 3) {
			put_file(path, mode, mtime, rest);
		} else if (sscanf(line, "link %4095s %4095s", path, rest) == 2) {
			put_header(path, S_IFLNK | 0777, 1, strlen(rest), mtime);
			put_padded(rest, strlen(rest));
		} else {
			fprintf(stderr, "cpio: not an entry: %s", line);
			return 1;
		}
	}
	put_header("TRAILER!!!", 0, 1, 0, 0);
	if (fflush(stdout) || ferror(stdout))
		die("standard output");
	return 0;
}
