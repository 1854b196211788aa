/* SPDX-License-Identifier: Apache-2.0
 *
 * Security modules of the host. Takes this process's own attributes: they are there
 * without securityfs, and cannot be read where the module is not on.
 */
#include "sandbox/facts.h"
#include "util/fd.h"

#include <fcntl.h>
#include <sys/vfs.h>

enum { SELINUX_MAGIC_NUMBER = 0xf97cff8c };

static bool apparmor_is_on(void)
{
	char text[512];

	return file_read_text(AT_FDCWD, "/proc/self/attr/apparmor/current", text, sizeof(text)) > 0 ||
	       (file_read_text(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", text, sizeof(text)) > 0 && text[0] == 'Y');
}

/* selinuxfs is there when a policy was loaded */
static const char *selinux_label(struct arena *arena)
{
	static const char *const tops[] = { "/sys/fs/selinux", "/selinux" };
	char text[512];
	struct statfs st;

	for (size_t i = 0; i < ARRAY_SIZE(tops); i++)
		if (statfs(tops[i], &st) == 0 && (unsigned long)st.f_type == SELINUX_MAGIC_NUMBER &&
		    file_read_text(AT_FDCWD, "/proc/self/attr/current", text, sizeof(text)) > 0)
			return arena_strndup(arena, text, strcspn(text, "\n"));
	return NULL;
}

void facts_gather_modules(struct facts *facts, struct arena *arena)
{
	facts->apparmor = apparmor_is_on();
	facts->selinux = selinux_label(arena);
}
