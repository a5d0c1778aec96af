/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets without a map: ids that are new, and those of transmits that run on this CPU, which nest
 * like calls. Whatever the identity engine is.
 */
#ifndef TRACKER_BPF_TRANSMIT_H
#define TRACKER_BPF_TRANSMIT_H

#include "hit.h"

/* Ids of different depths and CPUs interleave. */
static __always_inline __u64 new_packet_id(struct hit *hit)
{
	__u64 number = hit->scratch->packets++ * HIT_NESTING + hit->depth;

	return number * KNOB(KNOB_CPU_COUNT) + bpf_get_smp_processor_id() + 1;
}

/* The innermost transmit is the one that runs: an outer one's skb is not freed before it returns. */
static __always_inline bool inside_transmit(const struct tracker_cpu *cpu, __u64 skb)
{
	__u64 depth = cpu->xmit_depth;

	if (depth == 0 || depth > XMIT_NESTING)
		return false;
	return cpu->xmit[(depth - 1) % XMIT_NESTING].skb == skb;
}

static __always_inline void begin_transmit(struct hit *hit, __u64 skb, __u64 packet_id)
{
	__u64 depth = hit->cpu->xmit_depth;

	if (depth < XMIT_NESTING) {
		hit->cpu->xmit[depth].skb = skb;
		hit->cpu->xmit[depth].packet_id = packet_id;
	}
	hit->cpu->xmit_depth = depth + 1;
}

/* The id that begin_transmit() was given for the same address; 0: unknown. */
static __always_inline __u64 end_transmit(struct hit *hit, __u64 skb)
{
	__u64 depth = hit->cpu->xmit_depth;

	if (depth == 0)
		return 0;
	depth--;
	hit->cpu->xmit_depth = depth;
	if (depth >= XMIT_NESTING || hit->cpu->xmit[depth].skb != skb) {
		hit->cpu->xmit_depth = 0; /* attached in the middle of one, or too deep */
		return 0;
	}
	return hit->cpu->xmit[depth].packet_id;
}

#endif
