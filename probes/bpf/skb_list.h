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

struct skb_list {
	struct hit hit;
	__u64 link; /* to the skb that is next, as the one before has it; 0: none */
	__u64 end;  /* the link that leads back to the list's head; 0: it ends with NULL */
};

/* Where an skb has its link to the next one, and what that points to: the next one's link in a struct
 * list_head (skb->list), else the skb. */
static __always_inline __u64 link_offset(void)
{
	if (KNOB(KNOB_LIST) == LIST_OF_HEADS)
		return bpf_core_field_offset(struct sk_buff, list);
	return bpf_core_field_offset(struct sk_buff, next);
}

static __always_inline __u64 skb_of_link(__u64 link)
{
	return KNOB(KNOB_LIST) == LIST_OF_HEADS ? link - link_offset() : link;
}

/* 0 where nothing can be read: the walk ends there. */
static __always_inline __u64 read_link(__u64 address)
{
	__u64 link = 0;

	bpf_probe_read_kernel(&link, sizeof(link), (const void *)address);
	return link;
}

/* The links of a struct list_head and a struct sk_buff_head are their first fields (struct sk_buff_head
 * is walked as if it were an skb: skb_queue_walk()). */
static __always_inline void first_of_list(struct skb_list *list)
{
	__u64 head = argument(&list->hit, KNOB(KNOB_SKB_ARG));

	list->end = KNOB(KNOB_LIST) == LIST_CHAIN ? 0 : head;
	list->link = KNOB(KNOB_LIST) == LIST_CHAIN ? head : read_link(head);
}

static __always_inline bool is_at_end(const struct skb_list *list)
{
	return !list->link || list->link == list->end;
}

/* How many skbs there are at most. Nothing is locked: of a queue that another CPU changes, the links
 * can lead elsewhere, and its length bounds what comes of that. */
static __always_inline __u32 list_bound(const struct skb_list *list)
{
	const struct sk_buff_head *queue = (const void *)list->end;

	return KNOB(KNOB_LIST) == LIST_QUEUE ? BPF_CORE_READ(queue, qlen) : ~0U;
}

static __always_inline void lost_of_list(struct hit *hit, __u32 count)
{
	hit->counters->ring_full += count;
	__sync_fetch_and_add(&hit->cpu->lost, count);
}

/* What lies behind LIST_WALK: of a queue its length says how many, else the rest counts as one. */
static __always_inline void lose_rest(struct skb_list *list, __u32 bound)
{
	__u32 count = KNOB(KNOB_LIST) == LIST_QUEUE ? bound - LIST_WALK : 1;

	if (bound <= LIST_WALK || is_at_end(list))
		return;
	list->hit.counters->seen += count;
	lost_of_list(&list->hit, count);
}

#endif
