// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a drop's event costs at least: a record with the fields of tracker's dropmon, filled as
 * straight as can be. It neither tracks packets nor proves pointers, it knows one tracepoint and the
 * arguments that this has, and counts only what it loses.
 *
 * As a tp_btf program it loads fields directly; the kernel catches wrong pointers (exception
 * tables of BTF pointers), which then read as 0.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "../../probes/bpf/compat.h"
#include "bare_record.h"

char LICENSE[] SEC("license") = "GPL";

#define ETHERNET_HEADER 14

const volatile __u32 netns_inum;
const volatile __u8 has_rx_sk; /* since 6.11; no bool: the skeleton is read by C++ */

/* One ring per CPU, as tracker has them. */
struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

struct cpu {
	__u64 ctx; /* as a number: the verifier permits no sums with a pointer */
	__u64 packets;
	__u64 lost;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cpu);
} cpus SEC(".maps");

struct payload_record {
	struct bare_record record;
	__u8 payload[BARE_PAYLOAD];
};

static __always_inline void fill_skb(struct bare_record *record, struct sk_buff *skb)
{
	const struct skb_shared_info *shared = (const void *)(skb->head + skb->end);
	bool tag = skb_has_vlan_tag(skb);

	record->skb = (__u64)skb;
	record->skb_head = (__u64)skb->head;
	record->len = skb->len;
	record->data_len = skb->data_len;
	record->truesize = skb->truesize;
	record->hash = skb->hash;
	record->mark = skb->mark;
	record->priority = skb->priority;
	record->protocol = __builtin_bswap16(skb->protocol);
	record->pkt_type = BPF_CORE_READ_BITFIELD(skb, pkt_type);
	record->cloned = BPF_CORE_READ_BITFIELD(skb, cloned);
	record->ip_summed = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	record->gso_size = BPF_CORE_READ(shared, gso_size);
	record->gso_segs = 0;
	if (record->gso_size)
		record->gso_segs = BPF_CORE_READ(shared, gso_segs);
	record->vlan_tci = tag ? skb->vlan_tci : 0;
	record->vlan_proto = tag ? __builtin_bswap16(skb->vlan_proto) : 0;
	record->rx_ifindex = skb->skb_iif;
}

static __always_inline void fill_packet(struct payload_record *out, struct sk_buff *skb)
{
	__u64 len = skb->data - skb->head + skb->len - skb->data_len - skb->mac_header;

	out->record.packet_len = len + skb->data_len;
	out->record.link = 1;
	asm volatile("" : "+r"(len)); /* keeps the bound in the register that the verifier sees */
	if (len > BARE_PAYLOAD)
		len = BARE_PAYLOAD;
	out->record.payload_bytes = len;
	bpf_probe_read_kernel(out->payload, len, skb->head + skb->mac_header);
}

static __always_inline void fill_dev(struct bare_record *record, struct net_device *dev,
				     struct net *net)
{
	record->ifindex = dev->ifindex;
	bpf_probe_read_kernel(record->dev_name, sizeof(record->dev_name), dev->name);
	record->netns_inum = net->ns.inum;
	record->netns_cookie = net->net_cookie;
}

static __always_inline void fill_sock(struct bare_record *record, struct sock *sk)
{
	record->sock_state = sk->__sk_common.skc_state;
	record->sock_family = sk->__sk_common.skc_family;
	record->sock_cookie = sk->__sk_common.skc_cookie.counter;
	record->sock_type = sk->sk_type;
	record->sock_protocol = sk->sk_protocol;
	record->sock_rcvbuf = sk->sk_rcvbuf;
	record->sock_rmem_alloc = sk->sk_backlog.rmem_alloc.counter;
}

static __always_inline void fill_task(struct bare_record *record, struct cpu *cpu,
				      void *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	record->pid = pid_tgid;
	record->tgid = pid_tgid >> 32;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	*(volatile __u64 *)&cpu->ctx = (__u64)ctx;
	record->context = task_context(*(volatile __u64 *)&cpu->ctx, record->comm);
}

SEC("tp_btf/kfree_skb")
int bare_kfree_skb(__u64 *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx[0];
	__u32 zero = 0, number = bpf_get_smp_processor_id();
	struct net_device *dev = skb->dev;
	struct net *net = dev->nd_net.net;
	struct payload_record *out;
	struct sock *sk = NULL;
	struct cpu *cpu;
	void *ring;

	if (net->ns.inum != netns_inum)
		return 0;
	cpu = bpf_map_lookup_elem(&cpus, &zero);
	ring = bpf_map_lookup_elem(&rings, &number);
	if (!cpu || !ring)
		return 0;
	out = bpf_ringbuf_reserve(ring, sizeof(*out), 0);
	if (!out) {
		cpu->lost++;
		return 0;
	}
	out->record.timestamp_ns = bpf_ktime_get_boot_ns();
	out->record.packet_id = cpu->packets++;
	out->record.lost_before = cpu->lost;
	out->record.location = ctx[1];
	out->record.reason = ctx[2];
	out->record.flags = BARE_HAS_REASON;
	out->record.sections = ~0U;
	out->record.probe = 0;
	out->record.stack_bytes = 0;
	out->record.return_code = 0;
	out->record.tuple_family = 0;
	fill_skb(&out->record, skb);
	fill_packet(out, skb);
	fill_dev(&out->record, dev, net);
	if (has_rx_sk)
		sk = (struct sock *)ctx[3];
	if (!sk)
		sk = skb->sk;
	if (sk)
		fill_sock(&out->record, sk);
	fill_task(&out->record, cpu, ctx);
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
	return 0;
}
