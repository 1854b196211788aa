/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the host's helpers for id maps; see the header.
 */
#include "sandbox/helpers.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

enum { WORDS = 24 }; /* of one id map at most, as text */

static char *word(char *text, uint32_t n)
{
	snprintf(text, WORDS, "%u", n);
	return text;
}

/* 0, 1: nothing; 2: the pipe. All else is closed by exec. */
static int spawn(const char *path, char *const *argv, int words, pid_t *pid)
{
	static char *const envp[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	if (posix_spawn_file_actions_init(&files) || posix_spawnattr_init(&attr))
		return -ENOMEM;
	rc = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, words, 2);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, 0, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_addchdir_np(&files, "/");
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	if (rc == 0)
		rc = posix_spawn(pid, path, &files, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -rc;
}

static int start(const char *path, pid_t target, const struct id_maps *maps, int words, pid_t *pid)
{
	char (*texts)[WORDS] = calloc(maps->n * 3 + 1, sizeof(*texts));
	char **argv = calloc(maps->n * 3 + 3, sizeof(*argv));
	size_t n = 0;
	int rc = -ENOMEM;

	if (texts && argv) {
		argv[n++] = (char *)(uintptr_t)path;
		argv[n] = word(texts[n - 1], (uint32_t)target);
		n++;
		for (size_t i = 0; i < maps->n; i++) {
			const uint32_t three[] = { maps->v[i].inside, maps->v[i].outside, maps->v[i].count };

			for (size_t k = 0; k < 3; k++, n++)
				argv[n] = word(texts[n - 1], three[k]);
		}
		rc = spawn(path, argv, words, pid);
	}
	free(texts);
	free(argv);
	return rc;
}

static int finish(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

/* What they said, on one line. */
static int refused(int words, int code, struct err *err)
{
	char said[256];
	ssize_t n = read(words, said, sizeof(said) - 1);

	said[n > 0 ? n : 0] = '\0';
	for (char *c = said; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = ' ';
	return err_set(err, code, "the host's helpers did not map the ids that /etc/subuid and /etc/subgid should grant%s%s; "
				  "--userns single does without", *said ? ": " : "", said);
}

int helpers_map_outside(const struct plan *plan, pid_t pid, struct err *err)
{
	auto_fd words = -1, theirs = -1;
	pid_t uids = -1, gids = -1;
	int rc, rc_gids, ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "pipe");
	words = ends[0];
	theirs = ends[1];
	rc = start(plan->newuidmap, pid, &plan->uid_maps, theirs, &uids);
	rc_gids = start(plan->newgidmap, pid, &plan->gid_maps, theirs, &gids);
	if (rc == 0)
		rc = finish(uids);
	if (rc_gids == 0)
		rc_gids = finish(gids);
	if (rc == 0)
		rc = rc_gids;
	return rc < 0 ? refused(words, -rc, err) : 0;
}
