/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section packet of a raw record: what the payload area holds. */
#ifndef TRACKER_PROBES_SECTIONS_PACKET_H
#define TRACKER_PROBES_SECTIONS_PACKET_H

#include <linux/types.h>

struct packet_record {
  __u32 len;           /* the whole packet's, from where the payload begins */
  __u32 payload_bytes; /* kept; 0: the payload is a struct tuple_payload or nothing */
  __u16 ethertype;     /* host byte order */
  __u16 vlan_tci;
  __u16 vlan_proto; /* host byte order; 0: no tag beside the bytes */
  __u8 link;        /* tracker::LinkLayer */
  __u8 has_tuple;   /* the payload is a struct tuple_payload */
};

/* Of a packet without any header yet: where its socket sends it. */
struct tuple_payload {
  __u8 source[16]; /* network byte order; IPv4 in the first four */
  __u8 dest[16];
  __u16 source_port;
  __u16 dest_port;
  __u8 family; /* AF_INET, AF_INET6 */
  __u8 protocol;
  __u16 padding;
};

#endif
