// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that are not given the skb itself but what leads to it: each against a number of
// packets that is known otherwise.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_rungs.h"
#include "harness/network_namespace.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;
constexpr uint16_t kPort = 7777;

using Counts = std::map<std::string, int>;

std::vector<std::string> probes(const std::vector<std::string>& targets) {
  std::vector<std::string> arguments;
  for (const std::string& target : targets) arguments.insert(arguments.end(), {"--probe", target});
  return arguments;
}

std::string target_of(const Json& event) {
  return text_at(event, "/probe/type") + ":" + text_at(event, "/probe/symbol");
}

class FunctionArguments : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(pair_.left);
    if (!said.empty()) GTEST_SKIP() << said;
  }

  Flow flow() const { return {"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, kPort}}; }

  // Sends datagrams to a socket, which gets all of them.
  void send() const {
    const UniqueFd receiver = bound_socket(pair_.right, flow().dest, SOCK_DGRAM);
    send_datagrams(pair_.left, flow(), kPackets);
    pair_.settle();
    EXPECT_EQ(drain(receiver), kPackets);
  }

  // Events of the flow by target; each is of its addresses and of the namespace `netns`.
  Counts events(const std::string& file, const NetworkNamespace& netns) const {
    Counts count;
    for (const Json& event : view("print", file, {"-f", fmt::format("dst port {}", kPort)})) {
      ++count[target_of(event)];
      EXPECT_EQ(text_at(event, "/netns/name"), netns.name()) << event;
      EXPECT_EQ(text_at(event, "/packet/ip/src"), pair_.left_end.ipv4);
      EXPECT_EQ(text_at(event, "/packet/ip/dst"), pair_.right_end.ipv4);
    }
    return count;
  }

  const Pair pair_;
};

constexpr char kRules[] =
    "table inet test {\n"
    "  chain input {\n"
    "    type filter hook input priority 0; policy accept;\n"
    "    udp dport 7777 counter\n"
    "  }\n"
    "}\n";

// The rule counts as well. nft_do_chain() returns NF_ACCEPT.
TEST_F(FunctionArguments, OfNftablesLeadToThePacketByItsStruct) {
  pair_.right.nft(kRules);
  Collection collection({&pair_.right},
                        probes({"fn:nft_do_chain", "kprobe:nf_tables/nft_do_chain",
                                "fn:nft_do_chain%return", "kretprobe:nft_do_chain"}));
  send();
  collection.stop();
  EXPECT_EQ(events(collection.file(), pair_.right),
            (Counts{{"fn:nf_tables/nft_do_chain", kPackets},
                    {"kprobe:nf_tables/nft_do_chain", kPackets}}))
      << run_tracker({"print", collection.file()}).out;
  for (const char* at_return :
       {"fn:nf_tables/nft_do_chain%return", "kretprobe:nf_tables/nft_do_chain"}) {
    int accepted = 0;
    for (const Json& journey : view("sort", collection.file(), {"-f", "udp dst port 7777"})) {
      for (const Json& event : journey.at("events"))
        accepted += target_of(event) == at_return && event.at("return_code") == 1;
    }
    EXPECT_EQ(accepted, kPackets) << at_return << " is of the same packets";
  }
  ProcessOptions in_right;
  in_right.netns_fd = pair_.right.fd();
  const ProcessResult rules = run_program({"nft", "list", "ruleset"}, in_right);
  EXPECT_NE(rules.out.find(fmt::format("counter packets {} ", kPackets)), std::string::npos)
      << rules.out;
  expect_nothing_lost(collection.file());
}

// Functions that are given skbs themselves share another program.
TEST_F(FunctionArguments, OfNftablesShareAProgramOfTheirOwn) {
  pair_.right.nft(kRules);
  Collection collection({&pair_.right}, probes({"fn:nf_tables/nft_*"}));
  send();
  collection.stop();
  const Json stats = view("stats", collection.file()).at(0);
  ASSERT_TRUE(stats.contains("shared_programs")) << stats;
  EXPECT_GE(stats.at("shared_programs").size(), 2U);
  const Counts count = events(collection.file(), pair_.right);
  for (const char* target : {"fn:nf_tables/nft_do_chain", "fn:nf_tables/nft_do_chain_inet"}) {
    const auto found = count.find(target);
    EXPECT_EQ(found == count.end() ? 0 : found->second, kPackets) << target;
  }
  expect_nothing_lost(collection.file());
}

TEST_F(FunctionArguments, AreSaidToLeadThere) {
  pair_.right.nft(kRules);  // with it comes the module
  const ProcessResult why = run_tracker({"inspect", "--why", "fn:nft_do_chain"});
  EXPECT_EQ(why.status, 0) << why.err;
  EXPECT_NE(why.out.find("in what the first argument points to\n"), std::string::npos) << why.out;
}

}  // namespace
}  // namespace tracker::kernel_test
