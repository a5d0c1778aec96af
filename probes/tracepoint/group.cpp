// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/group.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>

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

namespace {

// By stat(): access() would ask for what the real user may, without the capabilities of a service.
bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

// The folder of tracefs that has a folder for each group; empty where tracefs cannot be read.
std::string tracefs_events() {
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    std::string events = fmt::format("{}/events", root);
    if (exists(events + "/skb/kfree_skb")) return events;
  }
  return {};
}

}  // namespace

bool has_tracepoint(const std::string& group, const std::string& name) {
  const std::string events = tracefs_events();
  return !events.empty() && exists(fmt::format("{}/{}/{}/id", events, group, name));
}

TracepointGroups::TracepointGroups() {
  const std::string events = tracefs_events();
  if (events.empty()) return;
  std::ifstream list(fmt::format("{}/../available_events", events));
  for (std::string line; std::getline(list, line);) {
    const size_t colon = line.find(':');
    if (colon != std::string::npos) groups_.emplace(line.substr(colon + 1), line.substr(0, colon));
  }
  is_readable_ = list.is_open() && !list.bad();
}

std::vector<std::string> TracepointGroups::of(const std::string& name) const {
  std::vector<std::string> groups;
  if (!is_readable_) {
    const std::string_view known = well_known_group(name);
    if (!known.empty()) groups.emplace_back(known);
    return groups;
  }
  const auto [first, last] = groups_.equal_range(name);
  for (auto entry = first; entry != last; ++entry) groups.push_back(entry->second);
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace tracker
