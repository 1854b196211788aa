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

/* The first eight bytes as a number that sorts as they do: a profile has hundreds of names to be found. */
static uint64_t head_of(const char *name)
{
	uint64_t head;

	memcpy(&head, name, sizeof(head));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(head) : head;
}

const struct syscall *syscall_find(const char *name, size_t n)
{
	size_t low = 0, high = ARRAY_SIZE(table);
	char key[sizeof(table[0].name)] = { 0 };
	uint64_t head;

	if (n >= sizeof(key))
		return NULL;
	memcpy(key, name, n);
	head = head_of(key);
	while (low < high) {
		size_t middle = (low + high) / 2;
		uint64_t its = head_of(table[middle].name);
		int order = head != its ? (head > its ? 1 : -1) : memcmp(key, table[middle].name, sizeof(key));

		if (order == 0)
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
