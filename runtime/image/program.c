/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the beginnings of programs and finds what they name, inside the root.
 */
#include "image/program.h"
#include "util/fd.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum {
	SCRIPT_LINE = 256, /* BINPRM_BUF_SIZE */
	HEADERS = 128,     /* program headers that are looked at */
	NESTED = 5,        /* interpreters of interpreters (exec_binprm) */
};

#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#if defined(__x86_64__)
enum { OUR_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { OUR_MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { OUR_MACHINE = EM_RISCV };
#else
enum { OUR_MACHINE = EM_NONE };
#endif

static const struct {
	uint16_t number;
	unsigned char class; /* 0: either */
	const char *name;
} machines[] = {
	{ EM_X86_64, ELFCLASS64, "x86-64" }, { EM_X86_64, ELFCLASS32, "x32" },     { EM_386, 0, "32-bit x86" },
	{ EM_AARCH64, 0, "aarch64" },        { EM_ARM, 0, "32-bit arm" },          { EM_RISCV, ELFCLASS64, "riscv64" },
	{ EM_RISCV, ELFCLASS32, "riscv32" }, { EM_PPC64, 0, "ppc64" },             { EM_PPC, 0, "ppc" },
	{ EM_S390, 0, "s390x" },             { EM_MIPS, 0, "mips" },               { EM_LOONGARCH, 0, "loongarch" },
	{ EM_SPARCV9, 0, "sparc64" },        { EM_IA_64, 0, "ia64" },
};

static const char *machine_name(unsigned number, unsigned char class)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].number == number && (!machines[i].class || machines[i].class == class))
			return machines[i].name;
	return NULL;
}

