/* SPDX-License-Identifier: Apache-2.0
 *
 * --env-file: what is taken is a list of NAME=value, each name once.
 */
#include "fuzz.h"

#include "front/env.h"

#include <fcntl.h>
#include <sys/mman.h>

static void check(const struct strs *env)
{
	for (size_t i = 0; i < env->n; i++) {
		size_t n = strcspn(env->v[i], "=");

		REQUIRE(n && env->v[i][n] == '=' && strcspn(env->v[i], "\n") == strlen(env->v[i]));
		for (size_t k = 0; k < i; k++)
			REQUIRE(strncmp(env->v[i], env->v[k], n + 1) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;
	struct arena arena = { 0 };
	struct strs env = { 0 };
	struct err err;
	int rc;

	if (fd < 0)
		fd = memfd_create("env", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	REQUIRE(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	rc = env_put_file(&arena, &env, path, &err);
	REQUIRE_TOLD(rc, &err);
	check(&env);
	arena_free(&arena);
	return 0;
}
