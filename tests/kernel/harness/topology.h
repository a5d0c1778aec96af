// SPDX-License-Identifier: GPL-2.0-or-later
//
// Namespaces joined by veth, with addresses and neighbours set, so that the only packets are those
// that the scenario sends.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/network_namespace.h"

namespace tracker::kernel_test {

using MacAddress = std::array<uint8_t, 6>;
std::string mac_text(const MacAddress& mac);

// One end of a veth link.
struct End {
  std::string device;
  MacAddress mac;
  std::string ipv4;  // without prefix length; links are /24
  std::string ipv6;  // links are /64; empty: none
};

// Joins two namespaces: device, addresses, permanent neighbours; returns when packets go through.
void join(const NetworkNamespace& left_ns, const End& left, const NetworkNamespace& right_ns,
          const End& right);

// Two namespaces: left0 10.1.0.1 fd01::1 and right0 10.1.0.2 fd01::2.
struct Pair {
  explicit Pair(NetworkNamespace::Ipv6 ipv6 = NetworkNamespace::Ipv6::kOff);

  // Returns when what left sent to right, from CPU 0, has been received or dropped there.
  void settle() const;

  NetworkNamespace left;
  NetworkNamespace right;
  End left_end;
  End right_end;
};

// Device `tunnel` on both sides, ipip between their addresses: left 10.6.0.1, right 10.6.0.2.
void add_ipip_tunnel(const Pair& pair);

}  // namespace tracker::kernel_test