static ssize_t read_at(int fd, void *buf, size_t n, uint64_t at)
{
	ssize_t got;

	if (at > INT64_MAX)
		return 0;
	do
		got = pread(fd, buf, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	return got;
}

/* ---- formats ---- */

static void read_loader(int fd, const Elf64_Ehdr *h, struct program *out)
{
	for (unsigned i = 0; i < h->e_phnum && i < HEADERS; i++) {
		Elf64_Phdr p;
		ssize_t n;

		if (h->e_phoff > INT64_MAX || read_at(fd, &p, sizeof(p), h->e_phoff + i * sizeof(p)) != sizeof(p))
			return;
		if (p.p_type != PT_INTERP || p.p_filesz < 2 || p.p_filesz > sizeof(out->interpreter))
			continue;
		n = read_at(fd, out->interpreter, p.p_filesz, p.p_offset);
		if (n != (ssize_t)p.p_filesz || out->interpreter[n - 1] != '\0')
			out->interpreter[0] = '\0';
		return;
	}
}

/* e_machine, in the byte order that the file says it is in. */
static unsigned machine_of(const unsigned char *data)
{
	return data[EI_DATA] == ELFDATA2MSB ? (unsigned)data[18] << 8 | data[19] : (unsigned)data[19] << 8 | data[18];
}

static void read_elf(int fd, const unsigned char *data, size_t n, struct program *out)
{
	Elf64_Ehdr h;

	out->format = PROGRAM_FOREIGN;
	if (n < 20)
		return;
	out->machine = machine_name(machine_of(data), data[EI_CLASS]);
	if (machine_of(data) != OUR_MACHINE || data[EI_CLASS] != ELFCLASS64 || n < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	out->format = h.e_type == ET_EXEC || h.e_type == ET_DYN ? PROGRAM_NATIVE : PROGRAM_OTHER;
	if (out->format == PROGRAM_NATIVE && h.e_phentsize == sizeof(Elf64_Phdr))
		read_loader(fd, &h, out);
}

/* #! blanks INTERPRETER blanks ARGUMENT; no carriage return is a blank. */
static void read_script(const char *data, size_t n, struct program *out)
{
	size_t from = 2, end;

	out->format = PROGRAM_OTHER;
	while (from < n && (data[from] == ' ' || data[from] == '\t'))
		from++;
	for (end = from; end < n && data[end] && !strchr(" \t\n", data[end]); end++)
		;
	/* cut off where the kernel's buffer ends: it refuses those too */
	if (end == from || end == SCRIPT_LINE)
		return;
	memcpy(out->interpreter, data + from, end - from);
	out->interpreter[end - from] = '\0';
	out->format = PROGRAM_SCRIPT;
}

int program_read(int fd, struct program *out)
{
	unsigned char data[SCRIPT_LINE];
	ssize_t n = read_at(fd, data, sizeof(data), 0);

	*out = (struct program){ .format = PROGRAM_OTHER };
	if (n < 0)
		return -errno;
	if (n == 0)
		out->format = PROGRAM_EMPTY;
	else if (n >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0)
		read_elf(fd, data, (size_t)n, out);
	else if (n >= 2 && data[0] == '#' && data[1] == '!')
		read_script((const char *)data, (size_t)n, out);
	return 0;
}

/* ---- sentences ---- */

/* code: 0 for a sentence that says it all. */
#define TOLD(err, status, code, ...)                                                        \
	({                                                                                  \
		int told_ = (code) ? err_sys(err, code, __VA_ARGS__) : err_set(err, ENOEXEC, __VA_ARGS__); \
		(err)->exit_status = (status);                                              \
		told_;                                                                      \
	})

static int tell_interpreter(const char *path, const struct program *p, int code, struct err *err)
{
	const char *what = p->format == PROGRAM_SCRIPT ? "script interpreter" : "ELF loader";
	size_t n = strlen(p->interpreter);

	if (p->format == PROGRAM_SCRIPT && p->interpreter[n - 1] == '\r')
		return TOLD(err, EXIT_NOT_FOUND, 0,
			    "command %s: its first line ends in a carriage return, as in files written on Windows, so that its "
			    "script interpreter \"%.*s\\r\" was not found", path, (int)n - 1, p->interpreter);
	if (code == ENOENT || code == ENOTDIR)
		return TOLD(err, EXIT_NOT_FOUND, 0, "command %s: its %s %s was not found", path, what, p->interpreter);
	return TOLD(err, EXIT_NOT_EXECUTABLE, code, "command %s: its %s %s", path, what, p->interpreter);
}

static int tell_format(const char *path, const struct program *p, struct err *err)
{
	static const char ours[] =
#if defined(__x86_64__)
		"x86-64";
#elif defined(__aarch64__)
		"aarch64";
#else
		"another";
#endif

	if (p->format == PROGRAM_FOREIGN)
		return TOLD(err, EXIT_NOT_EXECUTABLE, 0, "command %s: it is for %s, and this machine is %s", path,
			    p->machine ? p->machine : "a machine not known here", ours);
	if (p->format == PROGRAM_EMPTY)
		return TOLD(err, EXIT_NOT_EXECUTABLE, 0, "command %s: exec format error: the file is empty", path);
	return TOLD(err, EXIT_NOT_EXECUTABLE, 0,
		    "command %s: exec format error: it is neither an ELF program nor a script that begins with #!", path);
}

static int tell_file(const char *path, const struct stat *st, struct err *err)
{
	if (S_ISDIR(st->st_mode))
		return TOLD(err, EXIT_NOT_EXECUTABLE, 0, "command %s: is a directory", path);
	if (!S_ISREG(st->st_mode))
		return TOLD(err, EXIT_NOT_EXECUTABLE, 0, "command %s: is no regular file", path);
	return TOLD(err, EXIT_NOT_EXECUTABLE, 0, "command %s: Permission denied (not executable)", path);
}

/* ---- looking it up ---- */

/* Relative ones from the working directory. */
static int full_path(const struct program_place *place, const char *path, char buf[static PATH_MAX])
{
	int n = path[0] == '/' ? snprintf(buf, PATH_MAX, "%s", path) : snprintf(buf, PATH_MAX, "%s/%s", place->cwd, path);

	return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* A link that leads nowhere in the root may lead somewhere in a sandbox, which has a /proc. */
static bool may_appear(const struct program_place *place, const char *path)
{
	auto_fd fd = place->open_in_root(place->root, path, O_PATH | O_NOFOLLOW);

	return fd >= 0 || str_after(path, "/proc/") || str_after(path, "/dev/") || str_after(path, "/sys/");
}

/* 1: it is executable, as far as its mode says. 0: it is not there. Else -errno with err: it is there, and cannot be executed. */
static int find(const struct program_place *place, const char *path, struct err *err)
{
	char full[PATH_MAX];
	struct stat st;
	auto_fd fd = -1;

	if (full_path(place, path, full) < 0)
		return 0;
	fd = place->open_in_root(place->root, full, O_PATH);
	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return TOLD(err, EXIT_NOT_EXECUTABLE, fd < 0 ? -fd : errno, "command %s", path);
	return S_ISREG(st.st_mode) && st.st_mode & 0111 ? 1 : tell_file(path, &st, err);
}

static int check_file(const struct program_place *place, const char *path, bool certain, int depth, struct err *err);

static int check_interpreter(const struct program_place *place, const char *path, const struct program *p, bool certain,
			     int depth, struct err *err)
{
	struct err inner;
	int rc = find(place, p->interpreter, &inner);

	if (rc == 0 && certain && may_appear(place, p->interpreter))
		return 0;
	if (rc == 0)
		return tell_interpreter(path, p, ENOENT, err);
	if (rc < 0)
		return inner.code == ENOEXEC ? tell_interpreter(path, p, EACCES, err) : certain ? 0 : tell_interpreter(path, p, inner.code, err);
	if (p->format != PROGRAM_SCRIPT)
		return 0;
	rc = check_file(place, p->interpreter, certain, depth + 1, &inner);
	if (rc < 0) {
		TOLD(err, inner.exit_status, 0, "command %s: its script interpreter: %s", path, inner.text);
		return -err->code;
	}
	return 0;
}

static int check_file(const struct program_place *place, const char *path, bool certain, int depth, struct err *err)
{
	char full[PATH_MAX];
	struct program p;
	struct stat st;
	auto_fd fd = -1;

	if (depth == NESTED)
		return TOLD(err, EXIT_NOT_EXECUTABLE, ELOOP, "command %s", path);
	if (full_path(place, path, full) < 0)
		return 0;
	fd = place->open_in_root(place->root, full, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	/* one need not be able to read what one may execute */
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || program_read(fd, &p) < 0)
		return 0;
	if (p.format == PROGRAM_NATIVE || p.format == PROGRAM_SCRIPT)
		return *p.interpreter ? check_interpreter(place, path, &p, certain, depth, err) : 0;
	return certain ? 0 : tell_format(path, &p, err);
}

/* As init's search: the first that can be executed counts, else the first that is there tells why. */
static int search(const struct program_place *place, const char *name, bool certain, struct err *err)
{
	struct err first = { 0 };
	char path[PATH_MAX];

	for (const char *dir = place->path, *end; dir; dir = *end ? end + 1 : NULL) {
		struct err one = { 0 };
		int rc;

		end = strchrnul(dir, ':');
		if (snprintf(path, sizeof(path), "%.*s/%s", end == dir ? 1 : (int)(end - dir), end == dir ? "." : dir, name) >=
		    (int)sizeof(path))
			continue;
		rc = find(place, path, &one);
		if (rc == 1)
			return check_file(place, path, certain, 0, err);
		if (rc == 0 && certain && may_appear(place, path))
			return 0;
		if (rc < 0 && !first.code)
			first = one;
	}
	if (first.code) {
		*err = first;
		return certain && first.code != ENOEXEC ? 0 : -first.code;
	}
	if (!place->path)
		return TOLD(err, EXIT_NOT_FOUND, 0, "command %s: not found: there is no PATH", name);
	return TOLD(err, EXIT_NOT_FOUND, 0, "command %s: not found in PATH (%s)", name, place->path);
}

int program_check(const struct program_place *place, const char *name, bool certain, struct err *err)
{
	int rc;

	if (!*name)
		return TOLD(err, EXIT_NOT_FOUND, 0, "command \"\": its name is empty");
	if (!strchr(name, '/'))
		return search(place, name, certain, err);
	rc = find(place, name, err);
	if (rc == 1)
		return check_file(place, name, certain, 0, err);
	if (rc == 0 && certain && may_appear(place, name))
		return 0;
	if (rc == 0)
		return TOLD(err, EXIT_NOT_FOUND, ENOENT, "command %s", name);
	return certain && err->code != ENOEXEC ? 0 : rc;
}
