/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One hit of a probe: what every step of the program is given.
 */
#ifndef TRACKER_BPF_HIT_H
#define TRACKER_BPF_HIT_H

#include "knob.h"
#include "maps.h"

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

#endif
