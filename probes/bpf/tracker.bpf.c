// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program behind every tracepoint probe.
 *
 * Order: cheap reject (companion.h) -> find where it belongs -> filter -> track -> reserve -> fill
 * -> submit. One logic for tp_btf and raw_tp: both see the tracepoint's arguments as 64-bit words
 * at ctx. They are read with bpf_probe_read_kernel(), so that they are plain numbers to the verifier
 * on either, and an skb is copied to scratch memory in one read: its fields then cost a load each.
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

#include "companion.h"
#include "compat.h"
#include "knob.h"
#include "maps.h"
#include "origin.h"
#include "packet.h"
#include "stack_budget.h"
#include "track.h"

char LICENSE[] SEC("license") = "GPL";

struct hit {
	void *ctx;
	__u64 now;
	struct tracker_counters *counters;
	struct tracker_cpu *cpu;
	struct tracker_scratch *scratch;
};

static __always_inline __u64 argument(const struct hit *hit, __u64 position)
{
	if (position >= SCRATCH_ARGS)
		return 0;
	return hit->scratch->args[position];
}

static __always_inline bool is_watching(void)
{
	__u32 zero = 0;
	const __u32 *is_on = bpf_map_lookup_elem(&watching, &zero);

	return is_on && *is_on;
}

static __always_inline bool begin(struct hit *hit, void *ctx)
{
	__u32 zero = 0, probe = KNOB(KNOB_PROBE);

	hit->ctx = ctx;
	hit->counters = bpf_map_lookup_elem(&counters, &probe);
	hit->cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!hit->counters || !hit->cpu)
		return false;
	__sync_fetch_and_add(&hit->counters->seen, 1);
	hit->now = bpf_ktime_get_boot_ns();
	/* Words beyond the tracepoint's own are whatever lies on the stack there; they are never
	 * looked at. */
	hit->scratch = &hit->cpu->scratch[hit->cpu->depth++ % SCRATCH_NESTING];
	*(volatile __u64 *)&hit->scratch->ctx = (__u64)ctx;
	bpf_probe_read_kernel(hit->scratch->args, sizeof(hit->scratch->args), ctx);
	return true;
}

/* Takes a value through memory whose contents the verifier does not follow: what it knew of it, path
 * by path, is forgotten, and paths that differ in nothing else become one. Without it each further
 * step is verified once for every way that led to it, which is most of the time to start. */
#define forget(hit, value)                                                                       \
	do {                                                                                     \
		volatile __u64 *forgotten = (hit)->scratch->forgotten;                           \
		__u64 *words = (__u64 *)(value);                                                 \
                                                                                                 \
		_Static_assert(sizeof(*(value)) % 8 == 0, "whole words");                        \
		_Static_assert(sizeof(*(value)) / 8 <= SCRATCH_FORGOTTEN, "room");               \
		_Pragma("unroll") for (__u32 word = 0; word < sizeof(*(value)) / 8; word++)      \
		{                                                                                \
			forgotten[word] = words[word];                                           \
			words[word] = forgotten[word];                                           \
		}                                                                                \
	} while (0)

static __always_inline int filtered(struct hit *hit)
{
	__sync_fetch_and_add(&hit->counters->filtered, 1);
	return 0;
}

#define STACK_ROOM (RECORD_STACK_DEPTH * sizeof(__u64))

/* `room`: bytes behind the record, a constant. */
static __always_inline struct tracker_record *reserve(struct hit *hit, __u32 room, void **ring)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct tracker_record *record = NULL;

	*ring = bpf_map_lookup_elem(&rings, &cpu);
	if (*ring)
		record = bpf_ringbuf_reserve(*ring, sizeof(struct tracker_record) + room, 0);
	if (!record) {
		__sync_fetch_and_add(&hit->counters->ring_full, 1);
		__sync_fetch_and_add(&hit->cpu->lost, 1);
	}
	return record;
}

