/* SPDX-License-Identifier: Apache-2.0
 *
 * --device and --device-cgroup-rule: what is taken, and what is refused with what sentence.
 */
#include "test.h"

#include "front/device.h"

enum { R = DEVICE_READ, W = DEVICE_WRITE, M = DEVICE_MKNOD };

static void test_devices_taken(void)
{
	static const struct {
		const char *value, *source, *path;
		uint32_t access;
	} rows[] = {
		{ "/dev/fuse", "/dev/fuse", "/dev/fuse", 0 },
		{ "/dev/fuse:/dev/x", "/dev/fuse", "/dev/x", 0 },
		{ "/dev/fuse:rw", "/dev/fuse", "/dev/fuse", R | W },
		{ "/dev/fuse:/dev/x:r", "/dev/fuse", "/dev/x", R },
		{ "/dev/fuse:/x/y:mwr", "/dev/fuse", "/x/y", R | W | M },
		{ "/dev//snd/.:/dev/./audio/", "/dev/snd", "/dev/audio", 0 },
		{ "/dev/procfs:/procfs/x", "/dev/procfs", "/procfs/x", 0 },
	};
	static const struct {
		const char *value, *part;
	} wrong[] = {
		{ "", "which device" }, { ":/dev/x", "which device" }, { "/dev/a:", "absolute" }, { "/dev/a:x", "absolute" },
		{ "/dev/a:/dev/b:", "r, w and m" }, { "/dev/a:/dev/b:q", "r, w and m" }, { "/dev/a:/dev/b:rr", "r, w and m" },
		{ "/dev/a:/dev/b:r:w", "r, w and m" }, { "/dev/a:r:w", "absolute" }, { "/dev/a:/", "no device can be at /" },
		{ "/dev/a:/dev", "no device can be at /dev" }, { "/dev/a:/proc/kcore", "no device can be" },
		{ "/dev/a:/sys//x", "no device can be" }, { "/dev/a:/dev/taken", "already" },
	};
	struct words w;
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct device_spec *d;

		w = (struct words){ .arena = &arena };
		if (!check(device_add(&w, rows[i].value, &err) == 0 && w.container.n_devices == 1, "%s", rows[i].value))
			continue;
		d = w.container.devices;
		check(str_eq(d->source, rows[i].source) && str_eq(d->path, rows[i].path) && d->access == rows[i].access,
		      "%s: %s %s %u", rows[i].value, d->source, d->path, d->access);
	}
	w = (struct words){ .arena = &arena };
	check(device_add(&w, "/dev/a:/dev/taken", &err) == 0, "the first");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check_refused(device_add(&w, wrong[i].value, &err), &err, wrong[i].part, wrong[i].value);
}

static void test_rules(void)
{
	static const struct {
		const char *value;
		size_t n;
		struct device_rule last;
	} rows[] = {
		{ "c 10:200 rwm", 1, { 'c', 10, 200, R | W | M } }, { "b 8:* r", 1, { 'b', 8, DEVICE_ANY, R } },
		{ "a *:* rw", 2, { 'c', DEVICE_ANY, DEVICE_ANY, R | W } }, { "c 4095:1048575 m", 1, { 'c', 4095, 1048575, M } },
	};
	static const char *const wrong[] = {
		"", "c", "c ", "c 1:3", "c 1:3 ", "c 1:3 x", "c 1:3 rr", "d 1:3 r", "c  1:3 r", "c 1:3 r ", "c 1 r", "c 1: r", "c :1 r",
		"c -1:3 r", "c 4096:0 r", "c 0:1048576 r", "c 99999999999999999999:1 r", "c **:1 r", "c 1:3  r", "c\t1:3 r", "C 1:3 r",
		"c 0x1:3 r",
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words w = { .arena = &arena };
		const struct container_spec *c = &w.container;

		check(device_add_rule(&w, rows[i].value, &err) == 0 && c->n_device_rules == rows[i].n &&
			      c->device_rules[rows[i].n - 1].type == rows[i].last.type &&
			      c->device_rules[rows[i].n - 1].major == rows[i].last.major &&
			      c->device_rules[rows[i].n - 1].minor == rows[i].last.minor &&
			      c->device_rules[rows[i].n - 1].access == rows[i].last.access,
		      "%s", rows[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct words w = { .arena = &arena };

		check_refused(device_add_rule(&w, wrong[i], &err), &err, "not of the form", wrong[i]);
	}
}

void test_device_words(void)
{
	test_devices_taken();
	test_rules();
}
