/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Just the kernel structs and fields that are read. Offsets are of no meaning here: CO-RE takes
 * them from the running kernel's BTF (preserve_access_index).
 */
#ifndef TRACKER_BPF_KERNEL_TYPES_H
#define TRACKER_BPF_KERNEL_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	const void *ops;
	unsigned int inum;
};

struct net {
	__u64 net_cookie;
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device_ops {
	void *ndo_get_peer_dev; /* since 5.10; veth and netkit have it */
};

struct net_device {
	const struct net_device_ops *netdev_ops;
	char name[16];
	int ifindex;
	void *rx_handler; /* of macvlan, ipvlan, bridge, bond and the like */
	possible_net_t nd_net;
};

struct nf_hook_state {
	struct net_device *in;
	struct net_device *out;
	struct net *net;
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

struct in6_addr {
	__u8 in6_u[16];
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	struct sock_cgroup_data sk_cgrp_data;
	int sk_rcvbuf;
	__u16 sk_type;
	__u16 sk_protocol;
	struct {
		atomic_t rmem_alloc;
	} sk_backlog;
};

struct page {
	unsigned long flags;
};

struct skb_shared_info {
	__u8 nr_frags;
	unsigned short gso_size;
	unsigned short gso_segs;
	/* 17 entries of skb_frag_t or bio_vec; only the first is read, through compat.h */
	struct {
	} frags[1];
};

struct dst_entry {
	struct net_device *dev;
};

struct ethhdr {
	__be16 h_proto;
};

struct list_head {
	struct list_head *next;
};

struct sk_buff {
	struct sk_buff *next;
	struct list_head list;
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst;
	unsigned int len;
	unsigned int data_len;
	__u8 cloned : 1;
	__u8 pkt_type : 3;
	__u8 ip_summed : 2;
	__u32 priority;
	int skb_iif;
	__u32 hash;
	__be16 vlan_proto;
	__u16 vlan_tci;
	__u32 mark;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	unsigned int tail; /* sk_buff_data_t: an offset from head on 64-bit kernels */
	unsigned int end;
	unsigned char *head;
	unsigned char *data;
	unsigned int truesize;
};

struct sk_buff_head {
	__u32 qlen;
};

#pragma clang attribute pop

/* include/net/tcp_states.h; sockets in these two states are not struct sock beyond __sk_common. */
#define TCP_STATE_TIME_WAIT 6
#define TCP_STATE_NEW_SYN_RECV 12

/* linux/socket.h is not part of the UAPI headers that BPF C can include. */
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define FAMILY_NETLINK 16
#define FAMILY_PACKET 17

#endif
