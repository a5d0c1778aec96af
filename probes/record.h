/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The raw record: what a probe's BPF program writes into a ring buffer and the collector decodes.
 *
 * Shared by BPF C and C++. Fixed-width integers in host byte order unless said otherwise, largest
 * first, padding explicit. It never leaves the machine: recordings have a format of their own.
 *
 * A record is
 *   - struct tracker_record, the header;
 *   - struct NAME_record of each section that the probe may fill, in the order of TRACKER_SECTIONS, at
 *     offsets that are constants of the probe's program (KNOB_OFFSET_NAME; probes/record_layout.h):
 *     nothing is paid for others;
 *   - RECORD_STACK_DEPTH addresses, where stack_record.has_area says so;
 *   - with section packet, a payload of one of the sizes of RECORD_PAYLOAD_*: bpf_ringbuf_reserve()
 *     wants constant sizes.
 */
#ifndef TRACKER_PROBES_RECORD_H
#define TRACKER_PROBES_RECORD_H

#include <linux/types.h>

#include "../event/section_list.h"
#include "sections/all.h"

#define RECORD_NAME_SIZE 16 /* TASK_COMM_LEN, IFNAMSIZ */
#define RECORD_STACK_DEPTH 64
#define RECORD_STACK_BYTES (RECORD_STACK_DEPTH * 8)

/* Payload sizes. Where bytes lie in page fragments too, a record has twice the room that its class
 * keeps (of RECORD_PAYLOAD_SPLIT: half of it); see copy_bytes() in probes/bpf/packet.h. */
#define RECORD_PAYLOAD_SMALL 128
#define RECORD_PAYLOAD_SPLIT 512
#define RECORD_PAYLOAD_FRAME 2048
#define RECORD_PAYLOAD_ALL 65536

/* What the CPU was doing, record.context; the values of tracker::TaskContext. */
#define CONTEXT_PROCESS 0
#define CONTEXT_SOFTIRQ 1
#define CONTEXT_HARDIRQ 2
#define CONTEXT_NMI 3

struct tracker_record {
	__u64 timestamp_ns; /* bpf_ktime_get_boot_ns */
	__u64 packet_id;
	__u64 lost_before; /* records that this CPU could not put into its ring so far */
	__u32 pid;
	__u32 tgid;
	__u32 sections; /* bits of tracker::Section: those that are filled */
	__u32 laid_out; /* and those that have a place */
	__s32 return_code;
	__u16 probe;
	__u8 context;
	__u8 has_return_code;
	char comm[RECORD_NAME_SIZE];
};

/* One probe's hits on one CPU at one depth of interrupts. Each hit adds one to seen and one to
 * exactly one of filtered, recorded and ring_full; one that brings a list of skbs does so for each of
 * them, at least once. */
struct tracker_counters {
	__u64 seen;
	__u64 filtered;
	__u64 recorded;
	__u64 ring_full;
	__u64 unattributed; /* part of filtered */
	__u64 untracked;    /* part of seen */
};

#define HIT_NESTING 4 /* process, softirq, hardirq, NMI */

/* By depth, so that no atomic operation is needed: those made a fifth of a program's time. */
struct tracker_probe_counters {
	struct tracker_counters at_depth[HIT_NESTING];
	__u64 too_deep; /* hits that found all depths taken: not seen, nothing was done */
};

/* The kernel's structs whose fields programs read by loads. */
#define TRACKER_READ_STRUCTS(X) \
	X(sk_buff)              \
	X(skb_shared_info)      \
	X(net_device)           \
	X(net_device_ops)       \
	X(net)                  \
	X(sock)                 \
	X(dst_entry)            \
	X(ethhdr)

/* The kernel's functions that programs may call (kfuncs). */
#define TRACKER_KERNEL_FUNCTIONS(X) \
	X(bpf_rdonly_cast)          \
	X(bpf_preempt_disable)      \
	X(bpf_preempt_enable)

/* In a program such a call is one of a helper that does not exist: CALL_MAGIC + enum tracker_call.
 * User space puts the function's id in the kernel's BTF there (probes/program.h). Not an extern with
 * __ksym: libbpf then looks for a function that vmlinux lacks in the BTF of every module, which needs
 * CAP_SYS_ADMIN, and what it writes in the place of one that is nowhere differs by release. */
