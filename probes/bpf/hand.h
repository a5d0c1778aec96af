/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet in hand: that of the innermost call under way, in this task or interrupt, of a watched
 * function that is given a packet. Functions that see no skb are given that packet (ROLE_INFERRED).
 *
 * Each context has the calls that are under way in it (struct hand). A context is a stack: a task's
 * own, wherever that task runs, or this CPU's for interrupts and softirqs. A hard interrupt that comes
 * while a softirq is served stays on that stack (call_on_irqstack_cond()), and is told by the preemption
 * count: a call is in hand only where this says the same as when the call began.
 *
 * Not every end of a call is seen. A call is over where the stack in use begins above its frame, and
 * where a later call has a frame at the same place or above. What lies below is believed only while the
 * words that the call left on the stack are there.
 *
 * While another of these programs is interrupted on this CPU, the kernel may leave out beginnings and
 * ends, since it runs no program within itself. Nothing is kept, ended or given then: an interrupt
 * that began so ends before the other program goes on.
 */
#ifndef TRACKER_BPF_HAND_H
#define TRACKER_BPF_HAND_H

#include "call.h"
#include "compat.h"
#include "hit.h"
#include "maps.h"
#include "origin.h"

/* A task's stack begins at an address of the kernel's; else the number of the CPU. */
static __always_inline __u64 hand_key(__u64 frame)
{
	__u64 stack = task_stack();

	return frame - stack < KERNEL_STACK_SIZE ? stack : bpf_get_smp_processor_id();
}

static __always_inline bool is_of_task(__u64 key)
{
	return (__s64)key < 0;
}

static __always_inline __u64 pid_of_hand(__u64 key)
{
	return is_of_task(key) ? (__u32)bpf_get_current_pid_tgid() : 0;
}

static __always_inline struct hand *find_hand(struct hit *hit)
{
	__u64 key = hand_key(call_frame(hit));

	hit->scratch->hand_key = key;
	return bpf_map_lookup_elem(&hands, &key);
}

/* Takes out the calls whose frame lies at this address or below. */
static __always_inline void end_calls_below(struct hand *hand, __u64 frame)
{
	__u64 count = hand->count;

	if (hand->unkept <= frame)
		hand->unkept = 0;
	_Pragma("unroll") for (__u32 i = HAND_CALLS; i > 0; i--)
	{
		if (count == i && hand->calls[i - 1].frame <= frame)
			count = i - 1;
	}
	hand->count = count;
}

static __always_inline struct hand_call *last_call(struct hand *hand)
{
	return &hand->calls[(hand->count - 1) % HAND_CALLS];
}

static __always_inline __u64 read_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (const void *)address);
	return word;
}

/* A trampoline has stored the arguments, the register of frames and its return address, which leads
 * into the function, above its frame (arch_prepare_bpf_trampoline()); of a kprobe the return address is
 * the frame. */
static __always_inline void keep_proofs(struct hit *hit, struct hand_call *call)
{
	call->proof_at[0] = call->frame;
	call->proof_at[1] = call->frame;
	if (KNOB(KNOB_CONTEXT) == CONTEXT_ARGUMENTS) {
		if (KNOB(KNOB_SKB_ARG) != KNOB_NO_ARG)
			call->proof_at[0] += 8 * KNOB(KNOB_SKB_ARG);
		if (KNOB(KNOB_RETURN_WORD) != KNOB_NO_ARG)
			call->proof_at[1] += 8 * KNOB(KNOB_RETURN_WORD);
	}
	call->proof[0] = read_word(call->proof_at[0]);
	call->proof[1] = read_word(call->proof_at[1]);
}

/* A call is under way from here on, with a packet that is not known yet. */
static __always_inline void take_in_hand(struct hit *hit)
{
	struct hand *hand = find_hand(hit);
	__u64 key = hit->scratch->hand_key, pid = pid_of_hand(key);
	__u64 frame = call_frame(hit);
	struct hand_call *call;
	__u32 zero = 0;

	if (hit->depth)
		return;
	if (!hand) {
		hand = bpf_map_lookup_elem(&empty_hand, &zero);
		if (!hand || bpf_map_update_elem(&hands, &key, hand, BPF_ANY))
			return; /* nothing is in hand, which a hit that asks for it counts */
		hand = bpf_map_lookup_elem(&hands, &key);
		if (!hand)
			return;
	}
	if (hand->pid != pid) { /* another task had this stack, and ends of its calls were missed */
		hand->pid = pid;
		hand->count = 0;
		hand->unkept = 0;
	}
	end_calls_below(hand, frame);
	if (hand->count >= HAND_CALLS) {
		if (!hand->unkept)
			hand->unkept = frame;
		return;
	}
	call = &hand->calls[hand->count % HAND_CALLS];
	call->frame = frame;
	call->packet_id = 0;
	call->interrupts = 0;
	read_interrupts(&call->interrupts);
	keep_proofs(hit, call);
	hand->count++;
}

/* Of the call that take_in_hand() began in this program. */
static __always_inline void name_in_hand(struct hit *hit, __u64 packet_id,
					 const struct origin *origin)
{
	__u64 key = hit->scratch->hand_key;
	struct hand *hand = bpf_map_lookup_elem(&hands, &key);
	struct hand_call *call;

	if (hit->depth || !hand || !hand->count)
		return;
	call = last_call(hand);
	if (call->frame != call_frame(hit)) /* it found no room */
		return;
	call->netns_cookie = origin->netns_cookie;
	call->netns_inum = origin->netns_inum;
	call->packet_id = packet_id;
}

static __always_inline void put_out_of_hand(struct hit *hit)
{
	struct hand *hand = find_hand(hit);
	__u64 key = hit->scratch->hand_key;

	if (hit->depth || !hand)
		return;
	end_calls_below(hand, call_frame(hit));
	/* those of CPUs stay: there are few, and much begins and ends in them */
	if (!hand->count && is_of_task(key))
		bpf_map_delete_elem(&hands, &key);
}

static __always_inline bool is_under_way(const struct hit *hit, const struct hand_call *call)
{
	__u64 key = hit->scratch->hand_key;
	__u32 interrupts = 0;

	/* without the count a softirq and a hard interrupt on top of it are one */
	if (!read_interrupts(&interrupts) && !is_of_task(key))
		return false;
	return interrupts == call->interrupts && read_word(call->proof_at[0]) == call->proof[0] &&
	       read_word(call->proof_at[1]) == call->proof[1];
}

/* NULL: there is none, or it is not sure. A function that another jumped to has that one's frame: a
 * call at the frame itself is under way. */
static __always_inline const struct hand_call *call_in_hand(struct hit *hit)
{
	struct hand *hand = find_hand(hit);
	__u64 frame = call_frame(hit);
	const struct hand_call *call;

	if (hit->depth || !hand || hand->pid != pid_of_hand(hit->scratch->hand_key))
		return NULL;
	if (!hand->count || hand->unkept >= frame)
		return NULL;
	call = last_call(hand);
	if (call->frame - frame >= KERNEL_STACK_SIZE || !call->packet_id)
		return NULL;
	return is_under_way(hit, call) ? call : NULL;
}

#endif
