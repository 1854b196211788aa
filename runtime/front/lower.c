/* SPDX-License-Identifier: Apache-2.0
 *
 * Words to spec, as docker understands them. Reads the caller's environment,
 * working directory and --env-file, nothing else of the host.
 */
#include "front/lower.h"

#include "front/env.h"
#include "front/mount.h"
#include "front/seccomp_file.h"
#include "model/caps.h"
#include "util/embed.h"

#include <errno.h>
#include <sys/random.h>

enum { MEMORY_BYTES = 100 * 1024 * 1024, PIDS = 1024, STOP_TIMEOUT_S = 10 };

#define EMBEDDED "busybox"
#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char lower_search_path[] = PATH;

void lower_defaults(struct words *w)
{
	w->sandbox.ns[NS_TIME].mode = NS_HOST; /* on request; all others are new */
	w->sandbox.resources.memory_bytes = MEMORY_BYTES;
	w->sandbox.resources.pids = PIDS;
	w->container.process.init = true;
	w->container.process.stop_timeout_s = STOP_TIMEOUT_S;
}

/* ---- image and command ---- */

static int lower_rootfs(struct words *w, struct err *err)
{
	struct image_spec *image = &w->container.image;

	image->kind = IMAGE_DIRECTORY;
	image->name = w->rootfs;
	if (image->manifest)
		TRY(err_in(err, path_absolute(w->arena, image->manifest, &image->manifest, err), "--verify-against"));
	return err_in(err, path_absolute(w->arena, w->rootfs, &image->path, err), "--rootfs %s", w->rootfs);
}

bool lower_is_image(const char *name)
{
	static const char *const names[] = { EMBEDDED, (EMBEDDED ":latest"), ("crib/" EMBEDDED) };
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		known |= str_eq(name, names[i]);
	return known;
}

static int lower_image(struct words *w, const char *name, struct err *err)
{
	if (!lower_is_image(name))
		return err_set(err, ENOENT,
			       "no image \"%.128s\": this crib carries only \"" EMBEDDED "\"; use --rootfs DIR for a root of "
			       "your own", name);
	if (&crib_rootfs_start[0] == &crib_rootfs_end[0])
		return err_set(err, ENOENT,
			       "no image \"%s\": this crib was built without one; use --rootfs DIR for a root of your own",
			       name);
	if (w->container.image.verify || w->container.image.manifest)
		return err_set(err, EINVAL, "--verify%s is about the directory of --rootfs: crib checks the root that it carries "
					    "itself, by its digest", w->container.image.verify ? "" : "-against");
	w->container.image = (struct image_spec){ .kind = IMAGE_EMBEDDED, .name = EMBEDDED };
	return 0;
}

static void add_arg(struct words *w, const char *arg)
{
	struct strs *args = &w->container.process.args;

	*(const char **)arena_push(w->arena, &args->v, &args->n, sizeof(*args->v)) = arg;
}

/* An entry point replaces the image's command, as in docker. */
static void lower_command(struct words *w, char **command)
{
	bool entrypoint = w->entrypoint && *w->entrypoint;

	if (entrypoint)
		add_arg(w, w->entrypoint);
	else if (!*command)
		add_arg(w, "sh");
	for (; *command; command++)
		add_arg(w, *command);
}

/* ---- name ---- */

static const char *make_name(struct words *w, bool random_name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	const char *base = w->rootfs ? "rootfs" : EMBEDDED;
	unsigned char bytes[6];
	char tail[sizeof(bytes) + 1] = "xxxxxx";

	if (random_name && getrandom(bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes))
		for (size_t i = 0; i < sizeof(bytes); i++)
			tail[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	return arena_printf(w->arena, "%s-%s", base, tail);
}

/* ---- environment ---- */

/* docker's: its own, then the files, then the flags; HOME comes with the user */
static int lower_env(struct words *w, struct err *err)
{
	struct strs *env = &w->container.process.env;
	const struct sandbox_spec *s = &w->sandbox;

	TRY(env_put(w->arena, env, "PATH=" PATH, err));
	if (s->ns[NS_UTS].mode != NS_HOST)
		TRY(env_put(w->arena, env,
			    arena_printf(w->arena, "HOSTNAME=%s", s->hostname ? s->hostname : s->name), err));
	if (w->container.process.terminal)
		TRY(env_put(w->arena, env, "TERM=xterm", err));
	for (size_t i = 0; i < w->env_files.n; i++)
		TRY(err_in(err, env_put_file(w->arena, env, w->env_files.v[i], err), "--env-file"));
	for (size_t i = 0; i < w->env.n; i++)
		TRY(err_in(err, env_put(w->arena, env, w->env.v[i], err), "--env %.64s", w->env.v[i]));
	return 0;
}

/* ---- security ---- */

/* docker's --privileged, but in a user namespace of its own unless that is opened by its own name.
 * What was said besides stands. */
static void lower_privileged(struct container_spec *c)
{
	if (!c->process.apparmor_profile)
		c->process.apparmor_profile = "unconfined";
	c->unmask_all = true;
	c->process.allow_new_privs = true;
}

/* After the capabilities: docker's profiles have conditions about them. */
static int lower_seccomp(struct words *w, struct err *err)
{
	struct container_spec *c = &w->container;
	const char *said = w->seccomp ? w->seccomp : c->privileged ? "unconfined" : "default";

	c->seccomp = NULL;
	c->seccomp_choice = str_eq(said, "default") ? SECCOMP_DEFAULT :
			    str_eq(said, "unconfined") ? SECCOMP_UNCONFINED : SECCOMP_PROFILE;
	return c->seccomp_choice == SECCOMP_PROFILE ?
		       seccomp_file_read(w->arena, said, caps_chosen(c), &c->seccomp, err) : 0;
}

int lower_run(struct words *w, char **rest, bool random_name, struct spec *spec, struct err *err)
{
	if (w->rootfs) {
		TRY(lower_rootfs(w, err));
	} else {
		if (!*rest)
			return err_set(err, EINVAL, "which image? crib %s [FLAGS] IMAGE [COMMAND [ARG...]]; " EMBEDDED
						    " is always there", w->verb);
		TRY(lower_image(w, *rest++, err));
	}
	lower_command(w, rest);
	if (!w->sandbox.name)
		w->sandbox.name = make_name(w, random_name);
	w->container.name = w->sandbox.name;
	TRY(lower_env(w, err));
	if (w->container.privileged)
		lower_privileged(&w->container);
	if (w->sandbox.security == SECURITY_RESTRICTED)
		spec_restrict(&w->sandbox, &w->container);
	TRY(lower_seccomp(w, err));
	*spec = (struct spec){ w->sandbox, &w->container, 1 };
	return spec_check(spec, err);
}
