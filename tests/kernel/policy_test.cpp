// SPDX-License-Identifier: GPL-2.0-or-later
//
// What IPsec's policies and a socket's own filter keep away from a socket.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <cstdlib>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uint16_t kPort = 7000;

Flow datagrams_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kPort}};
}

// Sends datagrams to an open port of the right end, which `policy`, an IPsec policy for all that
// comes from left, keeps away.
void expect_xfrm_policy(const std::string& policy) {
  const Pair pair;
  const ProcessResult listed = run_program({"ip", "-n", pair.right.name(), "xfrm", "policy"});
  if (listed.status != 0 && std::getenv("TRACKER_LAB") == nullptr)
    GTEST_SKIP() << "no IPsec policies here, runs in the lab: " << listed.err;
  const Flow flow = datagrams_of(pair);
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  pair.right.ip(fmt::format("xfrm policy add src {}/32 dst {}/32 proto udp dport {} dir in {}\n",
                            pair.left_end.ipv4, pair.right_end.ipv4, kPort, policy));
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  EXPECT_EQ(drain(receiver), 0);
  expect_only_drops(collection.file(), {"XFRM_POLICY", "udp_queue_rcv_one_skb", kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(IpsecPolicy, ThatBlocksIsXfrmPolicy) { expect_xfrm_policy("action block"); }

TEST(IpsecPolicy, ThatWantsEncryptionIsXfrmPolicyForWhatHasNone) {
  expect_xfrm_policy("tmpl proto esp mode transport level required");
}

TEST(SocketFilter, ThatTakesNothingIsSocketFilter) {
  const Pair pair;
  const Flow flow = datagrams_of(pair);
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  sock_filter take_nothing[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  const sock_fprog program{1, take_nothing};
  require_call(setsockopt(receiver.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)),
               "SO_ATTACH_FILTER");
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  EXPECT_EQ(drain(receiver), 0);
  expect_only_drops(collection.file(), {"SOCKET_FILTER", "udp_queue_rcv_one_skb", kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
