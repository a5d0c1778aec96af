/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that are given several skbs at once: a list, a queue or a chain (KNOB_LIST).
 *
 * The first skb of a call is what begin() counted as the hit; each further one is seen too. An empty
 * list is a hit without a packet. bpf_loop() (5.17) calls the function that handles an skb: the
 * verifier follows it once, whatever the length.
 */
#ifndef TRACKER_BPF_SKB_LIST_H
#define TRACKER_BPF_SKB_LIST_H

#include "hit.h"
#include "kernel_types.h"

#define LIST_SKBS 1024	     /* that are handled of one call: NAPI's budget is 64 */
#define LIST_WALK (1U << 16) /* that are counted */

static __always_inline __u64 list_kind(const struct hit *hit)
{
	return KNOB(KNOB_LIST) == LIST_SHARED ? argument(hit, SHARED_LIST) : KNOB(KNOB_LIST);
}

/* Reads into the scratch, as the stack has no room for it. Where nothing can be read there is no next
 * one, and the walk ends: the kernel clears what it cannot fill. */
#define READ_LINK(hit, field, address)                                                           \
	bpf_probe_read_kernel(&(hit)->scratch->list.field, sizeof(__u64), (const void *)(address))

/* `address`: of the last skb's link to the next one. */
static __always_inline void go_on_in_list(const struct hit *hit, __u64 address)
{
	READ_LINK(hit, link, address);
	if (hit->scratch->list.before)
		hit->scratch->list.before = address;
}

/* The link back lies behind that to the next one, in struct list_head and struct sk_buff. Where it
 * does not lead back, another CPU has taken the last one out, or the next one is in another list by
 * now. Of a chain there are none. */
static __always_inline bool follows_the_last(const struct hit *hit)
{
	if (!hit->scratch->list.before)
		return true;
	READ_LINK(hit, back, hit->scratch->list.link + sizeof(void *));
	return hit->scratch->list.back == hit->scratch->list.before;
}

/* The links of a struct list_head and a struct sk_buff_head are their first fields (struct sk_buff_head
 * is walked as if it were an skb: skb_queue_walk()). skb->list points to the next one's skb->list.
 * Nothing is locked: of a queue that another CPU changes, the links can lead elsewhere; its length
 * bounds what comes of that, and the links back tell most of it. */
static __always_inline void first_of_list(const struct hit *hit)
{
	__u64 head = argument(hit, KNOB(KNOB_SKB_ARG)), kind = list_kind(hit);
	const struct sk_buff_head *queue = (const void *)head;
	struct tracker_scratch *scratch = hit->scratch;
	bool is_of_heads = kind == LIST_OF_HEADS;

	scratch->list.bound = kind == LIST_QUEUE ? BPF_CORE_READ(queue, qlen) : ~0U;
	scratch->list.link_at = is_of_heads ? bpf_core_field_offset(struct sk_buff, list) :
					      bpf_core_field_offset(struct sk_buff, next);
	scratch->list.points_at = is_of_heads ? scratch->list.link_at : 0;
	scratch->list.end = kind == LIST_CHAIN ? 0 : head;
	scratch->list.before = kind == LIST_CHAIN ? 0 : head;
	if (kind == LIST_CHAIN)
		scratch->list.link = head;
	else
		READ_LINK(hit, link, head);
}

static __always_inline bool is_at_end(const struct hit *hit)
{
	__u64 link = hit->scratch->list.link;

	return !link || link == hit->scratch->list.end;
}

static __always_inline void lost_of_list(struct hit *hit, __u32 count)
{
	hit->counters->ring_full += count;
	__sync_fetch_and_add(&hit->cpu->lost, count);
}

/* What lies behind LIST_WALK: of a queue its length says how many, else the rest counts as one. */
static __always_inline void lose_rest(struct hit *hit)
{
	__u64 bound = hit->scratch->list.bound;
	__u32 count = bound != ~0U ? bound - LIST_WALK : 1;

	if (bound <= LIST_WALK || is_at_end(hit))
		return;
	hit->counters->seen += count;
	lost_of_list(hit, count);
}

#endif
