// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that see no skb: each hit with the packet of the innermost call that is under way in
// its task or interrupt, and none where there is no such call.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/collection.h"
#include "harness/function_probes.h"
#include "harness/function_rungs.h"
#include "harness/network_namespace.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

std::vector<std::string> with_inferred(const std::vector<std::string>& targets) {
  std::vector<std::string> arguments = probes(targets);
  arguments.insert(arguments.begin(), "--with-inferred");
  return arguments;
}

bool is_inferred(const Json& event) { return event.contains("inferred"); }

// One task, or the interrupts of one CPU.
std::string context_of(const Json& event) {
  return text_at(event, "/task/context") == "process"
             ? fmt::format("task {}", event.at("/task/pid"_json_pointer).get<int>())
             : fmt::format("CPU {}", event.at("cpu").get<int>());
}

class FunctionInferred : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(pair_.left);
    if (!said.empty()) GTEST_SKIP() << said;
  }

  // The rung of the test.
  std::string at(const std::string& function) const { return GetParam() + ":" + function; }
  std::string at_return(const std::string& function) const {
    return GetParam() == "kprobe" ? "kretprobe:" + function : "fn:" + function + "%return";
  }

  Flow flow() const { return {"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, 7777}}; }

  void begin(const std::vector<std::string>& targets) {
    collection_.emplace(std::vector<const NetworkNamespace*>{&pair_.left, &pair_.right},
                        with_inferred(targets));
  }

  std::vector<Json> end() {
    pair_.settle();
    collection_->stop();
    expect_nothing_lost(collection_->file());
    return view("print", collection_->file());
  }

  Json probe_in_stats(const std::string& target) const {
    const Json stats = view("stats", collection_->file()).at(0);
    for (const Json& probe : stats.at("probes"))
      if (probe.at("target") == target) return probe;
    require(false, "no probe " + target);
    return {};
  }

  const Pair pair_;
  std::optional<Collection> collection_;
};

TEST_P(FunctionInferred, HaveThePacketThatIsHandled) {
  const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  begin({at("ip_rcv"), at("fib_table_lookup")});
  send_datagrams(pair_.left, flow(), kPackets);
  pair_.settle();
  pair_.right.ip("route get 10.1.0.1\n");  // looked up by a task, for nobody's packet
  const std::vector<Json> events = end();
  EXPECT_EQ(drain(receiver), kPackets);

  int inferred = 0;
  for (const Json& event : events) {
    if (!is_inferred(event)) continue;
    ++inferred;
    EXPECT_EQ(target_of(event), at("fib_table_lookup"));
    EXPECT_EQ(event.at("inferred"), true);
    EXPECT_FALSE(event.contains("skb") || event.contains("packet")) << event;
    EXPECT_NE(text_at(event, "/netns/name"), "") << event;
    EXPECT_EQ(text_at(event, "/task/context"), "softirq") << event;
  }
  const std::vector<Json> journeys = view("sort", collection_->file(), {"-f", "udp port 7777"});
  ASSERT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) {
    const Json& steps = journey.at("events");
    ASSERT_GE(steps.size(), 2U) << journey;
    EXPECT_EQ(target_of(steps.at(0)), at("ip_rcv")) << journey;
    for (size_t i = 1; i < steps.size(); ++i) {
      EXPECT_TRUE(is_inferred(steps.at(i))) << journey;
      EXPECT_EQ(text_at(steps.at(i), "/packet_id"), text_at(journey, "/packet_id"));
    }
    EXPECT_EQ(text_at(journey, "/verdict/probe"), at("ip_rcv")) << "where it was last";
  }
  const Json lookups = probe_in_stats(at("fib_table_lookup"));
  EXPECT_EQ(lookups.at("inferred"), true);
  EXPECT_EQ(lookups.at("recorded"), inferred);
  EXPECT_GE(lookups.at("filtered").get<int>(), 1) << "of the task";
}

