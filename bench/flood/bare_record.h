/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of the bare program: dropmon's fields in one struct. It stays as it is, so that what
 * the bare program costs can be compared over time.
 */
#ifndef TRACKER_BENCH_BARE_RECORD_H
#define TRACKER_BENCH_BARE_RECORD_H

#include <linux/types.h>

#define RECORD_NAME_SIZE 16
#define BARE_PAYLOAD 128
#define BARE_HAS_REASON (1U << 0)

struct bare_record {
  __u64 timestamp_ns; /* bpf_ktime_get_boot_ns */
  __u64 packet_id;
  __u64 skb;
  __u64 skb_head;
  __u64 location;
  __u64 netns_cookie;
  __u64 sock_cookie;
  __u64 lost_before; /* records that this CPU could not put into its ring so far */
  __u32 netns_inum;
  __u32 reason;
  __u32 pid;
  __u32 tgid;
  __u32 len;
  __u32 data_len;
  __u32 truesize;
  __u32 hash;
  __u32 mark;
  __u32 priority;
  __u32 packet_len; /* the whole packet from where the payload begins */
  __u32 ifindex;
  __u32 rx_ifindex;
  __u32 sock_rcvbuf;
  __u32 sock_rmem_alloc;
  __s32 return_code;
  __u32 sections; /* bits of tracker::Section */
  __u16 probe;
  __u16 stack_bytes;
  __u16 gso_size;
  __u16 gso_segs;
  __u16 vlan_tci;
  __u16 vlan_proto; /* host byte order */
  __u16 protocol;   /* skb->protocol, host byte order */
  __u16 sock_family;
  __u16 sock_type;
  __u16 sock_protocol;
  __u16 tuple_source_port;
  __u16 tuple_dest_port;
  __u16 padding;
  __u32 flags;
  __u8 context;
  __u8 pkt_type;
  __u8 cloned;
  __u8 ip_summed;
  __u8 link; /* tracker::LinkLayer */
  __u8 sock_state;
  __u8 tuple_family; /* AF_INET, AF_INET6; 0: no tuple */
  __u8 tuple_protocol;
  __u32 payload_bytes;
  char comm[RECORD_NAME_SIZE];
  char dev_name[RECORD_NAME_SIZE];
  __u8 tuple_source[16]; /* network byte order */
  __u8 tuple_dest[16];
};

#endif
