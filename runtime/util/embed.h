/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the crib file carries in itself, put there by the build: read-only bytes, no functions.
 */
#ifndef CRIB_UTIL_EMBED_H
#define CRIB_UTIL_EMBED_H

/* the init program, an ELF file */
extern const unsigned char crib_init_start[], crib_init_end[];

/* the program of crib selftest (tests/attack/probe), an ELF file */
extern const unsigned char crib_probe_start[], crib_probe_end[];

/* the BusyBox root: cpio newc, parents before children, everything owned by 0:0; empty when built with NO_BUSYBOX=1 */
extern const unsigned char crib_rootfs_start[], crib_rootfs_end[];

/* SHA-256 of that archive, and its first 16 hexadecimal digits as a string: the name of the unpacked root */
extern const unsigned char crib_rootfs_sha256[32];
extern const char crib_rootfs_id[17];

#endif
