// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program behind every probe.
 *
 * Order: cheap reject (companion.h) -> find its bytes -> find where it belongs -> filter -> track
 * -> reserve -> fill -> submit. One logic for all rungs: the arguments, words at ctx or registers
 * (KNOB_CONTEXT), are plain numbers from there on. An skb's fields cost a load each: of the skb itself
 * where the kernel has bpf_rdonly_cast(), else of a copy made in one read (kernel_read.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifndef barrier_var
#define barrier_var(var) asm volatile("" : "+r"(var))
#endif

#include "call.h"
#include "beside.h"
#include "companion.h"
#include "hand.h"
#include "hit.h"
#include "identity.h"
#include "kernel_read.h"
#include "knob.h"
#include "maps.h"
#include "netns_operations.h"
#include "origin.h"
#include "packet.h"
#include "ring_record.h"
#include "sections/all.h"
#include "skb_list.h"
#include "stack_budget.h"
#include "transmit.h"
#include "view.h"

char LICENSE[] SEC("license") = "GPL";

/* Whether the filter lets the event pass; counts it where not. */
static __always_inline bool passes_netns_filter(struct hit *hit, const struct origin *origin)
{
	enum netns_decision decision;

	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_NETNS_FILTER))
		return true;
	decision = netns_decide(origin);
	if (decision == NETNS_UNATTRIBUTED)
		hit->counters->unattributed++;
	if (decision != NETNS_PASS)
		filtered(hit);
	return decision == NETNS_PASS;
}

static __always_inline bool takes_stack(struct hit *hit)
{
	struct stack_site site = {};

	if (!(KNOB(KNOB_SECTIONS) & SECTION_stack))
		return false;
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_STACK_BUDGET))
		return true;
	if (KNOB(KNOB_LOCATION_ARG) != KNOB_NO_ARG)
		site.location = argument(hit, KNOB(KNOB_LOCATION_ARG));
	if (KNOB(KNOB_REASON_ARG) != KNOB_NO_ARG)
		site.reason = argument(hit, KNOB(KNOB_REASON_ARG));
	return stack_within_budget(hit->scratch, &site, hit->now);
}

/* A drop that names its namespace itself, where earlier sightings are for nothing else. What the map
 * has for the address then stays: the next packet there is received first, which writes it anew, or
 * names its namespace too. */
static __always_inline bool needs_no_track(const struct origin *origin)
{
	return KNOB(KNOB_FLAGS) & KNOB_FLAG_NETNS_ONLY && KNOB(KNOB_ROLE) == ROLE_DROPPED &&
	       origin->netns_inum;
}

/* Finds the packet that the skb is, decides on its namespace and gives it its id; 0: filtered. */
static __always_inline __u64 identify(struct hit *hit, const struct sk_buff *skb, __u64 address,
				      const struct span *span, struct origin *origin)
{
	struct identity_step step = {};
	__u64 packet_id;

	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_TRACK) || needs_no_track(origin))
		return passes_netns_filter(hit, origin) ? new_packet_id(hit) : 0;

	identity_look(hit, &step, skb, address, span, origin);
	if (!passes_netns_filter(hit, origin)) {
		identity_leave(hit, &step, origin);
		return 0;
	}
	packet_id = identity_keep(hit, &step, origin);
	if (KNOB(KNOB_ROLE) == ROLE_TRANSMIT && KNOB(KNOB_FLAGS) & KNOB_FLAG_PAIRED)
		begin_transmit(hit, address, packet_id);
	return packet_id;
}

/* The skb, or a copy of it: its own fields cost a load each, what they point to is for READ(). NULL:
 * there is none. */
static __always_inline const struct sk_buff *view_skb(struct hit *hit, __u64 address)
{
	const struct sk_buff *skb = (const void *)address;

	if (!is_kernel_address(skb))
		return NULL;
	if (KNOB(KNOB_LOADS))
		skb = TYPED(skb);
	else if (bpf_probe_read_kernel(hit->scratch->skb, bpf_core_type_size(struct sk_buff), skb))
		return NULL;
	else
		skb = (const void *)hit->scratch->skb;
	return skb->head ? skb : NULL;
}

/* `of_list`, a constant: of a list's skbs only they themselves are looked at, for which alone two
 * functions have room on the stack. */
