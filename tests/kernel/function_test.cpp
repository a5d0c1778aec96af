// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that take a packet: each against a number of datagrams that is known.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <optional>
#include <string>
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
constexpr const char* kFilter = "udp port 7777";

Flow flow_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 7777}};
}

class FunctionProbes : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(pair_.left);
    if (said.empty()) return;
    // A kernel without must say so of each rung.
    EXPECT_NE(said.find("fentry: "), std::string::npos) << said;
    EXPECT_NE(said.find("kprobe: "), std::string::npos) << said;
    GTEST_SKIP() << said;
  }

  // Sends the datagrams from one namespace to a socket in the other while these are watched.
  std::string record(const std::vector<std::string>& targets) {
    std::vector<std::string> arguments;
    for (const std::string& target : targets) {
      arguments.emplace_back("--probe");
      arguments.push_back(target);
    }
    const UniqueFd receiver = bound_socket(pair_.right, flow_of(pair_).dest, SOCK_DGRAM);
    collection_.emplace(std::vector<const NetworkNamespace*>{&pair_.left, &pair_.right}, arguments);
    send_datagrams(pair_.left, flow_of(pair_), kPackets);
    pair_.settle();
    EXPECT_EQ(drain(receiver), kPackets);
    collection_->stop();
    return collection_->file();
  }

  // Events of the datagrams by target, each of them with the flow's namespace.
  std::map<std::string, int> events(const std::string& file) {
    std::map<std::string, int> count;
    for (const Json& event : view("print", file, {"-f", kFilter})) {
      ++count[target_of(event)];
      EXPECT_NE(text_at(event, "/probe/rung"), "");
      EXPECT_NE(text_at(event, "/netns/name"), "");
      EXPECT_EQ(text_at(event, "/packet/ip/src"), pair_.left_end.ipv4);
    }
    return count;
  }

  Pair pair_;
  std::optional<Collection> collection_;
};

TEST_F(FunctionProbes, SeeEachPacketAtAnyPosition) {
  // The skb as first, second and third argument; a list of alternatives; one that is not there.
  const std::string file =
      record({"fn:ip_rcv", "fn:udp_queue_rcv_skb", "fn:ip_output",
              "fn:no_such_function|ip_finish_output2", "?fn:no_such_function"});
  EXPECT_EQ(events(file), (std::map<std::string, int>{{"fn:ip_rcv", kPackets},
                                                      {"fn:udp_queue_rcv_skb", kPackets},
                                                      {"fn:ip_output", kPackets},
                                                      {"fn:ip_finish_output2", kPackets}}));
}

TEST_F(FunctionProbes, AreReachedByEachRungThatIsNamed) {
  const std::string file = record({"fentry:ip_rcv", "kprobe:ip_rcv", "kprobe:ip_output"});
  EXPECT_EQ(events(file), (std::map<std::string, int>{{"fentry:ip_rcv", kPackets},
                                                      {"kprobe:ip_rcv", kPackets},
                                                      {"kprobe:ip_output", kPackets}}));
  for (const Json& event : view("print", file))
    EXPECT_EQ(text_at(event, "/probe/rung"), text_at(event, "/probe/type"));
  const Json stats = view("stats", file).at(0);
  EXPECT_EQ(stats.at("/totals/seen"_json_pointer), stats.at("/totals/recorded"_json_pointer));
}

TEST_F(FunctionProbes, OfAWildcardAreAllThatCanBeTraced) {
  const std::string file = record({"fn:ip_local_deliver*"});
  EXPECT_EQ(events(file), (std::map<std::string, int>{{"fn:ip_local_deliver", kPackets},
                                                      {"fn:ip_local_deliver_finish", kPackets}}));
}

TEST_F(FunctionProbes, StandInAJourneyAsTheyWereTyped) {
  const std::string file = record({"fn:ip_rcv", "fn:udp_queue_rcv_skb"});
  const std::vector<Json> journeys = view("sort", file, {"-f", kFilter});
  ASSERT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) {
    ASSERT_EQ(journey.at("events").size(), 2U) << journey;
    EXPECT_EQ(text_at(journey, "/events/0/probe/symbol"), "ip_rcv");
    EXPECT_EQ(text_at(journey, "/events/1/probe/symbol"), "udp_queue_rcv_skb");
    EXPECT_EQ(text_at(journey, "/verdict/probe"), "fn:udp_queue_rcv_skb");
  }
}

// Each is freed before the next one comes: their skbs lie at one address, and are alike to the last
// byte, but for what the sender counts.
TEST_F(FunctionProbes, TellPacketsApartThatAreAlikeAndFollowEachOther) {
  const UniqueFd receiver = bound_socket(pair_.right, flow_of(pair_).dest, SOCK_DGRAM);
  Collection collection({&pair_.left, &pair_.right},
                        {"--probe", "fn:ip_rcv", "--probe", "fn:udp_queue_rcv_skb"});
  for (int i = 0; i < kPackets; ++i) {
    send_datagrams(pair_.left, flow_of(pair_), 1);
    pair_.settle();
    EXPECT_EQ(drain(receiver), 1);
  }
  collection.stop();
  const std::vector<Json> journeys = view("sort", collection.file(), {"-f", kFilter});
  EXPECT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) EXPECT_EQ(journey.at("events").size(), 2U) << journey;
}

}  // namespace
}  // namespace tracker::kernel_test
