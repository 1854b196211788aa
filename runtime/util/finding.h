/* SPDX-License-Identifier: Apache-2.0
 *
 * What crib doctor found out about one thing.
 */
#ifndef CRIB_UTIL_FINDING_H
#define CRIB_UTIL_FINDING_H

enum finding_level {
	FINDING_OK,
	FINDING_LIMITED, /* a sandbox can run, with less */
	FINDING_MISSING, /* no sandbox can run */
};

struct finding {
	enum finding_level level;
	const char *topic;  /* "user namespaces" */
	const char *text;   /* what is so, by name of the sysctl, file, module that makes it so */
	const char *fix;    /* the exact command or line that mends it; NULL: nothing to mend */
};

#endif
