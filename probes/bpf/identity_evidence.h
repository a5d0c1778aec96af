/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identity engine of evidence: packet ids on tracepoints alone (identity.h has what it offers).
 *
 * An id belongs to an skb address until the packet's end is seen. Tracepoints show fewer than half
 * of the frees, so the address can come back as another packet without notice, and equal contents
 * prove little: with IP_PMTUDISC_DO an unconnected UDP socket gives every datagram the IP id 0
 * (ip_select_ident_segs()), IPv6 has none. Doubt splits, never joins: a sighting continues the packet
 * only if the contents agree (signature.h) and the step from the last sighting is one that this
 * packet can make and a new one at its address cannot. What tells them apart:
 *
 *   - inside its ndo_start_xmit an skb cannot have been freed and come back: net_dev_start_xmit and
 *     net_dev_xmit enclose it on one CPU, BH is off between them (HARD_TX_LOCK, loopback's and
 *     veth's rcu_read_lock_bh() in __dev_queue_xmit());
 *   - skb->skb_iif is 0 from alloc_skb() until __netif_receive_skb_core() sets it;
 *   - skb->mac_header is unset from alloc_skb() until a driver or __dev_queue_xmit() sets it.
 *
 * What is left: a probe of which nothing but an skb is known (ROLE_OTHER) gives no such evidence; a
 * consume on the device that a packet was transmitted to is taken for the driver's; a drop by tc on
 * egress is taken for that of a packet seen in the same device's queue if its end was not seen.
 */
#ifndef TRACKER_BPF_IDENTITY_EVIDENCE_H
#define TRACKER_BPF_IDENTITY_EVIDENCE_H

#include "compat.h"
#include "hit.h"
#include "maps.h"
#include "origin.h"
#include "signature.h"
#include "transmit.h"

#define LOOPBACK_IFINDEX 1 /* include/net/flow.h: lo is the first device of every namespace */

/* What one hit tells of the packet's identity. */
struct sighting {
	__u64 skb;
	__u64 signature; /* 0: nothing is known of the contents */
	__u32 iif;	 /* skb->skb_iif */
	bool has_tag;	 /* for a VLAN device, if there is one */
	bool has_link;	 /* skb->mac_header is set */
	bool in_transmit; /* this CPU is in the ndo_start_xmit of this skb */
};

static __always_inline bool same_device(const struct tracker_track *last,
					const struct origin *origin)
{
	return last->ifindex == origin->ifindex && last->netns_inum == origin->netns_inum;
}

static __always_inline bool netns_agrees(const struct tracker_track *last,
					 const struct origin *origin)
{
	return !origin->netns_inum || !last->netns_inum || last->netns_inum == origin->netns_inum;
}

/* Devices in pairs give the skb itself to the other end. What other devices took is gone, and comes
 * in again only within their ndo_start_xmit (macvlan to macvlan) or through lo. */
static __always_inline bool has_peer(const struct origin *origin)
{
	const struct net_device *dev = origin->dev; /* struct origin itself is not the kernel's */
	const struct net_device_ops *ops;

	if (!dev)
		return false;
	ops = READ(dev, netdev_ops);
	return ops && READ(ops, ndo_get_peer_dev);
}

/* A packet leaves the stack into a device and comes in again elsewhere (veth) or there (loopback),
 * or goes from one receive probe to the next of a device, or up from one device to one stacked on
 * it (a bridge hands it to netif_receive_skb() again, skb_iif still names the port). */
static __always_inline bool can_be_received(const struct tracker_track *last,
					    const struct sighting *now,
					    const struct origin *origin)
{
	if (last->role == ROLE_TRANSMIT && same_device(last, origin))
		return origin->ifindex == LOOPBACK_IFINDEX;
	if (last->role == ROLE_TRANSMIT)
		return last->stage || now->in_transmit;
	if (last->role != ROLE_RECEIVE)
		return false;
	if (same_device(last, origin))
		return last->stage < KNOB(KNOB_STAGE);
	return last->netns_inum == origin->netns_inum && now->iif == last->ifindex;
}

/* From the queue to the driver, from a stacked device to the one below (which may lie in another
 * namespace: macvlan, ipvlan), or forwarded. */
static __always_inline bool can_be_sent(const struct tracker_track *last,
					const struct sighting *now, const struct origin *origin)
{
	if (KNOB(KNOB_ROLE) == ROLE_TRANSMIT && last->role == ROLE_QUEUE &&
	    same_device(last, origin))
		return true;
	if (now->in_transmit)
		return !same_device(last, origin);
	return last->role == ROLE_RECEIVE && last->netns_inum == origin->netns_inum && now->iif;
}

/* Whether __netif_receive_skb_core() may give the packet to a device stacked on this one. */
static __always_inline bool hands_up(const struct sighting *now, const struct origin *origin)
{
	const struct net_device *dev = origin->dev;

	return now->has_tag || (dev && READ(dev, rx_handler));
}

/* Since the receive probe saw it, __netif_receive_skb_core() gave it to a device stacked on that one
 * (VLAN, macvlan, ipvlan), which may lie in another namespace; there it may have the same index. */
static __always_inline bool handed_up(const struct tracker_track *last, const struct sighting *now)
{
	if (last->role != ROLE_RECEIVE || !now->iif)
		return false;
	return now->iif != last->ifindex || last->hands_up;
}

/* Transmitted, and received since by a device that nobody watches: in which namespace is unknown. */
static __always_inline bool came_in_elsewhere(const struct tracker_track *last,
					      const struct sighting *now)
{
	return last->role == ROLE_TRANSMIT && now->iif && now->iif != last->iif;
}

/* Dropped, consumed, or at a probe that tells nothing of the way. */
static __always_inline bool can_be_there(const struct tracker_track *last,
					 const struct sighting *now, const struct origin *origin)
{
	if (now->in_transmit)
		return true;
	switch (last->role) {
	case ROLE_RECEIVE:
		if (!netns_agrees(last, origin))
			return handed_up(last, now);
		if (now->iif)
			return true;
		/* Between the driver and __netif_receive_skb_core(), as the backlog's drops are: no
		 * socket yet, which a packet of this host would have. */
		return last->stage < RECEIVE_STAGE_CORE && !origin->sk && same_device(last, origin);
	case ROLE_QUEUE:
		return netns_agrees(last, origin) && now->has_link;
	case ROLE_TRANSMIT:
		/* Received since (nobody attached a receive probe), or on the way to that in another
		 * namespace, or done with by the driver, which seldom drops what it took. */
		if (came_in_elsewhere(last, now))
			return true;
		if (origin->dev && last->netns_inum != origin->netns_inum)
			return now->has_link;
		return KNOB(KNOB_ROLE) == ROLE_CONSUMED && now->has_link;
	default:
		return netns_agrees(last, origin);
	}
}

/* A function sees a packet once on its way, so that at its second hit the address is most likely
 * another packet's, alike as it may be. Two probes can share a bit: doubt splits. */
static __always_inline __u64 other_bit(const struct hit *hit)
{
	return KNOB(KNOB_ROLE) == ROLE_OTHER ? 1ULL << (hit->probe & 63) : 0;
}

static __always_inline bool continues(const struct hit *hit, const struct tracker_track *last,
				      const struct sighting *now, const struct origin *origin)
{
	if (!now->signature || last->signature != now->signature)
		return false;
	if (last->others & other_bit(hit))
		return false;
	switch (KNOB(KNOB_ROLE)) {
	case ROLE_RECEIVE:
		return can_be_received(last, now, origin);
	case ROLE_QUEUE:
	case ROLE_TRANSMIT:
		return can_be_sent(last, now, origin);
	default:
		return can_be_there(last, now, origin);
	}
}

static __always_inline bool ends_here(void)
{
	return KNOB(KNOB_ROLE) == ROLE_DROPPED || KNOB(KNOB_ROLE) == ROLE_CONSUMED;
}

/* An skb whose fields no longer name a namespace is where its packet was last. */
static __always_inline void adopt_netns(struct origin *origin, const struct tracker_track *last,
					const struct sighting *now)
{
	if (origin->netns_inum || handed_up(last, now) || came_in_elsewhere(last, now))
		return;
	origin->netns_inum = last->netns_inum;
	origin->netns_cookie = last->netns_cookie;
}

static __always_inline void fill_track(const struct hit *hit, struct tracker_track *track,
				       __u64 packet_id, const struct sighting *now,
				       const struct origin *origin)
{
	track->packet_id = packet_id;
	track->signature = now->signature;
	track->seen_ns = hit->now;
	track->netns_cookie = origin->netns_cookie;
	track->others = other_bit(hit);
	track->netns_inum = origin->netns_inum;
	track->ifindex = origin->ifindex;
	track->iif = now->iif;
	track->role = KNOB(KNOB_ROLE);
	track->stage = KNOB(KNOB_ROLE) == ROLE_TRANSMIT ? has_peer(origin) : KNOB(KNOB_STAGE);
	track->hands_up = KNOB(KNOB_ROLE) == ROLE_RECEIVE && hands_up(now, origin);
}

/* The entry stays for the next packet at the address, which the slab gives out again soon: taking it
 * out of the map and putting it in again would be two operations under the bucket's lock for each
 * packet. Nothing continues a packet without a signature. */
static __always_inline void end_track(struct tracker_track *last)
{
	last->signature = 0;
}

static __always_inline void begin_track(struct hit *hit, __u64 packet_id,
					const struct sighting *now, const struct origin *origin)
{
	struct tracker_track next = {};

	fill_track(hit, &next, packet_id, now, origin);
	if (bpf_map_update_elem(&tracks, &now->skb, &next, BPF_NOEXIST))
		hit->counters->untracked++;
	else
		__sync_fetch_and_add(&hit->cpu->tracks, 1);
}

/* Writes the sighting down. `last` is what the map holds for the address, NULL if nothing; `same`
 * whether it is this packet. Another CPU cannot see the same skb at the same time, but for a wrong
 * pointer, and then the signature of its next sighting splits; so an entry is changed in place (an
 * update of a full map would need a spare element). */
static __always_inline void write_track(struct hit *hit, struct tracker_track *last, bool same,
					__u64 packet_id, const struct sighting *now,
					const struct origin *origin)
{
	if (ends_here()) {
		if (last)
			end_track(last);
	} else if (KNOB(KNOB_ROLE) == ROLE_OTHER && same) {
		/* such a probe tells nothing of the way: the step before still counts */
		last->seen_ns = hit->now;
		last->others |= other_bit(hit);
	} else if (last) {
		fill_track(hit, last, packet_id, now, origin);
	} else {
		begin_track(hit, packet_id, now, origin);
	}
}

/* A sighting outside the namespaces of --netns: the packet may come back, another packet at its
 * address ends it. */
static __always_inline void leave_track(const struct hit *hit, struct tracker_track *last, bool same,
					const struct sighting *now, const struct origin *origin)
{
	if (!last)
		return;
	if (!same || ends_here())
		end_track(last);
	else if (KNOB(KNOB_ROLE) != ROLE_OTHER)
		fill_track(hit, last, last->packet_id, now, origin);
}

/* What one hit finds. */
struct identity_step {
	struct sighting now;
	struct tracker_track *last; /* of the address; NULL: nothing is known */
	bool same;		    /* the packet of `last` goes on */
};

static __always_inline void identity_look(struct hit *hit, struct identity_step *step,
					  const struct sk_buff *skb, __u64 address,
					  const struct span *span, struct origin *origin)
{
	struct sighting *now = &step->now;

	step->last = bpf_map_lookup_elem(&tracks, &address);
	now->skb = address;
	now->signature = step->last || !ends_here() ? packet_signature(span) : 0;
	now->iif = skb->skb_iif;
	now->has_link = skb->mac_header != OFFSET_UNSET;
	now->has_tag = skb_has_vlan_tag(skb);
	now->in_transmit = inside_transmit(hit->cpu, address);
	step->same = step->last && continues(hit, step->last, now, origin);
	if (step->same)
		adopt_netns(origin, step->last, now);
}

static __always_inline void identity_leave(struct hit *hit, struct identity_step *step,
					   const struct origin *origin)
{
	leave_track(hit, step->last, step->same, &step->now, origin);
}

static __always_inline __u64 identity_keep(struct hit *hit, struct identity_step *step,
					   const struct origin *origin)
{
	__u64 packet_id = step->same ? step->last->packet_id : new_packet_id(hit);

	write_track(hit, step->last, step->same, packet_id, &step->now, origin);
	return packet_id;
}

static __always_inline void identity_end(__u64 address)
{
	struct tracker_track *last = bpf_map_lookup_elem(&tracks, &address);

	if (last)
		end_track(last);
}

static __always_inline void identity_requeue(__u64 address, __u64 packet_id)
{
	struct tracker_track *last = bpf_map_lookup_elem(&tracks, &address);

	if (last && last->packet_id == packet_id)
		last->role = ROLE_QUEUE;
}

#endif
