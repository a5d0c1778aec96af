/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * READ(pointer, field): a field of an object of the kernel's, whose address comes from the kernel and
 * may be wrong.
 *
 * Where the kernel has bpf_rdonly_cast() (6.2, commit a35b9af4ec2c, "bpf: Add a kfunc for generic
 * type cast") a field costs a load: the verifier writes a move in the
 * place of the call, and a load from an address that is none gives 0 (exception tables). Otherwise
 * it costs a call of bpf_probe_read_kernel(), five to ten times as much; a third of an event's time
 * was spent there. Both give 0 for what cannot be read.
 *
 * The number of a type in the kernel's BTF is a knob, not bpf_core_type_id_kernel(): libbpf refuses
 * the whole object where a kernel's BTF has one struct twice.
 */
#ifndef TRACKER_BPF_KERNEL_READ_H
#define TRACKER_BPF_KERNEL_READ_H

#include "kernel_types.h"
#include "knob.h"

extern void *bpf_rdonly_cast(const void *object, __u32 type_id) __ksym __weak;

#define TYPE_KNOB(pointer)                                                                       \
	_Generic(*(pointer),                                                                     \
		struct sk_buff: KNOB_TYPE_SK_BUFF,                                               \
		struct skb_shared_info: KNOB_TYPE_SKB_SHARED_INFO,                               \
		struct net_device: KNOB_TYPE_NET_DEVICE,                                         \
		struct net_device_ops: KNOB_TYPE_NET_DEVICE_OPS,                                 \
		struct net: KNOB_TYPE_NET,                                                       \
		struct sock: KNOB_TYPE_SOCK,                                                     \
		struct dst_entry: KNOB_TYPE_DST_ENTRY,                                           \
		struct ethhdr: KNOB_TYPE_ETHHDR)

/* The pointer, to the verifier one to an object of its type. Only where KNOB_DIRECT_READS is set. */
#define TYPED(pointer) ((typeof(pointer))bpf_rdonly_cast(pointer, KNOB(TYPE_KNOB(pointer))))

#define READ(pointer, field)                                                                     \
	(KNOB(KNOB_DIRECT_READS) ? TYPED(pointer)->field : BPF_CORE_READ(pointer, field))

#endif
