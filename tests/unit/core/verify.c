/* SPDX-License-Identifier: Apache-2.0
 *
 * What looks through hostile trees: the walk, escaped names, lines of manifests, beginnings of programs.
 */
#include "image/manifest.h"
#include "image/program.h"
#include "image/verify.h"
#include "image/walk.h"
#include "sandbox/inroot.h"
#include "test.h"
#include "util/escape.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* ---- names ---- */

/* Every byte comes back, as visible ASCII without a blank; what does not fit is left out whole. */
static void test_escape(void)
{
	char in[256], out[1024], back[256];
	const char *at = out;
	size_t n;

	for (int i = 0; i < 255; i++)
		in[i] = (char)(i + 1);
	n = escape(out, sizeof(out), in, 255);
	check(n == strlen(out), "length %zu", n);
	for (size_t i = 0; i < n; i++)
		check(out[i] > ' ' && out[i] < 127, "byte %#x", (unsigned char)out[i]);
	check(unescape(back, sizeof(back), &at) == 255 && memcmp(in, back, 255) == 0 && !*at, "all bytes come back");
	check(escape(out, 8, "ab\n\n\n", 5) == 6 && str_eq(out, "ab\\012"), "cut: %s", out);
	check(escape(out, 1, "ab", 2) == 0 && !*out, "no room");
}

/* Only one spelling of each name is taken. */
static void test_unescape(void)
{
	static const char *const bad[] = { "\\", "\\1", "\\12", "\\0x1", "\\141", "\\400", "\\777", "a\tb", "a\nb", "\303\244" };
	char out[256];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *at = bad[i];

		check(unescape(out, sizeof(out), &at) < 0, "\"%s\" was taken", bad[i]);
	}
}

/* ---- lines ---- */

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_good_lines(void)
{
	static const char *const good[] = {
		"d 0755 0 0 .", "f 0644 1000 4294967295 9223372036854775807 " SUM " a\\040b", "l 0777 0 0 link ../\\134to",
		"c 0666 0 0 1:3 null", "b 0660 0 6 4294967295:0 disk", "p 0600 1 2 fifo", "s 0755 0 0 sock", "m mnt",
		"x user.a/b " SUM, "^",
	};
	struct manifest_line line;
	char text[MANIFEST_LINE];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		size_t n;

		if (!check(manifest_line_read(good[i], &line) == 0, "%s", good[i]))
			continue;
		n = manifest_line_write(&line, text);
		check(n == strlen(good[i]) + 1 && memcmp(text, good[i], n - 1) == 0 && text[n - 1] == '\n', "back: %.*s", (int)n, text);
	}
}

static void test_bad_lines(void)
{
	static const char *const bad[] = {
		"", " ", "z 0755 0 0 a", "d", "d 0755 0 0", "d 0755 0 0 ", "d 755 0 0 a", "d 00755 0 0 a", "d 0855 0 0 a",
		"d 0755 00 0 a", "d 0755 -1 0 a", "d 0755 4294967296 0 a", "d 0755 0 0 a b", "d 0755 0 0 a ", "d  0755 0 0 a",
		"d 0755 0 0 a/b", "d 0755 0 0 ..", "d 0755 0 0 \\000", "f 0644 0 0 9223372036854775808 " SUM " a",
		"f 0644 0 0 1 " SUM "0 a", "f 0644 0 0 1 0123 a", "f 0644 0 0 1 " SUM, "l 0777 0 0 a", "l 0777 0 0 a ",
		"c 0666 0 0 1 null", "c 0666 0 0 1: null", "c 0666 0 0 :3 null", "c 0666 0 0 1:4294967296 null", "x user.a", "x " SUM,
		"^ ", "^^", "m", "m a b", "f 0644 0 0 1 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef a",
	};
	struct manifest_line line;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(manifest_line_read(bad[i], &line) < 0, "\"%s\" was taken", bad[i]);
}

