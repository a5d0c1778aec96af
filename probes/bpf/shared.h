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
static __always_inline void copy_shared_beside(__u64 *args, void *ctx, __u64 cookie)
{
	__u32 hook = shared_position(cookie, SHARED_HOOK_SHIFT);
	__u32 dev = shared_position(cookie, SHARED_DEV_SHIFT);
	__u32 reason = shared_position(cookie, SHARED_REASON_SHIFT);

	if (KNOB(KNOB_CONTEXT) == CONTEXT_REGISTERS) {
		args[SHARED_HOOK] = register_argument(args, ctx, hook);
		args[SHARED_DEV] = register_argument(args, ctx, dev);
		args[SHARED_REASON] = register_argument(args, ctx, reason);
	} else {
		args[SHARED_HOOK] = traced_argument(ctx, hook);
		args[SHARED_DEV] = traced_argument(ctx, dev);
		args[SHARED_REASON] = traced_argument(ctx, reason);
	}
}

/* What the function returned, and how that is to be read. */
static __always_inline void copy_shared_result(__u64 *args, void *ctx, __u64 cookie)
{
	copy_result(args, ctx);
	args[SHARED_RESULT] = shared_position(cookie, SHARED_RESULT_SHIFT);
}

/* To the places where programs that serve one function have them by its knobs. */
static __always_inline void copy_shared_arguments(__u64 *args, void *ctx, __u64 cookie,
						  bool of_list)
{
	__u32 skb = shared_position(cookie, SHARED_SKB_SHIFT);
	__u32 sock = shared_position(cookie, SHARED_SOCK_SHIFT);
	__u32 net = shared_position(cookie, SHARED_NET_SHIFT);

	if (KNOB(KNOB_CONTEXT) == CONTEXT_REGISTERS) {
		copy_registers(args, ctx);
		args[SHARED_SKB] = register_argument(args, ctx, skb);
		args[SHARED_SOCK] = register_argument(args, ctx, sock);
		args[SHARED_NET] = register_argument(args, ctx, net);
	} else {
		args[SHARED_SKB] = traced_argument(ctx, skb);
		args[SHARED_SOCK] = traced_argument(ctx, sock);
		args[SHARED_NET] = traced_argument(ctx, net);
	}
	if (KNOB(KNOB_LIST) == LIST_SHARED)
		args[SHARED_LIST] = shared_position(cookie, SHARED_LIST_SHIFT);
	if (!of_list && KNOB(KNOB_HOOK_ARG) != KNOB_NO_ARG)
		copy_shared_beside(args, ctx, cookie);
}

#endif
