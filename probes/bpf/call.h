/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that are under way of functions whose return is watched: a program at the beginning keeps the
 * packet, one at the end takes it. At the end the skb may be freed, and nothing of it is read.
 * Of a function that puts an skb where its argument points (HOLD_RESULT) the argument alone is kept,
 * and the packet is read at the end, if there is one.
 *
 * A call is known by its frame, an address on the stack that no other call has while it runs: calls
 * that nest, recurse, are interrupted, sleep or go on on another CPU are told apart by it.
 */
#ifndef TRACKER_BPF_CALL_H
#define TRACKER_BPF_CALL_H

#include "compat.h"
#include "hit.h"
#include "maps.h"
#include "origin.h"

/* Of a trampoline the place where it keeps the arguments, which is the context of its programs at both
 * ends (arch_prepare_bpf_trampoline()); else where the return address lies. */
static __always_inline __u64 call_frame(const struct hit *hit)
{
	__u64 ctx = *(volatile __u64 *)&hit->scratch->ctx;

	if (KNOB(KNOB_CONTEXT) == CONTEXT_ARGUMENTS)
		return ctx;
	return frame_of_registers(hit->ctx, ctx, KNOB(KNOB_CONTEXT) == CONTEXT_RETURNED);
}

static __always_inline struct tracker_call_key call_key(const struct hit *hit)
{
	struct tracker_call_key key = {
		.frame = call_frame(hit),
		.probe = hit->probe,
	};

	return key;
}

/* A call whose end was missed is still there: the next one at its frame takes it out before anything
 * can reject that one. */
static __always_inline void forget_call(const struct hit *hit)
{
	struct tracker_call_key key = call_key(hit);

	bpf_map_delete_elem(&calls, &key);
}

static __always_inline void begin_call(struct hit *hit, __u64 packet_id,
				       const struct origin *origin)
{
	struct tracker_open_call call = {
		.packet_id = packet_id,
		.argument = argument(hit, KNOB(KNOB_SKB_ARG)),
		.netns_cookie = origin->netns_cookie,
		.netns_inum = origin->netns_inum,
	};
	struct tracker_call_key key = call_key(hit);

	if (bpf_map_update_elem(&calls, &key, &call, BPF_ANY))
		hit->counters->untracked++;
}

/* Whether the beginning of this call was seen and its packet kept. Of a call whose beginning the
 * kernel did not show (recursion) the frame may hold an older one's: where the argument is still to be
 * had, it must be that one's too. */
static __always_inline bool end_call(struct hit *hit, struct tracker_open_call *call)
{
	struct tracker_call_key key = call_key(hit);
	const struct tracker_open_call *found = bpf_map_lookup_elem(&calls, &key);

	if (!found)
		return false;
	*call = *found;
	bpf_map_delete_elem(&calls, &key);
	return KNOB(KNOB_SKB_ARG) == KNOB_NO_ARG ||
	       call->argument == argument(hit, KNOB(KNOB_SKB_ARG));
}

/* RESULT_ */
static __always_inline __u64 result_kind(const struct hit *hit)
{
	if (KNOB(KNOB_RESULT) == RESULT_SHARED)
		return argument(hit, SHARED_RESULT);
	return KNOB(KNOB_RESULT);
}

/* What the function returned, if that is a number that has room: of pointers there are only NULL and
 * the kernel's error pointers (IS_ERR()). */
static __always_inline bool read_result(const struct hit *hit, __s32 *code)
{
	__u64 value = argument(hit, KNOB(KNOB_RETURN_ARG));

	switch (result_kind(hit)) {
	case RESULT_U8:
		*code = (__u8)value;
		return true;
	case RESULT_S8:
		*code = (__s8)value;
		return true;
	case RESULT_U16:
		*code = (__u16)value;
		return true;
	case RESULT_S16:
		*code = (__s16)value;
		return true;
	case RESULT_32:
		*code = (__s32)value;
		return true;
	case RESULT_64:
		*code = (__s32)value;
		return (__s64)value == (__s32)value;
	case RESULT_POINTER:
		*code = (__s32)value;
		return !value || value >= (__u64)-MAX_ERRNO;
	}
	return false;
}

/* An int below 0, false, NULL or an error pointer: the function may have left what lay there. */
static __always_inline bool has_failed(const struct hit *hit)
{
	__u64 kind = result_kind(hit);
	__s32 code;

	if (!read_result(hit, &code))
		return false;
	if (kind == RESULT_U8)
		return !code;
	return kind == RESULT_POINTER || code < 0;
}

/* The skb that the function has put where its argument points; 0: none. */
static __always_inline __u64 skb_of_call(struct hit *hit)
{
	struct tracker_open_call call;

	__u64 skb;

	if (!end_call(hit, &call) || has_failed(hit))
		return 0;
	skb = pointer_at(call.argument);
	return skb == call.packet_id ? 0 : skb; /* it was there before */
}

#endif