enum tracker_call {
#define X(name) CALL_##name,
	TRACKER_KERNEL_FUNCTIONS(X)
#undef X
	CALL_COUNT,
};
#define CALL_MAGIC 0x6b6e0000

/* Numbers patched into each copy of a program before it is loaded (probes/program.h), so that the
 * verifier sees constants and prunes what is off. */
enum tracker_knob {
	KNOB_PROBE,          /* index of the probe: record.probe, key of the counters map */
	KNOB_SHARED,         /* 1: one program at many functions (bpf/shared.h), KNOB_PROBE is nothing */
	KNOB_CONTEXT,        /* what the program's context holds: CONTEXT_ARGUMENTS or _REGISTERS */
	KNOB_ARGS,           /* bit n: the argument at position n is looked at */
	KNOB_SKB_ARG,        /* position of the argument; KNOB_NO_ARG: there is none */
	KNOB_LIST,           /* what that argument is: LIST_ */
	KNOB_HOLD,           /* how it leads to the skb: HOLD_ */
	KNOB_HOLD_OFFSET,    /* of HOLD_POINTER: where the pointer lies in what the argument points to */
	KNOB_SOCK_ARG,
	KNOB_NET_ARG,
	KNOB_DEV_ARG,
	KNOB_HOOK_ARG,       /* of a struct nf_hook_state */
	KNOB_HOOK_HOLD,      /* how that argument leads to it: HOLD_NONE or HOLD_POINTER */
	KNOB_HOOK_OFFSET,    /* as KNOB_HOLD_OFFSET */
	KNOB_REASON_ARG,
	KNOB_LOCATION_ARG,
	KNOB_RETURN_ARG,     /* of what the kernel handed back: a result */
	KNOB_RESULT,         /* what that is: RESULT_ */
	KNOB_ROLE,           /* tracker::ProbeRole */
	KNOB_STAGE,          /* order of the receive probes of one device: RECEIVE_STAGE_ */
	KNOB_SECTIONS,       /* bits of tracker::Section to fill */
	KNOB_RECORD_BYTES,   /* of a record's header and sections */
	KNOB_FLAGS,          /* KNOB_FLAG_ bits */
	KNOB_SNAPLEN,        /* bytes of a packet to keep, at most RECORD_PAYLOAD_ALL */
	KNOB_CPU_COUNT,      /* possible CPUs: packet ids of different CPUs interleave */
	KNOB_WAKE_BYTES,     /* wake the reader when a ring holds that many bytes */
	KNOB_NETNS_OPS,      /* address of netns_operations; 0: unknown, nothing is checked */
	KNOB_NETNS_INUM,     /* of the only namespace that --netns names; 0: look in the map */
	KNOB_NETNS_COOKIE,   /* of that one; 0: unknown, the inum decides alone */
	KNOB_VMEMMAP,        /* value of vmemmap_base; 0: page fragments cannot be read */
	KNOB_PAGE_OFFSET,    /* value of page_offset_base */
	KNOB_PER_CPU_OFFSET, /* address of __per_cpu_offset */
	KNOB_PREEMPT_COUNT,  /* of what holds the preemption count, per CPU; 0: one of them is unknown */
	KNOB_RETURN_WORD,    /* of a call's frame the word with its return address; KNOB_NO_ARG: unknown */
	KNOB_STACK_FIRST,    /* drops of a reason and place that get a stack in any case */
	KNOB_STACK_RATE,     /* and how many in each second after those */
	KNOB_LOADS,          /* 1: the kernel's objects are read by loads (bpf/kernel_read.h) */
	KNOB_GUARD,          /* 1: the program must turn preemption off itself (bpf/hit.h) */
#define X(name, Name, bit) KNOB_OFFSET_##name, /* of struct NAME_record in the record */
	TRACKER_SECTIONS(X)
#undef X
#define X(name) KNOB_TYPE_##name, /* of struct name, in the kernel's BTF */
	TRACKER_READ_STRUCTS(X)
#undef X
	KNOB_COUNT,
};

