// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/reason_text.h"

#include <algorithm>
#include <array>

namespace tracker {
namespace {

struct Explanation {
  std::string_view reason;
  std::string_view text;
};

// Sorted by reason. Only what is true wherever a kernel from 5.17 on uses the reason.
constexpr std::array kExplanations{
    Explanation{"ARP_PVLAN_DISABLE", "proxy ARP for private VLANs is off"},
    Explanation{"BPF_CGROUP_EGRESS", "a BPF program of the cgroup refused it"},
    Explanation{"BRIDGE_INGRESS_STP_STATE", "spanning tree does not let the bridge port receive"},
    Explanation{"CAKE_FLOOD", "CAKE's protection against floods dropped it"},
    Explanation{"CANFD_RX_INVALID_FRAME", "not a valid CAN FD frame"},
    Explanation{"CANXL_RX_INVALID_FRAME", "not a valid CAN XL frame"},
    Explanation{"CAN_RX_INVALID_FRAME", "not a valid CAN frame"},
    Explanation{"CPU_BACKLOG", "the CPU's backlog is full (net.core.netdev_max_backlog)"},
    Explanation{"DEV_HDR", "the device could not build its header"},
    Explanation{"DEV_READY", "the device is not up"},
    Explanation{"DUALPI2_STEP_DROP", "DualPI2 dropped it at its step threshold"},
    Explanation{"DUP_FRAG", "the same fragment came twice"},
    Explanation{"FQ_BAND_LIMIT", "fq: its priority band is full"},
    Explanation{"FQ_FLOW_LIMIT", "fq: its flow has too many packets in the queue (flow_limit)"},
    Explanation{"FQ_HORIZON_LIMIT", "fq: it is to be sent too far in the future (horizon)"},
    Explanation{"FRAG_REASM_TIMEOUT", "the other fragments did not come in time"},
    Explanation{"FRAG_TOO_FAR", "fragments of too many other datagrams came in between"},
    Explanation{"FULL_RING", "the ring is full: its reader does not keep up"},
    Explanation{"HDR_TRUNC", "the packet ends within its headers"},
    Explanation{"ICMP_CSUM", "the ICMP checksum is wrong"},
    Explanation{"INVALID_PROTO", "the protocol is not valid there"},
    Explanation{"IPV6DISABLED", "IPv6 is disabled on the device"},
    Explanation{"IPV6_BAD_EXTHDR", "an IPv6 extension header is broken"},
    Explanation{"IPV6_NDISC_BAD_CODE", "neighbour discovery with an ICMPv6 code other than 0"},
    Explanation{"IPV6_NDISC_BAD_OPTIONS", "neighbour discovery with broken options"},
    Explanation{"IPV6_NDISC_FRAG",
                "neighbour discovery in fragments is refused (suppress_frag_ndisc)"},
    Explanation{"IPV6_NDISC_HOP_LIMIT",
                "neighbour discovery with a hop limit other than 255: not from this link"},
    Explanation{"IPV6_NDISC_NS_OTHERHOST", "a neighbour solicitation for another host's address"},
    Explanation{"IPV6_TOO_MANY_EXTHDRS", "it has too many IPv6 extension headers"},
    Explanation{"IPVLAN_MULTICAST_BACKLOG", "ipvlan: too many multicast packets wait"},
    Explanation{"IP_CSUM", "the IP header's checksum is wrong"},
    Explanation{"IP_INADDRERRORS", "not this host's address, and it does not forward (ip_forward)"},
    Explanation{"IP_INHDR", "the IP header is broken, or in ip_forward its TTL ran out"},
    Explanation{"IP_INNOROUTES", "this router has no route to that address"},
    Explanation{"IP_INVALID_DEST", "the destination address is not valid"},
    Explanation{"IP_INVALID_SOURCE", "the source address is not valid"},
    Explanation{"IP_LOCALNET", "a loopback address outside the host (route_localnet is off)"},
    Explanation{"IP_LOCAL_SOURCE", "its source address is one of this host's own"},
    Explanation{"IP_NOPROTO", "nothing handles that IP protocol"},
    Explanation{"IP_OUTNOROUTES", "no route to that address"},
    Explanation{"IP_RPFILTER", "the route back leads elsewhere (rp_filter)"},
    Explanation{"IP_TUNNEL_ECN", "the outer and inner ECN marks contradict each other (RFC 6040)"},
    Explanation{"LOCAL_MAC", "the source MAC address is one of this device's own"},
    Explanation{"MACVLAN_BROADCAST_BACKLOG", "macvlan: too many broadcasts wait (bcqueuelen)"},
    Explanation{"MAC_IEEE_MAC_CONTROL",
                "a frame to a MAC control address (IEEE 802.3), which is not forwarded"},
    Explanation{"MAC_INVALID_SOURCE",
                "its source MAC address is not valid, or one of this device's own"},
    Explanation{"MULTIPATH", "the multipath route does not lead over that device"},
    Explanation{"NEIGH_CREATEFAIL", "no neighbour entry could be made (table full?)"},
    Explanation{"NEIGH_DEAD", "the neighbour entry was removed"},
    Explanation{"NEIGH_FAILED", "the neighbour does not answer (ARP or neighbour discovery)"},
    Explanation{"NEIGH_HH_FILLFAIL", "the link header could not be built"},
    Explanation{"NEIGH_QUEUEFULL", "too many packets wait for the neighbour's address"},
    Explanation{
        "NETFILTER_DROP",
        "a netfilter hook refused it: a rule or a chain's policy (nftables, iptables), or no "
        "rule at all, as where the connection tracking table is full"},
    Explanation{"NOMEM", "the kernel had no memory for it"},
    Explanation{"NOT_SPECIFIED", "the kernel gives no reason: see the place"},
    Explanation{"NO_SOCKET",
                "nothing listens there, or only on another address, device or VRF, or connected "
                "elsewhere"},
    Explanation{"NO_TX_TARGET", "the device found no port or device to send it by"},
    Explanation{"OTHERHOST",
                "the destination MAC address is another host's, or this host has no device for its "
                "VLAN"},
    Explanation{"PACKET_SOCK_ERROR", "the packet socket could not take it"},
    Explanation{"PFMEMALLOC", "memory is short and the socket is not one that helps against it"},
    Explanation{"PKT_TOO_BIG", "larger than the MTU and must not be fragmented"},
    Explanation{"PKT_TOO_SMALL", "shorter than its headers say"},
    Explanation{
        "PROTO_MEM",
        "no memory for its socket: the socket's own buffer is full, or the protocol's limit "
        "is reached (udp_mem, tcp_mem)"},
    Explanation{"PSP_INPUT", "PSP's checks on the way in refused it"},
    Explanation{"PSP_OUTPUT", "PSP's checks on the way out refused it"},
    Explanation{
        "QDISC_BURST_DROP",
        "too many packets waited for the queueing discipline at once (net.core.qdisc_max_burst)"},
    Explanation{"QDISC_CONGESTED",
                "the queueing discipline dropped it early, to signal congestion (AQM)"},
    Explanation{"QDISC_DROP", "the queueing discipline dropped it (queue full or policy)"},
    Explanation{"QDISC_OVERLIMIT", "the queueing discipline's limit is reached"},
    Explanation{"QUEUE_PURGE", "its queue was emptied"},
    Explanation{"RECURSION_LIMIT", "devices stacked on devices sent it on too often (a loop?)"},
    Explanation{"RFC_5961_CHALLENGE_ACK", "answered by a challenge ACK instead (RFC 5961)"},
    Explanation{"SECURITY_HOOK", "a security module refused it"},
    Explanation{"SKB_BAD_GSO", "its segmentation data is not valid"},
    Explanation{"SKB_CSUM", "its checksum is wrong"},
    Explanation{"SKB_GSO_SEG", "it could not be segmented"},
    Explanation{"SKB_UCOPY_FAULT", "the program's memory could not be read or written"},
    Explanation{"SOCKET_BACKLOG", "the socket's backlog is full: the program does not keep up"},
    Explanation{"SOCKET_CLOSE", "the socket was closed before the program read it"},
    Explanation{"SOCKET_DESTROYED", "the socket was destroyed"},
    Explanation{"SOCKET_FILTER", "a filter attached to the socket refused it"},
    Explanation{"SOCKET_RCVBUFF",
                "the socket's receive buffer is full: the program does not keep up"},
    Explanation{"SOCKET_RCV_SHUTDOWN", "the socket no longer receives (shutdown)"},
    Explanation{"TAP_FILTER", "the tap's filter refused it"},
    Explanation{"TAP_TXFILTER", "the tap's address filter refused it"},
    Explanation{"TCP_ABORT_ON_CLOSE", "the connection was closed with data unread"},
    Explanation{"TCP_ABORT_ON_DATA", "data came for a closed connection"},
    Explanation{"TCP_ABORT_ON_LINGER", "the connection was closed and does not linger"},
    Explanation{"TCP_ACK_UNSENT_DATA", "it acknowledges data that was never sent"},
    Explanation{"TCP_AOFAILURE", "its TCP-AO signature is wrong"},
    Explanation{"TCP_AOKEYNOTFOUND", "its TCP-AO key is not known here"},
    Explanation{"TCP_AONOTFOUND", "a TCP-AO signature is required and it has none"},
    Explanation{"TCP_AOUNEXPECTED", "it has a TCP-AO signature and none is expected"},
    Explanation{"TCP_AUTH_HDR", "its authentication option is not well formed"},
    Explanation{"TCP_CLOSE", "the connection is closed"},
    Explanation{"TCP_CSUM", "the TCP checksum is wrong"},
    Explanation{"TCP_FASTOPEN", "TCP Fast Open refused it"},
    Explanation{"TCP_FLAGS", "its flags are not valid in that state"},
    Explanation{"TCP_INVALID_ACK_SEQUENCE", "its acknowledgement number is not valid"},
    Explanation{"TCP_INVALID_END_SEQUENCE", "its end lies beyond the receive window"},
    Explanation{"TCP_INVALID_SEQUENCE", "its sequence number is outside the window"},
    Explanation{"TCP_INVALID_SYN", "a SYN that is not valid"},
    Explanation{"TCP_LISTEN_OVERFLOW", "the accept queue is full: the program does not keep up"},
    Explanation{"TCP_MD5FAILURE", "its MD5 signature is wrong"},
    Explanation{"TCP_MD5NOTFOUND", "an MD5 signature is required and it has none"},
    Explanation{"TCP_MD5UNEXPECTED", "it has an MD5 signature and none is expected"},
    Explanation{"TCP_MINTTL", "its TTL is below the socket's least (IP_MINTTL)"},
    Explanation{"TCP_OFOMERGE", "its data was already in the out-of-order queue"},
    Explanation{"TCP_OFO_DROP", "its data has come in order in the meantime"},
    Explanation{"TCP_OFO_QUEUE_PRUNE", "memory is short: the out-of-order queue was cut"},
    Explanation{"TCP_OLD_ACK", "an old acknowledgement"},
    Explanation{"TCP_OLD_DATA", "data that was received before (a retransmission)"},
    Explanation{"TCP_OLD_SEQUENCE", "its sequence number is older than the window"},
    Explanation{"TCP_OVERWINDOW", "its data lies beyond the window that was offered"},
    Explanation{"TCP_RCVQ_PRUNE", "memory is short: the receive queue was cut"},
    Explanation{"TCP_RESET", "a reset that was taken"},
    Explanation{"TCP_RFC7323_PAWS", "its time stamp is older than the last one (PAWS)"},
    Explanation{"TCP_RFC7323_PAWS_ACK",
                "an acknowledgement whose time stamp is older than the last one (PAWS)"},
    Explanation{"TCP_RFC7323_TSECR", "it echoes a time stamp that was never sent"},
    Explanation{"TCP_RFC7323_TW_PAWS",
                "for a connection in TIME_WAIT, with an older time stamp (PAWS)"},
    Explanation{"TCP_TOO_OLD_ACK", "its acknowledgement is far too old"},
    Explanation{"TCP_ZEROWINDOW", "the receive window is zero: the program does not read"},
    Explanation{"TC_CHAIN_NOTFOUND", "tc: the chain to go on with is not there"},
    Explanation{"TC_COOKIE_ERROR", "tc could not make the entry that its next chain needs"},
    Explanation{"TC_EGRESS", "a tc filter or program on the way out dropped it"},
    Explanation{"TC_INGRESS", "a tc filter or program on the way in dropped it"},
    Explanation{"TC_RECLASSIFY_LOOP", "tc classified it again too often"},
    Explanation{"TUNNEL_TXINFO",
                "it reached a tunnel in external mode without the metadata of one"},
    Explanation{"UDP_CSUM", "the UDP checksum is wrong"},
    Explanation{"UNHANDLED_PROTO",
                "nothing here handles its ethertype, or an option of its IPv6 header"},
    Explanation{"UNICAST_IN_L2_MULTICAST", "an IP packet to one host in a frame to many"},
    Explanation{"UNIX_DISCONNECT",
                "the peer of a UNIX socket closed or connected elsewhere: its queue was emptied"},
    Explanation{"UNIX_SKIP_OOB",
                "out-of-band data of a UNIX socket that was skipped by a plain read"},
    Explanation{"VLAN_FILTER", "the bridge port does not carry that VLAN"},
    Explanation{"VXLAN_ENTRY_EXISTS", "its source is a VXLAN forwarding entry that may not move"},
    Explanation{"VXLAN_INVALID_HDR", "the VXLAN header is not valid"},
    Explanation{"VXLAN_NO_REMOTE", "VXLAN knows no remote for that address"},
    Explanation{"VXLAN_VNI_NOT_FOUND", "no VXLAN device has that VNI"},
    Explanation{"XDP", "an XDP program dropped it"},
    Explanation{"XFRM_POLICY", "an IPsec policy refused it"},
};

constexpr bool is_earlier(const Explanation& a, const Explanation& b) {
  return a.reason < b.reason;
}
static_assert(std::is_sorted(kExplanations.begin(), kExplanations.end(), is_earlier));

// What a reason means in one function, where that says more than the reason alone.
struct PlaceExplanation {
  std::string_view function;
  std::string_view reason;
  std::string_view text;
};

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

// NF_DROP of a hook is freed by nf_hook_slow(): legacy iptables' rules, and hooks that know no
// rules (nf_conntrack_in() where the table is full). nft_do_chain() frees what its own rules drop.
constexpr std::string_view kNoNftRule =
    "a netfilter hook refused it: the connection tracking table is full (`conntrack -S`), a rule "
    "of "
    "legacy iptables, or another module";
constexpr std::string_view kNftRule =
    "a rule or the policy of a chain dropped it: see `nft list ruleset`";
// sk_rmem_schedule() and tcp_try_rmem_schedule() fail where the socket has no room before they ask
// for the protocol's (tcp_data_queue(), TCPRcvQDrop).
constexpr std::string_view kTcpMemory =
    "this socket's receive buffer is full: the program does not read; seldom, tcp_mem is reached";
constexpr std::string_view kNoTcpSocket =
    "nothing listens there, or only on another address, device or VRF; of a segment that is no "
    "SYN: "
    "its connection is gone";

// By what 6.1 and 6.12 have, and for pings to 6.18.
constexpr std::array kPlaceExplanations{
    PlaceExplanation{"nf_hook_slow", "NETFILTER_DROP", kNoNftRule},
    PlaceExplanation{"nft_do_chain", "NETFILTER_DROP", kNftRule},
    PlaceExplanation{"tcp_data_queue", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_data_queue_ofo", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_rcv_established", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_v4_do_rcv", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_v6_do_rcv", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_rcv_state_process", "PROTO_MEM", kTcpMemory},
    PlaceExplanation{"tcp_v4_rcv", "NO_SOCKET", kNoTcpSocket},
    PlaceExplanation{"tcp_v6_rcv", "NO_SOCKET", kNoTcpSocket},
    PlaceExplanation{"ping_rcv", "NO_SOCKET", kPingReply},
    PlaceExplanation{"icmp_rcv", "NO_SOCKET", kPingReply},
    PlaceExplanation{"icmpv6_rcv", "NO_SOCKET", kPingReply},
    PlaceExplanation{"ip_error", "NOT_SPECIFIED", kRefusingRoute},
    PlaceExplanation{"ip6_pkt_drop", "IP_INADDRERRORS", "its destination is the address ::"},
    PlaceExplanation{"ip6_pkt_drop", "IP_INNOROUTES", kRefusingRoute6},
    PlaceExplanation{"ip6_pkt_drop", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceExplanation{"ip6_pkt_discard", "IP_INNOROUTES", kRefusingRoute6},
    PlaceExplanation{"ip6_pkt_discard_out", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceExplanation{"ip6_pkt_prohibit", "IP_INNOROUTES", kRefusingRoute6},
    PlaceExplanation{"ip6_pkt_prohibit_out", "IP_OUTNOROUTES", kRefusingRoute6},
    PlaceExplanation{"dst_discard", "NOT_SPECIFIED", kDiscarded},
    PlaceExplanation{"dst_discard_out", "NOT_SPECIFIED", kDiscarded},
    PlaceExplanation{"ip6_mc_input", "NOT_SPECIFIED",
                     "nothing has joined its multicast group on that device: no fault by itself"},
    PlaceExplanation{"sk_stream_kill_queues", "NOT_SPECIFIED", kClosedSocket},
    PlaceExplanation{"sk_stream_kill_queues", "QUEUE_PURGE", kClosedSocket},
    PlaceExplanation{"tbf_enqueue", "NOT_SPECIFIED", kSegmentsDropped},
    PlaceExplanation{"tbf_segment", "NOT_SPECIFIED", kSegmentsDropped},
};

std::string_view place_explanation(std::string_view reason, std::string_view function) {
  function = function.substr(0, function.find('.'));  // "icmp_rcv.isra.0"
  for (const PlaceExplanation& place : kPlaceExplanations) {
    if (place.function == function && place.reason == reason) return place.text;
  }
  return {};
}

}  // namespace

std::string_view reason_explanation(std::string_view reason, std::string_view function) {
  const std::string_view at_place = place_explanation(reason, function);
  if (!at_place.empty()) return at_place;
  const auto found = std::lower_bound(kExplanations.begin(), kExplanations.end(),
                                      Explanation{reason, {}}, is_earlier);
  return found != kExplanations.end() && found->reason == reason ? found->text : std::string_view();
}

}  // namespace tracker