static __always_inline int handle_skb(struct hit *hit, __u64 address, bool of_list)
{
	const struct sk_buff *skb = view_skb(hit, address);
	struct tracker_record *record;
	struct packet_view view = {};
	struct origin origin = {};
	struct span span = {};
	__u64 packet_id;
	void *ring;

	if (!skb)
		return filtered(hit);

	find_span(skb, &span);
	forget(hit, &span);
	find_device(hit->scratch, &origin, skb->dev);
	if (!of_list && !origin.dev)
		find_device_beside(hit, &origin);
	find_socket(hit->scratch, &origin, skb->sk,
		    (const void *)argument(hit, KNOB(KNOB_SOCK_ARG)));
	if (!origin.netns_inum && KNOB(KNOB_NET_ARG) != KNOB_NO_ARG)
		prove_netns(hit->scratch, (const void *)argument(hit, KNOB(KNOB_NET_ARG)), &origin);
	if (!of_list && !origin.netns_inum)
		find_hook_netns(hit, &origin);
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_ALL_SKBS) && never_was_a_packet(&origin, skb->protocol))
		return filtered(hit);
	if (!origin.netns_inum)
		find_route_netns(hit->scratch, &origin, skb->_skb_refdst);
	forget(hit, &origin);
	packet_id = identify(hit, skb, address, &span, &origin);
	if (!packet_id)
		return 0;
	if (!of_list && KNOB(KNOB_FLAGS) & KNOB_FLAG_CALL)
		begin_call(hit, packet_id, &origin);
	if (!of_list && KNOB(KNOB_FLAGS) & KNOB_FLAG_HAND)
		name_in_hand(hit, packet_id, &origin);
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_COMPANION)
		return filtered(hit);
	forget(hit, &origin);

	view.skb = skb;
	view.address = address;
	view.shared = (const void *)(skb->head + skb->end);
	view.span = &span;
	view.origin = &origin;
	view.rx_ifindex = skb->skb_iif;
	view.protocol = span.link ? swap16(skb->protocol) : span.protocol;
	if (skb_has_vlan_tag(skb)) {
		view.vlan_tci = skb->vlan_tci;
		view.vlan_proto = swap16(skb->vlan_proto);
	}
	if (takes_stack(hit))
		record = reserve_with_bytes(hit, &view, RECORD_STACK_BYTES, &ring);
	else
		record = reserve_with_bytes(hit, &view, 0, &ring);
	if (!record)
		return 0;
	record->packet_id = packet_id;
	if (!of_list && KNOB(KNOB_HOLD) == HOLD_RESULT)
		record->has_return_code = read_result(hit, &record->return_code);
	fill_sections(hit, record, &view);
	submit(hit, record, ring);
	return 0;
}

#define NET_XMIT_MASK 0x0f /* codes below, and negative ones: the skb is gone (dev_xmit_complete()) */

/* The driver may have freed the skb before net_dev_xmit: nothing of it is read. Its id is the one
 * that net_dev_start_xmit gave to the same address on this CPU. One that was not taken is in the
 * queue again, which will try once more. */
static __always_inline __u64 transmitted_id(struct hit *hit, __u64 skb, __s32 return_code)
{
	__u64 packet_id = end_transmit(hit, skb);

	if (packet_id && KNOB(KNOB_FLAGS) & KNOB_FLAG_TRACK && return_code >= NET_XMIT_MASK)
		identity_requeue(skb, packet_id);
	return packet_id;
}

static __always_inline int handle_transmitted(struct hit *hit)
{
	__u64 skb = argument(hit, KNOB(KNOB_SKB_ARG));
	__s32 return_code = argument(hit, KNOB(KNOB_RETURN_ARG));
	struct packet_view view = {};
	struct tracker_record *record;
	struct origin origin = {};
	__u64 packet_id;
	void *ring;

	/* The filter decides as it did at start_xmit: what that pushed (or did not) stays paired. */
	find_device(hit->scratch, &origin, (const void *)argument(hit, KNOB(KNOB_DEV_ARG)));
	if (!passes_netns_filter(hit, &origin))
		return 0;
	packet_id = transmitted_id(hit, skb, return_code);
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_COMPANION)
		return filtered(hit);

	/* of no section that reads the skb or its bytes (probes/record_layout.h) */
	record = reserve_record(hit, KNOB(KNOB_SECTIONS) & SECTION_stack ? RECORD_STACK_BYTES : 0,
				0, &ring);
	if (!record)
		return 0;
	record->packet_id = packet_id;
	record->has_return_code = 1;
	record->return_code = return_code;
	barrier_var(view.skb); /* or the compiler takes it for NULL where it is read */
	view.origin = &origin;
	fill_sections(hit, record, &view);
	submit(hit, record, ring);
	return 0;
}

/* The filter decided when the call began: one that it rejected was not kept. */
static __always_inline int handle_return(struct hit *hit)
{
	struct packet_view view = {};
	struct tracker_record *record;
	struct tracker_open_call call;
	struct origin origin = {};
	void *ring;

	if (!end_call(hit, &call))
		return filtered(hit);
	record = reserve_record(hit, KNOB(KNOB_SECTIONS) & SECTION_stack ? RECORD_STACK_BYTES : 0,
				0, &ring);
	if (!record)
		return 0;
	record->packet_id = call.packet_id;
	record->has_return_code = read_result(hit, &record->return_code);
	origin.netns_cookie = call.netns_cookie;
	origin.netns_inum = call.netns_inum;
	barrier_var(view.skb); /* or the compiler takes it for NULL where it is read */
	view.origin = &origin;
	fill_sections(hit, record, &view);
	submit(hit, record, ring);
	return 0;
}

/* What the argument leads to when the call ends, the packet with its namespace, is not there yet. In
 * the place of its id what is there now. */
static __always_inline int keep_argument(struct hit *hit)
{
	struct origin nowhere = {};

	begin_call(hit, pointer_at(argument(hit, KNOB(KNOB_SKB_ARG))), &nowhere);
	return 0;
}

