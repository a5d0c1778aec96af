// SPDX-License-Identifier: GPL-2.0-or-later
//
// What IPsec's policies and a socket's own filter keep away from a socket.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

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

// Transport mode puts the IP header before what was encrypted and leaves the link header where it
// was: between the two lies the rest of ESP.
TEST(IpsecTransport, ShowsThePacketThatWasDecrypted) {
  const Pair pair;
  const ProcessResult modules =
      run_program({"modprobe", "-a", "esp4", "xfrm_user", "authenc", "cbc", "hmac"});
  if (modules.status != 0 && std::getenv("TRACKER_LAB") == nullptr)
    GTEST_SKIP() << "no ESP here, runs in the lab: " << modules.err;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const std::string both = fmt::format("src {} dst {}", pair.left_end.ipv4, pair.right_end.ipv4);
  const std::string state = fmt::format(
      "xfrm state add {} proto esp spi 0x300 mode transport auth hmac(sha1) 0x{:040d} enc cbc(aes) "
      "0x{:032d}\n",
      both, 1, 2);
  pair.left.ip(state);
  pair.right.ip(state);
  pair.left.ip(
      fmt::format("xfrm policy add dir out {} proto udp dport 9 tmpl {} proto esp mode transport\n",
                  both, both));
  Collection collection({&pair.right});
  send_datagrams(pair.left, flow, kPackets);
  require_soon([&] { return sums_of(collection.file()).recorded >= kPackets; }, "the drops");
  collection.stop();
  const std::vector<Json> drops = view("print", collection.file(), {"--reason", "NO_SOCKET"});
  ASSERT_EQ(drops.size(), size_t{kPackets});
  for (const Json& drop : drops) {
    EXPECT_EQ(text_at(drop, "/packet/ip/dst"), pair.right_end.ipv4);
    EXPECT_EQ(drop.at("/packet/udp/dport"_json_pointer), 9) << drop.dump();
    EXPECT_EQ(drop.at("/packet/len"_json_pointer), 20 + 8 + 20) << drop.dump();
  }
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
