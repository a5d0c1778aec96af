/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences between kernels, all in this file, each with the release that made it.
 */
#ifndef TRACKER_BPF_COMPAT_H
#define TRACKER_BPF_COMPAT_H

#include "../record.h"
#include "kernel_read.h"
#include "kernel_types.h"

/* Up to 6.1 a bit says whether there is a VLAN tag beside the bytes; 6.2 (commit 354259fa73e2,
 * "net: remove skb->vlan_present") made it vlan_all != 0. */
struct sk_buff___vlan_present {
	__u8 vlan_present : 1;
} __attribute__((preserve_access_index));

static __always_inline bool skb_has_vlan_tag(const struct sk_buff *skb)
{
	const struct sk_buff___vlan_present *old = (const void *)skb;

	if (bpf_core_field_exists(old->vlan_present))
		return BPF_CORE_READ_BITFIELD(old, vlan_present);
	return skb->vlan_proto || skb->vlan_tci;
}

/* skb_frag_t was a struct bio_vec until 6.9 (commit 21d2e6737c97, "net: add netmem to
 * skb_frag_t" follow-ups), whose page pointer is now a netmem_ref with flags in the low bits. */
struct bio_vec___frag {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
} __attribute__((preserve_access_index));

struct skb_frag___netmem {
	unsigned long netmem;
	unsigned int len;
	unsigned int offset;
} __attribute__((preserve_access_index));

/* Where the three fields of either lie: numbers that the verifier sees before any loop over
 * fragments. Relocations of the struct that this kernel lacks must stay where they are pruned. */
struct fragment_layout {
	__u32 page, len, offset;
};

static __always_inline void find_fragment_layout(struct fragment_layout *layout)
{
	if (bpf_core_field_exists(struct skb_frag___netmem, netmem)) {
		layout->page = bpf_core_field_offset(struct skb_frag___netmem, netmem);
		layout->len = bpf_core_field_offset(struct skb_frag___netmem, len);
		layout->offset = bpf_core_field_offset(struct skb_frag___netmem, offset);
	} else {
		layout->page = bpf_core_field_offset(struct bio_vec___frag, bv_page);
		layout->len = bpf_core_field_offset(struct bio_vec___frag, bv_len);
		layout->offset = bpf_core_field_offset(struct bio_vec___frag, bv_offset);
	}
}

struct fragment {
	__u64 page; /* address of the struct page; 0: not readable memory */
	__u32 len;
	__u32 offset;
};

static __always_inline void read_fragment(struct fragment *fragment,
					  const struct fragment_layout *layout, const void *frag)
{
	bpf_probe_read_kernel(&fragment->page, sizeof(fragment->page), frag + layout->page);
	bpf_probe_read_kernel(&fragment->len, sizeof(fragment->len), frag + layout->len);
	bpf_probe_read_kernel(&fragment->offset, sizeof(fragment->offset), frag + layout->offset);
}

/* The cgroup that a socket belongs to. Until 5.14 (commit 8520e224f547, "bpf, cgroups: Fix cgroup v2
 * fallback on v1/v2 mixed mode") a number: the pointer, or, with the lowest bit set, a priority and a
 * class id of v1. Not of mini sockets, which end before it. */
struct sock_cgroup_data___5_14 {
	__u64 val;
} __attribute__((preserve_access_index));

static __always_inline const struct cgroup *cgroup_of_sock(const struct sock *sk)
{
	const struct sock_cgroup_data___5_14 *old = (const void *)&sk->sk_cgrp_data;
	__u64 value;

	if (!bpf_core_field_exists(old->val))
		return BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	value = BPF_CORE_READ(old, val);
	return value & 1 ? NULL : (const void *)(value & ~3ULL); /* bit 1: not counted */
}

/* A namespace's cookie. Until 5.11 an atomic64_t that is 0 before somebody asks for it (5.12, commit
 * 3d368ab87cf6, "net: initialize net->net_cookie at netns setup"). */
struct net___5_11 {
	struct {
		__s64 counter;
	} net_cookie;
} __attribute__((preserve_access_index));