// Of each context the calls as their beginnings and returns tell, which an inferred event must have
// found so: within a call the packet of the innermost one, outside of all none. The value is how
// many there were by the depth of calls.
std::map<size_t, int> expect_innermost(const std::vector<Json>& events, const std::string& begins,
                                       const std::string& returns) {
  std::map<std::string, std::vector<std::string>> open;  // ids of packets, by context
  std::map<size_t, int> by_depth;
  for (const Json& event : events) {
    std::vector<std::string>& calls = open[context_of(event)];
    const std::string id = text_at(event, "/packet_id");
    if (target_of(event) == begins) {
      calls.push_back(id);
    } else if (target_of(event) == returns) {
      require(!calls.empty(), "a return without a beginning: " + event.dump());
      calls.pop_back();
    } else if (is_inferred(event)) {
      ++by_depth[calls.size()];
      EXPECT_EQ(id, calls.empty() ? "none" : calls.back()) << event;
    }
  }
  return by_depth;
}

// A tunnel's device sends the outer packet within the call that sends the inner one.
TEST_P(FunctionInferred, HaveTheInnermostOfPacketsWithinEachOther) {
  add_ipip_tunnel(pair_);
  const Flow inner{"UDP", {"10.6.0.1", 40000}, {"10.6.0.2", 7777}};
  const UniqueFd receiver = bound_socket(pair_.right, inner.dest, SOCK_DGRAM);
  begin({at("ip_output"), at_return("ip_output"), at("__local_bh_enable_ip")});
  send_datagrams(pair_.left, inner, kPackets);
  const std::vector<Json> events = end();
  EXPECT_EQ(drain(receiver), kPackets);
  auto by_depth = expect_innermost(events, at("ip_output"), at_return("ip_output"));
  EXPECT_GE(by_depth[1], kPackets);
  EXPECT_GE(by_depth[2], kPackets);
  EXPECT_EQ(by_depth[0], 0);
  std::set<std::string> ids;
  for (const Json& event : events)
    if (target_of(event) == at("ip_output")) ids.insert(text_at(event, "/packet_id"));
  EXPECT_GE(ids.size(), 2U * kPackets) << "outer packets are not the inner ones";
}

// Nobody listens: ip_rcv() of a datagram sends an ICMP message, and __icmp_send() goes on after the
// ip_output() of that. Returns are not asked for.
TEST_P(FunctionInferred, HaveTheOuterPacketAgainAfterTheInnerCall) {
  begin({at("ip_rcv"), at("ip_output"), at("__local_bh_enable_ip")});
  send_datagrams(pair_.left, flow(), kPackets);
  std::string received, sent;
  int before = 0, within = 0, after = 0;
  std::set<std::string> of_datagrams;
  for (const Json& event : end()) {
    if (event.at("cpu") != 0 || text_at(event, "/task/context") != "softirq") continue;
    const std::string id = text_at(event, "/packet_id");
    if (target_of(event) == at("ip_rcv")) {
      received = id;
      sent.clear();
    } else if (target_of(event) == at("ip_output")) {
      EXPECT_NE(id, received) << event;
      sent = id;
    } else {
      EXPECT_TRUE(id == received || id == sent) << event;
      if (id == sent) ++within;
      if (id == received && !sent.empty()) of_datagrams.insert(id);
      if (id == received) ++(sent.empty() ? before : after);
    }
  }
  EXPECT_GE(within, kPackets);
  EXPECT_GE(after, kPackets);
  EXPECT_EQ(of_datagrams.size(), static_cast<size_t>(kPackets)) << before << " before";
}

// A datagram is received in a softirq that begins before ip_output() of it returns.
TEST_P(FunctionInferred, AreNotGivenThePacketOfTheTaskBelowASoftirq) {
  const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  begin({at("ip_output"), at_return("ip_output"), at("fib_table_lookup"),
         "tp:net:netif_receive_skb"});
  send_datagrams(pair_.left, flow(), kPackets);
  const std::vector<Json> events = end();
  EXPECT_EQ(drain(receiver), kPackets);
  int open = 0, on_top = 0;
  for (const Json& event : events) {
    if (event.at("cpu") != 0) continue;
    EXPECT_FALSE(is_inferred(event)) << event;
    if (target_of(event) == at("ip_output")) ++open;
    if (target_of(event) == at_return("ip_output")) --open;
    if (target_of(event) == "tp:net:netif_receive_skb" && open > 0) ++on_top;
  }
  EXPECT_GE(on_top, kPackets);
  EXPECT_GE(probe_in_stats(at("fib_table_lookup")).at("filtered").get<int>(), kPackets);
}

