// SPDX-License-Identifier: GPL-2.0-or-later
//
// Returns of many functions by programs that they share, against packets that are known.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_probes.h"
#include "harness/function_scenario.h"
#include "harness/network_namespace.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 10;
const std::set<std::string> kSharedRungs{"kretprobe_multi", "kretprobe"};

// Fewer than 64 probes, both ends together: of more, two can share what tells that one of them saw
// a packet before (`others` of struct tracker_track).
const std::vector<std::string> kBeginnings{"fn:ip_f*", "fn:ip_l*", "fn:ip_o*", "fn:ip_r*"};
const std::vector<std::string> kReturns{"fn:ip_f*%return", "fn:ip_l*%return", "fn:ip_o*%return",
                                        "fn:ip_r*%return"};

std::vector<std::string> with_returns(std::vector<std::string> beginnings) {
  beginnings.insert(beginnings.end(), kReturns.begin(), kReturns.end());
  return beginnings;
}

// Each sees each datagram once and returns 0.
const std::vector<std::string> kOnce{"ip_rcv", "ip_local_deliver", "ip_output", "ip_finish_output",
                                     "ip_finish_output2"};

using Ids = std::multiset<std::string>;

class ManyReturns : public FunctionScenario {
 protected:
  // Sends datagrams to a socket, which gets all of them, while these are watched.
  void watch(const std::vector<std::string>& targets, const Flow& sent) {
    collection_.emplace(both(), probes(targets));
    deliver(sent, kPackets);
    collection_->stop();
  }

  std::string file() const { return collection_->file(); }

  std::optional<Collection> collection_;
};

bool is_return(const Json& event) { return target_of(event).ends_with("%return"); }

// Of the packets of the flow, by target: one id for each event. Returns that bring another result
// than 0 are left out.
std::map<std::string, Ids> ids_of_flow(const std::string& file) {
  std::map<std::string, Ids> ids;
  for (const Json& journey : view("sort", file, {"-f", fmt::format("dst port {}", kFlowPort)})) {
    for (const Json& event : journey.at("events")) {
      const bool is_other = is_return(event) && event.value("return_code", -1) != 0;
      if (!is_other) ids[target_of(event)].insert(text_at(event, "/packet_id"));
    }
  }
  return ids;
}

TEST_F(ManyReturns, ShareProgramsAndBringTheResultAndThePacketOfTheCall) {
  watch(with_returns(kBeginnings), flow());
  const Json stats = view("stats", file()).at(0);
  EXPECT_LT(stats.at("probes").size(), 64U);
  size_t returns = 0;
  for (const Json& probe : stats.at("probes")) {
    EXPECT_TRUE(probe.at("attached").get<bool>()) << probe;
    const std::string how = text_at(probe, "/how");
    if (how.starts_with("kret")) ++returns;
  }
  EXPECT_GT(returns, 16U);
  uint64_t shared = 0;
  for (const Json& program : stats.at("shared_programs"))
    if (kSharedRungs.contains(text_at(program, "/how")))
      shared += program.at("probes").get<uint64_t>();
  EXPECT_EQ(shared, returns) << stats.at("shared_programs");
  const std::map<std::string, Ids> ids = ids_of_flow(file());
  for (const std::string& function : kOnce) {
    const auto beginning = ids.find("fn:" + function);
    const auto at_return = ids.find("fn:" + function + "%return");
    ASSERT_TRUE(beginning != ids.end() && at_return != ids.end()) << function;
    EXPECT_EQ(at_return->second.size(), static_cast<size_t>(kPackets)) << function;
    EXPECT_EQ(at_return->second, beginning->second) << function;
  }
  expect_sums_that_close(stats);
  expect_nothing_lost(file());
}

