/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KNOB(name): a constant that user space patches into each copy of a program before it is loaded.
 *
 * One object file serves any number of probes: its programs are relocated once, copied per probe,
 * and in each copy the 64-bit immediates that carry KNOB_MAGIC are replaced (probes/program.cpp).
 * Read-only data would be shared by all programs of the object, and loading the object once per
 * probe repeats libbpf's work on vmlinux BTF (a fifth of a second each in an emulated guest).
 * Volatile, though the compiler could drop it then: what it merged would be kept on the stack, where
 * probes/prune.h does not follow it, so that the kernel's verifier had to find what it decides.
 */
#ifndef TRACKER_BPF_KNOB_H
#define TRACKER_BPF_KNOB_H

#include "../record.h"

#define KNOB(knob)                                                                            \
	({                                                                                    \
		__u64 knob_value;                                                             \
		asm volatile("%0 = %1 ll"                                                     \
			     : "=r"(knob_value)                                               \
			     : "i"(((__u64)KNOB_MAGIC << 32) | (knob)));                      \
		knob_value;                                                                   \
	})

/* A function of the kernel's, to be called only where a knob says that it is there. */
#define KERNEL_FUNCTION(name) (void *)(CALL_MAGIC + CALL_##name)

#define X(name, Name, bit) SECTION_##name = 1U << (bit),
enum { TRACKER_SECTIONS(X) };
#undef X

/* The values of tracker::ProbeRole; probes/program.cpp asserts that they agree. */
#define ROLE_OTHER 0
#define ROLE_DROPPED 1
#define ROLE_CONSUMED 2
#define ROLE_RECEIVE 3
#define ROLE_QUEUE 4
#define ROLE_TRANSMIT 5
#define ROLE_TRANSMITTED 6
#define ROLE_RETURN 7
#define ROLE_INFERRED 8

#endif
