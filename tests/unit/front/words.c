/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines: how flags are read, and what they come to.
 */
#include "test.h"

#include "front/lower.h"

static void test_spelling(void)
{
	struct words w;
	struct err err;
	char **rest;

	check(RUN(&w, &rest, &err, "-it", "--name", "a", "busybox", "-x", "--name", "b") == 0 && w.container.process.terminal &&
		      w.container.process.stdin_open && str_eq(w.sandbox.name, "a") && str_eq(*rest, "busybox"),
	      "flags end at the first word");
	check(RUN(&w, &rest, &err, "-itw/a", "--name=", "x") < 0, "an empty name");
	check(RUN(&w, &rest, &err, "-itw/a", "x") == 0 && str_eq(w.container.process.cwd, "/a"), "-itw/a");
	check(RUN(&w, &rest, &err, "-w=/b", "x") == 0 && str_eq(w.container.process.cwd, "/b"), "-w=/b");
	check(RUN(&w, &rest, &err, "-w", "-c", "x") == 0 && str_eq(w.container.process.cwd, "-c"), "a value with a dash");
	check(RUN(&w, &rest, &err, "-i", "-i=false", "x") == 0 && !w.container.process.stdin_open, "-i=false");
	check(RUN(&w, &rest, &err, "--read-only=false", "x") == 0 && !w.container.root_readonly, "--read-only=false");
	check(RUN(&w, &rest, &err, "--no-init", "x") == 0 && !w.container.process.init, "--no-init");
	check(RUN(&w, &rest, &err, "--init=false", "x") == 0 && !w.container.process.init, "--init=false");
	check(RUN(&w, &rest, &err, "--no-init=false", "x") == 0 && w.container.process.init, "--no-init=false");
	check(RUN(&w, &rest, &err, "--", "-x") == 0 && str_eq(*rest, "-x"), "-- ends flags");
	check(RUN(&w, &rest, &err, "-", "x") == 0 && str_eq(*rest, "-"), "- is a word");
	check(RUN(&w, &rest, &err, "--detach=false", "x") == 0, "--detach=false");
	check(RUN(&w, &rest, &err, "--name", "a", "--name", "b", "x") == 0 && str_eq(w.sandbox.name, "b"), "the last counts");
}

