// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that a rule of nftables drops.
#include <gtest/gtest.h>

#include <string>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

// On 5.10 the hook frees what a rule drops.
std::string place_of_a_rule() {
  return kernel_version().is_at_least(5, 17) ? "nft_do_chain" : "nf_hook_slow";
}

constexpr int kPackets = 7;
constexpr uint16_t kForbidden = 5353;

constexpr char kRules[] =
    "table inet test {\n"
    "  chain input {\n"
    "    type filter hook input priority 0; policy accept;\n"
    "    udp dport 5353 drop\n"
    "  }\n"
    "}\n";

TEST(NftablesRule, DropsIpv4OnInput) {
  const Pair pair;
  pair.right.nft(kRules);
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kForbidden}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  expect_only_drops(collection.file(), {"NETFILTER_DROP", place_of_a_rule(), kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(NftablesRule, DropsIpv6OnInput) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  pair.right.nft(kRules);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, kForbidden}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  expect_drops(collection.file(), {"NETFILTER_DROP", place_of_a_rule(), kPackets, flow,
                                   pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
