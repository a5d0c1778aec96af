/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record in a ring: taking room for it, with its header, stack and packet bytes, and handing it
 * over.
 * bpf_ringbuf_reserve() wants constant sizes, so there are a few classes.
 */
#ifndef TRACKER_BPF_RING_RECORD_H
#define TRACKER_BPF_RING_RECORD_H

#include "compat.h"
#include "hit.h"
#include "packet.h"
#include "sections/all.h"

/* `room`: bytes behind the sections, a constant. Callers compare with NULL once more, which the
 * compiler must see through: 6.1's verifier takes a record for one that may be NULL at any
 * comparison (reg_type_not_null() there lacks PTR_TO_MEM). */
static __always_inline struct tracker_record *reserve(struct hit *hit, __u32 room, void **ring)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct tracker_record *record = NULL;

	*ring = bpf_map_lookup_elem(&rings, &cpu);
	if (*ring)
		record = bpf_ringbuf_reserve(*ring, KNOB(KNOB_RECORD_BYTES) + room, 0);
	if (!record) {
		hit->counters->ring_full++;
		__sync_fetch_and_add(&hit->cpu->lost, 1);
		return NULL;
	}
	hit->scratch->unasked += KNOB(KNOB_RECORD_BYTES) + room;
	return record;
}

/* The reader wakes by a timer; a wake-up per record would cost ten times the record. To ask how full
 * the ring is costs a call: once for each sixteenth of a ring that was put into it. */
static __always_inline __u64 wake_up_flag(struct hit *hit, void *ring)
{
	if (hit->scratch->unasked <= KNOB(KNOB_WAKE_BYTES) / 4)
		return BPF_RB_NO_WAKEUP;
	hit->scratch->unasked = 0;
	if (bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > KNOB(KNOB_WAKE_BYTES))
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

static __always_inline void submit(struct hit *hit, struct tracker_record *record, void *ring)
{
	bpf_ringbuf_submit(record, wake_up_flag(hit, ring));
	hit->counters->recorded++;
}

static __always_inline void fill_header(struct hit *hit, struct tracker_record *record)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	record->timestamp_ns = hit->now;
	record->packet_id = 0;
	record->lost_before = hit->cpu->lost;
	record->probe = hit->probe;
	record->pid = pid_tgid;
	record->tgid = pid_tgid >> 32;
	record->sections = 0;
	record->laid_out = KNOB(KNOB_SECTIONS);
	record->return_code = 0;
	record->has_return_code = 0;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	record->context = task_context(*(volatile __u64 *)&hit->scratch->ctx, record->comm);
}

/* A record with its header filled in, and with the stack where stack_room is not 0. */
static __always_inline struct tracker_record *
reserve_record(struct hit *hit, __u32 stack_room, __u32 payload_room, void **ring)
{
	struct tracker_record *record = reserve(hit, stack_room + payload_room, ring);

	if (!record)
		return NULL;
	fill_header(hit, record);
	if (KNOB(KNOB_SECTIONS) & SECTION_stack)
		take_stack(hit, record, stack_room);
	return record;
}

/* A record of one class, with the packet's bytes: all sizes of room are constants. */
static __always_inline struct tracker_record *
reserve_class(struct hit *hit, struct packet_view *view, __u32 want, __u32 stack_room,
	      __u32 linear_room, __u32 frag_room, void **ring)
{
	struct tracker_record *record =
		reserve_record(hit, stack_room, linear_room + frag_room, ring);
	struct packet_record *raw;

	if (!record)
		return NULL;
	raw = RECORD_SECTION(record, packet);
	view->payload = RECORD_AREAS(record) + stack_room;
	raw->payload_bytes = copy_bytes(view->payload, view->span, view->shared, want, linear_room,
					frag_room, hit->scratch->forgotten);
	return record;
}

/* Whether so many bytes fit into a class with that room. Where --snaplen does, nothing can need a
 * larger class, and the verifier does not look at these. */
static __always_inline bool fits(__u32 want, __u32 room)
{
	return KNOB(KNOB_SNAPLEN) <= room || want <= room;
}

/* Reserves a record of the class that the packet needs and copies its bytes. */
static __always_inline struct tracker_record *
reserve_with_bytes(struct hit *hit, struct packet_view *view, __u32 stack_room, void **ring)
{
	__u32 want = view->span->len, linear = view->span->linear;
	bool in_fragments;

	if (!(KNOB(KNOB_SECTIONS) & SECTION_packet))
		return reserve_record(hit, stack_room, 0, ring);
	if (want > KNOB(KNOB_SNAPLEN))
		want = KNOB(KNOB_SNAPLEN);
	in_fragments = want && linear < want && linear < RECORD_PAYLOAD_SMALL;
	if (want <= RECORD_PAYLOAD_SMALL && !in_fragments)
		return reserve_class(hit, view, want, stack_room, RECORD_PAYLOAD_SMALL, 0, ring);
	if (fits(want, RECORD_PAYLOAD_SPLIT / 2))
		return reserve_class(hit, view, want, stack_room, RECORD_PAYLOAD_SPLIT / 2,
				     RECORD_PAYLOAD_SPLIT / 2, ring);
	if (fits(want, RECORD_PAYLOAD_FRAME))
		return reserve_class(hit, view, want, stack_room, RECORD_PAYLOAD_FRAME,
				     RECORD_PAYLOAD_FRAME, ring);
	return reserve_class(hit, view, want, stack_room, RECORD_PAYLOAD_ALL,
			     RECORD_PAYLOAD_ALL / 2, ring);
}

#endif
