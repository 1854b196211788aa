/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header.
 */
#include "util/process.h"
#include "util/fd.h"

#include <fcntl.h>
#include <inttypes.h>

uint64_t process_start_time(pid_t pid)
{
	enum { FIELD = 22 };
	char path[32], text[1024], *at;
	uint64_t ticks = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read_text(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	/* the second field is the program's name in brackets, and may hold anything */
	at = strrchr(text, ')');
	for (int field = 2; at && field < FIELD; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, &ticks) == 1 ? ticks : 0;
}