/* 0: there is none. */
static __always_inline __u64 skb_of_argument(struct hit *hit)
{
	__u64 value = argument(hit, KNOB(KNOB_SKB_ARG));

	if (KNOB(KNOB_HOLD) == HOLD_RESULT)
		return skb_of_call(hit);
	if (KNOB(KNOB_HOLD) == HOLD_POINTER)
		return pointer_at(value + KNOB(KNOB_HOLD_OFFSET));
	return value;
}

/* A function that sees no skb, with the packet in hand. Whether that one's skb is still there only its
 * callers know: nothing of it is read. */
static __always_inline int handle_inferred(struct hit *hit)
{
	const struct hand_call *call = call_in_hand(hit);
	struct packet_view view = {};
	struct tracker_record *record;
	struct origin origin = {};
	__u64 packet_id;
	void *ring;

	if (!call)
		return filtered(hit);
	packet_id = call->packet_id;
	origin.netns_cookie = call->netns_cookie;
	origin.netns_inum = call->netns_inum;
	record = reserve_record(hit, KNOB(KNOB_SECTIONS) & SECTION_stack ? RECORD_STACK_BYTES : 0,
				0, &ring);
	if (!record)
		return 0;
	record->packet_id = packet_id;
	barrier_var(view.skb); /* or the compiler takes it for NULL where it is read */
	view.origin = &origin;
	fill_sections(hit, record, &view);
	submit(hit, record, ring);
	return 0;
}

static __always_inline void begin_or_end_in_hand(struct hit *hit)
{
	if (KNOB(KNOB_ROLE) == ROLE_RETURN && !(KNOB(KNOB_FLAGS) & KNOB_FLAG_CALL))
		put_out_of_hand(hit);
	else
		take_in_hand(hit);
}

static __always_inline int handle_hit(struct hit *hit)
{
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_HAND_END) {
		put_out_of_hand(hit);
		return 0;
	}
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_HAND)
		begin_or_end_in_hand(hit);
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_CALL)
		forget_call(hit);
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_CALL && KNOB(KNOB_HOLD) == HOLD_RESULT)
		return keep_argument(hit);
	if (companion_rejects(hit))
		return filtered(hit);
	hit->now = bpf_ktime_get_boot_ns();
	if (KNOB(KNOB_ROLE) == ROLE_RETURN)
		return handle_return(hit);
	if (KNOB(KNOB_ROLE) == ROLE_INFERRED)
		return handle_inferred(hit);
	if (KNOB(KNOB_ROLE) == ROLE_TRANSMITTED)
		return handle_transmitted(hit);
	return handle_skb(hit, skb_of_argument(hit), false);
}

static __always_inline int handle(void *ctx)
{
	struct hit hit = {};

	if (!is_watching())
		return 0;
	keep_cpu();
	if (begin(&hit, ctx, false)) {
		handle_hit(&hit);
		end(&hit);
	}
	release_cpu();
	return 0;
}

/* Never attached itself: relocated by libbpf, then copied per probe (probes/kernel_probes.cpp). */
SEC("tracker/template")
int tracepoint_template(void *ctx)
{
	return handle(ctx);
}

/* Called by bpf_loop(): 1 ends the walk. */
static __noinline long handle_next_skb(__u32 index, struct hit *hit)
{
	__u64 skb = hit->scratch->list.link - hit->scratch->list.points_at;

	if (!follows_the_last(hit)) {
		if (!index)
			filtered(hit);
		return 1;
	}
	if (index)
		hit->counters->seen++;
	if (index < LIST_SKBS)
		handle_skb(hit, skb, true);
	else
		lost_of_list(hit, 1);
	go_on_in_list(hit, skb + hit->scratch->list.link_at);
	return is_at_end(hit) ? 1 : 0;
}

/* Which of several skbs is in hand nobody says. A function of its own: its frame
 * and handle_next_skb()'s, for which there are 512 bytes with the program's, are not there together. */
static __noinline int take_list_in_hand(struct hit *hit)
{
	take_in_hand(hit);
	return 0;
}

static __always_inline int handle_list(struct hit *hit)
{
	__u64 bound;

	hit->now = bpf_ktime_get_boot_ns();
	first_of_list(hit);
	bound = hit->scratch->list.bound;
	if (is_at_end(hit) || !bound)
		return filtered(hit);
	bpf_loop(bound < LIST_WALK ? bound : LIST_WALK, handle_next_skb, hit, 0);
	lose_rest(hit);
	return 0;
}

/* As the other template, of functions that are given several skbs: a program of its own, whose frame
 * has to leave room for that of the function it loops with (512 bytes for both). */
SEC("tracker/list_template")
int list_template(void *ctx)
{
	struct hit hit = {};

	if (!is_watching())
		return 0;
	keep_cpu();
	if (begin(&hit, ctx, true)) {
		if (KNOB(KNOB_FLAGS) & KNOB_FLAG_HAND)
			take_list_in_hand(&hit);
		handle_list(&hit);
		end(&hit);
	}
	release_cpu();
	return 0;
}
