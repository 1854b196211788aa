/* SPDX-License-Identifier: Apache-2.0
 *
 * Sets of capabilities: the default one, and what flags make of it.
 */
#include "model/caps.h"

#include "model/names.h"

#include <linux/capability.h>

#define CAP(name) (1ull << CAP_##name)

#define DEFAULT                                                                                                     \
	(CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) | CAP(KILL) | CAP(NET_BIND_SERVICE) | CAP(SETFCAP) | \
	 CAP(SETGID) | CAP(SETPCAP) | CAP(SETUID) | CAP(SYS_CHROOT))

const uint64_t caps_default = DEFAULT;
const uint64_t caps_baseline = DEFAULT | CAP(AUDIT_WRITE) | CAP(MKNOD);

void spec_restrict(const struct sandbox_spec *sandbox, struct container_spec *container)
{
	container->process.caps.drop = CAPS_ALL;
	/* the standard lets root be where the user namespace is the sandbox's own by name */
	container->process.nonroot_required = !sandbox->userns_asked || sandbox->ns[NS_USER].mode == NS_HOST;
}

/* docker's way, in which the order of the words does not count: ALL added, less what is
 * dropped by name; or ALL dropped, and what is added by name; or the default list, less
 * what is dropped, and what is added. */
uint64_t caps_chosen(const struct container_spec *container)
{
	const struct caps_spec *c = &container->process.caps;

	if (c->said)
		return c->bounding;
	if (c->add == CAPS_ALL || container->privileged)
		return c->drop == CAPS_ALL ? CAPS_ALL : ~c->drop;
	if (c->drop == CAPS_ALL)
		return c->add;
	return (caps_default & ~c->drop) | c->add;
}

const char *caps_text(struct arena *arena, uint64_t set)
{
	const char *list = NULL, *name;

	for (unsigned bit = 0; bit < 64; bit++) {
		if (!(set >> bit & 1))
			continue;
		name = capability_name(bit);
		name = name ? name : arena_printf(arena, "capability %u", bit);
		list = list ? arena_printf(arena, "%s, %s", list, name) : name;
	}
	return list ? list : "none";
}