static void test_wrong_flags(void)
{
	static const struct {
		const char *flag, *value, *part;
	} rows[] = {
		{ "--bogus", NULL, "unknown flag --bogus" }, { "--memroy", "1", "did you mean --memory" },
		{ "-q", NULL, "unknown flag -q" }, { "-iq", NULL, "unknown flag -q in -iq" }, { "--name", NULL, "needs a value" },
		{ "-m", NULL, "needs a value" }, { "--read-only=maybe", NULL, "true or false" }, { "-i=", NULL, "true or false" },
		{ "--=x", NULL, "unknown flag" }, { "--restart", "sometimes", "on-failure" }, { "--restart", "always:3", "on-failure" },
		{ "-m", "0", "without memory" }, { "-m", "4k", "the least is 512k" }, { "-m", "x", "not a size" },
		{ "-m", "", "not a size" }, { "--cpus", "0", "the least is 0.01" }, { "--cpus", "0.001", "the least" },
		{ "--pids-limit", "0", "without a process" }, { "--pids-limit", "-2", "whole number" },
		{ "--stop-timeout", "-2", "whole number" }, { "--stop-signal", "FOO", "no such signal" },
		{ "--network", "bridge", "none" }, { "--ipc", "container:x", "private or host" },
		{ "--forward-to", "all", "process or group" }, { "--time-offset", "9999999999999", "whole number" },
		{ "--storage-opt", "64m", "size=" }, { "--storage-opt", "size=0", "page" }, { "--sysctl", "x", "NAME=VALUE" },
		{ "--sysctl", "=x", "no name" }, { "--label", "=x", "no name" }, { "--rootfs", "", "empty" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words w;
		struct err err;
		char **rest;

		check_refused(RUN(&w, &rest, &err, rows[i].flag, rows[i].value), &err, rows[i].part, rows[i].flag);
	}
}

static void test_limits(void)
{
	const struct resources *r;
	struct words w;
	struct err err;
	char **rest;

	r = &w.sandbox.resources;
	check(RUN(&w, &rest, &err, "x") == 0 && r->memory_bytes == 100 << 20 && !r->memory_asked && r->pids == 1024 &&
		      !r->pids_asked && !r->cpu_quota_us, "defaults");
	check(RUN(&w, &rest, &err, "-m", "64m", "--cpus=1.5", "--pids-limit=7", "x") == 0 && r->memory_bytes == 64 << 20 &&
		      r->memory_asked && r->cpu_quota_us == 150000 && r->cpu_asked && r->pids == 7 && r->pids_asked, "asked");
	check(RUN(&w, &rest, &err, "-m", "64m", "-mmax", "--pids-limit", "-1", "--cpus", "max", "x") == 0 &&
		      r->memory_bytes == LIMIT_NONE && !r->memory_asked && r->pids == LIMIT_NONE &&
		      r->cpu_quota_us == LIMIT_NONE, "no limits");
	check(RUN(&w, &rest, &err, "--ulimit", "core=0", "--ulimit", "core=5", "--ulimit", "nice=1", "x") == 0 &&
		      w.container.process.n_rlimits == 2 && w.container.process.rlimits[0].soft == 5, "the last ulimit counts");
}

void test_flags(void)
{
	test_spelling();
	test_wrong_flags();
	test_limits();
}

/* ---- mounts ---- */

static void test_wrong_mounts(void)
{
	static const struct {
		const char *flag, *value, *part;
	} rows[] = {
		{ "-v", "", "without a source" }, { "-v", "/a", "without a source" }, { "-v", ":/a", "source is empty" },
		{ "-v", "name:/a", "./name" }, { "-v", "/a:b", "absolute" }, { "-v", "/a:", "absolute" },
		{ "-v", "/a:/b:bogus", "unknown option" }, { "-v", "/a:/b:z", "SELinux" }, { "-v", "/a:/b:suid", "never" },
		{ "-v", "/a:/b:size=1", "unknown option" }, { "-v", "/a:/proc", "/proc" }, { "-v", "/a:/proc/sys", "/proc" },
		{ "-v", "/a://proc/./sys", "/proc" }, { "--tmpfs", "", "absolute" }, { "--tmpfs", "x", "absolute" },
		{ "--tmpfs", "/x:size=x", "not a size" }, { "--tmpfs", "/x:size=0", "no bound" },
		{ "--tmpfs", "/x:size=50%", "bytes" }, { "--tmpfs", "/x:mode=9", "octal" }, { "--tmpfs", "/x:uid=a", "uid=a" },
		{ "--mount", "", "type=" }, { "--mount", "type=volume,target=/x", "type=volume" },
		{ "--mount", "type=bind,target=/x", "source=SRC is missing" }, { "--mount", "type=bind,source=/x", "target=DST" },
		{ "--mount", "type=tmpfs,source=/x,target=/y", "no source" },
		{ "--mount", "type=bind,source=/x,target=/y,tmpfs-size=1m", "tmpfs" },
		{ "--mount", "type=tmpfs,target=/y,bind-nonrecursive", "bind" }, { "--mount", "bogus=1", "unknown key" },
		{ "--mount", "type=bind,source,target=/y", "needs a value" }, { "--mount", "type=bind,\"source=/x", "quote" },
		{ "--mount", "type=bind,source=/x,target=/y,readonly=perhaps", "true or false" },
		{ "--mount", "type=bind,source=/x,target=/y,bind-propagation=shared", "rprivate" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words w;
		struct err err;
		char **rest;

		check_refused(RUN(&w, &rest, &err, rows[i].flag, rows[i].value), &err, rows[i].part, rows[i].value);
	}
}

static const struct mount_spec *one_mount(const char *flag, const char *value)
{
	static const struct mount_spec none = { .source = "", .destination = "" };
	static struct words w;
	struct err err;
	char **rest;
	int rc = RUN(&w, &rest, &err, flag, value);

	return check(rc == 0 && w.container.n_mounts == 1, "%s %s: %s", flag, value, err.text) ? w.container.mounts : &none;
}

static void test_right_mounts(void)
{
	const struct mount_spec *m = one_mount("-v", "/a:/b:ro,noexec,bind");
	char cwd[4096] = "";
	struct words w;
	struct err err;
	char **rest;

	check(m->type == MOUNT_BIND && str_eq(m->source, "/a") && str_eq(m->destination, "/b") && m->readonly && m->noexec &&
		      m->nonrecursive && m->nosuid && m->nodev, "a volume");
	m = one_mount("--mount", "type=bind,\"source=/a,\"\"b\",dst=/x/../y,ro,bind-recursive=disabled");
	check(str_eq(m->source, "/a,\"b") && str_eq(m->destination, "/x/../y") && m->readonly && m->nonrecursive, "a bind");
	m = one_mount("--tmpfs", "//x/./y/:size=1m,mode=700,exec,uid=5,,nr_inodes=9");
	check(m->type == MOUNT_TMPFS && str_eq(m->destination, "/x/y") && m->size_bytes == 1 << 20 && m->mode == 0700 &&
		      !m->noexec && m->nosuid && m->options.n == 2 && str_eq(m->options.v[1], "nr_inodes=9"), "a tmpfs");
	m = one_mount("--mount", "type=tmpfs,target=/x,tmpfs-size=64k,tmpfs-mode=1777,readonly=false");
	check(m->size_bytes == 65536 && m->mode == 01777 && !m->readonly && m->noexec, "a tmpfs by --mount");
	check(getcwd(cwd, sizeof(cwd)) != NULL, "getcwd");
	check(str_eq(one_mount("-v", ".:/x")->source, cwd), "the source .");
	check(str_eq(one_mount("-v", ".//./a b:/x")->source, arena_printf(&arena, "%s/a b", cwd)), "a source below .");
	check(str_eq(one_mount("-v", "../a:/x")->source, arena_printf(&arena, "%s/../a", cwd)), "a source beside .");
	check_refused(RUN(&w, &rest, &err, "-v", "/a:/x", "--tmpfs", "/x/"), &err, "already", "two mounts at one place");
}

void test_mounts(void)
{
	test_wrong_mounts();
	test_right_mounts();
}

/* ---- the whole ---- */

static int lower(struct spec *spec, struct err *err, const char *const *args)
{
	static struct words w;
	char **rest;

	TRY(parse_run(&w, args, &rest, err));
	return lower_run(&w, rest, false, spec, err);
}
#define LOWER(spec, err, ...) lower(spec, err, (const char *const[]){ __VA_ARGS__, NULL })

static void test_commands(void)
{
	const struct process_spec *p;
	struct spec s;
	struct err err;

	check(LOWER(&s, &err, "busybox") == 0 && s.containers[0].process.args.n == 1 &&
		      str_eq(s.containers[0].process.args.v[0], "sh"), "the default command");
	check(LOWER(&s, &err, "--entrypoint", "echo", "crib/busybox", "a") == 0, "an entry point: %s", err.text);
	p = &s.containers[0].process;
	check(p->args.n == 2 && str_eq(p->args.v[0], "echo") && str_eq(p->args.v[1], "a"), "an entry point's arguments");
	check(LOWER(&s, &err, "--entrypoint", "", "busybox:latest", "a") == 0 && s.containers[0].process.args.n == 1,
	      "an empty entry point");
	check(LOWER(&s, &err, "--rootfs", "/r", "a", "b") == 0 && s.containers[0].image.kind == IMAGE_DIRECTORY &&
		      s.containers[0].process.args.n == 2 && str_eq(s.sandbox.name, "rootfs-xxxxxx"), "a root of one's own");
	check_refused(LOWER(&s, &err, "alpine"), &err, "no image \"alpine\"", "alpine");
	check_refused(LOWER(&s, &err, "-i"), &err, "which image", "no image");
	check_refused(LOWER(&s, &err, "busybox", ""), &err, "empty", "an empty command");
	check(err.exit_status == EXIT_NOT_FOUND, "an empty command is one that was not found");
	check_refused(LOWER(&s, &err, "-v", "/a:/b/../..", "busybox"), &err, "..", "a destination that leaves");
	check_refused(LOWER(&s, &err, "-v", "/a:/.", "busybox"), &err, "root", "a mount over the root");
	check_refused(LOWER(&s, &err, "-w", "x", "busybox"), &err, "absolute", "a relative directory");
	check_refused(LOWER(&s, &err, "-h", "a\nb", "busybox"), &err, "host name", "a host name with a line end");
	check_refused(LOWER(&s, &err, "--uts", "host", "-h", "a", "busybox"), &err, "uts", "the host's host name");
	check_refused(LOWER(&s, &err, "--name", "../x", "busybox"), &err, "not a name", "a name with a slash");
}

void test_lower(void)
{
	test_commands();
}

/* ---- environment ---- */

/* The value that the lowered environment has; NULL: none. */
static const char *value_of(const struct spec *s, const char *name)
{
	const struct strs *env = &s->containers[0].process.env;
	const char *value = NULL;
	size_t n = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], name, n) == 0 && env->v[i][n] == '=') {
			check(!value, "%s is there twice", name);
			value = env->v[i] + n + 1;
		}
	return value;
}

