/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What user space asks the programs of bpf/resolve.bpf.c, and their answers.
 */
#ifndef TRACKER_PROBES_RESOLVE_REQUEST_H
#define TRACKER_PROBES_RESOLVE_REQUEST_H

#include <linux/types.h>

#define RESOLVE_BATCH 64
#define RESOLVE_SYMBOL_SIZE 256 /* KSYM_SYMBOL_LEN is 512 with a build id, names are below 128 */

struct resolve_request {
	__u64 value;
	__u32 count; /* of addresses, at most RESOLVE_BATCH */
	__u32 padding;
	__u64 addresses[RESOLVE_BATCH];
	char symbols[RESOLVE_BATCH][RESOLVE_SYMBOL_SIZE];
};

#endif