static __always_inline __u64 cookie_of_netns(const struct net *net)
{
	const struct net___5_11 *old = (const void *)net;

	if (bpf_core_field_exists(old->net_cookie.counter))
		return BPF_CORE_READ(old, net_cookie.counter);
	return READ(net, net_cookie);
}

/*
 * Whether the task is the packet's own. preempt_count would tell softirq from hardirq, but it is a
 * per-CPU variable that moved twice (6.2: into pcpu_hot, 6.15: back) and that a kernel without
 * CONFIG_KALLSYMS_ALL refuses to resolve for BPF. Interrupts and softirqs run on stacks of their
 * own (x86-64, arm64), and a tracepoint's arguments, which ctx points to, lie on the stack in use:
 * outside current->stack the task is only whoever was interrupted. Network code runs in softirqs
 * there; ksoftirqd serves them on its own stack.
 */
struct pt_regs___x86 {
	unsigned long di, si, dx, cx, r8, r9, ax, sp;
	unsigned long orig_ax;
} __attribute__((preserve_access_index));

struct task_struct___tracker {
	void *stack;
	unsigned int flags;
} __attribute__((preserve_access_index));

#define KERNEL_STACK_SIZE 16384 /* THREAD_SIZE without KASAN */
#define HAS_HELPER(name) bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_##name)

static __always_inline __u64 task_stack(void)
{
	const struct task_struct___tracker *task;

	if (HAS_HELPER(get_current_task_btf)) { /* 5.11 */
		task = (const void *)bpf_get_current_task_btf();
		return (__u64)task->stack;
	}
	task = (const void *)bpf_get_current_task();
	return (__u64)BPF_CORE_READ(task, stack);
}

/* An interrupt that comes from user mode runs on the task's own kernel stack (x86-64,
 * call_on_irqstack_cond()), where the registers of the way in lie at the top: orig_ax is the number
 * of a system call there, -1 for an interrupt. Threads of the kernel have no such registers. */
static __always_inline bool entered_by_interrupt(__u64 stack)
{
	const struct pt_regs___x86 *regs = NULL;

	if (!bpf_core_field_exists(regs->orig_ax))
		return false;
	if (HAS_HELPER(task_pt_regs)) { /* 5.15 */
		regs = (const void *)bpf_task_pt_regs(bpf_get_current_task_btf());
		return (long)regs->orig_ax == -1;
	}
	regs = (const void *)(stack + KERNEL_STACK_SIZE - bpf_core_type_size(struct pt_regs___x86));
	return (long)BPF_CORE_READ(regs, orig_ax) == -1;
}

/* The arguments of a function at whose first instruction the registers were taken: six in registers,
 * the others above the return address. Known for x86-64 (its System V ABI); elsewhere there are
 * none, and user space offers no such probe. */
static __always_inline void copy_registers(__u64 *args, const void *ctx)
{
	const struct pt_regs___x86 *regs = ctx;

	if (!bpf_core_field_exists(regs->di))
		return;
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->cx;
	args[4] = regs->r8;
	args[5] = regs->r9;
	if (KNOB(KNOB_ARGS) >> REGISTER_ARGS)
		bpf_probe_read_kernel(&args[REGISTER_ARGS],
				      (SCRATCH_ARGS - REGISTER_ARGS) * sizeof(*args),
				      (const void *)(regs->sp + 8));
}

/* Of the same registers an argument that lies on the stack, counted from there. */
static __always_inline __u64 stack_argument(const void *ctx, __u32 position)
{
	const struct pt_regs___x86 *regs = ctx;
	__u64 value = 0;

	if (bpf_core_field_exists(regs->sp))
		bpf_probe_read_kernel(&value, sizeof(value),
				      (const void *)(regs->sp + 8 + 8ULL * position));
	return value;
}

/* What a function returned, of the registers after its return. */
static __always_inline void copy_result(__u64 *args, const void *ctx)
{
	const struct pt_regs___x86 *regs = ctx;

	if (bpf_core_field_exists(regs->ax))
		args[0] = regs->ax;
}

