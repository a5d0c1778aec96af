/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a packet's bytes begin, and copying them.
 */
#ifndef TRACKER_BPF_PACKET_H
#define TRACKER_BPF_PACKET_H

#include "compat.h"
#include "kernel_read.h"
#include "knob.h"

#define OFFSET_UNSET 0xffff /* skb->mac_header before skb_reset_mac_header() */
#define ETHERNET_HEADER 14
#define PROTO_IPV4 0x0800
#define PROTO_IPV6 0x86dd
#define PROTO_VLAN 0x8100
#define PROTO_QINQ 0x88a8
#define PROTO_ARP 0x0806
#define FRAGMENTS_MAX 17 /* MAX_SKB_FRAGS where it is not configured otherwise */
#define FRAGMENT_SIZE 16 /* sizeof(skb_frag_t), sizeof(struct bio_vec) */
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMP 1
#define PROTO_ICMPV6 58
#define PROTO_802_3_MIN 0x0600 /* smaller values are lengths */

/* Offsets count from skb->head. */
struct span {
	const unsigned char *head;
	__u32 start;  /* of the bytes to keep */
	__u32 linear; /* bytes from start on that lie in the linear part */
	__u32 len;    /* of the packet from start on; 0: no bytes are known to be a packet's */
	__u8 link;    /* 1: start is at an Ethernet header */
	__u16 protocol; /* ethertype, host byte order: the frame's own, else skb->protocol */
};

static __always_inline __u16 swap16(__u16 value)
{
	return __builtin_bswap16(value);
}

/* Whether an Ethernet header begins at `mac`. A header that was set once may be stale (its bytes
 * overwritten by pushes since) or belong to a device without one; the type in the frame agrees with
 * skb->protocol or is a VLAN tag or a length. */
static __always_inline bool is_ethernet(const struct sk_buff *skb, __u32 mac, __u32 data, __u32 end,
					__u16 *type)
{
	__u16 network = skb->network_header;
	__u16 protocol = swap16(skb->protocol);
	const struct ethhdr *header;
	__u16 wire;

	if (mac == OFFSET_UNSET || mac + ETHERNET_HEADER > end)
		return false;
	if (network > mac ? network < mac + ETHERNET_HEADER : (network == mac && data != mac))
		return false;
	if (network == mac && data == mac && protocol)
		return false; /* a device without link header: both begin where the data does */
	header = (const void *)(skb->head + mac);
	wire = swap16(READ(header, h_proto));
	if (!wire)
		return false; /* nothing can be read there: no frame has this */
	/* decapsulated in place (ESP and AH in transport mode): the frame's header is followed by
	 * what is left of the outer packet */
	if ((wire == PROTO_IPV4 || wire == PROTO_IPV6) && network > mac &&
	    network != mac + ETHERNET_HEADER)
		return false;
	*type = wire;
	return !protocol || wire == protocol || wire == PROTO_VLAN || wire == PROTO_QINQ ||
	       wire < PROTO_802_3_MIN;
}

static __always_inline bool is_network(const struct sk_buff *skb, __u32 offset, __u32 end,
				       __u16 *protocol)
{
	__u8 first = 0;

	if (offset >= end)
		return false;
	if (bpf_probe_read_kernel(&first, sizeof(first), skb->head + offset))
		return false;
	if (!*protocol) /* set by ip_output() and ip6_output(), after the header is built */
		*protocol = first >> 4 == 4 ? PROTO_IPV4 : first >> 4 == 6 ? PROTO_IPV6 : 0;
	if (*protocol == PROTO_IPV4)
		return first >> 4 == 4;
	if (*protocol == PROTO_IPV6)
		return first >> 4 == 6;
	return *protocol != 0;
}

