/* SPDX-License-Identifier: Apache-2.0
 *
 * Edit distance (insert, drop, change, swap neighbours), over short words only.
 */
#include "front/nearest.h"

enum { LONGEST = 24 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* a and b of at most LONGEST bytes; three rows of the table are enough */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1];
	size_t na = strlen(a), nb = strlen(b);

	for (unsigned j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *upup = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned change = up[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = least(least(up[j] + 1, now[j - 1] + 1), change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], upup[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

void nearest_try(struct nearest *near, const char *candidate)
{
	size_t n = strlen(near->word), allowed = n < 4 ? 1 : n < 9 ? 2 : 3;
	unsigned d;

	if (n < 2 || n > LONGEST || strlen(candidate) > LONGEST)
		return;
	d = str_after(candidate, near->word) ? 1 : distance(near->word, candidate);
	if (d <= allowed && (!near->best || d < near->distance)) {
		near->best = candidate;
		near->distance = d;
	}
}
