/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a function is told of a packet beside its skb, for what the skb itself does not say: the state
 * of a netfilter hook, which has the devices and the namespace also where skb->dev is not set yet
 * (NF_INET_LOCAL_OUT, NFPROTO_IPV4 and 6), and the device of eth_type_trans().
 */
#ifndef TRACKER_BPF_BESIDE_H
#define TRACKER_BPF_BESIDE_H

#include "hit.h"
#include "kernel_types.h"
#include "origin.h"

/* NULL where there is none. */
static __always_inline const struct nf_hook_state *hook_state(const struct hit *hit)
{
	__u64 value;

	if (KNOB(KNOB_HOOK_ARG) == KNOB_NO_ARG)
		return NULL;
	value = argument(hit, KNOB(KNOB_HOOK_ARG));
	if (KNOB(KNOB_HOOK_HOLD) == HOLD_POINTER)
		value = pointer_at(value + KNOB(KNOB_HOOK_OFFSET));
	return is_kernel_address((const void *)value) ? (const void *)value : NULL;
}

/* Of a hook's devices the first is where the packet came in, if it did: where it is until routing has
 * set skb->dev to the other one (ip_output(), ip6_output()). */
static __always_inline void find_device_beside(const struct hit *hit, struct origin *origin)
{
	const struct nf_hook_state *state = hook_state(hit);
	const struct net_device *dev = NULL;

	if (KNOB(KNOB_ROLE) != ROLE_OTHER && KNOB(KNOB_ROLE) != ROLE_RETURN)
		return; /* a tracepoint's is skb->dev */
	if (KNOB(KNOB_DEV_ARG) != KNOB_NO_ARG)
		dev = (const void *)argument(hit, KNOB(KNOB_DEV_ARG));
	if (state && !dev)
		dev = BPF_CORE_READ(state, in);
	if (state && !dev)
		dev = BPF_CORE_READ(state, out);
	find_device(hit->scratch, origin, dev);
}

static __always_inline void find_hook_netns(const struct hit *hit, struct origin *origin)
{
	const struct nf_hook_state *state = hook_state(hit);

	if (state)
		prove_netns(hit->scratch, BPF_CORE_READ(state, net), origin);
}

#endif