/* Where the return address of a call lies; the return itself takes that off the stack. `address`: of ctx.
 *
 * After the return the registers lie on the stack, beside that place, and regs->sp is the address behind
 * it - but of kprobe_multi from 6.14 on (4346ba160409, "fprobe: Rewrite fprobe on function-graph tracer"):
 * there return_to_handler left sp unset and the registers 8 bytes nearer; then ("x86/fgraph,bpf: Fix stack
 * ORC unwind from kprobe_multi return probe", 2025) it was the registers' own address, and then ("x86/fgraph:
 * Fix return_to_handler regs.rsp value") what it is elsewhere. */
static __always_inline __u64 frame_of_registers(const void *ctx, __u64 address, bool has_returned)
{
	const struct pt_regs___x86 *regs = ctx;
	__u64 sp, size;

	if (!bpf_core_field_exists(regs->sp))
		return 0;
	sp = regs->sp;
	if (!has_returned)
		return sp;
	size = bpf_core_type_size(struct pt_regs___x86);
	if (sp == address)
		return address + size;
	return sp - address - (size - 8) <= 16 ? sp - 8 : address + size - 8;
}

/* The preemption count was a per-CPU variable of its own until 6.2 (commit 64701838bf05, "x86/percpu:
 * Move preempt_count next to current_task") and is one again since 6.15 (46e8fff6d45f); between these
 * it lay in struct pcpu_hot. User space says which there is (collector/watched_probes.cpp). */
struct pcpu_hot___6_2 {
	int preempt_count;
} __attribute__((preserve_access_index));

/* On PREEMPT_RT softirqs are counted by the task (commit 728b478d2d35). */
struct task_struct___rt {
	int softirq_disable_cnt;
} __attribute__((preserve_access_index));

/* Bits of the count (include/linux/preempt.h): a softirq is served; hard interrupts and NMIs. Only
 * compared with each other, so that it does not matter which of the upper bits is which. The highest
 * is no count (PREEMPT_NEED_RESCHED). */
#define SERVING_SOFTIRQ 0x100U
#define INTERRUPT_BITS (0x7fff0000U | SERVING_SOFTIRQ)

/* Which interrupts this CPU serves, each on top of the other, as a number to compare. False where
 * that cannot be read. */
static __always_inline bool read_interrupts(__u32 *interrupts)
{
	const struct task_struct___rt *task = (const void *)bpf_get_current_task();
	const struct pcpu_hot___6_2 *hot = NULL;
	__u64 variable = KNOB(KNOB_PREEMPT_COUNT), offset = 0;
	__u32 count = 0;

	if (!variable ||
	    bpf_probe_read_kernel(&offset, sizeof(offset),
				  (const void *)(KNOB(KNOB_PER_CPU_OFFSET) +
						 8ULL * bpf_get_smp_processor_id())))
		return false;
	if (bpf_core_field_exists(hot->preempt_count))
		variable += bpf_core_field_offset(struct pcpu_hot___6_2, preempt_count);
	if (bpf_probe_read_kernel(&count, sizeof(count), (const void *)(offset + variable)))
		return false;
	*interrupts = count & INTERRUPT_BITS;
	if (bpf_core_field_exists(task->softirq_disable_cnt))
		*interrupts |= BPF_CORE_READ(task, softirq_disable_cnt) & SERVING_SOFTIRQ;
	return true;
}

/* Whether the task is ksoftirqd/N, by two words of its name (in the order of little endian): to the
 * verifier each comparison is one more way to what follows. `comm` lies at a multiple of 8. */
static __always_inline bool is_ksoftirqd(const char *comm)
{
	const __u64 ksoftirq = 0x71726974666f736bULL;
	const __u16 d_slash = 0x2f64;

	return *(const __u64 *)comm == ksoftirq && *(const __u16 *)(comm + 8) == d_slash;
}

static __always_inline __u8 task_context(__u64 ctx, const char *comm)
{
	__u64 stack = task_stack();

	if (ctx - stack >= KERNEL_STACK_SIZE || entered_by_interrupt(stack))
		return CONTEXT_SOFTIRQ;
	return is_ksoftirqd(comm) ? CONTEXT_SOFTIRQ : CONTEXT_PROCESS;
}

#endif
