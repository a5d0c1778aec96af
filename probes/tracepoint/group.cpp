// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/group.h"

#include <algorithm>
#include <array>

namespace tracker {

namespace {

struct Known {
  std::string_view tracepoint;
  std::string_view group;
};

// Sorted by tracepoint.
constexpr std::array kKnown{
    Known{"consume_skb", "skb"},
    Known{"devlink_trap_report", "devlink"},
    Known{"icmp_send", "icmp"},
    Known{"kfree_skb", "skb"},
    Known{"napi_gro_frags_entry", "net"},
    Known{"napi_gro_receive_entry", "net"},
    Known{"net_dev_queue", "net"},
    Known{"net_dev_start_xmit", "net"},
    Known{"net_dev_xmit", "net"},
    Known{"netif_receive_skb", "net"},
    Known{"netif_receive_skb_entry", "net"},
    Known{"netif_receive_skb_list_entry", "net"},
    Known{"netif_rx", "net"},
    Known{"netif_rx_entry", "net"},
    Known{"netif_rx_ni_entry", "net"},
    Known{"ovs_do_execute_action", "openvswitch"},
    Known{"ovs_dp_upcall", "openvswitch"},
    Known{"qdisc_dequeue", "qdisc"},
    Known{"qdisc_enqueue", "qdisc"},
    Known{"skb_copy_datagram_iovec", "skb"},
    Known{"sock_rcvqueue_full", "sock"},
    Known{"subflow_check_data_avail", "mptcp"},
    Known{"tcp_ao_handshake_failure", "tcp"},
    Known{"tcp_bad_csum", "tcp"},
    Known{"tcp_hash_ao_required", "tcp"},
    Known{"tcp_hash_bad_header", "tcp"},
    Known{"tcp_hash_md5_mismatch", "tcp"},
    Known{"tcp_hash_md5_required", "tcp"},
    Known{"tcp_hash_md5_unexpected", "tcp"},
    Known{"tcp_probe", "tcp"},
    Known{"tcp_retransmit_skb", "tcp"},
    Known{"tcp_send_reset", "tcp"},
    Known{"tcp_sendmsg_locked", "tcp"},
    Known{"udp_fail_queue_rcv_skb", "udp"},
};

constexpr bool is_earlier(const Known& a, const Known& b) { return a.tracepoint < b.tracepoint; }
static_assert(std::is_sorted(kKnown.begin(), kKnown.end(), is_earlier));

}  // namespace

std::string_view well_known_group(std::string_view tracepoint) {
  const auto found =
      std::lower_bound(kKnown.begin(), kKnown.end(), Known{tracepoint, {}}, is_earlier);
  return found != kKnown.end() && found->tracepoint == tracepoint ? found->group
                                                                  : std::string_view();
}

}  // namespace tracker