/* The reader wakes by a timer; a wake-up per record would cost ten times the record. */
static __always_inline void submit(struct hit *hit, struct tracker_record *record, void *ring)
{
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > KNOB(KNOB_WAKE_BYTES))
		flags = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(record, flags);
	__sync_fetch_and_add(&hit->counters->recorded, 1);
}

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
	struct { /* the start of the shared info, in one read each */
		__u16 gso_size, gso_segs;
	} gso = {};

	if (KNOB(KNOB_SECTIONS) & SECTION_SKB) {
		gso.gso_size = BPF_CORE_READ(shared, gso_size);
		if (gso.gso_size)
			gso.gso_segs = BPF_CORE_READ(shared, gso_segs);
	}
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
	record->gso_size = gso.gso_size;
	record->gso_segs = gso.gso_segs;
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
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	record->sock_state = state;
	record->sock_family = BPF_CORE_READ(sk, __sk_common.skc_family);
	record->sock_cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	record->sock_type = 0;
	record->sock_protocol = 0;
	record->sections |= SECTION_SOCK;
	if (state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV)
		return;
	record->sock_type = BPF_CORE_READ(sk, sk_type);
	record->sock_protocol = BPF_CORE_READ(sk, sk_protocol);
	record->sock_rcvbuf = BPF_CORE_READ(sk, sk_rcvbuf);
	record->sock_rmem_alloc = BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter);
	record->flags |= RECORD_HAS_SOCK_BUFFERS;
}

/* A packet without any header yet: the socket knows where it was to go. */
static __always_inline void fill_tuple(struct tracker_record *record, const struct sock *sk,
				       __u16 family)
{
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);

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
					 BPF_CORE_READ(sk, sk_protocol);
	record->tuple_source_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	record->tuple_dest_port = swap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
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

/* The stack lies between the record and the payload. */
static __always_inline void fill_stack(struct hit *hit, struct tracker_record *record)
{
	long size = bpf_get_stack(hit->ctx, record + 1, STACK_ROOM, 0);

	record->flags |= RECORD_HAS_STACK;
	if (size > 0) {
		record->stack_bytes = size;
		record->sections |= SECTION_STACK;
	}
}

/* A record with its header filled in, and with the stack where stack_room is not 0. */
static __always_inline struct tracker_record *
reserve_record(struct hit *hit, __u32 stack_room, __u32 payload_room, void **ring)
{
	struct tracker_record *record = reserve(hit, stack_room + payload_room, ring);

	if (!record)
		return NULL;
	fill_header(hit, record);
	if (stack_room)
		fill_stack(hit, record);
	return record;
}

/* A record of one class, with the packet's bytes: all sizes of room are constants. */
static __always_inline struct tracker_record *
reserve_class(struct hit *hit, const struct span *span, const struct skb_shared_info *shared,
	      __u32 want, __u32 stack_room, __u32 linear_room, __u32 frag_room, void **ring)
{
	struct tracker_record *record =
		reserve_record(hit, stack_room, linear_room + frag_room, ring);

	if (record)
		record->payload_bytes = copy_bytes((void *)(record + 1) + stack_room, span, shared,
						   want, linear_room, frag_room,
						   hit->scratch->forgotten);
	return record;
}

/* Reserves a record of the class that the packet needs and copies its bytes. */
static __always_inline struct tracker_record *reserve_with_bytes(struct hit *hit,
								 const struct span *span,
								 const struct skb_shared_info *shared,
								 __u32 stack_room, void **ring)
{
	__u32 want = span->len;
	bool in_fragments;

	if (!(KNOB(KNOB_SECTIONS) & SECTION_PACKET))
		want = 0;
	if (want > KNOB(KNOB_SNAPLEN))
		want = KNOB(KNOB_SNAPLEN);
	in_fragments = want && span->linear < want && span->linear < RECORD_PAYLOAD_SMALL;
	if (want <= RECORD_PAYLOAD_SMALL && !in_fragments)
		return reserve_class(hit, span, shared, want, stack_room, RECORD_PAYLOAD_SMALL, 0,
				     ring);
	if (want <= RECORD_PAYLOAD_SPLIT / 2)
		return reserve_class(hit, span, shared, want, stack_room, RECORD_PAYLOAD_SPLIT / 2,
				     RECORD_PAYLOAD_SPLIT / 2, ring);
	if (want <= RECORD_PAYLOAD_FRAME)
		return reserve_class(hit, span, shared, want, stack_room, RECORD_PAYLOAD_FRAME,
				     RECORD_PAYLOAD_FRAME, ring);
	return reserve_class(hit, span, shared, want, stack_room, RECORD_PAYLOAD_ALL,
			     RECORD_PAYLOAD_ALL / 2, ring);
}

