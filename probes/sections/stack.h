/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section stack of a raw record: what the stack area holds. */
#ifndef TRACKER_PROBES_SECTIONS_STACK_H
#define TRACKER_PROBES_SECTIONS_STACK_H

#include <linux/types.h>

struct stack_record {
  __u32 bytes;    /* of addresses */
  __u32 has_area; /* the area is there, even if it could not be filled */
};

#endif
