/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/doctor.h"
void doctor_probe(struct arena *arena, const char *state_root, struct finding **f, size_t *n)
{
	(void)arena; (void)state_root; *f = NULL; *n = 0;
}
