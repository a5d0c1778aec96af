/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which drops get a stack: the first ones of each reason and place, and a bounded number of that
 * reason and place in each second after that. A stack costs several times the rest of an event; a
 * rare drop has its stack nevertheless, and a flood pays a comparison.
 */
#ifndef TRACKER_BPF_STACK_BUDGET_H
#define TRACKER_BPF_STACK_BUDGET_H

#include "maps.h"

#define STACK_WINDOW_NS 1000000000ULL

/* Gives the time when the current window began. Of CPUs that find it over at the same moment each
 * begins the next one. The count is reset before the time is written: who sees the new window sees a
 * count of it, and is not denied its stacks by that of the old one. What was taken between two
 * resets comes on top, so a window can have a stack too many for each CPU, never one fewer. (An
 * exchange would let one of them begin it, and is refused before 5.12, commit 5ffa25502b5a.) */
static __always_inline __u64 begin_window(struct stack_spent *spent, __u64 now)
{
	__u64 began = *(volatile __u64 *)&spent->window_ns;

	if (now < began + STACK_WINDOW_NS)
		return began;
	*(volatile __u64 *)&spent->in_window = 0;
	*(volatile __u64 *)&spent->window_ns = now;
	return now;
}

/* Whether this drop's place has no stack left in a window that still runs: a flood at one place need
 * not look its entry up. */
static __always_inline bool was_denied(const struct tracker_scratch *scratch,
				       const struct stack_site *site, __u64 now)
{
	return now < scratch->denied_until_ns && site->location == scratch->denied_location &&
	       site->reason == scratch->denied_reason;
}

/* `began` was read before the count that was too high. Should another CPU have begun a window in
 * between, the count may be of that one, but the denial ends with the old one, which is now. */
static __always_inline void deny(struct tracker_scratch *scratch, const struct stack_site *site,
				 __u64 began)
{
	scratch->denied_location = site->location;
	scratch->denied_reason = site->reason;
	scratch->denied_until_ns = began + STACK_WINDOW_NS;
}

/* Once the budget of a window is spent its entry is only read: CPUs that drop at the same place do
 * not wait for each other. */
static __always_inline bool stack_within_budget(struct tracker_scratch *scratch,
						const struct stack_site *site, __u64 now)
{
	struct stack_spent *spent;
	__u64 began;

	if (was_denied(scratch, site, now))
		return false;
	spent = bpf_map_lookup_elem(&stack_sites, site);
	if (!spent) {
		struct stack_spent fresh = {};

		bpf_map_update_elem(&stack_sites, site, &fresh, BPF_NOEXIST);
		spent = bpf_map_lookup_elem(&stack_sites, site);
		if (!spent)
			return false; /* more places than a kernel has */
	}
	if (spent->first < KNOB(KNOB_STACK_FIRST)) {
		__sync_fetch_and_add(&spent->first, 1);
		return true;
	}
	began = begin_window(spent, now);
	if (*(volatile __u64 *)&spent->in_window >= KNOB(KNOB_STACK_RATE)) {
		deny(scratch, site, began);
		return false;
	}
	__sync_fetch_and_add(&spent->in_window, 1);
	return true;
}

#endif
