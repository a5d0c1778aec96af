// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>

#include "postprocess/reason_words.h"

namespace tracker {
namespace {

// Sorted by reason. Each sentence covers every caller in 6.1, 6.12, 6.18 and 7.3 that gives the
// reason, and names the likely cause first.
constexpr std::array kWords{
    ReasonWords{"ARP_PVLAN_DISABLE",
                "an ARP request for an address that its own device leads to: proxy ARP for private "
                "VLANs (proxy_arp_pvlan) is off"},
    ReasonWords{"BPF_CGROUP_EGRESS",
                "a BPF program attached to the cgroup refused it on its way out"},
    ReasonWords{"BRIDGE_INGRESS_STP_STATE",
                "the bridge port does not take frames: spanning tree blocks it, or it is disabled"},
    ReasonWords{"CAKE_FLOOD", "CAKE dropped it as part of a flow that does not slow down (BLUE)"},
    ReasonWords{"CANFD_RX_INVALID_FRAME", "not a valid CAN FD frame, or not from a CAN device"},
    ReasonWords{"CANXL_RX_INVALID_FRAME", "not a valid CAN XL frame, or not from a CAN device"},
    ReasonWords{"CAN_RX_INVALID_FRAME", "not a valid CAN frame, or not from a CAN device"},
    ReasonWords{"CPU_BACKLOG",
                "the CPU's backlog is full (net.core.netdev_max_backlog), or its flow has more "
                "than its share of it"},
    ReasonWords{"DEV_HDR",
                "the virtio header that the program wrote to the tap does not fit the packet"},
    ReasonWords{"DEV_READY",
                "the device cannot take it: it is down or being removed, or no program has the tun "
                "or tap open"},
    ReasonWords{"DUALPI2_STEP_DROP",
                "DualPI2: its queue is past the step threshold and it cannot carry an ECN mark"},
    ReasonWords{"DUP_FRAG", "a fragment whose data is already there"},
    ReasonWords{"FQ_BAND_LIMIT", "fq: the queue of its priority band is full"},
    ReasonWords{"FQ_FLOW_LIMIT", "fq: its flow has too many packets in the queue (flow_limit)"},
    ReasonWords{"FQ_HORIZON_LIMIT", "fq: its time to be sent lies too far ahead (horizon)"},
    ReasonWords{"FRAG_REASM_TIMEOUT",
                "reassembly was given up: the other fragments did not come in time, or the queue "
                "was removed"},
    ReasonWords{
        "FRAG_TOO_FAR",
        "too many fragments of other datagrams from that sender came in between (ipfrag_max_dist)"},
    ReasonWords{"FULL_RING",
                "the ring or queue that its reader empties is full: the reader of a tun or tap "
                "does not keep up"},
    ReasonWords{"HDR_TRUNC", "shorter than its link header"},
    ReasonWords{"ICMP_CSUM", "the ICMP checksum is wrong"},
    ReasonWords{"INVALID_PROTO", "a protocol or message type that is not taken there"},
    ReasonWords{"IPV6DISABLED",
                "IPv6 is off on that device (disable_ipv6), or that kind of routing header is not "
                "accepted there"},
    ReasonWords{"IPV6_BAD_EXTHDR",
                "the packet that an ICMPv6 error quotes has a broken extension header"},
    ReasonWords{"IPV6_NDISC_BAD_CODE", "neighbour discovery with an ICMPv6 code other than 0"},
    ReasonWords{"IPV6_NDISC_BAD_OPTIONS", "neighbour discovery with broken options"},
    ReasonWords{"IPV6_NDISC_FRAG",
                "neighbour discovery in fragments is refused (suppress_frag_ndisc)"},
    ReasonWords{"IPV6_NDISC_HOP_LIMIT",
                "neighbour discovery with a hop limit other than 255: a router forwarded it"},
    ReasonWords{"IPV6_NDISC_NS_OTHERHOST",
                "a neighbour solicitation for an address that this host does not have"},
    ReasonWords{"IPV6_TOO_MANY_EXTHDRS", "it has too many IPv6 extension headers"},
    ReasonWords{"IPVLAN_MULTICAST_BACKLOG", "ipvlan: too many multicast packets wait"},
    ReasonWords{"IP_CSUM", "the IP header's checksum is wrong"},
    ReasonWords{"IP_INADDRERRORS",
                "not an address of this host, and this host does not forward (ip_forward)"},
    ReasonWords{"IP_INHDR",
                "its IP header, an option or an extension header is not valid, or its TTL (hop "
                "limit) ran out"},
    ReasonWords{"IP_INNOROUTES", "this host has no route to that address"},
    ReasonWords{"IP_INVALID_DEST",
                "its destination address is not valid: in 0.0.0.0/8, or with a route of another "
                "kind than unicast"},
    ReasonWords{"IP_INVALID_SOURCE",
                "its source address cannot be a sender's: multicast, broadcast, zero, or its route "
                "is no unicast route"},
    ReasonWords{"IP_LOCALNET", "a loopback address outside the host (route_localnet is off)"},
    ReasonWords{"IP_LOCAL_SOURCE", "its source address is one of this host's own (accept_local)"},
    ReasonWords{"IP_NOPROTO",
                "nothing takes that IP protocol; or only a raw socket does, whose buffer is full"},
    ReasonWords{"IP_OUTNOROUTES",
                "no usable route to that address: none, or one that refuses (blackhole, "
                "unreachable, prohibit)"},
    ReasonWords{
        "IP_RPFILTER",
        "the route back to its source leads over another device, or there is none (rp_filter)"},
    ReasonWords{"IP_TUNNEL_ECN", "the outer and inner ECN marks contradict each other (RFC 6040)"},
    ReasonWords{"LOCAL_MAC", "its source MAC address is this device's own: a loop"},
    ReasonWords{"MACVLAN_BROADCAST_BACKLOG", "macvlan: too many broadcasts wait (bcqueuelen)"},
    ReasonWords{
        "MAC_IEEE_MAC_CONTROL",
        "a frame to the MAC control address (IEEE 802.3 pause), which a bridge does not forward"},
    ReasonWords{"MAC_INVALID_SOURCE", "its source MAC address is not valid: multicast or zero"},
    ReasonWords{"NEIGH_CREATEFAIL",
                "no neighbour entry could be made (is the table full? see gc_thresh3)"},
    ReasonWords{"NEIGH_DEAD", "its neighbour entry was removed in the meantime"},
    ReasonWords{"NEIGH_FAILED",
                "the neighbour did not answer (ARP or neighbour discovery), or its entry was "
                "removed while the packet waited"},
    ReasonWords{"NEIGH_HH_FILLFAIL", "the link header could not be built"},
    ReasonWords{"NEIGH_QUEUEFULL",
                "too many packets wait for the neighbour's address (unres_qlen_bytes): the oldest "
                "is dropped"},
    ReasonWords{"NETFILTER_DROP",
                "netfilter refused it: a rule or a chain's policy (nftables, iptables), or a hook "
                "without rules, as connection tracking whose table is full"},
    ReasonWords{"NOMEM", "the kernel had no memory for it"},
    ReasonWords{"NOT_SPECIFIED", "the kernel gives no reason: see the place"},
    ReasonWords{
        "NO_SOCKET",
        "nothing listens there, or only on another address, device or VRF, or connected elsewhere"},
    ReasonWords{"NO_TX_TARGET",
                "no port or remote to send it to: none there, or none that may flood or has joined "
                "the group"},
    ReasonWords{
        "OTHERHOST",
        "the destination MAC address is another host's, or this host has no device for its VLAN"},
    ReasonWords{"PACKET_SOCK_ERROR",
                "a packet socket (a capture, or a daemon that reads frames) could not take it: its "
                "buffer is full"},
    ReasonWords{"PFMEMALLOC", "memory is short and the socket is not one that helps against it"},
    ReasonWords{"PKT_TOO_BIG", "larger than the MTU, and it may not be fragmented there"},
    ReasonWords{"PKT_TOO_SMALL", "shorter than its headers say or need"},
    ReasonWords{"PROTO_MEM",
                "no memory for its socket: the socket's own buffer is full, or the protocol's "
                "limit (udp_mem, tcp_mem) or its cgroup's is reached"},
    ReasonWords{"PSP_INPUT", "its PSP protection is not what its connection requires"},
    ReasonWords{"PSP_OUTPUT", "PSP could not protect it on its way out"},
    ReasonWords{
        "QDISC_BURST_DROP",
        "too many packets waited for the queueing discipline at once (net.core.qdisc_max_burst)"},
    ReasonWords{"QDISC_CONGESTED",
                "the queueing discipline dropped it early, to signal congestion (AQM)"},
    ReasonWords{
        "QDISC_DROP",
        "the queueing discipline dropped it: its queue is full, or its algorithm decided so"},
    ReasonWords{"QDISC_OVERLIMIT", "the queueing discipline's queue is full (limit)"},
    ReasonWords{
        "QUEUE_PURGE",
        "it waited in a queue that was emptied, as when a socket is closed or a device goes down"},
    ReasonWords{"RECURSION_LIMIT",
                "it went through too many devices or VLAN tags on top of each other (a loop?)"},
    ReasonWords{"SECURITY_HOOK", "a security module refused it"},
    ReasonWords{"SKB_BAD_GSO", "its segmentation data is not valid"},
    ReasonWords{"SKB_CSUM", "its checksum is wrong, or could not be computed"},
    ReasonWords{"SKB_GSO_SEG", "it could not be segmented"},
    ReasonWords{"SKB_UCOPY_FAULT", "its data could not be copied from or to a program's memory"},
    ReasonWords{"SOCKET_BACKLOG",
                "too many packets came while a program was inside the socket: its backlog is full"},
    ReasonWords{"SOCKET_CLOSE", "the socket was closed before the program read it"},
    ReasonWords{"SOCKET_FILTER",
                "a filter refused it: the socket's own, a BPF program of its cgroup (ingress), or "
                "a security module"},
    ReasonWords{"SOCKET_RCVBUFF",
                "the socket's receive buffer is full: the program does not read fast enough"},
    ReasonWords{"TAP_FILTER", "the filter of the tun or tap refused it"},
    ReasonWords{"TAP_TXFILTER", "the tap's address filter refused it"},
    ReasonWords{"TCP_ABORT_ON_DATA", "data came after the program had closed the connection"},
    ReasonWords{"TCP_ACK_UNSENT_DATA", "it acknowledges data that was never sent"},
    ReasonWords{"TCP_AOFAILURE", "its TCP-AO signature is wrong"},
    ReasonWords{"TCP_AOKEYNOTFOUND", "its TCP-AO key is not known here"},
    ReasonWords{"TCP_AONOTFOUND", "a TCP-AO signature is required and it has none"},
    ReasonWords{"TCP_AOUNEXPECTED", "it has a TCP-AO signature and none is expected"},
    ReasonWords{"TCP_AUTH_HDR", "its authentication option is not well formed"},
    ReasonWords{"TCP_CLOSE", "the connection is closed"},
    ReasonWords{"TCP_CSUM", "the TCP checksum is wrong"},
    ReasonWords{"TCP_FASTOPEN",
                "not acceptable for a connection that TCP Fast Open is still opening"},
    ReasonWords{"TCP_FLAGS", "its flags are not valid in the socket's state"},
    ReasonWords{"TCP_INVALID_ACK_SEQUENCE", "its acknowledgement number is not valid"},
    ReasonWords{"TCP_INVALID_END_SEQUENCE", "its end lies beyond the receive window"},
    ReasonWords{
        "TCP_INVALID_SEQUENCE",
        "its sequence number is outside the window: beyond it, or (before 6.12) received before"},
    ReasonWords{"TCP_INVALID_SYN",
                "a SYN for a connection that exists: answered by a challenge ACK"},
    ReasonWords{"TCP_LISTEN_OVERFLOW",
                "the accept queue is full: the program does not accept fast enough"},
    ReasonWords{"TCP_MD5FAILURE", "its MD5 signature is wrong"},
    ReasonWords{"TCP_MD5NOTFOUND", "an MD5 signature is required and it has none"},
    ReasonWords{"TCP_MD5UNEXPECTED", "it has an MD5 signature and none is expected"},
    ReasonWords{"TCP_MINTTL",
                "its TTL (hop limit) is below the least that the socket accepts (IP_MINTTL, "
                "IPV6_MINHOPCOUNT)"},
    ReasonWords{"TCP_OFOMERGE", "its data is already in the out-of-order queue"},
    ReasonWords{"TCP_OFO_DROP", "its data has come in order in the meantime"},
    ReasonWords{"TCP_OFO_QUEUE_PRUNE",
                "the out-of-order queue was cut: the socket's receive buffer is full, or TCP's "
                "memory is short"},
    ReasonWords{"TCP_OLD_ACK", "an acknowledgement that is too old to matter"},
    ReasonWords{"TCP_OLD_DATA", "data that was received before: a retransmission, or a probe"},
    ReasonWords{
        "TCP_OLD_SEQUENCE",
        "all of it was received before: a retransmission, or a keepalive probe, which is answered"},
    ReasonWords{"TCP_OVERWINDOW", "its data lies beyond the window that was offered"},
    ReasonWords{"TCP_RESET",
                "a reset that was not obeyed: its sequence number is not exact (answered by a "
                "challenge ACK), or there is no connection to reset"},
    ReasonWords{"TCP_RFC7323_PAWS", "its time stamp is older than the last one (PAWS)"},
    ReasonWords{"TCP_RFC7323_PAWS_ACK",
                "an acknowledgement whose time stamp is older than the last one (PAWS)"},
    ReasonWords{"TCP_RFC7323_TSECR", "it echoes a time stamp that was never sent"},
    ReasonWords{"TCP_RFC7323_TW_PAWS",
                "for a connection in TIME_WAIT, with an older time stamp (PAWS)"},
    ReasonWords{"TCP_TOO_OLD_ACK", "its acknowledgement is far too old"},
    ReasonWords{"TCP_ZEROWINDOW", "the receive window is zero: the program does not read"},
    ReasonWords{"TC_CHAIN_NOTFOUND", "tc: the chain to go on with is not there"},
    ReasonWords{"TC_COOKIE_ERROR",
                "tc: the entry that leads on to the next chain could not be made or found"},
    ReasonWords{"TC_EGRESS", "a filter or BPF program of tc on the way out dropped it"},
    ReasonWords{"TC_INGRESS", "a filter or BPF program of tc on the way in dropped it"},
    ReasonWords{"TC_RECLASSIFY_LOOP", "tc classified it again too often"},
    ReasonWords{"TUNNEL_TXINFO",
                "it reached a tunnel in external mode without the metadata of one"},
    ReasonWords{"UDP_CSUM", "the UDP checksum is wrong"},
    ReasonWords{"UNHANDLED_PROTO", "nothing here takes that protocol, message type or option"},
    ReasonWords{"UNICAST_IN_L2_MULTICAST",
                "an IP packet to one host in a frame to many (drop_unicast_in_l2_multicast)"},
    ReasonWords{"UNIX_DISCONNECT",
                "the peer of a UNIX socket closed or connected elsewhere: its queue was emptied"},
    ReasonWords{"UNIX_SKIP_OOB", "out-of-band data of a UNIX socket that a plain read skipped"},
    ReasonWords{"VXLAN_ENTRY_EXISTS",
                "its source MAC address has a static VXLAN forwarding entry, which may not move"},
    ReasonWords{"VXLAN_INVALID_HDR", "the VXLAN header is not valid"},
    ReasonWords{"VXLAN_VNI_NOT_FOUND", "no VXLAN device has that VNI"},
    ReasonWords{"XDP", "a generic XDP program dropped it, or could not redirect it"},
    ReasonWords{"XFRM_POLICY", "an IPsec policy refused it, as clear text where ESP is required"},
};

static_assert(std::ranges::is_sorted(kWords, {}, &ReasonWords::reason));

}  // namespace

std::span<const ReasonWords> core_reason_words() { return kWords; }

}  // namespace tracker