static __always_inline void remember_transmit(struct hit *hit, __u64 skb, __u64 packet_id)
{
	__u64 depth = hit->cpu->xmit_depth;

	if (depth < XMIT_NESTING) {
		hit->cpu->xmit[depth].skb = skb;
		hit->cpu->xmit[depth].packet_id = packet_id;
	}
	hit->cpu->xmit_depth = depth + 1;
}

/* Whether the filter lets the event pass; counts it where not. */
static __always_inline bool passes_netns_filter(struct hit *hit, const struct origin *origin)
{
	enum netns_decision decision;

	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_NETNS_FILTER))
		return true;
	decision = netns_decide(origin);
	if (decision == NETNS_UNATTRIBUTED)
		__sync_fetch_and_add(&hit->counters->unattributed, 1);
	if (decision != NETNS_PASS)
		filtered(hit);
	return decision == NETNS_PASS;
}

static __always_inline bool takes_stack(struct hit *hit)
{
	struct stack_site site = {};

	if (KNOB(KNOB_SECTIONS) & SECTION_STACK)
		return true;
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_STACK_BUDGET))
		return false;
	if (KNOB(KNOB_LOCATION_ARG) != KNOB_NO_ARG)
		site.location = argument(hit, KNOB(KNOB_LOCATION_ARG));
	if (KNOB(KNOB_REASON_ARG) != KNOB_NO_ARG)
		site.reason = argument(hit, KNOB(KNOB_REASON_ARG));
	return stack_within_budget(&site, hit->now);
}

/* Finds the packet that the skb is, decides on its namespace and gives it its id; 0: filtered. */
static __always_inline __u64 identify(struct hit *hit, const struct sk_buff *skb, __u64 address,
				      const struct span *span, struct origin *origin)
{
	struct sighting now = { .skb = address };
	struct tracker_track *last;
	__u64 packet_id;
	bool same;

	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_TRACK))
		return passes_netns_filter(hit, origin) ? new_packet_id(hit->cpu) : 0;

	last = bpf_map_lookup_elem(&tracks, &address);
	now.iif = skb->skb_iif;
	now.has_link = skb->mac_header != OFFSET_UNSET;
	now.in_transmit = inside_transmit(hit->cpu, address);
	if (last || !ends_here())
		now.signature = packet_signature(span);
	same = last && continues(last, &now, origin);
	if (same)
		adopt_netns(origin, last, &now);
	if (!passes_netns_filter(hit, origin)) {
		leave_track(last, same, hit->now, &now, origin);
		return 0;
	}
	packet_id = same ? last->packet_id : new_packet_id(hit->cpu);
	write_track(hit->counters, last, same, packet_id, hit->now, &now, origin);
	if (KNOB(KNOB_ROLE) == ROLE_TRANSMIT && KNOB(KNOB_FLAGS) & KNOB_FLAG_PAIRED)
		remember_transmit(hit, address, packet_id);
	return packet_id;
}

static __always_inline int handle_skb(struct hit *hit)
{
	const struct sk_buff *skb = (const void *)hit->scratch->skb;
	__u64 address = argument(hit, KNOB(KNOB_SKB_ARG));
	const struct skb_shared_info *shared;
	struct tracker_record *record;
	struct origin origin = {};
	struct span span = {};
	__u64 packet_id;
	void *ring;

	if (bpf_probe_read_kernel(hit->scratch->skb, bpf_core_type_size(struct sk_buff),
				  (const void *)address))
		return filtered(hit);

	find_origin(&origin, skb->dev, skb->sk, (const void *)argument(hit, KNOB(KNOB_SOCK_ARG)));
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAG_ALL_SKBS) && never_was_a_packet(&origin, skb->protocol))
		return filtered(hit);
	if (!origin.netns_inum)
		find_route_netns(&origin, skb->_skb_refdst);

	find_span(skb, &span);
	forget(hit, &span);
	forget(hit, &origin);
	packet_id = identify(hit, skb, address, &span, &origin);
	if (!packet_id)
		return 0;
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_COMPANION)
		return filtered(hit);
	forget(hit, &origin);

	shared = (const void *)(skb->head + skb->end);
	if (takes_stack(hit))
		record = reserve_with_bytes(hit, &span, shared, STACK_ROOM, &ring);
	else
		record = reserve_with_bytes(hit, &span, shared, 0, &ring);
	if (!record)
		return 0;
	record->packet_id = packet_id;
	record->packet_len = span.len;
	record->link = span.link;
	fill_skb(record, skb, address, shared);
	if (KNOB(KNOB_SECTIONS) & SECTION_SKB)
		record->sections |= SECTION_SKB;
	if (span.link == 0)
		record->protocol = span.protocol;
	if (KNOB(KNOB_SECTIONS) & SECTION_PACKET) {
		if (record->payload_bytes)
			record->sections |= SECTION_PACKET;
		else if (origin.sk)
			fill_tuple(record, origin.sk, origin.family);
		if (record->tuple_family)
			record->sections |= SECTION_PACKET;
	}
	record->rx_ifindex = skb->skb_iif;
	fill_origin(record, &origin);
	if (origin.sk && KNOB(KNOB_SECTIONS) & SECTION_SOCK)
		fill_sock(record, origin.sk);
	fill_drop(hit, record);
	submit(hit, record, ring);
	return 0;
}

