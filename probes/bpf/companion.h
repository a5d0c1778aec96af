/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a companion of --netns need not look at (collector/companion_probes.h).
 *
 * Such companions run for every packet of the machine. Where nothing but drops is collected they are
 * there for those alone that name neither device, route nor socket (KNOB_FLAG_NETNS_ONLY), and decide
 * from a few bytes, before anything else is read, that a packet is none of these. Where packets are
 * followed as well, every sighting counts.
 */
#ifndef TRACKER_BPF_COMPANION_H
#define TRACKER_BPF_COMPANION_H

#include "hit.h"
#include "identity.h"
#include "packet.h"

#define IPV4_FRAGMENT 0x3fff /* more fragments follow, or an offset */

/* The bytes of the two headers that say what they carry. */
struct ipv4_start {
	__u8 version_and_size, tos;
	__be16 len, id, fragment;
	__u8 ttl, protocol;
};

struct ipv6_start {
	__be32 version_and_flow;
	__be16 len;
	__u8 next;
};

/* Whether so many bytes lie at skb->data: what lies there otherwise is another packet's of before. */
static __always_inline bool has_linear(const struct sk_buff *skb, __u32 bytes)
{
	return READ(skb, len) - READ(skb, data_len) >= bytes;
}

/* Whole ICMP messages name their namespace until they are gone: they keep their device until the
 * queue of a raw or ping socket has them, and have that socket from then on (sock_queue_rcv_skb()).
 * TCP clears the device before it decides (tcp_v4_rcv()); UDP drops the route and puts dev_scratch in
 * the device's place before a datagram is queued, without a socket
 * (udp_queue_rcv_one_skb(), __udp_enqueue_schedule_skb()); reassembly clears the device while it
 * waits (ip_frag_queue()); of what else there is nothing is known. Here skb->data is at the network
 * header (the tracepoint in __netif_receive_skb_core()). */
static __always_inline bool names_its_netns(const struct sk_buff *skb)
{
	__u16 protocol = swap16(READ(skb, protocol));
	const void *header = READ(skb, data);
	struct ipv4_start ipv4;
	struct ipv6_start ipv6;

	if (protocol == PROTO_IPV4) {
		if (bpf_probe_read_kernel(&ipv4, sizeof(ipv4), header) ||
		    ipv4.protocol != PROTO_ICMP || swap16(ipv4.fragment) & IPV4_FRAGMENT)
			return false;
		return has_linear(skb, sizeof(ipv4));
	}
	if (protocol == PROTO_IPV6) {
		if (bpf_probe_read_kernel(&ipv6, sizeof(ipv6), header) ||
		    ipv6.next != PROTO_ICMPV6)
			return false;
		return has_linear(skb, sizeof(ipv6));
	}
	return false;
}

/* Whether this program is a companion that has nothing more to do with the skb at the address. Of
 * one that is freed it ends what is known, and needs no more than the address for that. */
static __always_inline bool companion_is_done(__u64 skb)
{
	if (KNOB(KNOB_ROLE) == ROLE_RECEIVE)
		return names_its_netns((const void *)skb);
	if (KNOB(KNOB_ROLE) != ROLE_CONSUMED)
		return false;
	identity_end(skb);
	return true;
}

/* Runs before what costs more: a time stamp, and the rest of what an event needs. */
static __always_inline bool companion_rejects(struct hit *hit)
{
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_COMPANION) ||
	    !(KNOB(KNOB_FLAGS) & KNOB_FLAG_NETNS_ONLY))
		return false;
	return companion_is_done(argument(hit, KNOB(KNOB_SKB_ARG)));
}

#endif