#define KNOB_NO_ARG 0xff

/* The cookie of a program at many functions: the probe's index in its lowest 16 bits, then positions
 * of arguments, of those that are given several skbs what these come in (LIST_), and what the function
 * returns (RESULT_), 4 bits each. The program puts these arguments, and what is said of them, where
 * SHARED_ says: one at the beginnings all but the last, one at the returns the last alone. */
#define SHARED_SKB_SHIFT 16
#define SHARED_SOCK_SHIFT 20
#define SHARED_NET_SHIFT 24
#define SHARED_LIST_SHIFT 28
#define SHARED_HOOK_SHIFT 32
#define SHARED_DEV_SHIFT 36
#define SHARED_RESULT_SHIFT 40
#define SHARED_REASON_SHIFT 44
#define SHARED_NO_ARG 0xf
#define SHARED_SKB 6 /* behind those of registers (REGISTER_ARGS) */
#define SHARED_SOCK 7
#define SHARED_NET 8
#define SHARED_LIST 9
#define SHARED_HOOK 10 /* these three only where one of the functions has such an argument */
#define SHARED_DEV 11
#define SHARED_REASON 9 /* the list's: no list has a reason */
#define SHARED_RESULT 1 /* behind the result itself (CONTEXT_RETURNED) */
#define CONTEXT_ARGUMENTS 0 /* the arguments, 64 bits each: tp_btf, raw_tp, fentry */
#define CONTEXT_REGISTERS 1 /* struct pt_regs at the first instruction of a function: kprobe */
#define CONTEXT_RETURNED 2  /* struct pt_regs after its return: kretprobe; the result is argument 0 */
#define LIST_NONE 0         /* one skb */
#define LIST_OF_HEADS 1     /* a struct list_head: skbs linked by skb->list */
#define LIST_QUEUE 2        /* a struct sk_buff_head */
#define LIST_CHAIN 3        /* a first skb, others behind it by skb->next */
#define LIST_SHARED 4       /* one of these, which the cookie says */
#define HOLD_NONE 0         /* the argument is the skb */
#define HOLD_POINTER 1      /* it points to what has a pointer to the skb */
#define HOLD_RESULT 2       /* it points to where the function puts such a pointer (bpf/call.h) */
#define RESULT_NONE 0       /* nothing, or nothing that a number could say */
#define RESULT_U8 1
#define RESULT_S8 2
#define RESULT_U16 3
#define RESULT_S16 4
#define RESULT_32 5
#define RESULT_64 6
#define RESULT_POINTER 7
#define RESULT_SHARED 8 /* one of these, which the cookie says */
#define MAX_ERRNO 4095 /* include/linux/err.h */
#define KNOB_FLAG_TRACK (1U << 0)        /* keep packet ids in the map */
#define KNOB_FLAG_NETNS_FILTER (1U << 1) /* only namespaces in the netns_filter map */
#define KNOB_FLAG_ALL_SKBS (1U << 2)     /* also skbs that never were network packets */
#define KNOB_FLAG_COMPANION (1U << 3)    /* only sees where packets are: makes no records */
#define KNOB_FLAG_PAIRED (1U << 4)       /* net_dev_xmit ends what net_dev_start_xmit begins */
#define KNOB_FLAG_CALL (1U << 7)         /* keeps packets for the returns of its probe, no more */
#define KNOB_FLAG_HAND (1U << 8)         /* keeps what is in hand while its call runs (bpf/hand.h) */
#define KNOB_FLAG_HAND_END (1U << 9)     /* ends what another program's KNOB_FLAG_HAND began, no more */
#define KNOB_FLAG_NETNS_ONLY (1U << 6)   /* packets are tracked for the namespaces of drops alone */
#define KNOB_FLAG_STACK_BUDGET (1U << 5) /* stacks for some drops, see KNOB_STACK_FIRST */

/* napi_gro_receive_entry, netif_rx and netif_receive_skb meet a packet of one device in this order;
 * from the last on, __netif_receive_skb_core() has set skb->skb_iif. */