static __always_inline void find_span(const struct sk_buff *skb, struct span *span)
{
	__u32 headlen = skb->len - skb->data_len;
	__u32 data = skb->data - skb->head;
	__u32 end = data + headlen;
	__u32 mac = skb->mac_header;
	__u32 network = skb->network_header;
	__u16 type = 0;

	span->head = skb->head;
	span->protocol = swap16(skb->protocol);
	span->link = 0;
	span->len = 0;
	span->linear = 0;
	span->start = 0;

	if (is_ethernet(skb, mac, data, end, &type)) {
		span->start = mac;
		span->link = 1;
		span->protocol = type;
	} else if (network && is_network(skb, network, end, &span->protocol)) {
		span->start = network;
	} else if (is_network(skb, data, end, &span->protocol)) {
		span->start = data;
	} else if (!headlen && skb->data_len && span->protocol) {
		span->start = data; /* all of it lies in page fragments */
	} else {
		return;
	}
	span->linear = end - span->start;
	span->len = skb->len + data - span->start;
}

/* Kernel address of a page fragment's bytes: x86-64 has no highmem, and a page's place in vmemmap
 * tells its frame number. */
static __always_inline __u64 fragment_address(const struct fragment *fragment)
{
	__u64 vmemmap = KNOB(KNOB_VMEMMAP);
	__u64 frame;

	if (!vmemmap || fragment->page < vmemmap || fragment->page & 1) /* NET_IOV: device memory */
		return 0;
	frame = (fragment->page - vmemmap) / bpf_core_type_size(struct page);
	return KNOB(KNOB_PAGE_OFFSET) + (frame << 12) + fragment->offset;
}

/* The smaller of two, in a form that keeps the bound in the register that the verifier looks at:
 * 64 bits wide, and not folded into earlier comparisons. */
static __always_inline __u64 at_most(__u64 value, __u64 bound)
{
	barrier_var(value);
	if (value > bound)
		value = bound;
	return value;
}

/* Takes a number through memory whose contents the verifier does not follow: an iteration is then
 * like the one before, not one more history of bounds. 6.1 gives up at a million instructions. */
static __always_inline __u64 forget_number(volatile __u64 *memory, __u64 number)
{
	*memory = number;
	return *memory;
}

/* How many of a fragment's bytes are copied. Where the room is that of the class, what is still wanted
 * fits into it. */
static __always_inline __u64 fragment_part(__u64 len, __u64 wanted, __u32 linear_room,
					   __u32 frag_room, volatile __u64 *memory)
{
	__u64 part = at_most(len, wanted);

	if (frag_room < linear_room)
		part = at_most(part, frag_room);
	return forget_number(memory, part);
}

/*
 * Copies at most `want` bytes: linear ones to dst, then those of the page fragments behind them. The
 * room behind dst is linear_room + frag_room, and a fragment's part begins at most at linear_room
 * and is at most frag_room long: the verifier need not know the sum of two variables. frag_room 0:
 * linear bytes only. Bytes in skb_shared_info.frag_list are not followed.
 */
static __always_inline __u32 copy_bytes(__u8 *dst, const struct span *span,
					const struct skb_shared_info *shared, __u32 want,
					__u32 linear_room, __u32 frag_room, volatile __u64 *memory)
{
	__u64 copied = at_most(at_most(span->linear, want), linear_room);
	struct fragment_layout layout;
	__u8 frags;

	if (bpf_probe_read_kernel(dst, copied, span->head + span->start))
		return 0;
	if (!frag_room || copied >= want)
		return copied;

	frags = READ(shared, nr_frags);
	find_fragment_layout(&layout);
	want = forget_number(memory, want); /* was it --snaplen or the packet's length? */
	copied = forget_number(memory, copied);
	for (int i = 0; i < FRAGMENTS_MAX; i++) {
		struct fragment fragment = {};
		__u64 address, size;

		if (i >= frags || copied >= want)
			break;
		read_fragment(&fragment, &layout,
			      (const void *)shared +
				      bpf_core_field_offset(struct skb_shared_info, frags) +
				      i * FRAGMENT_SIZE);
		address = fragment_address(&fragment);
		if (!address)
			break;
		size = fragment_part(fragment.len, want - copied, linear_room, frag_room, memory);
		if (size > frag_room || copied > linear_room)
			break; /* never: so the verifier knows of it, on one way instead of several */
		if (bpf_probe_read_kernel(dst + copied, size, (const void *)address))
			break;
		copied = forget_number(memory, copied + size);
		if (size < fragment.len)
			break; /* what follows would stand in the wrong place */
	}
	return copied;
}

#endif
