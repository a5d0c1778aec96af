/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where an skb belongs: its device, its socket and its network namespace.
 *
 * skb->dev and skb->sk share their memory with other fields (dev_scratch in UDP receive queues,
 * rb_left in TCP's out-of-order queue, ip_defrag_offset), and a read from the wrong object succeeds.
 * A pointer is believed only when what it leads to proves itself: a namespace's ns.ops is
 * &netns_operations.
 */
#ifndef TRACKER_BPF_ORIGIN_H
#define TRACKER_BPF_ORIGIN_H

#include "compat.h"
#include "kernel_read.h"
#include "knob.h"

struct origin {
	const struct net_device *dev; /* proven, or NULL */
	const struct sock *sk;        /* proven, or NULL */
	__u64 netns_cookie;
	__u32 netns_inum; /* 0: unknown */
	__u32 ifindex;
	__u16 family; /* of sk */
};

/* These are smaller objects than struct sock: they share __sk_common and nothing else. */
static __always_inline bool is_mini_socket(__u8 state)
{
	return state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV;
}

/* What was proven last is mostly what is asked for next: then the cookie proves it in one read. It
 * lies in the scratch memory, where no interrupt's hit changes it halfway. */
static __always_inline bool proven_before(const struct tracker_scratch *scratch,
					  const struct net *net)
{
	return (__u64)net == scratch->net && scratch->net_cookie &&
	       cookie_of_netns(net) == scratch->net_cookie;
}

static __always_inline bool prove_netns(struct tracker_scratch *scratch, const struct net *net,
					struct origin *origin)
{
	const void *ops;

	if (!is_kernel_address(net))
		return false;
	if (!proven_before(scratch, net)) {
		ops = READ(net, ns.ops);
		if (!ops || (KNOB(KNOB_NETNS_OPS) && (__u64)ops != KNOB(KNOB_NETNS_OPS)))
			return false;
		scratch->net = (__u64)net;
		scratch->net_inum = READ(net, ns.inum);
		scratch->net_cookie = cookie_of_netns(net);
	}
	if (!origin->netns_inum) {
		origin->netns_inum = scratch->net_inum;
		origin->netns_cookie = scratch->net_cookie;
	}
	return true;
}

/* skb->_skb_refdst without SKB_DST_NOREF; in TCP's queues its memory is a list (tcp_tsorted_anchor).
 * A route whose device is gone points to blackhole_netdev, which was never registered in a
 * namespace and has no index (dst_dev_put()). */
static __always_inline void find_route_netns(struct tracker_scratch *scratch,
					     struct origin *origin, unsigned long refdst)
{
	const struct dst_entry *dst = (const void *)(refdst & ~1UL);
	const struct net_device *dev;

	if (!is_kernel_address(dst))
		return;
	dev = READ(dst, dev);
	if (is_kernel_address(dev) && READ(dev, ifindex) > 0)
		prove_netns(scratch, READ(dev, nd_net.net), origin);
}

static __always_inline void find_device(struct tracker_scratch *scratch, struct origin *origin,
					const struct net_device *dev)
{
	if (is_kernel_address(dev) && prove_netns(scratch, READ(dev, nd_net.net), origin)) {
		origin->dev = dev;
		origin->ifindex = READ(dev, ifindex);
	}
}

/* After the device, whose namespace comes first: a socket's may be another one (a packet that crossed
 * a veth still has the sender's socket until it is orphaned). */
static __always_inline void find_socket(struct tracker_scratch *scratch, struct origin *origin,
					const struct sock *skb_sk, const struct sock *event_sk)
{
	const struct sock *sk = event_sk ? event_sk : skb_sk;

	if (is_kernel_address(sk) && prove_netns(scratch, READ(sk, __sk_common.skc_net.net), origin)) {
		origin->sk = sk;
		origin->family = READ(sk, __sk_common.skc_family);
	}
}

/* AF_UNIX and netlink pass skbs around that never were network packets; they have neither device
 * nor protocol. A local TCP segment without a route has neither as well, but an inet socket. */
static __always_inline bool never_was_a_packet(const struct origin *origin, __be16 protocol)
{
	if (origin->dev || protocol)
		return false;
	return origin->family != FAMILY_INET && origin->family != FAMILY_INET6 &&
	       origin->family != FAMILY_PACKET;
}

enum netns_decision { NETNS_PASS, NETNS_REJECT, NETNS_UNATTRIBUTED };

static __always_inline enum netns_decision netns_decide(const struct origin *origin)
{
	__u64 cookie = KNOB(KNOB_NETNS_COOKIE);
	__u32 inum = origin->netns_inum;
	const __u64 *found;

	if (!inum)
		return NETNS_UNATTRIBUTED;
	if (!KNOB(KNOB_NETNS_INUM)) {
		found = bpf_map_lookup_elem(&netns_filter, &inum);
		if (!found)
			return NETNS_REJECT;
		cookie = *found;
	} else if (inum != KNOB(KNOB_NETNS_INUM)) {
		return NETNS_REJECT;
	}
	return cookie && cookie != origin->netns_cookie ? NETNS_REJECT : NETNS_PASS;
}

#endif
