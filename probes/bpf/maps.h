/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps. Sizes marked "set before loading" depend on the machine or on options.
 */
#ifndef TRACKER_BPF_MAPS_H
#define TRACKER_BPF_MAPS_H

#include "knob.h"

/* One ring buffer per CPU: the outer array has as many entries as there are possible CPUs (set
 * before loading); offline CPUs have a ring too, since a CPU can come online later. */
struct inner_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct inner_ring);
} rings SEC(".maps");

/* Key: probe index; max_entries set before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tracker_probe_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tracker_cpu);
} cpus SEC(".maps");

/* Not 0 while hits count. Probes are attached one after the other, and on a busy machine that takes
 * seconds: what some saw before the others were there would look like packets that never went on. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} watching SEC(".maps");

/* Key: address of the skb. Not an LRU map: that evicts silently, here a full map is counted.
 * max_entries is set before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct tracker_track);
} tracks SEC(".maps");

/* Calls that are under way, bpf/call.h. max_entries is set before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct tracker_call_key);
	__type(value, struct tracker_open_call);
} calls SEC(".maps");

/* What a task or an interrupt's context has in hand, bpf/hand.h. */
#define HAND_CALLS 8 /* that lie within each other; a power of two */
#define HAND_PROOFS 2

struct hand_call {
	__u64 frame;
	__u64 packet_id; /* 0: the packet is not followed */
	__u64 netns_cookie;
	__u32 netns_inum;
	__u32 interrupts;
	__u64 proof_at[HAND_PROOFS]; /* words on the stack that stay as they are until the call returns */
	__u64 proof[HAND_PROOFS];
};

struct hand {
	__u64 pid;   /* whose stack it is; of interrupts 0 */
	__u64 count; /* calls that are under way, the innermost last */
	__u64 unkept; /* frame of the first call that found no room; 0: none */
	struct hand_call calls[HAND_CALLS];
};

/* Key: hand_key(). max_entries is set before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct hand);
} hands SEC(".maps");

/* What an entry begins with: more than a program's stack has room for. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hand);
} empty_hand SEC(".maps");

/* Drops of one reason at one place, and the stacks taken of them. max_entries is more than a kernel
 * has places that drop packets, times the reasons that each can give. */
struct stack_site {
	__u64 location;
	__u64 reason;
};

struct stack_spent {
	__u64 first;	 /* stacks taken because there were few so far */
	__u64 window_ns; /* when the current second began */
	__u64 in_window; /* stacks taken in it */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct stack_site);
	__type(value, struct stack_spent);
} stack_sites SEC(".maps");

/* Key: inum of a namespace that --netns names. Value: its cookie, 0 where it could not be found
 * out; inums are used again, cookies are not. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} netns_filter SEC(".maps");

#endif
