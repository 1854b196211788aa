/* SPDX-License-Identifier: Apache-2.0
 *
 * Seccomp profiles: the file, the document, its top level; see the header.
 */
#include "front/seccomp_parts.h"

#include "model/seccomp_names.h"
#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

enum { FILE_MOST = 1024 * 1024 };

/* ---- architectures ---- */

/* What this machine can execute, by its native architecture. */
static unsigned runnable(void)
{
	switch (seccomp_native_arch) {
	case SECCOMP_SPEC_X86_64:
		return SECCOMP_SPEC_X86_64 | SECCOMP_SPEC_X86 | SECCOMP_SPEC_X32;
	case SECCOMP_SPEC_AARCH64:
		return SECCOMP_SPEC_AARCH64 | SECCOMP_SPEC_ARM;
	default:
		return 0;
	}
}

/* The bit of one SCMP_ARCH_*; 0 for OCI's others, whose calls never come here. */
static int take_arch_word(const struct json_at *at, yyjson_val *v, unsigned *bit, struct err *err)
{
	static const char *const others[] = {
		"SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",     "SCMP_ARCH_MIPS",        "SCMP_ARCH_MIPS64",
		"SCMP_ARCH_MIPS64N32",   "SCMP_ARCH_MIPSEL",   "SCMP_ARCH_MIPSEL64",    "SCMP_ARCH_MIPSEL64N32",
		"SCMP_ARCH_PARISC",      "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC",         "SCMP_ARCH_PPC64",
		"SCMP_ARCH_PPC64LE",     "SCMP_ARCH_RISCV64",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
		"SCMP_ARCH_SH",          "SCMP_ARCH_SHEB",
	};
	const char *words[SECCOMP_SPEC_ARCHS + ARRAY_SIZE(others)];
	size_t i = 0;

	memcpy(words, seccomp_arch_names, sizeof(seccomp_arch_names));
	memcpy(words + SECCOMP_SPEC_ARCHS, others, sizeof(others));
	TRY(json_word(at, v, words, ARRAY_SIZE(words), "architecture", &i, err));
	*bit = i < SECCOMP_SPEC_ARCHS ? 1u << i : 0;
	return 0;
}

static int add_arch(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	unsigned *archs = to, bit = 0;

	TRY(take_arch_word(at, v, &bit, err));
	*archs |= bit & runnable();
	return 0;
}

/* libseccomp's way: the native one is always there. */
static int take_archs(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct seccomp_reading *r = to;

	r->archs_said = yyjson_get_len(v) != 0;
	if (r->archs_said)
		r->spec.archs |= seccomp_native_arch;
	return json_elements(at, v, add_arch, &r->spec.archs, err);
}

struct arch_map {
	unsigned arch, sub_archs;
};

static int take_map_arch(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return take_arch_word(at, v, &((struct arch_map *)to)->arch, err);
}

static int take_map_sub_archs(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_elements(at, v, add_arch, &((struct arch_map *)to)->sub_archs, err);
}

static int take_map(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	static const struct json_field fields[] = {
		{ "architecture", take_map_arch, true }, { "subArchitectures", take_map_sub_archs, false },
	};
	struct seccomp_reading *r = to;
	struct arch_map map = { 0 };

	TRY(json_fields(at, v, fields, ARRAY_SIZE(fields), &map, err));
	if (map.arch && map.arch == seccomp_native_arch)
		r->spec.archs |= map.arch | map.sub_archs;
	return 0;
}

static int take_arch_map(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_elements(at, v, take_map, to, err);
}

/* ---- other members of the top level ---- */

static int take_default_action(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_action(at, v, &((struct seccomp_reading *)to)->spec.default_action, err);
}

static int take_default_errno_ret(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_errno_ret(at, v, &((struct seccomp_reading *)to)->default_errno, err);
}

static int take_default_errno(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return seccomp_take_errno(at, v, &((struct seccomp_reading *)to)->default_errno, err);
}

static int add_flag(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct seccomp_reading *r = to;
	size_t i = 0;

	TRY(json_word(at, v, seccomp_flag_names, SECCOMP_SPEC_FLAGS, "flag", &i, err));
	r->spec.flags |= 1u << i;
	return 0;
}

