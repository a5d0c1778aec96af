// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include "postprocess/reason_words.h"

namespace tracker {
namespace {

// A raw socket, which ping uses as root, got a clone in raw_local_deliver() before.
constexpr std::string_view kPingReply =
    "no ping socket; a raw socket, such as ping's as root, may have got its copy";
// ip_error() gives a reason, since 5.19, where there is no route; not where fib_lookup() or
// ip_route_input_slow() found one that refuses (EINVAL, EHOSTUNREACH, EACCES).
constexpr std::string_view kRefusingRoute =
    "its route is blackhole, unreachable or prohibit, or there is none: try `ip route get`";
// ip6_rt_init_dst_reject() and ip6_null_entry.
constexpr std::string_view kRefusingRoute6 =
    "its route is unreachable or prohibit, or there is none: try `ip -6 route get`";
// ip6_rt_init_dst_reject(); dst_dev_put(); make_blackhole() and xfrm_create_dummy_bundle();
// nodata_protocol in net/ipv6/exthdrs.c.
constexpr std::string_view kDiscarded =
    "its route is blackhole or was removed, waits for IPsec, or IPv6 says that nothing follows";
// Called by inet_csk_destroy_sock(). What was unread tcp_close() has freed before, so that a FIN
// that came later is left; with data, where nobody accepted the connection.
constexpr std::string_view kClosedSocket =
    "left in the queue of a socket that was closed, often only the FIN";
// tbf_segment(), which the compiler puts into its caller: no segment was queued, and each was freed
// as a drop of its own.
constexpr std::string_view kSegmentsDropped =
    "all its segments were dropped, each a drop of its own: one loss, shown twice";
// NF_DROP of a hook is freed by nf_hook_slow(): nf_conntrack_in() and nf_confirm(), NAT, legacy
// iptables, ebtables and arptables, IPVS, SELinux, netfilter's BPF programs. nft_do_chain() frees
// what its own rules drop (NF_DROP_REASON, e0d4593140b0; iptables-nft is of nftables too).
constexpr std::string_view kHookWithoutNftables =
    "a netfilter hook refused it: connection tracking (is its table full? see `conntrack -S`), a "
    "rule of legacy iptables, or another module; before 6.7 also a rule of nftables";
constexpr std::string_view kNftRule =
    "a rule or the policy of a chain dropped it: see `nft list ruleset`";
// nf_reinject() with a verdict that is not NF_ACCEPT; or the hook was removed while it waited.
constexpr std::string_view kQueueVerdict =
    "it came back from nfqueue: the program there refused it, or a later rule or hook did";
// sk_rmem_schedule() and tcp_try_rmem_schedule() fail where the socket has no room before they ask
// for the protocol's (tcp_data_queue(), TCPRcvQDrop).
constexpr std::string_view kTcpMemory =
    "this socket's receive buffer is full: the program does not read; seldom, tcp_mem is reached";
// __udp_enqueue_schedule_skb() gives ENOMEM for the socket's own buffer, which is SOCKET_RCVBUFF,
// and ENOBUFS where __sk_mem_raise_allocated() refuses.
constexpr std::string_view kUdpMemory =
    "UDP's memory limit (net.ipv4.udp_mem) or that of the socket's cgroup is reached";
constexpr std::string_view kNoTcpSocket =
    "nothing listens there, or only on another address, device or VRF; of a segment that is no "
    "SYN: its connection is gone";
// tcp_v4_rcv() and tcp_v6_rcv() for TIME_WAIT; tcp_check_req(); `goto discard_it` for pkt_type.
constexpr std::string_view kTcpUnspecified =
    "for a connection in TIME_WAIT (answered if need be), or of a handshake: sent again, or no "
    "room in the accept queue; or its destination is a broadcast or multicast address";
// cookie_v4_check() and cookie_v6_check().
constexpr std::string_view kNoSynCookie = "it acknowledges no SYN cookie of this listening socket";
// ip6_protocol_deliver_rcu() and ipv6_chk_mcast_addr().
constexpr std::string_view kGroupNotJoined =
    "nothing has joined its multicast group on that device, or not for that source";
constexpr std::string_view kNotForwarded6 =
    "this host does not forward IPv6 (forwarding), or its source address may not be forwarded: "
    "link-local, loopback, multicast or ::";
// icmp_rcv(): RFC 1122 3.2.2.6; sysctl_icmp_echo_ignore_broadcasts.
constexpr std::string_view kBroadcastIcmp =
    "an ICMP message to a broadcast or multicast address: echo requests are ignored there "
    "(icmp_echo_ignore_broadcasts), others are not taken";
// icmpv6_rcv()'s messages for routers and of unknown kinds; icmpv6_echo_reply().
constexpr std::string_view kIcmp6Unused =
    "an ICMPv6 message that this host has no use for, or an echo request that it does not answer "
    "(icmpv6 echo_ignore_all, _multicast, _anycast)";
// __netif_receive_skb_core(): no packet type took it, or only exact ones were asked because the
// device belongs to a bond or the like (RX_HANDLER_EXACT).
constexpr std::string_view kNoPacketType =
    "nothing here takes its ethertype, or its device takes no packets of its own, as an inactive "
    "port of a bond";
constexpr std::string_view kUnknownOption = "an option of its IPv6 header that is not known here";
// ____is_skb_forwardable(): IFF_UP, and the length against the MTU.
constexpr std::string_view kPeerCannotTake =
    "the receiving device cannot take it: longer than its MTU, or the device is down";
// br_forward(), br_flood(), br_multicast_flood() with no port left by should_deliver().
constexpr std::string_view kNoBridgePort =
    "the bridge may send it to no port: it would go back where it came from (hairpin), or the "
    "ports "
    "are blocked or isolated, do not flood, lack its VLAN or have not joined its group";
// xfrm_input() (`drop:`) counts each cause in /proc/net/xfrm_stat.
constexpr std::string_view kIpsecInput =
    "IPsec refused it: no state (SA) for its SPI, a wrong key, or a replay: see "
    "/proc/net/xfrm_stat";
constexpr std::string_view kIpsecOutput =
    "IPsec could not send it: its state (SA) is expired, missing or fails: see "
    "/proc/net/xfrm_stat";
// ip_mr_forward() and ip6_mr_forward().
constexpr std::string_view kMulticastRoute =
    "the multicast route does not send it on: its TTL is not above an output's threshold, or it "
    "came in by another device than the route's";
// ip_mr_input() and ip6_mr_input(), into which the compiler puts the two above.
constexpr std::string_view kMulticastRouter =
    "multicast routing does not send it on: its TTL is not above an output's threshold, it came in "
    "by "
    "another device than the route's or one without multicast routing, or it was sent on before";
// br_handle_frame_finish(), into which the compiler puts br_flood() and br_forward() too.
constexpr std::string_view kBridge =
    "the bridge does not take it (its port is disabled, learning or locked), or has no port to "
    "send it "
    "to: it would go back where it came from, or no other port may have it";
// __udp4_lib_rcv(), which 7.3 compiles into udp_rcv(): xfrm4_policy_check(), and pskb_may_pull() at
// its beginning.
constexpr std::string_view kUdpPolicy =
    "an IPsec policy refused it, as clear text where ESP is required; or it is shorter than a UDP "
    "header";
// ip_rcv_finish_core() up to 6.12: ip_route_input_noref() and ip_rcv_options().
constexpr std::string_view kNotTakenIn =
    "nothing has joined its multicast group here, its addresses may not come in (martian: "
    "log_martians logs it), its IP options are not valid, or IPv4 is off on the device";

constexpr std::array kWords{
    PlaceWords{"nf_hook_slow", "NETFILTER_DROP", kHookWithoutNftables},
    PlaceWords{"nft_do_chain", "NETFILTER_DROP", kNftRule},
    PlaceWords{"nf_reinject", "NETFILTER_DROP", kQueueVerdict},
    PlaceWords{"nf_reinject", "NOT_SPECIFIED", kQueueVerdict},
    PlaceWords{"nfqnl_reinject", "NETFILTER_DROP", kQueueVerdict},
    PlaceWords{"nfqnl_reinject", "NOT_SPECIFIED", kQueueVerdict},
    PlaceWords{"tcp_data_queue", "PROTO_MEM", kTcpMemory},
    PlaceWords{"tcp_data_queue_ofo", "PROTO_MEM", kTcpMemory},
    PlaceWords{"tcp_rcv_established", "PROTO_MEM", kTcpMemory},
    PlaceWords{"tcp_v4_do_rcv", "PROTO_MEM", kTcpMemory},
    PlaceWords{"tcp_v6_do_rcv", "PROTO_MEM", kTcpMemory},
    PlaceWords{"tcp_rcv_state_process", "PROTO_MEM", kTcpMemory},
    PlaceWords{"__udp_enqueue_schedule_skb", "PROTO_MEM", kUdpMemory},
    PlaceWords{"__udp_queue_rcv_skb", "PROTO_MEM", kUdpMemory},
    PlaceWords{"udp_queue_rcv_one_skb", "PROTO_MEM", kUdpMemory},
    PlaceWords{"__udpv6_queue_rcv_skb", "PROTO_MEM", kUdpMemory},
    PlaceWords{"udpv6_queue_rcv_one_skb", "PROTO_MEM", kUdpMemory},
    PlaceWords{"tcp_v4_rcv", "NO_SOCKET", kNoTcpSocket},
    PlaceWords{"tcp_v6_rcv", "NO_SOCKET", kNoTcpSocket},
    PlaceWords{"tcp_v4_rcv", "NOT_SPECIFIED", kTcpUnspecified},
    PlaceWords{"tcp_v6_rcv", "NOT_SPECIFIED", kTcpUnspecified},
    PlaceWords{"cookie_v4_check", "NO_SOCKET", kNoSynCookie},
    PlaceWords{"cookie_v6_check", "NO_SOCKET", kNoSynCookie},
    PlaceWords{"ping_rcv", "NO_SOCKET", kPingReply},
    PlaceWords{"icmp_rcv", "NO_SOCKET", kPingReply},
    PlaceWords{"icmpv6_rcv", "NO_SOCKET", kPingReply},
    PlaceWords{"icmp_rcv", "INVALID_PROTO", kBroadcastIcmp},
    PlaceWords{"icmp_rcv", "UNHANDLED_PROTO", "an ICMP type that this host does not handle"},
    PlaceWords{"icmpv6_rcv", "NOT_SPECIFIED", kIcmp6Unused},
    PlaceWords{"__netif_receive_skb_core", "UNHANDLED_PROTO", kNoPacketType},
    PlaceWords{"ip6_rcv_core", "UNHANDLED_PROTO", "its IP version is not 6"},
    PlaceWords{"ip6_tlvopt_unknown", "UNHANDLED_PROTO", kUnknownOption},
    PlaceWords{"ip6_parse_tlv", "UNHANDLED_PROTO", kUnknownOption},
    PlaceWords{"ip6_protocol_deliver_rcu", "IP_INADDRERRORS", kGroupNotJoined},
    PlaceWords{"ip6_forward", "IP_INADDRERRORS", kNotForwarded6},
    PlaceWords{"ip_forward", "IP_INHDR", "its TTL ran out here"},
    PlaceWords{"ip6_forward", "IP_INHDR", "its hop limit ran out here"},
    PlaceWords{"ip_rcv_finish_core", "NOT_SPECIFIED", kNotTakenIn},
    PlaceWords{"ip_error", "NOT_SPECIFIED", kRefusingRoute},
    PlaceWords{"ip6_pkt_drop", "IP_INADDRERRORS", "its destination is the address ::"},
    PlaceWords{"ip6_pkt_drop", "IP_INNOROUTES", kRefusingRoute6},
    PlaceWords{"ip6_pkt_drop", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceWords{"ip6_pkt_discard", "IP_INNOROUTES", kRefusingRoute6},
    PlaceWords{"ip6_pkt_discard_out", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceWords{"ip6_pkt_prohibit", "IP_INNOROUTES", kRefusingRoute6},
    PlaceWords{"ip6_pkt_prohibit_out", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceWords{"dst_discard", "NOT_SPECIFIED", kDiscarded},
    PlaceWords{"dst_discard_out", "NOT_SPECIFIED", kDiscarded},
    PlaceWords{"ip6_mc_input", "NOT_SPECIFIED",
               "nothing has joined its multicast group on that device: no fault by itself"},
    PlaceWords{"ip_mr_forward", "NOT_SPECIFIED", kMulticastRoute},
    PlaceWords{"ip6_mr_forward", "NOT_SPECIFIED", kMulticastRoute},
    PlaceWords{"ip_mr_input", "NOT_SPECIFIED", kMulticastRouter},
    PlaceWords{"ip6_mr_input", "NOT_SPECIFIED", kMulticastRouter},
    PlaceWords{"br_handle_frame_finish", "NOT_SPECIFIED", kBridge},
    PlaceWords{"__udp4_lib_rcv", "NOT_SPECIFIED", kUdpPolicy},
    PlaceWords{"udp_rcv", "NOT_SPECIFIED", kUdpPolicy},
    PlaceWords{"__dev_forward_skb", "NOT_SPECIFIED", kPeerCannotTake},
    PlaceWords{"__dev_forward_skb2", "NOT_SPECIFIED", kPeerCannotTake},
    PlaceWords{"br_forward", "NOT_SPECIFIED", kNoBridgePort},
    PlaceWords{"br_flood", "NOT_SPECIFIED", kNoBridgePort},
    PlaceWords{"br_multicast_flood", "NOT_SPECIFIED", kNoBridgePort},
    PlaceWords{"br_flood", "NO_TX_TARGET", kNoBridgePort},
    PlaceWords{"br_multicast_flood", "NO_TX_TARGET", kNoBridgePort},
    PlaceWords{"xfrm_input", "NOT_SPECIFIED", kIpsecInput},
    PlaceWords{"xfrm_output_resume", "NOT_SPECIFIED", kIpsecOutput},
    PlaceWords{"tap_handle_frame", "SKB_CSUM", "its checksum could not be computed"},
    PlaceWords{"sk_stream_kill_queues", "NOT_SPECIFIED", kClosedSocket},
    PlaceWords{"sk_stream_kill_queues", "QUEUE_PURGE", kClosedSocket},
    PlaceWords{"tbf_enqueue", "NOT_SPECIFIED", kSegmentsDropped},
    PlaceWords{"tbf_segment", "NOT_SPECIFIED", kSegmentsDropped},
};

}  // namespace

std::span<const PlaceWords> place_reason_words() { return kWords; }

}  // namespace tracker
