/* SPDX-License-Identifier: Apache-2.0
 *
 * crib verify, and the same in front of a run.
 */
#include "lifecycle_verify.h"
#include "image/image.h"
#include "image/manifest.h"
#include "image/program.h"
#include "sandbox/inroot.h"

#include <errno.h>

static const char *path_of(const struct strs *env)
{
	const char *path = NULL;

	for (size_t i = 0; i < env->n; i++)
		if (str_after(env->v[i], "PATH="))
			path = str_after(env->v[i], "PATH=");
	return path;
}

static int check_command(const struct plan *plan, int image, bool certain, struct err *err)
{
	const struct process_plan *p = &plan->process;
	const struct program_place place = { image, inroot_open, path_of(&p->env), p->cwd };

	return program_check(&place, p->args.v[0], certain, err);
}

static int verify_manifest(const struct lifecycle *lc, const struct plan *plan, int image, struct err *err)
{
	struct verified v = { 0 };

	TRY(manifest_compare(image, plan->verify.manifest, lc->arena, &v, err));
	if (v.bad)
		return err_set(err, EPERM, "the root is not as %s has it: %s", plan->verify.manifest,
			       verified_summary(&v, lc->arena));
	return 0;
}

/* Once: it is to keep no start waiting for long, and to warn nobody of the same thing at each. */
static int verify_root(const struct lifecycle *lc, const struct plan *plan, int state, int image, struct err *err)
{
	enum { ONCE_ENTRIES = 50000 }; /* some 0.15 s */
	const bool once = plan->verify.tree == VERIFY_TREE_ONCE;
	struct verified v = { 0 };
	const char *summary;
	int rc;

	if (once && image_verified_lately(state, image))
		return 0;
	rc = verify_tree(image, inroot_open, once ? ONCE_ENTRIES : 0, lc->arena, &v, err);
	if (rc < 0 && plan->verify.tree == VERIFY_TREE_REFUSE)
		return err_in(err, rc, "verify %s", plan->verify.root);
	if (rc < 0)
		lc->warn(arena_printf(lc->arena, "the root %s was not looked through: %s", plan->verify.root, err->text));
	if (once && (rc == 0 || rc == -E2BIG))
		image_note_verified(state, image);
	if (!v.bad)
		return 0;
	summary = verified_summary(&v, lc->arena);
	if (plan->verify.tree == VERIFY_TREE_REFUSE)
		return err_set(err, EPERM, "the root %s has %s; all of it: crib verify %s", plan->verify.root, summary, plan->verify.root);
	lc->warn(arena_printf(lc->arena, "the root %s has %s; all of it: crib verify %s", plan->verify.root, summary,
			      plan->verify.root));
	return 0;
}

int verify_before_start(const struct lifecycle *lc, const struct plan *plan, int state, int image, struct err *err)
{
	const struct verify_plan *v = &plan->verify;

	if (v->manifest)
		TRY(verify_manifest(lc, plan, image, err));
	if (v->tree)
		TRY(verify_root(lc, plan, state, image, err));
	return v->command ? check_command(plan, image, true, err) : 0;
}

void verify_explain(const struct plan *plan, int image, struct err *err)
{
	struct err closer;

	if (err->exit_status != EXIT_NOT_FOUND && err->exit_status != EXIT_NOT_EXECUTABLE)
		return;
	if (plan->verify.in_image && check_command(plan, image, false, &closer) < 0 && closer.exit_status == err->exit_status)
		*err = closer;
}

int lifecycle_verify(const struct lifecycle *lc, const struct verify_request *req, struct verified *out, struct err *err)
{
	auto_fd root = image_open_directory(req->path, err);
	struct program_place place = { root, inroot_open, req->search, "/" };
	struct err why;

	TRY(root);
	*out = (struct verified){ 0 };
	if (req->write)
		return manifest_write(root, req->write, out, err);
	if (req->against)
		TRY(manifest_compare(root, req->against, lc->arena, out, err));
	else
		TRY(verify_tree(root, inroot_open, 0, lc->arena, out, err));
	if (req->command && program_check(&place, req->command, false, &why) < 0)
		verified_add(out, lc->arena, VERIFIED_COMMAND, "%s", why.text);
	return 0;
}
