/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section dev of a raw record. */
#ifndef TRACKER_PROBES_SECTIONS_DEV_H
#define TRACKER_PROBES_SECTIONS_DEV_H

#include <linux/types.h>

struct dev_record {
  __u64 netns_cookie; /* tells interfaces apart also where section netns is not asked for */
  __u32 ifindex;
  __u32 rx_ifindex;
  char name[16]; /* IFNAMSIZ */
};

#endif
