/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section skb: fields of struct sk_buff. */
#ifndef TRACKER_BPF_SECTIONS_SKB_H
#define TRACKER_BPF_SECTIONS_SKB_H

#include "../view.h"

static __always_inline void fill_skb(struct hit *hit, struct tracker_record *record,
				     const struct packet_view *view)
{
	struct skb_record *raw = RECORD_SECTION(record, skb);
	const struct sk_buff *skb = view->skb;
	const struct skb_shared_info *shared = view->shared; /* the view is not the kernel's */
	__u16 gso_size = READ(shared, gso_size), gso_segs = 0;

	if (gso_size)
		gso_segs = READ(shared, gso_segs);
	raw->address = view->address;
	raw->head = (__u64)skb->head;
	raw->len = skb->len;
	raw->data_len = skb->data_len;
	raw->truesize = skb->truesize;
	raw->hash = skb->hash;
	raw->mark = skb->mark;
	raw->priority = skb->priority;
	raw->protocol = view->protocol;
	raw->pkt_type = BPF_CORE_READ_BITFIELD(skb, pkt_type);
	raw->cloned = BPF_CORE_READ_BITFIELD(skb, cloned);
	raw->ip_summed = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	raw->gso_size = gso_size;
	raw->gso_segs = gso_segs;
	raw->vlan_tci = view->vlan_tci;
	raw->vlan_proto = view->vlan_proto;
	record->sections |= SECTION_skb;
}

#endif
