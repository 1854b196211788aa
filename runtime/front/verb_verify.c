/* SPDX-License-Identifier: Apache-2.0
 *
 * crib verify: what is wrong with a directory that is to be a root, and its manifest. May call lifecycle.
 */
#include "front/lower.h"
#include "front/mount.h"
#include "front/verb.h"
#include "util/str.h"

#include <errno.h>
#include <yyjson.h>

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void add_kind(struct str *out, const struct verified *v, int kind)
{
	const struct strs *shown = &v->shown[kind];

	str_add(out, "%-8s %s", kind < VERIFIED_NOTES ? "refused" : "note", verified_topics[kind]);
	str_add(out, "%s%s\n", verified_fixes[kind] ? ": " : "", verified_fixes[kind] ? verified_fixes[kind] : "");
	for (size_t i = 0; i < shown->n; i++)
		str_add(out, "         %s\n", shown->v[i]);
	if (v->count[kind] > shown->n)
		str_add(out, "         and %zu more\n", v->count[kind] - shown->n);
}

static const char *as_text(struct words *w, const struct verified *v)
{
	struct str out = { .arena = w->arena };

	for (int kind = 0; kind < VERIFIED_KINDS; kind++)
		if (v->count[kind])
			add_kind(&out, v, kind);
	str_add(&out, "%zu %s looked at: %s\n", v->entries, plural(v->entries, "entry", "entries"),
		w->write_manifest ? "the manifest is written" :
		v->bad ? (w->against ? "not as in the manifest" : "not fit for a sandbox by the strict policy") :
		w->against ? "all is as in the manifest" : "nothing is wrong");
	return out.s;
}

static int print_as_json(const struct verified *v, struct err *err)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *array;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_bool(doc, root, "ok", !v->bad);
	yyjson_mut_obj_add_uint(doc, root, "entries", v->entries);
	array = yyjson_mut_obj_add_arr(doc, root, "findings");
	for (int kind = 0; kind < VERIFIED_KINDS; kind++) {
		yyjson_mut_val *o, *shown;

		if (!v->count[kind])
			continue;
		o = yyjson_mut_arr_add_obj(doc, array);
		yyjson_mut_obj_add_str(doc, o, "topic", verified_topics[kind]);
		yyjson_mut_obj_add_bool(doc, o, "refused", kind < VERIFIED_NOTES);
		yyjson_mut_obj_add_uint(doc, o, "count", v->count[kind]);
		shown = yyjson_mut_obj_add_arr(doc, o, "shown");
		for (size_t i = 0; i < v->shown[kind].n; i++)
			yyjson_mut_arr_add_str(doc, shown, v->shown[kind].v[i]);
		if (verified_fixes[kind])
			yyjson_mut_obj_add_str(doc, o, "fix", verified_fixes[kind]);
	}
	return verb_print_json(doc, err);
}

static int request(struct words *w, char **rest, struct verify_request *req, struct err *err)
{
	if (!*rest)
		return err_set(err, EINVAL, "which directory? crib verify [FLAGS] DIR [COMMAND]");
	if (w->write_manifest && w->against)
		return err_set(err, EINVAL, "--write and --against: one of them");
	if (rest[1] && w->write_manifest)
		return err_set(err, EINVAL, "--write takes no command: a manifest is of the whole directory");
	req->path = rest[0];
	req->command = rest[1];
	req->search = lower_search_path;
	req->write = w->write_manifest;
	req->against = w->against;
	return 0;
}

int verb_verify(struct words *w, char **rest, int *status, struct err *err)
{
	const struct lifecycle lc = verb_lifecycle(w);
	struct verify_request req = { 0 };
	struct verified found;
	bool json;

	TRY(verb_wants_json(w, &json, err));
	TRY(request(w, rest, &req, err));
	TRY(err_in(err, lifecycle_verify(&lc, &req, &found, err), "verify %s", req.path));
	*status = found.bad ? 1 : 0;
	return json ? print_as_json(&found, err) : verb_print(as_text(w, &found), err);
}
