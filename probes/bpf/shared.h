/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One program at many functions: what differs from function to function comes with the cookie that the
 * program was attached with - its probe's index, and which of its arguments are looked at.
 */
#ifndef TRACKER_BPF_SHARED_H
#define TRACKER_BPF_SHARED_H

#include "compat.h"
#include "knob.h"

static __always_inline __u32 shared_position(__u64 cookie, __u32 shift)
{
	return cookie >> shift & SHARED_NO_ARG;
}

/* 0 where there is none: all that look at arguments take that for a NULL pointer. */
static __always_inline __u64 traced_argument(void *ctx, __u32 position)
{
	__u64 value = 0;

	if (bpf_get_func_arg(ctx, position, &value)) /* no such argument; 5.17 */
		return 0;
	return value;
}

static __always_inline __u64 register_argument(const __u64 *registers, const void *ctx,
					       __u32 position)
{
	if (position < REGISTER_ARGS)
		return registers[position];
	if (position < SCRATCH_ARGS)
		return stack_argument(ctx, position - REGISTER_ARGS);
	return 0;
}

/* What is beside the skb, where one of the functions that share the program has such an argument. */
static __always_inline void copy_shared_beside(__u64 *args, void *ctx, __u64 cookie, __u64 *hook,
					       __u64 *dev)
{
	__u32 hook_at = shared_position(cookie, SHARED_HOOK_SHIFT);
	__u32 dev_at = shared_position(cookie, SHARED_DEV_SHIFT);

	if (KNOB(KNOB_CONTEXT) == CONTEXT_REGISTERS) {
		*hook = register_argument(args, ctx, hook_at);
		*dev = register_argument(args, ctx, dev_at);
	} else {
		*hook = traced_argument(ctx, hook_at);
		*dev = traced_argument(ctx, dev_at);
	}
}

/* To the places where programs that serve one function have them by its knobs. `of_list` is a constant:
 * there the stack has no room for more than is needed. */
static __always_inline void copy_shared_arguments(__u64 *args, void *ctx, __u64 cookie, bool of_list)
{
	__u32 skb = shared_position(cookie, SHARED_SKB_SHIFT);
	__u32 sock = shared_position(cookie, SHARED_SOCK_SHIFT);
	__u32 net = shared_position(cookie, SHARED_NET_SHIFT);
	__u64 values[SHARED_HOOK];
	__u64 hook = 0, dev = 0;

	if (KNOB(KNOB_CONTEXT) == CONTEXT_REGISTERS) {
		copy_registers(args, ctx);
		values[SHARED_SKB] = register_argument(args, ctx, skb);
		values[SHARED_SOCK] = register_argument(args, ctx, sock);
		values[SHARED_NET] = register_argument(args, ctx, net);
	} else {
		values[SHARED_SKB] = traced_argument(ctx, skb);
		values[SHARED_SOCK] = traced_argument(ctx, sock);
		values[SHARED_NET] = traced_argument(ctx, net);
	}
	if (!of_list && KNOB(KNOB_HOOK_ARG) != KNOB_NO_ARG) {
		copy_shared_beside(args, ctx, cookie, &hook, &dev);
		args[SHARED_HOOK] = hook;
		args[SHARED_DEV] = dev;
	}
	args[SHARED_SKB] = values[SHARED_SKB];
	args[SHARED_SOCK] = values[SHARED_SOCK];
	args[SHARED_NET] = values[SHARED_NET];
}

#endif
