/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signature of a packet: a hash of what does not change while it travels through one
 * address (addresses, ports, IP id and fragment offset, TCP sequence number, ICMP id and
 * sequence). Two sightings of one skb address with different signatures are two packets.
 */
#ifndef TRACKER_BPF_SIGNATURE_H
#define TRACKER_BPF_SIGNATURE_H

#include "packet.h"

#define ARP_BYTES 28U /* of IPv4 over Ethernet; the padding behind them is not the packet's */

static __always_inline __u64 mix(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

/* `room`: bytes there are from `transport` on; of a packet that ends sooner the rest counts as 0. */
static __always_inline __u64 transport_signature(__u64 hash, __u8 protocol,
						 const unsigned char *transport, __u32 room)
{
	__u32 word[4] = {};

	if (bpf_probe_read_kernel(word, at_most(room, sizeof(word)), transport))
		return hash;
	if (protocol == PROTO_TCP) /* ports, sequence number, acknowledgement */
		return mix(mix(hash, (__u64)word[0] << 32 | word[1]), word[2]);
	if (protocol == PROTO_ICMP || protocol == PROTO_ICMPV6)
		return mix(hash, (__u64)(word[0] & 0xffff) << 32 | word[1]); /* no checksum */
	/* UDP: ports and the first bytes of the payload, because the IP id of every datagram can be 0
	 * (IP_PMTUDISC_DO); length and checksum may be filled in later. */
	return mix(mix(hash, word[0]), (__u64)word[2] << 32 | word[3]);
}

static __always_inline __u64 ipv4_signature(const unsigned char *header, __u32 room)
{
	__u32 word[5] = {};
	__u8 protocol, size;
	__u64 hash;

	if (room < sizeof(word) || bpf_probe_read_kernel(word, sizeof(word), header))
		return 0;
	protocol = word[2] >> 8 & 0xff;
	size = (word[0] & 0x0f) * 4;
	hash = mix(mix(protocol, word[1]), (__u64)word[3] << 32 | word[4]);
	if (room <= size)
		return hash;
	return transport_signature(hash, protocol, header + size, room - size);
}

static __always_inline __u64 ipv6_signature(const unsigned char *header, __u32 room)
{
	__u64 word[5] = {};
	__u8 next;
	__u64 hash;

	if (room < sizeof(word) || bpf_probe_read_kernel(word, sizeof(word), header))
		return 0;
	next = word[0] >> 48 & 0xff;
	hash = mix(mix(mix(mix(next, word[1]), word[2]), word[3]), word[4]);
	if (room <= sizeof(word))
		return hash;
	/* With extension headers these are the first of them: still the same packet's own. */
	return transport_signature(hash, next, header + sizeof(word), room - sizeof(word));
}

static __always_inline __u64 other_signature(const unsigned char *header, __u32 room,
					     __u16 protocol)
{
	__u64 word[4] = {};
	__u32 size = protocol == PROTO_ARP ? ARP_BYTES : sizeof(word);

	if (bpf_probe_read_kernel(word, at_most(at_most(room, size), sizeof(word)), header))
		return 0;
	return mix(mix(mix(mix(protocol + 1, word[0]), word[1]), word[2]), word[3]);
}

/* 0: nothing is known of the contents. */
static __always_inline __u64 packet_signature(const struct span *span)
{
	__u32 offset = span->start, end = span->start + span->linear;
	__u16 protocol = span->protocol;

	if (!span->len)
		return 0;
	if (span->link) {
		offset += ETHERNET_HEADER;
		/* tags in the bytes, at most two */
		for (int i = 0; i < 2; i++) {
			__u16 next = 0;

			if ((protocol != PROTO_VLAN && protocol != PROTO_QINQ) || offset + 4 > end)
				break;
			bpf_probe_read_kernel(&next, sizeof(next), span->head + offset + 2);
			protocol = swap16(next);
			offset += 4;
		}
	}
	if (offset >= end)
		return 0;
	if (protocol == PROTO_IPV4)
		return ipv4_signature(span->head + offset, end - offset);
	if (protocol == PROTO_IPV6)
		return ipv6_signature(span->head + offset, end - offset);
	return other_signature(span->head + offset, end - offset, protocol);
}

#endif
