/* SPDX-License-Identifier: Apache-2.0
 *
 * The state area's place and its directories; see the header.
 */
#include "state/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static bool can_make_in(const char *path)
{
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
}

static int choose_root(struct state *state, const char *said)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

	int n;

	if (said)
		n = snprintf(state->path, sizeof(state->path), "%s", said);
	else if (geteuid() == 0 && can_make_in("/run"))
		n = snprintf(state->path, sizeof(state->path), "/run/crib");
	else if (runtime_dir && runtime_dir[0] == '/' && can_make_in(runtime_dir))
		n = snprintf(state->path, sizeof(state->path), "%s/crib", runtime_dir);
	else
		n = snprintf(state->path, sizeof(state->path), "/tmp/crib-%u", (unsigned)geteuid());
	return n >= (int)sizeof(state->path) ? -ENAMETOOLONG : 0;
}

static int state_error(const struct state *state, int code, struct err *err)
{
	return err_set(err, code, "state directory %s: %s; name another with --root DIR or CRIB_ROOT", state->path,
		       strerror(code));
}

/* Whoever else could write there could make this user's crib undo things. */
static int check_owner(const struct state *state, struct err *err)
{
	struct stat st;

	if (fstat(state->root, &st) < 0)
		return state_error(state, errno, err);
	if (st.st_uid != geteuid() || st.st_mode & 022)
		return err_set(err, EPERM,
			       "state directory %s belongs to another user or is writable for others; name another with "
			       "--root DIR or CRIB_ROOT",
			       state->path);
	return 0;
}

static int open_directory(int dirfd, const char *path, int flags)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(dirfd, path, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
}

static int make_absolute(struct state *state)
{
	char said[sizeof(state->path)], cwd[2000];

	if (state->path[0] == '/')
		return 0;
	if (!getcwd(cwd, sizeof(cwd)))
		return -errno;
	memcpy(said, state->path, sizeof(said));
	return snprintf(state->path, sizeof(state->path), "%s/%s", cwd, said) >= (int)sizeof(state->path) ?
		       -ENAMETOOLONG :
		       0;
}

int state_locate(struct state *state, const char *root, struct err *err)
{
	int rc;

	*state = (struct state){ .root = -1, .sandboxes = -1, .pods = -1 };
	rc = choose_root(state, root);
	if (rc == 0)
		rc = make_absolute(state);
	return rc < 0 ? state_error(state, -rc, err) : 0;
}

int state_open(struct state *state, const char *root, struct err *err)
{
	TRY(state_locate(state, root, err));
	state->root = open_directory(AT_FDCWD, state->path, O_NOFOLLOW);
	if (state->root < 0)
		return state_error(state, errno, err);
	TRY(check_owner(state, err));
	state->sandboxes = open_directory(state->root, "sandboxes", O_NOFOLLOW);
	if (state->sandboxes < 0)
		return state_error(state, errno, err);
	return 0;
}

static bool is_component(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

int state_pod_open(struct state *state, const char *name, bool make, struct err *err)
{
	int fd = -1;

	if (state->pods < 0)
		state->pods = open_directory(state->root, "pods", O_NOFOLLOW);
	if (state->pods < 0)
		return state_error(state, errno, err);
	if (is_component(name))
		fd = make ? open_directory(state->pods, name, O_NOFOLLOW) :
			    openat(state->pods, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? err_sys(err, is_component(name) ? errno : EINVAL, "directory of %s in %s/pods", name, state->path) : fd;
}

/* It is flat: what crib puts there are files. */
void state_pod_remove(struct state *state, const char *name)
{
	struct err err;
	int fd = state_pod_open(state, name, false, &err);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!dir) {
		fd_close(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	closedir(dir);
	unlinkat(state->pods, name, AT_REMOVEDIR);
}

void state_close(struct state *state)
{
	fd_close(&state->pods);
	fd_close(&state->sandboxes);
	fd_close(&state->root);
}
