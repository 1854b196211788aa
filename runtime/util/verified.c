/* SPDX-License-Identifier: Apache-2.0
 *
 * The words for what can be found in a root.
 */
#include "util/verified.h"

const char *const verified_topics[VERIFIED_KINDS] = {
	[VERIFIED_DEVICE] = "device nodes",
	[VERIFIED_SETUID] = "set-user-ID programs",
	[VERIFIED_SETGID] = "set-group-ID programs",
	[VERIFIED_CAPABILITIES] = "file capabilities",
	[VERIFIED_WRITABLE_DIRECTORY] = "open directories",
	[VERIFIED_LINK_OUT] = "links out of the root",
	[VERIFIED_SOCKET] = "sockets",
	[VERIFIED_SPARSE] = "sparse files",
	[VERIFIED_NAME] = "unprintable names",
	[VERIFIED_ACCOUNT] = "accounts",
	[VERIFIED_COMMAND] = "command",
	[VERIFIED_CONTENT] = "content changed",
	[VERIFIED_TYPE] = "type changed",
	[VERIFIED_MODE] = "mode changed",
	[VERIFIED_OWNER] = "owner changed",
	[VERIFIED_XATTR] = "attribute changed",
	[VERIFIED_TARGET] = "link changed",
	[VERIFIED_NUMBER] = "device changed",
	[VERIFIED_MISSING] = "missing",
	[VERIFIED_ADDED] = "added",
	[VERIFIED_UNREAD] = "cannot be read",
	[VERIFIED_WRITABLE_FILE] = "writable by all",
	[VERIFIED_FIFO] = "FIFOs",
	[VERIFIED_LINK_NOWHERE] = "links to nothing",
	[VERIFIED_HARD_LINK] = "shared files",
	[VERIFIED_FOREIGN_OWNER] = "far owners",
	[VERIFIED_MOUNT] = "mounts",
	[VERIFIED_CLOSED] = "not looked into",
	[VERIFIED_HIDDEN_XATTR] = "hidden attributes",
};

const char *const verified_fixes[VERIFIED_KINDS] = {
	[VERIFIED_DEVICE] = "a sandbox opens none of them (its root is mounted nodev) and gets a /dev of its own: remove them",
	[VERIFIED_SETUID] = "they give nothing under no_new_privs, but do with --allow-new-privs: chmod u-s",
	[VERIFIED_SETGID] = "they give nothing under no_new_privs, but do with --allow-new-privs: chmod g-s",
	[VERIFIED_CAPABILITIES] = "they give nothing under no_new_privs, but do with --allow-new-privs: setcap -r",
	[VERIFIED_WRITABLE_DIRECTORY] = "every user may remove and replace what others have there: chmod +t or o-w",
	[VERIFIED_LINK_OUT] = "a sandbox ends at its root, but what follows them from the host does not: remove them",
	[VERIFIED_SOCKET] = "a socket in an image connects to whoever listens on it outside: remove them",
	[VERIFIED_SPARSE] = "far larger than what they take on the disk: a copy of the root may fill it",
	[VERIFIED_NAME] = "control characters, which a terminal would act upon: rename them",
	[VERIFIED_ACCOUNT] = "in the root's own /etc/passwd or /etc/shadow",
	[VERIFIED_WRITABLE_FILE] = "every user may change them: chmod o-w",
	[VERIFIED_FIFO] = "who opens one waits for the other end",
	[VERIFIED_LINK_NOWHERE] = "absolute links to what is not in the root; on the host they may name something",
	[VERIFIED_HARD_LINK] = "they have names outside of the root as well: whoever writes there changes the root",
	[VERIFIED_FOREIGN_OWNER] = "beyond the 65,536 ids of a sandbox: they will belong to nobody in it",
	[VERIFIED_MOUNT] = "not looked into, and not part of the root of a sandbox: umount, or give them as --volume",
	[VERIFIED_CLOSED] = "this user may not read them: what is in them is not known",
	[VERIFIED_HIDDEN_XATTR] = "trusted.* attributes of the manifest, which only root can see: they were not compared",
};
