/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section netns of a raw record. */
#ifndef TRACKER_PROBES_SECTIONS_NETNS_H
#define TRACKER_PROBES_SECTIONS_NETNS_H

#include <linux/types.h>

struct netns_record {
  __u64 cookie;
  __u32 inum;
  __u32 padding;
};

#endif
