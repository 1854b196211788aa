/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices in words; see the header. What a path leads to is the host's to say,
 * and is not looked at here.
 */
#include "front/device.h"

#include "front/mount.h"

#include <ctype.h>
#include <errno.h>

/* ---- --device ---- */

static int check_target(struct words *w, const char *said, const char **out, struct err *err)
{
	static const char *const no[] = { "/", "/dev", "/proc", "/sys" };
	const struct container_spec *c = &w->container;
	const char *clean;

	if (said[0] != '/')
		return err_set(err, EINVAL, "\"%.128s\" is neither an absolute path in the container nor letters of rwm", said);
	clean = path_clean(w->arena, said);
	for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
		const char *rest = str_after(clean, no[i]);

		if (rest && (!*rest || (i > 1 && *rest == '/')))
			return err_set(err, EINVAL, "no device can be at %s in the container", clean);
	}
	for (size_t i = 0; i < c->n_devices; i++)
		if (str_eq(c->devices[i].path, clean))
			return err_set(err, EINVAL, "there is a device at %s already", clean);
	*out = clean;
	return 0;
}

int device_add(struct words *w, const char *value, struct err *err)
{
	struct container_spec *c = &w->container;
	const char *colon = strchrnul(value, ':'), *host = arena_strndup(w->arena, value, (size_t)(colon - value));
	const char *target = host, *access = NULL;
	struct device_spec d = { .access = 0 };

	if (*colon) {
		const char *second = colon + 1, *last = strchr(second, ':');

		target = last ? arena_strndup(w->arena, second, (size_t)(last - second)) : second;
		access = last ? last + 1 : NULL;
		if (!last && device_access_parse(second)) {
			target = host;
			access = second;
		}
	}
	if (!*host)
		return err_set(err, EINVAL, "which device? HOST[:CONTAINER[:rwm]], such as /dev/fuse");
	if (access) {
		d.access = device_access_parse(access);
		if (!d.access)
			return err_set(err, EINVAL, "\"%.64s\": what may be done is r, w and m, each once", access);
	}
	TRY(path_absolute(w->arena, host, &d.source, err));
	d.source = path_clean(w->arena, d.source);
	TRY(check_target(w, str_eq(target, host) ? d.source : target, &d.path, err));
	*(struct device_spec *)arena_push(w->arena, &c->devices, &c->n_devices, sizeof(d)) = d;
	return 0;
}

/* ---- --device-cgroup-rule ---- */

/* A number, or * for any; moves on. */
static bool take_number(const char **at, uint32_t most, uint32_t *out)
{
	uint64_t n = 0;

	if (**at == '*') {
		++*at;
		*out = DEVICE_ANY;
		return true;
	}
	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); ++*at) {
		n = n * 10 + (uint64_t)(**at - '0');
		if (n > most)
			return false;
	}
	*out = (uint32_t)n;
	return true;
}

int device_add_rule(struct words *w, const char *value, struct err *err)
{
	struct container_spec *c = &w->container;
	struct device_rule rule = { .type = *value };
	const char *at = value + 1;

	if (!*value || !strchr("abc", *value) || *at++ != ' ' || !take_number(&at, DEVICE_MAJOR_MAX, &rule.major) ||
	    *at++ != ':' || !take_number(&at, DEVICE_MINOR_MAX, &rule.minor) || *at++ != ' ' ||
	    !(rule.access = device_access_parse(at)))
		return err_set(err, EINVAL, "not of the form \"c 10:200 rwm\": a, b or c, the two numbers or *, and r, w and m");
	for (const char *type = rule.type == 'a' ? "bc" : value; *type && *type != ' '; type++) {
		rule.type = *type;
		*(struct device_rule *)arena_push(w->arena, &c->device_rules, &c->n_device_rules, sizeof(rule)) = rule;
	}
	return 0;
}
