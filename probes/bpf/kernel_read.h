/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * READ(pointer, field): a field of an object of the kernel's, whose address comes from the kernel and
 * may be wrong. What cannot be read is 0.
 *
 * By a load where the kernel has bpf_rdonly_cast() (6.2, commit a35b9af4ec2c, "bpf: Add a kfunc for
 * generic type cast"): the verifier writes a move in the place of the call, and a load that faults
 * gives 0 (exception tables). Elsewhere by a call of bpf_probe_read_kernel(), which costs five to ten
 * times as much: a third of an event's time.
 *
 * A load is for what can be an address of the kernel's (is_kernel_address()): a fault costs a trap,
 * and what the JIT's own check of addresses leaves out differs by release (x86-64 until 6.10, commit
 * b599d7d26d6a: the vsyscall page; arm64 until 66e13b615a0c: all of user space).
 *
 * The number of a type in the kernel's BTF is a knob, not bpf_core_type_id_kernel(): libbpf refuses
 * the whole object where a kernel's BTF has one struct twice.
 */
#ifndef TRACKER_BPF_KERNEL_READ_H
#define TRACKER_BPF_KERNEL_READ_H

#include "kernel_types.h"
#include "knob.h"

static void *(*const bpf_rdonly_cast)(const void *object, __u32 type_id) =
	KERNEL_FUNCTION(bpf_rdonly_cast);

#define TYPE_KNOB_OF(name) , struct name : KNOB_TYPE_##name
#define TYPE_KNOB(pointer) _Generic(*(pointer), int : 0 TRACKER_READ_STRUCTS(TYPE_KNOB_OF))

/* The pointer, to the verifier one to an object of its type. Only where KNOB_LOADS is set. */
#define TYPED(pointer) ((typeof(pointer))bpf_rdonly_cast(pointer, KNOB(TYPE_KNOB(pointer))))

#define READ(pointer, field)                                                                     \
	(KNOB(KNOB_LOADS) ? TYPED(pointer)->field : BPF_CORE_READ(pointer, field))

/* Where a field is shared with others (skb->dev with dev_scratch), these are mostly small numbers or
 * flags. Right for x86-64 with four and five levels of page tables, and for arm64. */
static __always_inline bool is_kernel_address(const void *pointer)
{
	return (__u64)pointer >> 56 == 0xff;
}

#endif
