/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet ids on tracepoints alone.
 *
 * An id belongs to an skb address until the packet's end is seen. Tracepoints show fewer than half
 * of the frees, so the address can come back as another packet without notice. Doubt splits, never
 * joins: a sighting continues the packet only if the contents agree (signature.h) and the step from
 * the last sighting is one that a packet can make.
 */
#ifndef TRACKER_BPF_TRACK_H
#define TRACKER_BPF_TRACK_H

#include "maps.h"
#include "origin.h"
#include "signature.h"

/* Order of the receive probes of one device: netif_rx and napi_gro_receive_entry come before
 * netif_receive_skb. User space passes it with the role. */
#define ROLE_MASK 0xff
#define STAGE_SHIFT 8

static __always_inline __u64 new_packet_id(struct tracker_cpu *cpu)
{
	__u64 number = __sync_fetch_and_add(&cpu->packets, 1);

	return number * KNOB(KNOB_CPU_COUNT) + bpf_get_smp_processor_id() + 1;
}

/* A packet leaves the stack into a device and comes in again elsewhere (veth, loopback), or goes up
 * from one device to one stacked on it (VLAN, bridge, tunnel), or from one receive probe to the
 * next of the same device. */
static __always_inline bool can_be_received(const struct tracker_track *last,
					    const struct origin *origin, __u32 stage)
{
	if (last->role == ROLE_TRANSMIT || last->role == ROLE_TRANSMITTED)
		return true;
	if (last->role != ROLE_RECEIVE)
		return false;
	if (last->ifindex == origin->ifindex && last->netns_inum == origin->netns_inum)
		return last->stage < stage;
	return stage != 0 && last->stage != 0; /* handed up by the stack, not by a driver */
}

/* Forwarded in the same namespace to another device, or from a stacked device to the one below. */
static __always_inline bool can_be_queued(const struct tracker_track *last,
					  const struct origin *origin)
{
	return last->netns_inum == origin->netns_inum && last->ifindex != origin->ifindex &&
	       (last->role == ROLE_RECEIVE || last->role == ROLE_TRANSMIT ||
		last->role == ROLE_QUEUE);
}

static __always_inline bool continues(const struct tracker_track *last, __u64 signature,
				      const struct origin *origin, __u32 role, __u32 stage)
{
	if (!signature || last->signature != signature) /* 0: nothing is known of the contents */
		return false;
	switch (role) {
	case ROLE_RECEIVE:
		return can_be_received(last, origin, stage);
	case ROLE_QUEUE:
		return can_be_queued(last, origin);
	case ROLE_TRANSMIT:
		if (last->role == ROLE_QUEUE && last->ifindex == origin->ifindex &&
		    last->netns_inum == origin->netns_inum)
			return true;
		return can_be_queued(last, origin);
	default:
		return true;
	}
}

/* The id of the packet that `skb` is at this sighting. */
static __always_inline __u64 track_packet(struct tracker_cpu *cpu, struct tracker_counters *counters,
					  __u64 skb, __u64 now, const struct span *span,
					  const struct origin *origin)
{
	__u32 role = KNOB(KNOB_ROLE) & ROLE_MASK;
	__u32 stage = KNOB(KNOB_ROLE) >> STAGE_SHIFT;
	struct tracker_track *last, next = {};

	next.signature = packet_signature(span);
	last = bpf_map_lookup_elem(&tracks, &skb);
	if (last && continues(last, next.signature, origin, role, stage))
		next.packet_id = last->packet_id;
	else
		next.packet_id = new_packet_id(cpu);

	if (role == ROLE_DROPPED || role == ROLE_CONSUMED) {
		if (last)
			bpf_map_delete_elem(&tracks, &skb);
		return next.packet_id;
	}
	next.seen_ns = now;
	next.ifindex = origin->ifindex;
	next.netns_inum = origin->netns_inum;
	next.role = role;
	next.stage = stage;
	if (role == ROLE_OTHER && last && last->packet_id == next.packet_id) {
		/* such a probe tells nothing of the way: the step before still counts */
		last->seen_ns = now;
	} else if (last) {
		/* In place: an update of a full map would need a spare element. Another CPU cannot
		 * see the same skb at the same time, but for a wrong pointer, and then the
		 * signature of its next sighting splits. */
		*last = next;
	} else if (bpf_map_update_elem(&tracks, &skb, &next, BPF_ANY)) {
		__sync_fetch_and_add(&counters->untracked, 1);
	}
	return next.packet_id;
}

#endif
