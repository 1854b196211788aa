/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of system calls beside the kernel's headers of this machine.
 */
#include "test.h"

#include <ctype.h>

/* #define __NR_name 12, or (__X32_SYSCALL_BIT + 12): the name and the number */
static bool read_line(const char *line, char name[static 64], int *number)
{
	const char *p = str_after(line, "#define __NR_");
	size_t n;

	if (!p)
		return false;
	n = strcspn(p, " \t");
	if (n >= 64 || !p[n])
		return false;
	snprintf(name, 64, "%.*s", (int)n, p);
	p += strcspn(p, " \t");
	p = strchr(p, '+') ? strchr(p, '+') : p;
	p += strcspn(p, "0123456789");
	if (!isdigit((unsigned char)*p))
		return false;
	*number = atoi(p);
	return true;
}

/* Every number of an older or equal kernel's headers is in the table, as it is there. */
static void test_header(enum syscall_arch arch, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[256], name[64];
	int number, n = 0;

	if (!f) {
		skip(path);
		return;
	}
	while (fgets(line, sizeof(line), f))
		if (read_line(line, name, &number)) {
			const struct syscall *call = syscall_find(name, strlen(name));

			n++;
			check(call && syscall_number(call, arch) == number, "%s: %s is %d, the table says %d", path, name,
			      number, call ? syscall_number(call, arch) : -1);
		}
	fclose(f);
	check(n > 300, "%s: only %d calls were read", path, n);
}

void test_table(void)
{
	size_t n;
	const struct syscall *all = syscalls(&n);

	test_header(SYSCALLS_X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
	test_header(SYSCALLS_X86, "/usr/include/x86_64-linux-gnu/asm/unistd_32.h");
	test_header(SYSCALLS_X32, "/usr/include/x86_64-linux-gnu/asm/unistd_x32.h");
	for (size_t i = 0; i < n; i++) {
		check(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0, "%s is not in its place", all[i].name);
		check(syscall_find(all[i].name, strlen(all[i].name)) == &all[i], "%s is not found", all[i].name);
		for (int arch = 0; arch < SYSCALLS_ARCHS; arch++) {
			int number = syscall_number(&all[i], arch);
			const char *name = number < 0 ? NULL : syscall_name(arch, number);

			check(number < 1024 || (arch == SYSCALLS_ARM && number >> 3 == 0xf0000 >> 3), "%s is %d", all[i].name,
			      number);
			check(number < 0 || (name && str_eq(name, all[i].name)), "two names for %d: %s, %s", number,
			      all[i].name, name ? name : "");
		}
	}
	check(!syscall_find("", 0) && !syscall_find("rea", 3) && !syscall_find("reads", 5) && !syscall_find("~", 1),
	      "what is no call");
	check(!syscall_name(SYSCALLS_X86_64, -1) && !syscall_name(SYSCALLS_X86_64, 1000), "no number");
}