#define NET_XMIT_MASK 0x0f /* codes below, and negative ones: the skb is gone (dev_xmit_complete()) */

/* The driver may have freed the skb before net_dev_xmit: nothing of it is read. Its id is the one
 * that net_dev_start_xmit gave to the same address on this CPU; transmits nest like calls. */
static __always_inline __u64 transmitted_id(struct hit *hit, __u64 skb, __s32 return_code)
{
	struct tracker_track *last;
	__u64 depth = hit->cpu->xmit_depth, packet_id = 0;

	if (depth == 0)
		return 0;
	depth--;
	hit->cpu->xmit_depth = depth;
	if (depth >= XMIT_NESTING || hit->cpu->xmit[depth].skb != skb) {
		hit->cpu->xmit_depth = 0; /* attached in the middle of one, or too deep */
		return 0;
	}
	packet_id = hit->cpu->xmit[depth].packet_id;
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_TRACK && return_code >= NET_XMIT_MASK) {
		/* Not taken: the queue keeps the skb and will try again. */
		last = bpf_map_lookup_elem(&tracks, &skb);
		if (last && last->packet_id == packet_id)
			last->role = ROLE_QUEUE;
	}
	return packet_id;
}

static __always_inline int handle_transmitted(struct hit *hit)
{
	__u64 skb = argument(hit, KNOB(KNOB_SKB_ARG));
	__s32 return_code = argument(hit, KNOB(KNOB_RETURN_ARG));
	struct tracker_record *record;
	struct origin origin = {};
	__u64 packet_id;
	void *ring;

	/* The filter decides as it did at start_xmit: what that pushed (or did not) stays paired. */
	find_origin(&origin, (const void *)argument(hit, KNOB(KNOB_DEV_ARG)), NULL, NULL);
	if (!passes_netns_filter(hit, &origin))
		return 0;
	packet_id = transmitted_id(hit, skb, return_code);
	if (KNOB(KNOB_FLAGS) & KNOB_FLAG_COMPANION)
		return filtered(hit);

	record = reserve_record(hit, KNOB(KNOB_SECTIONS) & SECTION_STACK ? STACK_ROOM : 0,
				RECORD_PAYLOAD_SMALL, &ring);
	if (!record)
		return 0;
	record->packet_id = packet_id;
	record->flags |= RECORD_HAS_RETURN_CODE;
	record->return_code = return_code;
	record->rx_ifindex = 0;
	record->skb = skb;
	fill_origin(record, &origin);
	submit(hit, record, ring);
	return 0;
}

static __always_inline int handle(void *ctx)
{
	struct hit hit;

	if (!is_watching() || companion_rejects(ctx) || !begin(&hit, ctx))
		return 0;
	if (KNOB(KNOB_ROLE) == ROLE_TRANSMITTED)
		handle_transmitted(&hit);
	else
		handle_skb(&hit);
	hit.cpu->depth--;
	return 0;
}

/* Never attached itself: relocated by libbpf, then copied per probe (probes/kernel_probes.cpp). */
SEC("tracker/template")
int tracepoint_template(void *ctx)
{
	return handle(ctx);
}