static bool is(const struct spec *s, const char *name, const char *value)
{
	const char *have = value_of(s, name);

	return have && value ? str_eq(have, value) : have == value;
}

static const char *env_file(const char *text, size_t n)
{
	const char *path = arena_printf(&arena, "%s/env", scratch);
	FILE *f = fopen(path, "w");

	if (f) {
		fwrite(text, 1, n, f);
		fclose(f);
	}
	return path;
}
#define ENV_FILE(text) env_file(text, sizeof(text) - 1)

static void test_env_files(void)
{
	static const struct {
		const char *text;
		size_t n;
		const char *part;
	} bad[] = {
#define BAD(text, part) { text, sizeof(text) - 1, part }
		BAD("A=1\n=x\n", "line 2"), BAD("A=1\nB\n  x y=1\n", "line 3"), BAD("A B", "line 1"), BAD("A=1\0B=2\n", "zero byte"),
	};
	const char *path = ENV_FILE("\xef\xbb\xbf# note\n\nA=1 \n  B=x\nC=\"q\"\n#E=2\nSAID\r\nUNSAID\nD=x=y\nA=2\nF=end");
	struct spec s;
	struct err err;

	check(LOWER(&s, &err, "-e", "D=flag", "--env-file", path, "busybox") == 0, "an env file: %s", err.text);
	check(is(&s, "A", "2") && is(&s, "B", "x") && is(&s, "C", "\"q\"") && is(&s, "SAID", "yes") && is(&s, "UNSAID", NULL) &&
		      is(&s, "D", "flag") && is(&s, "E", NULL) && is(&s, "F", "end"), "the values of an env file");
	check(LOWER(&s, &err, "--env-file", ENV_FILE(""), "busybox") == 0, "an empty env file: %s", err.text);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_refused(LOWER(&s, &err, "--env-file", env_file(bad[i].text, bad[i].n), "busybox"), &err, bad[i].part,
			      bad[i].text);
	unlink(path);
	check_refused(LOWER(&s, &err, "--env-file", path, "busybox"), &err, "No such file", "a file that is not there");
	check_refused(LOWER(&s, &err, "--env-file", scratch, "busybox"), &err, "directory", "a directory");
}

void test_env(void)
{
	struct spec s;
	struct err err;

	setenv("SAID", "yes", 1);
	unsetenv("UNSAID");
	check(LOWER(&s, &err, "-h", "host", "busybox") == 0 && is(&s, "HOSTNAME", "host") && value_of(&s, "PATH") &&
		      is(&s, "TERM", NULL) && is(&s, "HOME", NULL), "docker's defaults");
	check(LOWER(&s, &err, "-t", "-e", "A=", "-e", "SAID", "-e", "UNSAID", "-e", "A=2", "busybox") == 0 &&
		      is(&s, "TERM", "xterm") && is(&s, "A", "2") && is(&s, "SAID", "yes") && is(&s, "UNSAID", NULL), "flags");
	check(LOWER(&s, &err, "-e", "PATH=/x", "-t", "-e", "TERM=vt100", "busybox") == 0 && is(&s, "PATH", "/x") &&
		      is(&s, "TERM", "vt100"), "defaults that are said otherwise");
	check(LOWER(&s, &err, "--uts", "host", "busybox") == 0 && is(&s, "HOSTNAME", NULL), "the host's host name");
	check_refused(LOWER(&s, &err, "-e", "=x", "busybox"), &err, "no name", "-e =x");
	test_env_files();
}
