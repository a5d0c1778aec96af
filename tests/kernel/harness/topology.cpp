// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

// Addresses of `own` and the way to `peer`. Without link-local addresses no router is asked for.
std::string set_up(const End& own, const End& peer) {
  std::string commands = fmt::format(
      "link set {0} addrgenmode none\n"
      "link set lo up\n"
      "addr add {1}/24 dev {0}\n"
      "link set {0} up\n"
      "neigh replace {2} lladdr {3} dev {0} nud permanent\n",
      own.device, own.ipv4, peer.ipv4, mac_text(peer.mac));
  if (!own.ipv6.empty()) {
    commands += fmt::format(
        "addr add {1}/64 dev {0} nodad\n"
        "neigh replace {2} lladdr {3} dev {0} nud permanent\n",
        own.device, own.ipv6, peer.ipv6, mac_text(peer.mac));
  }
  return commands;
}

}  // namespace

std::string mac_text(const MacAddress& mac) { return fmt::format("{:02x}", fmt::join(mac, ":")); }

void join(const NetworkNamespace& left_ns, const End& left, const NetworkNamespace& right_ns,
          const End& right) {
  // Indices that differ: where a veth and its peer have the same one, the kernel takes the link's
  // coming up for not urgent and lets it wait for up to a second.
  const std::string link = fmt::format(
      "link add {} index 11 address {} type veth peer name {} index 12 address {} netns {}\n",
      left.device, mac_text(left.mac), right.device, mac_text(right.mac), right_ns.name());
  left_ns.ip(link + set_up(left, right));
  right_ns.ip(set_up(right, left));
  left_ns.wait_until_running(left.device);
  right_ns.wait_until_running(right.device);
}

Pair::Pair(NetworkNamespace::Ipv6 ipv6)
    : left("left", ipv6),
      right("right", ipv6),
      left_end{"left0", {2, 0, 0, 0, 0, 1}, "10.1.0.1", ""},
      right_end{"right0", {2, 0, 0, 0, 0, 2}, "10.1.0.2", ""} {
  if (ipv6 == NetworkNamespace::Ipv6::kOn) {
    left_end.ipv6 = "fd01::1";
    right_end.ipv6 = "fd01::2";
  }
  join(left, left_end, right, right_end);
}

void Pair::settle() const { wait_until_delivered(left, left_end.ipv4, right, right_end.ipv4); }

void add_ipip_tunnel(const Pair& pair) {
  for (const bool is_left : {true, false}) {
    const NetworkNamespace& netns = is_left ? pair.left : pair.right;
    const std::string& local = is_left ? pair.left_end.ipv4 : pair.right_end.ipv4;
    const std::string& remote = is_left ? pair.right_end.ipv4 : pair.left_end.ipv4;
    netns.ip(
        fmt::format("tunnel add tunnel mode ipip local {} remote {}\naddr add 10.6.0.{}/24 dev "
                    "tunnel\nlink set tunnel up\n",
                    local, remote, is_left ? 1 : 2));
  }
}

}  // namespace tracker::kernel_test
