/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal of a sandbox whose crib was killed: only whole lines below the
 * right first line are undone, and a journal stays for as long as it could not
 * be undone; one of the background stays as well, and says that it has ended.
 */
#include "fuzz.h"

#include "state/state.h"

#include <fcntl.h>
#include <sys/stat.h>

static char base[] = "/tmp/crib-fuzz.XXXXXX";
static const uint8_t *bytes;
static size_t n_bytes, undone;

static int undo(const struct step *step, struct err *err)
{
	size_t n = strlen(step->arg);

	undone++;
	REQUIRE(step->kind >= 0 && step->kind < STEP_KINDS && !strchr(step->arg, '\n'));
	REQUIRE(n < n_bytes && memmem(bytes, n_bytes, step->arg, n));
	return n % 7 == 6 ? err_set(err, EBUSY, "busy") : 0;
}

static bool has_ended(int sandboxes)
{
	static char text[64 * 1024];
	ssize_t n = file_read_text(sandboxes, "box", text, sizeof(text));

	return n > 0 && memmem(text, (size_t)n, "\nnote ended ", 12);
}

static void clean(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/box", base);
	unlink(path);
	rmdir(base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state state = { .root = -1, .sandboxes = -1 };
	struct stat st;
	struct err err;
	size_t n;
	bool there;
	int fd, rc;

	if (state.sandboxes < 0) {
		REQUIRE(mkdtemp(base) && (state.sandboxes = open(base, O_RDONLY | O_DIRECTORY)) >= 0);
		snprintf(state.path, sizeof(state.path), "%s", base);
		atexit(clean);
	}
	fd = openat(state.sandboxes, "box", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	REQUIRE(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
	bytes = data;
	n_bytes = size;
	undone = 0;
	rc = state_recover(&state, undo, &n, &err);
	REQUIRE_TOLD(rc, &err);
	REQUIRE(n <= 1 && (rc == 0 || n == 0));
	there = fstatat(state.sandboxes, "box", &st, 0) == 0;
	REQUIRE(rc < 0 ? there : !there || has_ended(state.sandboxes));
	REQUIRE(!undone || (size > 15 && memcmp(data, "crib-journal 2\n", 15) == 0));
	return 0;
}
