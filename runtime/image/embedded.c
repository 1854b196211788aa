/* SPDX-License-Identifier: Apache-2.0
 *
 * The root that crib carries: checked, unpacked once, kept under its digest.
 */
#include "image/image.h"
#include "util/embed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium/crypto_hash_sha256.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

static const char temporary[] = ".unpacking-";

static int open_directory(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Removes a directory and all in it; names only, nothing is followed. */
static void remove_tree(int dirfd, const char *name)
{
	int fd = open_directory(dirfd, name);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) < 0 && (errno == EISDIR || errno == EPERM))
			remove_tree(fd, entry->d_name);
	}
	if (dir)
		closedir(dir);
	else
		fd_close(&fd);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

static int check_digest(struct err *err)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	size_t size = (size_t)(crib_rootfs_end - crib_rootfs_start);

	if (!size)
		return err_set(err, ENOENT, "this crib was built without a root of its own: use --rootfs DIR");
	crypto_hash_sha256(digest, crib_rootfs_start, size);
	if (memcmp(digest, crib_rootfs_sha256, sizeof(digest)) != 0)
		return err_set(err, EBADMSG, "the root that this crib carries is damaged: its SHA-256 is not what it should be");
	return 0;
}

/* A name that nobody else uses, locked while its maker lives. */
static int make_temporary(int images, char name[static 64], struct err *err)
{
	unsigned char random[8];
	int fd;

	if (getrandom(random, sizeof(random), 0) < 0)
		return err_sys(err, errno, "getrandom");
	snprintf(name, 64, "%s%02x%02x%02x%02x%02x%02x%02x%02x", temporary, random[0], random[1], random[2], random[3],
		 random[4], random[5], random[6], random[7]);
	if (mkdirat(images, name, 0700) < 0)
		return err_sys(err, errno, "make %s", name);
	fd = open_directory(images, name);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(err, errno, "lock %s", name);
	return fd;
}

int image_unpack_embedded(int to, struct err *err)
{
	return cpio_unpack(crib_rootfs_start, (size_t)(crib_rootfs_end - crib_rootfs_start), to, err);
}

static int unpack_and_publish(int images, struct err *err)
{
	char name[64];
	auto_fd fd = -1;
	int rc;

	TRY(check_digest(err));
	fd = make_temporary(images, name, err);
	TRY(fd);
	rc = cpio_unpack(crib_rootfs_start, (size_t)(crib_rootfs_end - crib_rootfs_start), fd, err);
	if (rc == 0 && fchmod(fd, 0755) < 0)
		rc = err_sys(err, errno, "chmod %s", name);
	/* its content has to be on the disk before its name is */
	if (rc == 0 && syncfs(fd) < 0)
		rc = err_sys(err, errno, "write %s", name);
	if (rc == 0 && renameat(images, name, images, crib_rootfs_id) < 0 && errno != EEXIST && errno != ENOTEMPTY)
		rc = err_sys(err, errno, "rename %s", name);
	/* nothing is left of it when it failed or when somebody else was first */
	remove_tree(images, name);
	return rc;
}

static int open_images(int root, const char *root_path, struct err *err)
{
	int images;

	if (mkdirat(root, "images", 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "state directory %s", root_path);
	images = open_directory(root, "images");
	return images < 0 ? err_sys(err, -images, "state directory %s", root_path) : images;
}

static int unpack(int root, const char *root_path, struct err *err)
{
	auto_fd images = open_images(root, root_path, err);
	int fd;

	TRY(images);
	TRY(err_in(err, unpack_and_publish(images, err), "unpack the root into %s/images", root_path));
	fd = open_directory(images, crib_rootfs_id);
	return fd < 0 ? err_sys(err, -fd, "open the root in %s/images", root_path) : fd;
}

int image_open_embedded(int root, const char *root_path, struct err *err)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "images/%s", crib_rootfs_id);
	fd = open_directory(root, path);
	return fd >= 0 ? fd : unpack(root, root_path, err);
}

static int write_probe(int dir, struct err *err)
{
	auto_fd fd = openat(dir, "probe", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	int rc = fd < 0 ? -errno : fd_write_all(fd, crib_probe_start, (size_t)(crib_probe_end - crib_probe_start));

	/* whatever the umask */
	if (rc == 0 && fchmod(fd, 0755) < 0)
		rc = -errno;
	return rc < 0 ? err_sys(err, -rc, "write the probe") : 0;
}

int image_probe_unpack(int root, const char *root_path, struct image_probe *p, struct err *err)
{
	int rc;

	p->dir = -1;
	p->images = open_images(root, root_path, err);
	TRY(p->images);
	p->dir = make_temporary(p->images, p->name, err);
	rc = p->dir < 0 ? p->dir : write_probe(p->dir, err);
	if (rc < 0)
		image_probe_remove(p);
	return rc;
}

void image_probe_remove(struct image_probe *p)
{
	if (p->dir >= 0)
		remove_tree(p->images, p->name);
	fd_close(&p->dir);
	fd_close(&p->images);
}

void image_clean(int root)
{
	int images = open_directory(root, "images");
	DIR *dir = images >= 0 ? fdopendir(images) : NULL;
	struct dirent *entry;

	if (!dir)
		fd_close(&images);
	while (dir && (entry = readdir(dir))) {
		auto_fd fd = -1;

		image_forget_verified(images, entry->d_name);
		if (!str_after(entry->d_name, temporary))
			continue;
		fd = open_directory(images, entry->d_name);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_tree(images, entry->d_name);
	}
	if (dir)
		closedir(dir);
}
