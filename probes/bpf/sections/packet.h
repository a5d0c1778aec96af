/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section packet: the packet's bytes, or where its socket sends it. */
#ifndef TRACKER_BPF_SECTIONS_PACKET_H
#define TRACKER_BPF_SECTIONS_PACKET_H

#include "../view.h"

/* A packet without any header yet: the socket knows where it is to go. */
static __always_inline bool fill_tuple(struct tuple_payload *tuple, const struct sock *sk,
				       __u16 family)
{
	__u8 state = READ(sk, __sk_common.skc_state);

	if (family == FAMILY_INET) {
		bpf_core_read(tuple->source, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(tuple->dest, 4, &sk->__sk_common.skc_daddr);
	} else if (family == FAMILY_INET6) {
		bpf_core_read(tuple->source, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(tuple->dest, 16, &sk->__sk_common.skc_v6_daddr);
	} else {
		return false;
	}
	tuple->family = family;
	tuple->protocol = is_mini_socket(state) ? PROTO_TCP : READ(sk, sk_protocol);
	tuple->source_port = READ(sk, __sk_common.skc_num);
	tuple->dest_port = swap16(READ(sk, __sk_common.skc_dport));
	return true;
}

/* Bytes are copied when the record's room is reserved (ring_record.h): they say how large it is. */
static __always_inline void fill_packet(struct hit *hit, struct tracker_record *record,
					const struct packet_view *view)
{
	struct packet_record *raw = RECORD_SECTION(record, packet);

	raw->len = view->span->len;
	raw->link = view->span->link;
	raw->ethertype = view->protocol;
	raw->vlan_tci = view->vlan_tci;
	raw->vlan_proto = view->vlan_proto;
	raw->has_tuple = 0;
	if (!raw->payload_bytes && view->origin->sk)
		raw->has_tuple = fill_tuple(view->payload, view->origin->sk, view->origin->family);
	if (raw->payload_bytes || raw->has_tuple)
		record->sections |= SECTION_packet;
}

#endif
