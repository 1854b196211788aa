/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules of devices in words; see the header.
 */
#include "util/device.h"

static const struct {
	char letter;
	uint32_t bit;
} letters[] = { { 'r', DEVICE_READ }, { 'w', DEVICE_WRITE }, { 'm', DEVICE_MKNOD } };

const char *device_access_text(uint32_t access)
{
	static const char *const texts[DEVICE_ALL + 1] = { "", "m", "r", "rm", "w", "wm", "rw", "rwm" };

	return texts[access & DEVICE_ALL];
}

uint32_t device_access_parse(const char *text)
{
	uint32_t access = 0;

	for (; *text; text++) {
		uint32_t bit = 0;

		for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
			if (*text == letters[i].letter)
				bit = letters[i].bit;
		if (!bit || access & bit)
			return 0;
		access |= bit;
	}
	return access;
}

const char *device_rule_text(const struct device_rule *rule, char text[static DEVICE_RULE_TEXT])
{
	char major[12] = "*", minor[12] = "*";

	if (rule->major != DEVICE_ANY)
		snprintf(major, sizeof(major), "%u", rule->major);
	if (rule->minor != DEVICE_ANY)
		snprintf(minor, sizeof(minor), "%u", rule->minor);
	snprintf(text, DEVICE_RULE_TEXT, "%c %s:%s %s", rule->type, major, minor, device_access_text(rule->access));
	return text;
}