#define RECEIVE_STAGE_GRO 0
#define RECEIVE_STAGE_BACKLOG 1
#define RECEIVE_STAGE_CORE 2

/* The upper half of a knob's immediate; the lower half is the knob's number. */
#define KNOB_MAGIC 0x6b6e6f62U

/* Packet tracking: one entry per skb that is under way. */
struct tracker_track {
	__u64 packet_id;
	__u64 signature; /* of addresses, ports, IP id, sequence number: probes/bpf/signature.h. 0: the
			  * packet has ended */
	__u64 seen_ns;   /* last sighting: old entries are swept by the collector */
	__u64 others; /* bits of the probes of ROLE_OTHER that saw it since: other_bit() */
	__u64 netns_cookie; /* namespace, device and probe of the last sighting */
	__u32 netns_inum;
	__u32 ifindex;
	__u32 iif; /* skb->skb_iif then */
	__u16 role;
	__u8 stage;    /* RECEIVE_STAGE_; of a transmit: 1 if the device hands skbs to its peer */
	__u8 hands_up; /* of a receive: 1 if another device may stand on this one */
};

/* A call of a function whose return is watched, and which call it is (probes/bpf/call.h): one function
 * can have several probes, whose programs see the same frame. */
struct tracker_call_key {
	__u64 frame;
	__u64 probe;
};

struct tracker_open_call {
	__u64 packet_id;
	__u64 argument; /* that the packet came by */
	__u64 netns_cookie;
	__u64 netns_inum;
};

#define XMIT_NESTING 8 /* devices stacked on devices, each within the other's transmit */
#define SCRATCH_ARGS 12 /* MAX_BPF_FUNC_ARGS: what fentry can bring */
#define REGISTER_ARGS 6 /* arguments in registers, x86-64; the others lie on the stack */
#define SCRATCH_FORGOTTEN 8
#define SCRATCH_SKB 256 /* struct sk_buff is 224 to 240 bytes on the kernels looked at */

/* What one run of the program works on; too large for the 512 bytes of BPF stack. One for each depth:
 * no other run on this CPU changes it halfway. */
struct tracker_scratch {
	__u64 packets; /* ids given out at this depth */
	__u64 unasked; /* bytes put into the ring since it was asked how full it is */
	__u64 ctx; /* the program's context as a number: the verifier permits no sums with a pointer */
	__u64 hand_key; /* of the context that the hit belongs to, bpf/hand.h */
	__u64 args[SCRATCH_ARGS];
	__u64 net; /* the namespace that was proven last, probes/bpf/origin.h */
	__u64 net_cookie;
	__u64 net_inum;
	__u64 denied_location; /* the drops that were denied a stack last, and until when */
	__u64 denied_reason;   /* (bpf/stack_budget.h) */
	__u64 denied_until_ns;
	__u64 forgotten[SCRATCH_FORGOTTEN]; /* forget() in probes/bpf/hit.h */
	struct {                            /* of a call that is given several skbs, bpf/skb_list.h */
		__u64 link;      /* to the skb that is next, as the one before has it; 0: none */
		__u64 before;    /* where that link is; 0: of a chain, which has none back */
		__u64 back;      /* of the skb there, its link to the one before */
		__u64 end;       /* the link that leads back to the list's head; 0: it ends with NULL */
		__u64 bound;     /* how many skbs there are at most; ~0U: that is not known */
		__u64 link_at;   /* where an skb has its link to the next one */
		__u64 points_at; /* where in that next skb such a link points to */
	} list;
	__u8 skb[SCRATCH_SKB];
};

/* A CPU's own state. Programs run with preemption off (bpf/hit.h) and interrupt each other like
 * calls, so that depth and xmit_depth need no atomic operations. lost and tracks are of all depths:
 * additions to them are atomic. */
struct tracker_cpu {
	__u64 lost;    /* records that found no room */
	__u64 depth;
	__u64 xmit_depth;
	__u64 tracks; /* entries put into the tracking map; only the collector takes some out */
	struct {
		__u64 skb;
		__u64 packet_id;
	} xmit[XMIT_NESTING];
	struct tracker_scratch scratch[HIT_NESTING];
};

#endif
