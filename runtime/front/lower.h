/* SPDX-License-Identifier: Apache-2.0
 *
 * Words to spec: defaults, the image, the name, the environment.
 */
#ifndef CRIB_FRONT_LOWER_H
#define CRIB_FRONT_LOWER_H

#include "front/words.h"

/* What holds before the first flag is read. */
void lower_defaults(struct words *w);

/* Whether a run would take it for an image. */
bool lower_is_image(const char *name);

/* $PATH of a command that was given none. */
extern const char lower_search_path[];

/* rest: what followed the flags, [IMAGE] [COMMAND [ARG...]]. random_name: a
 * name that nobody said ends in random letters, else in xxxxxx. */
int lower_run(struct words *w, char **rest, bool random_name, struct spec *spec, struct err *err) MUST_CHECK;

#endif
