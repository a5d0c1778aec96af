/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which drops get a stack: the first ones of each reason and place, and a bounded number of that
 * reason and place in each second after that. A stack costs several times the rest of an event; a
 * rare drop has its stack nevertheless, and a flood pays one look-up.
 */
#ifndef TRACKER_BPF_STACK_BUDGET_H
#define TRACKER_BPF_STACK_BUDGET_H

#include "maps.h"

#define STACK_WINDOW_NS 1000000000ULL

/* Which of two CPUs begins a window is decided by the kernel's exchange; what the other takes
 * meanwhile counts for the old one. So a window can have a stack too many per CPU, never fewer. */
static __always_inline void begin_window(struct stack_spent *spent, __u64 now)
{
	__u64 began = spent->window_ns;

	if (now < began + STACK_WINDOW_NS)
		return;
	if (__sync_val_compare_and_swap(&spent->window_ns, began, now) == began)
		spent->in_window = 0;
}

/* Once the budget of a window is spent its entry is only read: CPUs that drop at the same place do
 * not wait for each other. */
static __always_inline bool stack_within_budget(const struct stack_site *site, __u64 now)
{
	struct stack_spent *spent = bpf_map_lookup_elem(&stack_sites, site);

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
	begin_window(spent, now);
	if (spent->in_window >= KNOB(KNOB_STACK_RATE))
		return false;
	__sync_fetch_and_add(&spent->in_window, 1);
	return true;
}

#endif
