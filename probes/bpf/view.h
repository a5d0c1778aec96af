/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a packet when its record is filled, and the places in a record.
 */
#ifndef TRACKER_BPF_VIEW_H
#define TRACKER_BPF_VIEW_H

#include "hit.h"
#include "origin.h"
#include "packet.h"

struct packet_view {
	const struct sk_buff *skb; /* NULL where nothing of it may be read any more */
	__u64 address;
	const struct skb_shared_info *shared;
	const struct span *span;
	const struct origin *origin;
	void *payload; /* RECORD_PAYLOAD_SMALL bytes at least, with section packet */
	__u32 rx_ifindex;
	__u16 protocol;	  /* ethertype, host byte order */
	__u16 vlan_tci;	  /* of the tag beside the bytes */
	__u16 vlan_proto; /* host byte order; 0: there is none */
};

/* Where struct NAME_record is, if the probe has that section. */
#define RECORD_SECTION(record, name) \
	((struct name##_record *)((void *)(record) + KNOB(KNOB_OFFSET_##name)))

/* What lies behind the sections: the stack area, if there is one, and the payload. */
#define RECORD_AREAS(record) ((void *)(record) + KNOB(KNOB_RECORD_BYTES))

#endif
