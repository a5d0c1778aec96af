// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that are given several skbs in one call: an event for each of them.
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_probes.h"
#include "harness/function_rungs.h"
#include "harness/kernel_version.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 3;
constexpr const char* kFilter = "udp port 7777";

class FunctionLists : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(pair_.left);
    if (!said.empty()) GTEST_SKIP() << said;
  }

  Flow flow(int number) const {
    return {"UDP",
            {pair_.left_end.ipv4, static_cast<uint16_t>(40000 + number)},
            {pair_.right_end.ipv4, 7777}};
  }
  Flow ipv6_flow(int number) const {
    return {"UDP",
            {pair_.left_end.ipv6, static_cast<uint16_t>(40000 + number)},
            {pair_.right_end.ipv6, 7777}};
  }

  void send() const {
    for (int i = 0; i < kPackets; ++i) send_datagrams(pair_.left, flow(i), 1);
  }

  // Of all datagrams that come from now on, opened where those of the flows do.
  UniqueFd sniffer(int bytes) const {
    UniqueFd socket = pair_.right.open_socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    return socket;
  }

  const Pair pair_{NetworkNamespace::Ipv6::kOn};
};

// Each target has one event of each packet, and all of them from one hit: they have one time. Of
// others nothing is expected.
void expect_one_list(const std::string& file, const std::vector<std::string>& targets,
                     const std::string& filter = kFilter) {
  std::map<std::string, std::vector<int>> ports;
  std::map<std::string, std::set<std::string>> times, packets;
  for (const Json& event : view("print", file, {"-f", filter})) {
    const std::string target = target_of(event);
    ports[target].push_back(event.at("/packet/udp/sport"_json_pointer).get<int>());
    times[target].insert(event.at("ts").dump());
    packets[target].insert(text_at(event, "/packet_id"));
  }
  for (const std::string& target : targets) {
    if (!ports.contains(target)) {
      ADD_FAILURE() << target << " has no event";
      continue;
    }
    std::vector<int>& of_target = ports.at(target);
    std::ranges::sort(of_target);  // GRO keeps flows by hash
    EXPECT_EQ(of_target, (std::vector<int>{40000, 40001, 40002})) << target;
    EXPECT_EQ(times.at(target).size(), 1U) << target << " was hit once for all of them";
    EXPECT_EQ(packets.at(target).size(), static_cast<size_t>(kPackets)) << target;
    EXPECT_EQ(packets.at(target), packets.at(targets[0])) << "the same packets everywhere";
  }
  const Sums sums = sums_of(file);
  EXPECT_EQ(sums.lost, 0U);
}

// netem lets go of all that came within a slot at once, in one softirq; veth's NAPI, which it has
// with GRO, finds them together. It takes datagrams that still belong to their sender's socket by
// NAPI only if they may be merged on forwarding (veth_skb_is_eligible_for_gro()).
TEST_F(FunctionLists, OfReceivedPacketsBringEachOfThem) {
  const ProcessResult gro =
      run_program({"ip", "netns", "exec", pair_.right.name(), "ethtool", "-K",
                   pair_.right_end.device, "gro", "on", "rx-udp-gro-forwarding", "on"});
  ASSERT_EQ(gro.status, 0) << gro.err;
  const ProcessResult netem =
      run_program({"tc", "-n", pair_.left.name(), "qdisc", "add", "dev", pair_.left_end.device,
                   "root", "netem", "slot", "1s", "1s"});
  if (netem.status != 0) GTEST_SKIP() << "no netem here, runs in the lab: " << netem.err;
  const UniqueFd receiver = bound_socket(pair_.right, flow(0).dest, SOCK_DGRAM);
  const UniqueFd ipv6_receiver = bound_socket(pair_.right, ipv6_flow(0).dest, SOCK_DGRAM);
  // the pattern matches more than 16, which share programs
  Collection collection({&pair_.right},
                        probes({"fn:*list*", "kprobe:netif_receive_skb_list_internal",
                                "kprobe:ip_list_rcv", "kprobe:ipv6_list_rcv"}));
  pair_.settle();  // the slot that follows has just begun
  send();
  pair_.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  // Nothing else may be among these: a list goes to the protocol in runs of one.
  for (int i = 0; i < kPackets; ++i) send_datagrams(pair_.left, ipv6_flow(i), 1);
  int delivered = 0;
  require_soon([&] { return (delivered += drain(ipv6_receiver)) == kPackets; },
               "the datagrams of IPv6");
  collection.stop();
  const std::string both = "netif_receive_skb_list_internal";
  expect_one_list(collection.file(),
                  {"fn:" + both, "kprobe:" + both, "fn:ip_list_rcv", "kprobe:ip_list_rcv"},
                  "ip and " + std::string(kFilter));
  expect_one_list(collection.file(),
                  {"fn:" + both, "kprobe:" + both, "fn:ipv6_list_rcv", "kprobe:ipv6_list_rcv"},
                  "ip6 and " + std::string(kFilter));
}

