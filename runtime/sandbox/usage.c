/* SPDX-License-Identifier: Apache-2.0
 *
 * See the header. memory.events, memory.peak (Linux 5.19); version 1:
 * memory.oom_control (oom_kill since 4.13), memory.max_usage_in_bytes.
 */
#include "sandbox/usage.h"
#include "util/fd.h"

#include <inttypes.h>

/* The number behind a word at the beginning of a line; 0: it is not there. */
static int64_t number_of(const char *text, const char *word)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value = str_after(line += *line == '\n', word);

		if (value && *value == ' ')
			return strtoll(value, NULL, 10);
	}
	return 0;
}

void usage_read_outside(const struct plan *plan, const int *cgroups, struct usage *usage)
{
	static const char *const events[] = { "memory.events", "memory.oom_control" };
	static const char *const peaks[] = { "memory.peak", "memory.max_usage_in_bytes" };
	char text[1024];

	*usage = (struct usage){ 0 };
	for (size_t i = 0; i < plan->n_cgroups; i++)
		for (int v = 0; v < 2 && cgroups[i] >= 0; v++) {
			if (file_read_text(cgroups[i], events[v], text, sizeof(text)) > 0)
				usage->oom_kills += number_of(text, "oom_kill");
			if (file_read_text(cgroups[i], peaks[v], text, sizeof(text)) > 0)
				usage->memory_peak = strtoll(text, NULL, 10);
		}
}
