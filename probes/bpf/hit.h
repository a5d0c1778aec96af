/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One hit of a probe: what every step of the program is given.
 */
#ifndef TRACKER_BPF_HIT_H
#define TRACKER_BPF_HIT_H

#include "compat.h"
#include "knob.h"
#include "maps.h"
#include "shared.h"

struct hit {
	void *ctx;
	__u64 now; /* bpf_ktime_get_boot_ns(), of hits that a companion does not reject at once */
	__u32 depth;
	__u32 probe; /* its index */
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

/* A pointer that lies at an address of the kernel's; 0 where there is none, for an error pointer too
 * (IS_ERR()). */
static __always_inline __u64 pointer_at(__u64 address)
{
	__u64 pointer = 0;

	if (!is_kernel_address((const void *)address) ||
	    bpf_probe_read_kernel(&pointer, sizeof(pointer), (const void *)address))
		return 0;
	return pointer < (__u64)-MAX_ERRNO ? pointer : 0;
}

/* The argument at a constant position, a 64-bit word at ctx. In asm, so that loads of
 * different positions do not become one from a computed address: the verifier refuses these. */
#define CTX_WORD(ctx, position)                                                                  \
	({                                                                                       \
		__u64 word;                                                                      \
		asm volatile("%0 = *(u64 *)(%1 + %2)"                                            \
			     : "=r"(word)                                                        \
			     : "r"(ctx), "i"((position) * 8));                                   \
		word;                                                                            \
	})

#define COPY_ARGUMENT(args, ctx, position)                                                       \
	do {                                                                                     \
		if (KNOB(KNOB_ARGS) & 1U << (position))                                          \
			(args)[position] = CTX_WORD(ctx, position);                              \
	} while (0)

/* By way of memory: as words from there arguments are plain numbers to the verifier, whatever they
 * are to it at ctx. */
static __always_inline void copy_words(__u64 *args, void *ctx)
{
	_Static_assert(SCRATCH_ARGS == 12, "one line for each");
	COPY_ARGUMENT(args, ctx, 0);
	COPY_ARGUMENT(args, ctx, 1);
	COPY_ARGUMENT(args, ctx, 2);
	COPY_ARGUMENT(args, ctx, 3);
	COPY_ARGUMENT(args, ctx, 4);
	COPY_ARGUMENT(args, ctx, 5);
	COPY_ARGUMENT(args, ctx, 6);
	COPY_ARGUMENT(args, ctx, 7);
	COPY_ARGUMENT(args, ctx, 8);
	COPY_ARGUMENT(args, ctx, 9);
	COPY_ARGUMENT(args, ctx, 10);
	COPY_ARGUMENT(args, ctx, 11);
}

/* `of_list`, a constant: of lists neither returns nor what is beside the skb is looked at, and their
 * program's frame has no room for what reads these (6.1). */
static __always_inline void copy_arguments(__u64 *args, void *ctx, __u64 cookie, bool of_list)
{
	if (!of_list && KNOB(KNOB_SHARED) && KNOB(KNOB_CONTEXT) == CONTEXT_RETURNED)
		copy_shared_result(args, ctx, cookie);
	else if (KNOB(KNOB_SHARED))
		copy_shared_arguments(args, ctx, cookie, of_list);
	else if (KNOB(KNOB_CONTEXT) == CONTEXT_REGISTERS)
		copy_registers(args, ctx);
	else if (KNOB(KNOB_CONTEXT) == CONTEXT_RETURNED)
		copy_result(args, ctx);
	else
		copy_words(args, ctx);
}

static __always_inline bool is_watching(void)
{
	__u32 zero = 0;
	const __u32 *is_on = bpf_map_lookup_elem(&watching, &zero);

	return is_on && *is_on;
}

static void (*const bpf_preempt_disable)(void) = KERNEL_FUNCTION(bpf_preempt_disable);
static void (*const bpf_preempt_enable)(void) = KERNEL_FUNCTION(bpf_preempt_enable);

/* Tracepoints run their programs with preemption off up to 6.18 (guard(preempt_notrace) in
 * __DECLARE_TRACE), PREEMPT_RT included; later kernels protect them by SRCU and let them be
 * preempted (commit a46023d5616e), after which programs on one CPU no longer end in the order of
 * calls. */
static __always_inline void keep_cpu(void)
{
	if (KNOB(KNOB_GUARD))
		bpf_preempt_disable();
}

static __always_inline void release_cpu(void)
{
	if (KNOB(KNOB_GUARD))
		bpf_preempt_enable();
}

/* Of a call the program at the other end counts. */
#define KNOB_FLAGS_UNCOUNTED (KNOB_FLAG_CALL | KNOB_FLAG_HAND_END)

/* Counts the hit and takes a depth, which end() gives back. What a program changes of its CPU's state
 * must be in memory before an interrupt's program can see it: hence the barriers, across which the
 * compiler moves nothing. */
static __always_inline bool begin(struct hit *hit, void *ctx, bool of_list)
{
	__u64 cookie = KNOB(KNOB_SHARED) ? bpf_get_attach_cookie(ctx) : 0;
	__u32 zero = 0, probe = KNOB(KNOB_SHARED) ? (__u16)cookie : KNOB(KNOB_PROBE);
	struct tracker_probe_counters *of_probe = bpf_map_lookup_elem(&counters, &probe);
	__u64 depth;

	hit->ctx = ctx;
	hit->probe = probe;
	hit->cpu = bpf_map_lookup_elem(&cpus, &zero);
	if (!of_probe || !hit->cpu)
		return false;
	depth = hit->cpu->depth;
	if (depth >= HIT_NESTING) {
		__sync_fetch_and_add(&of_probe->too_deep, 1);
		return false;
	}
	hit->cpu->depth = depth + 1;
	barrier();
	barrier_var(depth); /* 6.1's verifier has forgotten the comparison */
	depth %= HIT_NESTING;
	hit->depth = depth;
	hit->counters = &of_probe->at_depth[depth];
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAGS_UNCOUNTED))
		hit->counters->seen++;
	hit->scratch = &hit->cpu->scratch[depth];
	*(volatile __u64 *)&hit->scratch->ctx = (__u64)ctx;
	copy_arguments(hit->scratch->args, ctx, cookie, of_list);
	return true;
}

static __always_inline void end(struct hit *hit)
{
	barrier();
	hit->cpu->depth = hit->depth;
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
	if (!(KNOB(KNOB_FLAGS) & KNOB_FLAGS_UNCOUNTED))
		hit->counters->filtered++;
	return 0;
}

#endif
