/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of explanations.
 */
#include "util/explanation.h"

#include "util/arena.h"

const char *const explain_state_names[EXPLAIN_STATES] = {
	[EXPLAIN_ON] = "on", [EXPLAIN_PART] = "part", [EXPLAIN_OPEN] = "open", [EXPLAIN_OFF] = "off", [EXPLAIN_REACH] = "reach",
};

void explain_add(struct explanations *list, const struct explanation *row)
{
	*(struct explanation *)arena_push(list->arena, &list->v, &list->n, sizeof(*row)) = *row;
}
