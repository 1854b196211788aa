/* SPDX-License-Identifier: Apache-2.0
 *
 * struct words: what the words of one command line said, before it is known
 * what they mean together. Flags fill it (flag.h); lower.h makes a spec of it.
 */
#ifndef CRIB_FRONT_WORDS_H
#define CRIB_FRONT_WORDS_H

#include "model/spec.h"
#include "util/arena.h"
#include "util/err.h"

struct words {
	struct arena *arena;
	const char *verb; /* NULL before it */
	bool help;
	size_t n_flags; /* that were said behind it */

	/* before the verb */
	bool version;
	const char *root; /* --root, else $CRIB_ROOT, else NULL */

	/* of several verbs */
	const char *output; /* -o */
	const char *facts;
	bool no_control; /* selftest */

	/* kill, stop, delete */
	const char *signal, *timeout;
	bool force, now;

	/* verify */
	const char *write_manifest, *against;

	/* profile */
	const char *add;

	/* logs */
	const char *tail, *since;
	bool follow, timestamps, previous;

	/* run, lower, plan: straight into the spec where one word is one member */
	struct sandbox_spec sandbox;
	struct container_spec container;
	const char *rootfs;
	const char *seccomp;    /* default, unconfined or a file */
	const char *entrypoint; /* "": the image's is not wanted */
	bool detach, remove;
	struct strs env, env_files; /* in the order said */
};

#endif