/* The longest name and target, every byte of them escaped, fit a line. */
static void test_longest_line(void)
{
	struct manifest_line line = { .type = 'l' }, back;
	char text[MANIFEST_LINE];
	size_t n;

	memset(line.name, '\n', NAME_MAX);
	memset(line.target, '\1', PATH_MAX - 1);
	n = manifest_line_write(&line, text);
	text[n - 1] = '\0';
	check(manifest_line_read(text, &back) == 0 && strlen(back.target) == PATH_MAX - 1 && strlen(back.name) == NAME_MAX,
	      "%zu bytes", n);
}

/* ---- walk ---- */

struct seen {
	char text[4096];
	int dir;
	const char *moved; /* an entry at which it is moved away */
	char longest[WALK_PATH];
};

static int see(void *arg, const struct walk_entry *e, struct err *err)
{
	struct seen *s = arg;
	char path[WALK_PATH];
	const char *word = walk_path(e, path);

	(void)err;
	if (strlen(s->text) + strlen(word) + 2 < sizeof(s->text)) {
		memcpy(s->text + strlen(s->text), word, strlen(word) + 1);
		s->text[strlen(s->text) + 1] = '\0';
		s->text[strlen(s->text)] = ' ';
	}
	if (strlen(word) >= strlen(s->longest))
		memcpy(s->longest, word, strlen(word) + 1);
	if (s->moved && str_eq(e->name, s->moved))
		check(renameat(s->dir, "a/b", s->dir, "away") == 0, "move");
	return WALK_ON;
}

static int see_closed(void *arg, const struct walk_entry *e, int code, struct err *err)
{
	(void)code;
	return see(arg, e, err);
}

static const struct walk_visitor visitor = { .entry = see, .closed = see_closed };

/* By bytes in each directory, a directory's entries behind it. */
static void test_order(void)
{
	struct seen s = { .dir = -1 };
	char path[256];
	auto_fd dir = folder(path);
	struct err err;
	size_t n;

	check(mkdirat(dir, "b", 0755) == 0 && mkdirat(dir, "b/z", 0755) == 0 && symlinkat("b", dir, "link") == 0, "tree");
	write_file(dir, "b/z/1", "");
	write_file(dir, "b/a", "");
	write_file(dir, "b.x", "");
	write_file(dir, "B", "");
	check(walk_tree(dir, &visitor, &s, 0, &n, &err) == 0 && n == 7, "%zu entries: %s", n, err.text);
	check(str_eq(s.text, ". B b b/a b/z b/z/1 b.x link "), "order: %s", s.text);
	check(walk_tree(dir, &visitor, &s, 6, &n, &err) == -E2BIG, "bounded");
}

/* A directory that is moved out while the walk is in it: the walk ends, and never goes on above. */
static void test_moved(void)
{
	struct seen s = { .moved = "c" };
	char path[256];
	auto_fd dir = folder(path);
	struct err err;
	size_t n;

	s.dir = dir;
	check(mkdirat(dir, "a", 0755) == 0 && mkdirat(dir, "a/b", 0755) == 0, "tree");
	for (int i = 0; i < 40; i++) { /* deeper than descriptors are kept */
		char name[128] = "a/b";

		for (int k = 0; k < i; k++)
			snprintf(name + strlen(name), sizeof(name) - strlen(name), "/d");
		check(i == 0 || mkdirat(dir, name, 0755) == 0, "%s", name);
		if (i == 39) {
			snprintf(name + strlen(name), sizeof(name) - strlen(name), "/c");
			write_file(dir, name, "");
		}
	}
	write_file(dir, "above", "");
	/* b is still what it was, below another directory: its descriptor was kept, so that the walk ends well */
	check(walk_tree(dir, &visitor, &s, 0, &n, &err) == 0, "%s", err.text);
	check(strstr(s.text, "above"), "went on where it was");
}

/* The same below the depth to which descriptors are kept: `..` leads elsewhere, which is seen. */
struct swapper {
	int dir;
	char from[512];
	bool done;
};