// Nothing of the skb, which may be freed by then, but where the packet was when the call began.
TEST_F(ManyReturns, HaveANamespaceAndNoBytes) {
  watch({"fn:ip_*%return"}, flow());
  int count = 0;
  for (const Json& event : view("print", file(), {"--probe", "fn:ip_rcv%return"})) {
    EXPECT_FALSE(event.contains("skb") || event.contains("packet")) << event;
    EXPECT_NE(text_at(event, "/netns/name"), "") << event;
    EXPECT_TRUE(kSharedRungs.contains(text_at(event, "/probe/rung"))) << event;
    count += event.at("return_code") == 0;
  }
  EXPECT_GE(count, kPackets);
}

// ip_output() of the inner packet ends after that of the outer one, which is the same skb.
TEST_F(ManyReturns, OfATunnelWithinTheInnerCall) {
  add_ipip_tunnel(pair_);
  watch(with_returns({"fn:ip_output"}), {"UDP", {"10.6.0.1", 40000}, {"10.6.0.2", kFlowPort}});
  std::map<int, std::vector<std::string>> open;  // ids of packets, by CPU
  size_t deepest = 0;
  int returns = 0;
  for (const Json& event : view("print", file())) {
    std::vector<std::string>& calls = open[event.at("cpu").get<int>()];
    if (target_of(event) == "fn:ip_output") {
      calls.push_back(text_at(event, "/packet_id"));
      deepest = std::max(deepest, calls.size());
    } else if (target_of(event) == "fn:ip_output%return") {
      require(!calls.empty(), "a return without a beginning: " + event.dump());
      EXPECT_EQ(text_at(event, "/packet_id"), calls.back()) << event;
      calls.pop_back();
      returns += event.at("return_code") == 0;
    }
  }
  for (const auto& [cpu, calls] : open) EXPECT_TRUE(calls.empty()) << "on CPU " << cpu;
  EXPECT_EQ(deepest, 2U);
  EXPECT_GE(returns, 2 * kPackets);
}

// What the socket's function hands back is the datagram that it was asked for: its first sight.
TEST_F(ManyReturns, OfAFunctionThatHandsAPacketBack) {
  watch({"fn:ip_*%return", "fn:__skb_recv_udp%return"}, flow());
  int count = 0;
  const std::vector<std::string> options{"--probe", "fn:__skb_recv_udp%return", "-f",
                                         fmt::format("udp dst port {}", kFlowPort)};
  for (const Json& event : view("print", file(), options)) {
    EXPECT_EQ(text_at(event, "/packet/ip/src"), pair_.left_end.ipv4) << event;
    EXPECT_FALSE(event.contains("return_code")) << "a pointer";
    EXPECT_TRUE(kSharedRungs.contains(text_at(event, "/probe/rung"))) << event;
    ++count;
  }
  EXPECT_EQ(count, kPackets);
}

// Whether functions share a link here, or each has one of its own.
bool are_attached_at_once(const NetworkNamespace& netns) {
  Collection collection({&netns}, {"--probe", "fn:ip_*%return"});
  collection.stop();
  const Json stats = view("stats", collection.file()).at(0);
  return text_at(stats.at("probes").at(0), "/how") == "kretprobe_multi";
}

TEST_F(ManyReturns, AllThatThereAre) {
  if (!are_attached_at_once(pair_.left))
    GTEST_SKIP() << "this kernel attaches them one by one, which takes minutes in each direction";
  watch({"fn:*%return"}, flow());
  const Json stats = view("stats", file()).at(0);
  EXPECT_GT(stats.at("probes").size(), 1000U);
  for (const Json& probe : stats.at("probes"))
    EXPECT_TRUE(probe.at("attached").get<bool>()) << probe;
  std::map<std::string, Ids> ids;
  for (const Json& event : view("print", file()))
    if (event.value("return_code", -1) == 0)
      ids[target_of(event)].insert(text_at(event, "/packet_id"));
  for (const std::string& function : kOnce) {
    const Ids& seen = ids["fn:" + function + "%return"];
    EXPECT_GE(seen.size(), static_cast<size_t>(kPackets)) << function;
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << function;
  }
  expect_sums_that_close(stats);
}

}  // namespace
}  // namespace tracker::kernel_test
