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
	__u64 now; /* bpf_ktime_get_boot_ns(); 0 until something needs it */
	__u32 depth;
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

/* The tracepoint's argument at a constant position, a 64-bit word at ctx. In asm, so that loads of
 * different positions do not become one from a computed address: the verifier refuses these. */
#define CTX_WORD(ctx, position)                                                                  \
	({                                                                                       \
		__u64 word;                                                                      \
		asm volatile("%0 = *(u64 *)(%1 + %2)"                                            \
			     : "=r"(word)                                                        \
			     : "r"(ctx), "i"((position) * 8));                                   \
		word;                                                                            \
	})

/* By way of memory: as words from there arguments are plain numbers to the verifier, on tp_btf as on
 * raw_tp. */
static __always_inline void copy_arguments(__u64 *args, void *ctx)
{
	_Static_assert(SCRATCH_ARGS == 6, "one line for each");
	if (KNOB(KNOB_ARG_COUNT) > 0)
		args[0] = CTX_WORD(ctx, 0);
	if (KNOB(KNOB_ARG_COUNT) > 1)
		args[1] = CTX_WORD(ctx, 1);
	if (KNOB(KNOB_ARG_COUNT) > 2)
		args[2] = CTX_WORD(ctx, 2);
	if (KNOB(KNOB_ARG_COUNT) > 3)
		args[3] = CTX_WORD(ctx, 3);
	if (KNOB(KNOB_ARG_COUNT) > 4)
		args[4] = CTX_WORD(ctx, 4);
	if (KNOB(KNOB_ARG_COUNT) > 5)
		args[5] = CTX_WORD(ctx, 5);
}

static __always_inline bool is_watching(void)
{
	__u32 zero = 0;
	const __u32 *is_on = bpf_map_lookup_elem(&watching, &zero);

	return is_on && *is_on;
}

/* Counts the hit and takes its depth; end() gives that back. */
static __always_inline bool begin(struct hit *hit, void *ctx)
{
	__u32 zero = 0, probe = KNOB(KNOB_PROBE);
	struct tracker_probe_counters *of_probe = bpf_map_lookup_elem(&counters, &probe);

	hit->ctx = ctx;
	hit->now = 0;
	hit->cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!of_probe || !hit->cpu)
		return false;
	hit->depth = hit->cpu->depth++ % HIT_NESTING;
	hit->counters = &of_probe->at_depth[hit->depth];
	hit->counters->seen++;
	hit->scratch = &hit->cpu->scratch[hit->depth];
	*(volatile __u64 *)&hit->scratch->ctx = (__u64)ctx;
	copy_arguments(hit->scratch->args, ctx);
	return true;
}

static __always_inline void end(struct hit *hit)
{
	hit->cpu->depth--;
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
	hit->counters->filtered++;
	return 0;
}

#endif