static int swap(void *arg, const struct walk_entry *e, struct err *err)
{
	struct swapper *s = arg;

	(void)err;
	if (str_eq(e->name, "last") && !s->done)
		s->done = renameat(s->dir, s->from, s->dir, "away") == 0;
	return WALK_ON;
}

static int swap_closed(void *arg, const struct walk_entry *e, int code, struct err *err)
{
	(void)code;
	return swap(arg, e, err);
}

static void test_moved_deep(void)
{
	static const struct walk_visitor swapping = { .entry = swap, .closed = swap_closed };
	struct swapper s = { .done = false };
	char path[256], name[512] = "d";
	auto_fd dir = folder(path);
	struct err err = { 0 };
	size_t n;

	s.dir = dir;
	for (int i = 0; i < 60; i++) {
		check(mkdirat(dir, name, 0755) == 0, "%s", name);
		snprintf(name + strlen(name), sizeof(name) - strlen(name), i == 40 ? "/m" : "/d");
		if (i == 40)
			memcpy(s.from, name, sizeof(name));
	}
	snprintf(strrchr(name, '/'), 8, "/last");
	write_file(dir, name, "");
	check(walk_tree(dir, &swapping, &s, 0, &n, &err) == -EAGAIN && s.done, "%d: %s", s.done, err.text);
}

/* Deeper than any path: a bounded, printable word for it, and descriptors to spare. */
static void test_deep(void)
{
	struct seen s = { .dir = -1 };
	char path[256], name[NAME_MAX + 1];
	int top = folder(path), dir = dup(top);
	struct err err;
	size_t n;

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	for (int i = 0; i < 3000; i++) {
		int below;

		if (mkdirat(dir, name, 0755) < 0 || (below = openat(dir, name, O_RDONLY | O_DIRECTORY)) < 0)
			abort();
		close(dir);
		dir = below;
	}
	write_file(dir, "end\n", "");
	close(dir);
	check(walk_tree(top, &visitor, &s, 0, &n, &err) == 0 && n == 3001, "%zu: %s", n, err.text);
	check(strlen(s.longest) < WALK_PATH && strstr(s.longest, "..."), "path of %zu", strlen(s.longest));
	close(top);
}

/* ---- programs ---- */

static int parse(const void *data, size_t n, struct program *p)
{
	char path[256];
	auto_fd dir = folder(path), fd = openat(dir, "p", O_RDWR | O_CREAT, 0755);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	return program_read(fd, p);
}

static void test_scripts(void)
{
	static const struct {
		const char *text;
		enum program_format format;
		const char *interpreter;
	} rows[] = {
		{ "#!/bin/sh\n", PROGRAM_SCRIPT, "/bin/sh" }, { "#! \t/bin/sh -e x\n", PROGRAM_SCRIPT, "/bin/sh" },
		{ "#!/bin/sh", PROGRAM_SCRIPT, "/bin/sh" },   { "#!/bin/sh\r\n", PROGRAM_SCRIPT, "/bin/sh\r" },
		{ "#!sh\n", PROGRAM_SCRIPT, "sh" },           { "#!\n/bin/sh", PROGRAM_OTHER, "" },
		{ "#!", PROGRAM_OTHER, "" },                  { "#", PROGRAM_OTHER, "" },
		{ " #!/bin/sh\n", PROGRAM_OTHER, "" },        { "", PROGRAM_EMPTY, "" },
		{ "\177EL", PROGRAM_OTHER, "" },              { "\177ELF", PROGRAM_FOREIGN, "" },
	};
	char line[400] = "#!/";
	struct program p;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check(parse(rows[i].text, strlen(rows[i].text), &p) == 0 && p.format == rows[i].format, "\"%s\": %d", rows[i].text, p.format);
		check(str_eq(p.interpreter, rows[i].interpreter), "\"%s\": \"%s\"", rows[i].text, p.interpreter);
	}
	memset(line + 3, 'x', sizeof(line) - 4);
	check(parse(line, strlen(line), &p) == 0 && p.format == PROGRAM_OTHER, "longer than the kernel reads");
	check(parse("#!/bin/a\0b\n", 11, &p) == 0 && str_eq(p.interpreter, "/bin/a"), "ends at a zero byte");
}

