// SPDX-License-Identifier: GPL-2.0-or-later
//
// Returns of functions: each with the packet that its call was given and what it returned, whatever
// became of the packet meanwhile and however calls lie within each other.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
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

constexpr int kPackets = 5;

// A beginning and a return of the same function, by the rungs that see the same frame.
struct Ends {
  std::string beginning;
  std::string at_return;
};

std::vector<Ends> ends_of(const std::string& function) {
  return {{"fn:" + function, "fn:" + function + "%return"},
          {"fentry:" + function, "fexit:" + function},
          {"kprobe:" + function, "kretprobe:" + function}};
}

std::vector<std::string> targets_of(const std::vector<Ends>& all) {
  std::vector<std::string> targets;
  for (const Ends& ends : all) targets.insert(targets.end(), {ends.beginning, ends.at_return});
  return targets;
}

class FunctionReturns : public FunctionScenario {
 protected:
  // Sends the datagrams while these are watched; all events in the order of time.
  std::vector<Json> watch(const std::vector<std::string>& targets, const Flow& sent) {
    collection_.emplace(both(), probes(targets));
    send_datagrams(pair_.left, sent, kPackets);
    pair_.settle();
    collection_->stop();
    return view("print", collection_->file());
  }

  std::optional<Collection> collection_;
};

// Of each task and CPU, calls end in the reverse order of their beginnings. The value is the depth
// that was reached.
size_t expect_nested(const std::vector<Json>& events, const Ends& ends) {
  std::map<int, std::vector<std::string>> open;  // ids of packets, by CPU
  size_t deepest = 0;
  for (const Json& event : events) {
    std::vector<std::string>& calls = open[event.at("cpu").get<int>()];
    if (target_of(event) == ends.beginning) {
      calls.push_back(text_at(event, "/packet_id"));
      deepest = std::max(deepest, calls.size());
    } else if (target_of(event) == ends.at_return) {
      require(!calls.empty(), "a return without a beginning: " + event.dump());
      EXPECT_EQ(text_at(event, "/packet_id"), calls.back()) << event;
      calls.pop_back();
    }
  }
  for (const auto& [cpu, calls] : open) EXPECT_TRUE(calls.empty()) << "on CPU " << cpu;
  return deepest;
}

// Every return has a result, a namespace, and nothing of the skb, which may be freed by then.
int count_returns(const std::vector<Json>& events, const std::string& target, int code) {
  int count = 0;
  for (const Json& event : events) {
    if (target_of(event) != target) continue;
    EXPECT_FALSE(event.contains("skb") || event.contains("packet")) << event;
    EXPECT_NE(text_at(event, "/netns/name"), "") << event;
    if (event.contains("return_code") && event.at("return_code") == code) ++count;
  }
  return count;
}

TEST_F(FunctionReturns, BringTheResultAndThePacketOfTheCall) {
  const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  const std::vector<Ends> all = ends_of("ip_rcv");
  const std::vector<Json> events = watch(targets_of(all), flow());
  EXPECT_EQ(drain(receiver), kPackets);
  for (const Ends& ends : all) {
    SCOPED_TRACE(ends.at_return);
    EXPECT_EQ(expect_nested(events, ends), 1U);
    EXPECT_GE(count_returns(events, ends.at_return, 0), kPackets);  // NET_RX_SUCCESS
  }
  const std::vector<Json> journeys = view("sort", collection_->file(), {"-f", "udp port 7777"});
  EXPECT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) {
    EXPECT_EQ(journey.at("events").size(), targets_of(all).size()) << journey;
    EXPECT_FALSE(text_at(journey, "/verdict/probe").ends_with("%return")) << "where it was last";
  }
}

// Without the beginning among the probes; the datagrams are freed before the hook's function
// returns.
TEST_F(FunctionReturns, BringThePacketThatIsFreedByThen) {
  pair_.right.nft(
      "table inet test { chain input { type filter hook input priority 0; udp dport 7777 drop; "
      "}; }\n");
  const std::vector<std::string> targets{"fn:nf_hook_slow%return", "kretprobe:nf_hook_slow"};
  const std::vector<Json> events = watch({targets[0], targets[1], "tp:skb:kfree_skb"}, flow());
  for (const std::string& target : targets)
    EXPECT_EQ(count_returns(events, target, -1), kPackets) << target;  // -EPERM
  const std::vector<Json> journeys = view("sort", collection_->file(), {"-f", "udp port 7777"});
  EXPECT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) {
    EXPECT_EQ(text_at(journey, "/verdict/reason"), "NETFILTER_DROP") << journey;
    const Json& steps = journey.at("events");
    ASSERT_EQ(steps.size(), 3U) << "the returns are of the same packet: " << journey;
    EXPECT_EQ(target_of(steps.at(0)), "tp:skb:kfree_skb") << journey;
  }
}

