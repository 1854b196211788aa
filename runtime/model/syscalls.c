/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of system calls. Names lie in the rows: pointers would have to be
 * relocated at every start.
 */
#include "model/syscalls.h"

static const struct syscall table[] = {
#define CALL(name, x86_64, x86, x32, aarch64, arm) { #name, { x86_64, x86, x32, aarch64 }, arm },
#include "model/syscalls.list"
#undef CALL
};

const struct syscall *syscall_find(const char *name, size_t n)
{
	size_t low = 0, high = ARRAY_SIZE(table);

	if (n >= sizeof(table[0].name))
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(name, table[middle].name, n);

		if (order == 0 && table[middle].name[n] == '\0')
			return &table[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int syscall_number(const struct syscall *call, enum syscall_arch arch)
{
	return arch == SYSCALLS_ARM ? call->number_arm : call->number[arch];
}

const char *syscall_name(enum syscall_arch arch, int number)
{
	for (size_t i = 0; number >= 0 && i < ARRAY_SIZE(table); i++)
		if (syscall_number(&table[i], arch) == number)
			return table[i].name;
	return NULL;
}

const struct syscall *syscalls(size_t *n)
{
	*n = ARRAY_SIZE(table);
	return table;
}
