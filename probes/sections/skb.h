/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section skb of a raw record: fields of struct sk_buff. */
#ifndef TRACKER_PROBES_SECTIONS_SKB_H
#define TRACKER_PROBES_SECTIONS_SKB_H

#include <linux/types.h>

struct skb_record {
  __u64 address;
  __u64 head;
  __u32 len;
  __u32 data_len;
  __u32 truesize;
  __u32 hash;
  __u32 mark;
  __u32 priority;
  __u16 gso_size;
  __u16 gso_segs;
  __u16 vlan_tci;
  __u16 vlan_proto; /* host byte order; 0: no tag beside the bytes */
  __u16 protocol;   /* host byte order */
  __u8 pkt_type;
  __u8 cloned;
  __u8 ip_summed;
  __u8 padding[3];
};

#endif