// The device of the VLAN queues what the one below it queues within that call, in the same
// function.
TEST_F(FunctionReturns, OfCallsWithinCallsOfTheSameFunction) {
  pair_.left.ip("link add link " + pair_.left_end.device +
                " name tagged type vlan id 5\naddr add 10.5.0.1/24 dev tagged\nlink set tagged "
                "up\nneigh add 10.5.0.2 lladdr " +
                mac_text(pair_.right_end.mac) + " dev tagged\n");
  const Flow tagged{"UDP", {"10.5.0.1", 40000}, {"10.5.0.2", 7777}};
  const std::vector<Ends> all = ends_of("__dev_queue_xmit");
  const std::vector<Json> events = watch(targets_of(all), tagged);
  for (const Ends& ends : all) {
    SCOPED_TRACE(ends.at_return);
    EXPECT_EQ(expect_nested(events, ends), 2U);
    EXPECT_GE(count_returns(events, ends.at_return, 0), 2 * kPackets);
  }
}

// ip_output() of the inner packet ends after that of the outer one, which is the same skb.
TEST_F(FunctionReturns, OfATunnelWithinTheInnerCall) {
  add_ipip_tunnel(pair_);
  const Flow inner{"UDP", {"10.6.0.1", 40000}, {"10.6.0.2", 7777}};
  const UniqueFd receiver = bound_socket(pair_.right, inner.dest, SOCK_DGRAM);
  const std::vector<Ends> all = ends_of("ip_output");
  const std::vector<Json> events = watch(targets_of(all), inner);
  EXPECT_EQ(drain(receiver), kPackets);
  for (const Ends& ends : all) {
    SCOPED_TRACE(ends.at_return);
    EXPECT_EQ(expect_nested(events, ends), 2U);
    EXPECT_GE(count_returns(events, ends.at_return, 0), 2 * kPackets);
  }
}

// What the socket's function hands back is the datagram that it was asked for.
TEST_F(FunctionReturns, OfAFunctionThatHandsAPacketBack) {
  const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  Collection collection(both(), probes({"fn:__skb_recv_udp%return"}));
  send_datagrams(pair_.left, flow(), kPackets);
  pair_.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  collection.stop();
  const std::vector<Json> events = view("print", collection.file(), {"-f", "udp port 7777"});
  ASSERT_EQ(events.size(), static_cast<size_t>(kPackets));
  for (const Json& event : events) {
    EXPECT_EQ(text_at(event, "/probe/symbol"), "__skb_recv_udp%return");
    EXPECT_EQ(text_at(event, "/packet/ip/src"), pair_.left_end.ipv4);
    EXPECT_FALSE(event.contains("return_code")) << "a pointer";
  }
}

// Hits for which the kernel did not run the program; where it may preempt tasks within a
// trampoline's program, it runs that one for nobody else on the CPU until the task goes on.
int missed(const std::string& file) {
  const Json stats = view("stats", file).at(0);
  int count = 0;
  for (const Json& probe : stats.at("probes")) count += probe.at("missed").get<int>();
  return count;
}

// Both CPUs send at the same time, and softirqs interrupt the senders within their calls.
TEST_F(FunctionReturns, AreAsManyAsTheCallsUnderLoad) {
  constexpr int kMany = 2000;
  const Ends ends{"fn:ip_output", "fn:ip_output%return"};
  const Flow back{"UDP", {pair_.right_end.ipv4, 40000}, {pair_.left_end.ipv4, 7777}};
  const UniqueFd left = bound_socket(pair_.left, back.dest, SOCK_DGRAM);
  const UniqueFd right = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  Collection collection(both(), probes({ends.beginning, ends.at_return}));
  std::thread other([&] { send_datagrams(pair_.right, back, kMany); });
  send_datagrams(pair_.left, flow(), kMany);
  other.join();
  pair_.settle();
  collection.stop();
  const Json totals = view("stats", collection.file()).at(0).at("totals");
  EXPECT_EQ(totals.at("/lost/total"_json_pointer), 0) << totals;
  std::map<std::string, int> open;  // by id of the packet
  int returns = 0;
  for (const Json& event : view("print", collection.file())) {
    if (target_of(event) == ends.beginning) {
      ++open[text_at(event, "/packet_id")];
    } else {
      --open[text_at(event, "/packet_id")];
      ++returns;
    }
  }
  int alone = 0;
  for (const auto& [id, count] : open) alone += std::abs(count);
  EXPECT_LE(alone, missed(collection.file()));
  EXPECT_GT(returns, kMany);
  EXPECT_GE(returns, 2 * kMany - missed(collection.file()));
}

}  // namespace
}  // namespace tracker::kernel_test
