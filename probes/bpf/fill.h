/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filling a record: its header and one function for each section. A section's fields count only if
 * its bit in record->sections is set: others hold whatever lay in the ring.
 */
#ifndef TRACKER_BPF_FILL_H
#define TRACKER_BPF_FILL_H

#include "compat.h"
#include "hit.h"
#include "origin.h"
#include "packet.h"

static __always_inline void fill_header(struct hit *hit, struct tracker_record *record)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	record->timestamp_ns = hit->now;
	record->packet_id = 0;
	record->lost_before = hit->cpu->lost;
	record->probe = KNOB(KNOB_PROBE);
	record->pid = pid_tgid;
	record->tgid = pid_tgid >> 32;
	record->payload_bytes = 0;
	record->stack_bytes = 0;
	record->tuple_family = 0;
	record->link = 0;
	record->return_code = 0;
	record->sections = 0;
	record->flags = 0;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	record->context = task_context(*(volatile __u64 *)&hit->scratch->ctx, record->comm);
}

static __always_inline void fill_skb(struct tracker_record *record, const struct sk_buff *skb,
				     __u64 address, const struct skb_shared_info *shared)
{
	bool tag = skb_has_vlan_tag(skb);
	__u16 gso_size = 0, gso_segs = 0;

	if (KNOB(KNOB_SECTIONS) & SECTION_SKB)
		gso_size = READ(shared, gso_size);
	if (gso_size)
		gso_segs = READ(shared, gso_segs);
	record->skb = address;
	record->skb_head = (__u64)skb->head;
	record->len = skb->len;
	record->data_len = skb->data_len;
	record->truesize = skb->truesize;
	record->hash = skb->hash;
	record->mark = skb->mark;
	record->priority = skb->priority;
	record->protocol = swap16(skb->protocol);
	record->pkt_type = BPF_CORE_READ_BITFIELD(skb, pkt_type);
	record->cloned = BPF_CORE_READ_BITFIELD(skb, cloned);
	record->ip_summed = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	record->gso_size = gso_size;
	record->gso_segs = gso_segs;
	record->vlan_tci = tag ? skb->vlan_tci : 0;
	record->vlan_proto = tag ? swap16(skb->vlan_proto) : 0;
	if (tag)
		record->flags |= RECORD_VLAN_TAG;
}

static __always_inline void fill_origin(struct tracker_record *record, const struct origin *origin)
{
	const struct net_device *dev = origin->dev;

	record->ifindex = origin->ifindex;
	if (dev && KNOB(KNOB_SECTIONS) & SECTION_DEV) {
		bpf_core_read(record->dev_name, sizeof(record->dev_name), &dev->name);
		record->sections |= SECTION_DEV;
	}
	record->netns_inum = origin->netns_inum;
	record->netns_cookie = origin->netns_cookie;
	if (origin->netns_inum && KNOB(KNOB_SECTIONS) & SECTION_NETNS)
		record->sections |= SECTION_NETNS;
}

/* TIME_WAIT and NEW_SYN_RECV sockets are smaller objects that share __sk_common only. */
static __always_inline void fill_sock(struct tracker_record *record, const struct sock *sk)
{
	__u8 state = READ(sk, __sk_common.skc_state);

	record->sock_state = state;
	record->sock_family = READ(sk, __sk_common.skc_family);
	record->sock_cookie = READ(sk, __sk_common.skc_cookie.counter);
	record->sock_type = 0;
	record->sock_protocol = 0;
	record->sections |= SECTION_SOCK;
	if (state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV)
		return;
	record->sock_type = READ(sk, sk_type);
	record->sock_protocol = READ(sk, sk_protocol);
	record->sock_rcvbuf = READ(sk, sk_rcvbuf);
	record->sock_rmem_alloc = READ(sk, sk_backlog.rmem_alloc.counter);
	record->flags |= RECORD_HAS_SOCK_BUFFERS;
}

/* A packet without any header yet: the socket knows where it was to go. */
static __always_inline void fill_tuple(struct tracker_record *record, const struct sock *sk,
				       __u16 family)
{
	__u8 state = READ(sk, __sk_common.skc_state);

	if (family == FAMILY_INET) {
		bpf_core_read(record->tuple_source, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(record->tuple_dest, 4, &sk->__sk_common.skc_daddr);
	} else if (family == FAMILY_INET6) {
		bpf_core_read(record->tuple_source, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(record->tuple_dest, 16, &sk->__sk_common.skc_v6_daddr);
	} else {
		return;
	}
	record->tuple_family = family;
	record->tuple_protocol = state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV ?
					 PROTO_TCP :
					 READ(sk, sk_protocol);
	record->tuple_source_port = READ(sk, __sk_common.skc_num);
	record->tuple_dest_port = swap16(READ(sk, __sk_common.skc_dport));
}

static __always_inline void fill_drop(struct hit *hit, struct tracker_record *record)
{
	if (KNOB(KNOB_LOCATION_ARG) == KNOB_NO_ARG || !(KNOB(KNOB_SECTIONS) & SECTION_DROP))
		return;
	record->location = argument(hit, KNOB(KNOB_LOCATION_ARG));
	record->sections |= SECTION_DROP;
	if (KNOB(KNOB_REASON_ARG) != KNOB_NO_ARG) {
		record->reason = argument(hit, KNOB(KNOB_REASON_ARG));
		record->flags |= RECORD_HAS_REASON;
	}
}

#endif