// The timer's interrupt comes while packets are handled, on the stack of the softirq that handles
// them.
TEST_P(FunctionInferred, AreNotGivenThePacketBelowAHardInterrupt) {
  constexpr int kMany = 3000;
  begin({at("ip_rcv"), at("ip_output"), at("hrtimer_interrupt")});
  send_datagrams(pair_.left, flow(), kMany);
  for (const Json& event : end()) EXPECT_FALSE(is_inferred(event)) << event;
  const Json interrupts = probe_in_stats(at("hrtimer_interrupt"));
  EXPECT_GE(interrupts.at("seen").get<int>(), 50);
  EXPECT_EQ(interrupts.at("filtered"), interrupts.at("seen"));
}

// Where a call's packet is one of another namespace, the one around it is not in hand either.
TEST_P(FunctionInferred, AreNotGivenTheOuterPacketWithinACallThatIsFiltered) {
  const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
  collection_.emplace(std::vector<const NetworkNamespace*>{&pair_.left},
                      with_inferred({at("ip_rcv"), at("fib_table_lookup")}));
  send_datagrams(pair_.left, flow(), kPackets);
  for (const Json& event : end()) EXPECT_FALSE(is_inferred(event)) << event;
  EXPECT_GE(probe_in_stats(at("fib_table_lookup")).at("filtered").get<int>(), kPackets);
}

INSTANTIATE_TEST_SUITE_P(ByRung, FunctionInferred, ::testing::Values("fn", "kprobe"),
                         [](const auto& test) { return test.param; });

class FunctionInferredTargets : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(netns_);
    if (!said.empty()) GTEST_SKIP() << said;
  }

  ProcessResult collect(const std::vector<std::string>& targets) const {
    std::vector<std::string> arguments{"collect", "--no-record", "--quiet", "--duration", "0.1"};
    for (const std::string& argument : with_inferred(targets)) arguments.push_back(argument);
    return run_tracker(arguments);
  }

  const NetworkNamespace netns_{"inferred"};
};

TEST_F(FunctionInferredTargets, AreRefusedWithoutTheOptionWithASentenceThatNamesIt) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"collect", "--no-record", "--probe", "fn:ip_rcv", "--probe",
                                 "fn:fib_table_lookup"},
        std::vector<std::string>{"inspect", "--why", "fn:fib_table_lookup"}}) {
    const ProcessResult result = run_tracker(arguments);
    EXPECT_EQ(result.status, 1);
    EXPECT_NE((result.out + result.err).find("has no skb among its arguments"), std::string::npos);
    EXPECT_NE((result.out + result.err).find("--with-inferred"), std::string::npos);
  }
}

TEST_F(FunctionInferredTargets, NeedAFunctionThatHasAPacketInHand) {
  const ProcessResult alone = collect({"fn:fib_table_lookup", "tp:net:netif_receive_skb"});
  EXPECT_EQ(alone.status, 1);
  EXPECT_NE(alone.err.find("no function has one in hand"), std::string::npos) << alone.err;
}

TEST_F(FunctionInferredTargets, CanBeBesideFunctionsOfLists) {
  const ProcessResult result = collect({"fn:ip_list_rcv", "fn:ip_rcv", "fn:fib_table_lookup"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("attached 3 of 3"), std::string::npos) << result.err;
}

TEST_F(FunctionInferredTargets, CanBePatternsOfWhichNoneTakesAPacket) {
  const ProcessResult result = collect({"fn:ip_rcv", "fn:fib_table_l*"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("attached "), std::string::npos) << result.err;
}

}  // namespace
}  // namespace tracker::kernel_test