const std::string kPurge = "skb_queue_purge_reason|skb_queue_purge";

// A packet socket's queue when the socket is closed (packet_release()).
TEST_F(FunctionLists, OfAQueueBringEachOfItsPackets) {
  const UniqueFd receiver = bound_socket(pair_.right, flow(0).dest, SOCK_DGRAM);
  UniqueFd closed = sniffer(1 << 20);
  send();
  pair_.settle();
  Collection collection({&pair_.right}, probes({"fn:" + kPurge, "kprobe:" + kPurge}));
  closed.reset();
  require_soon([&] { return sums_of(collection.file()).recorded >= 2 * kPackets; },
               "the packets of the closed socket");
  collection.stop();
  const std::string purge = kernel_version().major > 6 || kernel_version().minor >= 3
                                ? "skb_queue_purge_reason"
                                : "skb_queue_purge";
  expect_one_list(collection.file(), {"fn:" + purge, "kprobe:" + purge});
}

// LIST_SKBS of probes/bpf/skb_list.h.
TEST_F(FunctionLists, LoseNoneUncountedThatAreTooMany) {
  constexpr int kLookedAt = 1024;
  constexpr int kMore = 76;
  UniqueFd closed = sniffer(16 << 20);
  send_datagrams(pair_.left, flow(0), kLookedAt + kMore);
  pair_.settle();
  Collection collection({&pair_.right}, probes({"fn:" + kPurge}));
  closed.reset();
  require_soon([&] { return sums_of(collection.file()).recorded >= kLookedAt; },
               "the packets of the closed socket");
  collection.stop();
  EXPECT_EQ(view("print", collection.file()).size(), static_cast<size_t>(kLookedAt));
  const Sums sums = sums_of(collection.file());
  // settle()'s datagrams are in the queue as well
  EXPECT_GE(sums.lost, static_cast<uint64_t>(kMore));
  EXPECT_EQ(sums.seen, sums.filtered + sums.recorded + sums.lost);
}

// A datagram that came in fragments hangs on to them: its first has the others in a list, which is
// freed with it (skb_release_data()). They have no device, and so no namespace to choose them by.
TEST_F(FunctionLists, OfFragmentsBringEachThatIsFreed) {
  constexpr int kBehindTheFirst = 2;  // of 4000 bytes at an MTU of 1500
  const UniqueFd receiver = bound_socket(pair_.right, flow(0).dest, SOCK_DGRAM);
  Collection collection({}, probes({"fn:kfree_skb_list_reason|kfree_skb_list"}));
  send_datagrams(pair_.left, flow(0), 1, 4000);
  pair_.settle();
  EXPECT_EQ(drain(receiver), 1);
  collection.stop();
  if (kernel_version().major == 6 && kernel_version().minor == 1)
    GTEST_SKIP() << "skb_release_data() of Debian's 6.1 has that function inlined";
  const std::string filter = "src host " + flow(0).source.address;
  EXPECT_EQ(view("print", collection.file(), {"-f", filter}).size(),
            static_cast<size_t>(kBehindTheFirst));
  EXPECT_EQ(sums_of(collection.file()).lost, 0U);
}

TEST_F(FunctionLists, HaveNoReturnToWatch) {
  const ProcessResult refused = run_tracker(
      {"collect", "--no-record", "--duration", "1", "--probe", "fn:ip_list_rcv%return"});
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("it is given several skbs"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace tracker::kernel_test