static int take_flags(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_elements(at, v, add_flag, to, err);
}

static int take_text(const struct json_at *at, yyjson_val *v, struct seccomp_reading *r, const char **to, struct err *err)
{
	const char *text;

	TRY(json_string(at, v, &text, err));
	if (*text) /* podman's generator writes "" for "not said" */
		*to = arena_strdup(r->arena, text);
	return 0;
}

static int take_listener_path(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct seccomp_reading *r = to;

	return take_text(at, v, r, &r->spec.listener_path, err);
}

static int take_listener_metadata(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	struct seccomp_reading *r = to;

	return take_text(at, v, r, &r->spec.listener_metadata, err);
}

static int take_rules(const struct json_at *at, yyjson_val *v, void *to, struct err *err)
{
	return json_elements(at, v, seccomp_take_rule, to, err);
}

/* ---- the document ---- */

static int take_profile(yyjson_val *v, struct seccomp_reading *r, struct err *err)
{
	static const struct json_field fields[] = {
		{ "defaultAction", take_default_action, true },
		{ "defaultErrnoRet", take_default_errno_ret, false },
		{ "defaultErrno", take_default_errno, false },
		{ "architectures", take_archs, false },
		{ "archMap", take_arch_map, false },
		{ "flags", take_flags, false },
		{ "listenerPath", take_listener_path, false },
		{ "listenerMetadata", take_listener_metadata, false },
		{ "syscalls", take_rules, false },
	};
	const struct json_at top = { 0 };

	TRY(json_fields(&top, v, fields, ARRAY_SIZE(fields), r, err));
	if (r->archs_said && yyjson_get_len(yyjson_obj_get(v, "archMap")))
		return json_wrong(&top, err, "both architectures and archMap are said: use one of them");
	return seccomp_settle_errno(&top, r->spec.default_action, &r->default_errno, &r->spec.default_errno, err);
}

int seccomp_json_parse(struct arena *arena, const char *text, size_t n, const struct seccomp_host *host,
		       const struct seccomp_spec **spec, struct err *err)
{
	struct seccomp_reading r = { .arena = arena, .host = host };
	struct seccomp_spec *made;
	yyjson_doc *doc = NULL;
	int rc;

	TRY(json_read(text, n, &doc, err));
	rc = take_profile(yyjson_doc_get_root(doc), &r, err);
	yyjson_doc_free(doc);
	TRY(rc);
	made = arena_alloc(arena, sizeof(*made));
	*made = r.spec;
	*spec = made;
	return 0;
}

/* ---- the file ---- */

static unsigned running_kernel(void)
{
	unsigned major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) < 0 || sscanf(name.release, "%3u.%3u", &major, &minor) != 2)
		return 0;
	return major * 1000 + minor;
}

static int open_regular(const char *path, size_t *size, struct err *err)
{
	/* O_NONBLOCK: a FIFO without a writer would keep us here before we could see what it is */
	auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "open");
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "is a directory");
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "is not a regular file");
	if (st.st_size > FILE_MOST)
		return err_set(err, EFBIG, "is larger than a megabyte");
	*size = (size_t)st.st_size;
	return take_fd(&fd);
}

static int read_file(struct arena *arena, const char *path, uint64_t caps, const struct seccomp_spec **spec,
		     struct err *err)
{
	const struct seccomp_host host = { caps, running_kernel() };
	size_t size = 0;
	auto_fd fd = open_regular(path, &size, err);
	ssize_t n;
	char *text;

	TRY(fd);
	text = arena_alloc(arena, size + 2);
	n = fd_read_text(fd, text, size + 2);
	if (n == -EFBIG)
		return err_set(err, EFBIG, "grew while it was read");
	if (n < 0)
		return err_sys(err, (int)-n, "read");
	return seccomp_json_parse(arena, text, (size_t)n, &host, spec, err);
}

int seccomp_file_read(struct arena *arena, const char *path, uint64_t caps, const struct seccomp_spec **spec,
		      struct err *err)
{
	return err_in(err, read_file(arena, path, caps, spec, err), "seccomp profile %.200s", path);
}