#if defined(__x86_64__)
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr program;
	char loader[32];
};

static void make_image(struct image *i)
{
	*i = (struct image){
		.header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 }, .e_type = ET_DYN, .e_machine = EM_X86_64,
			    .e_phoff = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1 },
		.program = { .p_type = PT_INTERP, .p_offset = offsetof(struct image, loader), .p_filesz = 10 },
		.loader = "/lib/ld.so",
	};
	i->program.p_filesz = strlen(i->loader) + 1;
}

static void test_elf(void)
{
	struct image good, bad;
	struct program p;

	make_image(&good);
	check(parse(&good, sizeof(good), &p) == 0 && p.format == PROGRAM_NATIVE && str_eq(p.interpreter, "/lib/ld.so"),
	      "%d %s", p.format, p.interpreter);
	for (size_t n = 4; n < sizeof(good); n++)
		check(parse(&good, n, &p) == 0 && memchr(p.interpreter, 0, sizeof(p.interpreter)), "%zu bytes of it", n);
	bad = good;
	bad.header.e_phoff = UINT64_MAX - 8;
	check(parse(&bad, sizeof(bad), &p) == 0 && !*p.interpreter, "headers beyond all files");
	bad = good;
	bad.program.p_offset = UINT64_MAX;
	check(parse(&bad, sizeof(bad), &p) == 0 && !*p.interpreter, "a loader beyond all files");
	bad = good;
	bad.program.p_filesz--;
	check(parse(&bad, sizeof(bad), &p) == 0 && !*p.interpreter, "a loader without its end");
	bad.header.e_machine = EM_AARCH64;
	check(parse(&bad, sizeof(bad), &p) == 0 && p.format == PROGRAM_FOREIGN && str_eq(p.machine, "aarch64"), "another machine");
	bad.header.e_ident[EI_DATA] = ELFDATA2MSB;
	bad.header.e_machine = (uint16_t)(EM_PPC64 << 8);
	check(parse(&bad, sizeof(bad), &p) == 0 && p.machine && str_eq(p.machine, "ppc64"), "the other byte order");
	bad = good;
	bad.header.e_ident[EI_CLASS] = ELFCLASS32;
	check(parse(&bad, sizeof(bad), &p) == 0 && p.format == PROGRAM_FOREIGN && str_eq(p.machine, "x32"), "x32");
}
#else
static void test_elf(void)
{
	skip("programs of this machine are not known to the test");
}
#endif

/* Interpreters that interpret each other: an end, and a sentence. */
static void test_loops(void)
{
	char path[256];
	auto_fd dir = folder(path);
	const struct program_place place = { dir, inroot_open, "/:/bin", "/" };
	struct err err;

	write_file(dir, "a", "#!/b\n");
	write_file(dir, "b", "#!/a\n");
	check(fchmodat(dir, "a", 0755, 0) == 0 && fchmodat(dir, "b", 0755, 0) == 0, "modes");
	check(program_check(&place, "a", false, &err) < 0 && err.exit_status == EXIT_NOT_EXECUTABLE, "%s", err.text);
	check(program_check(&place, "a", true, &err) < 0, "%s", err.text);
	check(symlinkat("c", dir, "c") == 0 && program_check(&place, "/c", false, &err) < 0, "a link to itself: %s", err.text);
	/* a link that leads nowhere here may lead somewhere in a sandbox */
	check(symlinkat("/proc/self/exe", dir, "exe") == 0, "link");
	check(program_check(&place, "/exe", true, &err) == 0 && program_check(&place, "exe", true, &err) == 0, "certain of a link to /proc");
	check(program_check(&place, "/exe", false, &err) < 0, "uncertain");
}

void test_verify(void)
{
	test_escape();
	test_unescape();
	test_good_lines();
	test_bad_lines();
	test_longest_line();
	test_order();
	test_moved();
	test_moved_deep();
	test_deep();
	test_scripts();
	test_elf();
	test_loops();
}
