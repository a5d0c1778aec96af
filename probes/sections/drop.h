/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section drop of a raw record. */
#ifndef TRACKER_PROBES_SECTIONS_DROP_H
#define TRACKER_PROBES_SECTIONS_DROP_H

#include <linux/types.h>

struct drop_record {
  __u64 location;
  __u32 reason;
  __u32 has_reason;
};

#endif
