// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that take their packet at odd places, those of modules, and those that cannot be
// watched: each against a number of packets that is known otherwise.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_probes.h"
#include "harness/function_rungs.h"
#include "harness/kernel_version.h"
#include "harness/network_namespace.h"
#include "harness/open_vswitch.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/text_match.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;
constexpr uint16_t kPort = 7777;

using Counts = std::map<std::string, int>;

class FunctionTargets : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string& said = why_no_functions(pair_.left);
    if (!said.empty()) GTEST_SKIP() << said;
  }

  std::vector<const NetworkNamespace*> both() const { return {&pair_.left, &pair_.right}; }

  Flow flow(const std::string& protocol, uint16_t source_port = 40000) const {
    return {protocol, {pair_.left_end.ipv4, source_port}, {pair_.right_end.ipv4, kPort}};
  }

  UniqueFd receiver() const { return bound_socket(pair_.right, flow("UDP").dest, SOCK_DGRAM); }

  // Sends the datagrams; the value is how many a socket has taken.
  int send_to(const UniqueFd& receiver) const {
    send_datagrams(pair_.left, flow("UDP"), kPackets);
    pair_.settle();
    return drain(receiver);
  }

  const Pair pair_;
};

// Events of the flow to kPort by function and by the rung that it was reached by; each event is of
// these addresses and of a known namespace.
Counts events(const std::string& file, const Pair& pair) {
  Counts count;
  for (const Json& event : view("print", file, {"-f", fmt::format("dst port {}", kPort)})) {
    ++count[fmt::format("{} by {}", text_at(event, "/probe/symbol"),
                        text_at(event, "/probe/rung"))];
    EXPECT_NE(text_at(event, "/netns/name"), "") << event;
    EXPECT_EQ(text_at(event, "/packet/ip/src"), pair.left_end.ipv4);
    EXPECT_EQ(text_at(event, "/packet/ip/dst"), pair.right_end.ipv4);
  }
  return count;
}

// Before 6.6 a function of more than six arguments is refused to fentry.
std::string rung_of_many_arguments() {
  return kernel_version().is_at_least(6, 6) ? "fentry" : "kprobe";
}

// The packet is the eighth or ninth argument, which calls pass on the stack.
TEST_F(FunctionTargets, AreReadFromTheStackOfTheCall) {
  const UniqueFd socket = receiver();
  Collection collection(both(), probes({"fn:__udp4_lib_lookup", "kprobe:__udp4_lib_lookup",
                                        "fn:udp4_lib_lookup2", "kprobe:udp4_lib_lookup2"}));
  EXPECT_EQ(send_to(socket), kPackets);
  collection.stop();
  Counts expected{{"__udp4_lib_lookup by kprobe", kPackets},
                  {"udp4_lib_lookup2 by kprobe", kPackets}};
  expected["__udp4_lib_lookup by " + rung_of_many_arguments()] += kPackets;
  expected["udp4_lib_lookup2 by " + rung_of_many_arguments()] += kPackets;
  if (rung_of_many_arguments() == "kprobe") {
    expected["__udp4_lib_lookup by kprobe"] = 2 * kPackets;
    expected["udp4_lib_lookup2 by kprobe"] = 2 * kPackets;
  }
  EXPECT_EQ(events(collection.file(), pair_), expected);
  expect_nothing_lost(collection.file());
}

// The last that is passed in a register, and the first that is not: the SYN that is answered.
TEST_F(FunctionTargets, SeeTheSynAsSixthAndAsSeventhArgument) {
  const UniqueFd listener = bound_socket(pair_.right, flow("TCP").dest, SOCK_STREAM);
  require_call(listen(listener.get(), kPackets), "listen");
  Collection collection(both(), probes({"fn:tcp_make_synack", "fn:tcp_v4_send_synack"}));
  for (int i = 0; i < kPackets; ++i) {
    const Flow connection = flow("TCP", static_cast<uint16_t>(40000 + i));
    EXPECT_EQ(connect_result(start_connecting(pair_.left, connection)), 0);
  }
  collection.stop();
  EXPECT_EQ(events(collection.file(), pair_),
            (Counts{{"tcp_make_synack by fentry", kPackets},
                    {"tcp_v4_send_synack by " + rung_of_many_arguments(), kPackets}}));
  for (const Json& event : view("print", collection.file()))
    EXPECT_EQ(text_at(event, "/packet/tcp/flags"), "S") << event;
}

TEST_F(FunctionTargets, OfOpenVSwitchSeeWhatComesToTheBridge) {
  const std::unique_ptr<OvsBridge> bridge = OvsBridge::make(pair_.right);
  if (!bridge) GTEST_SKIP() << "the kernel has no Open vSwitch";
  bridge->add_port(pair_.right_end.device);
  Collection collection(both(),
                        probes({"fn:openvswitch/ovs_dp_process_packet", "fn:ovs_vport_receive",
                                "kprobe:openvswitch/ovs_vport_receive", "fn:openv*/ovs_dp_up*l"}));
  send_datagrams(pair_.left, flow("UDP"), kPackets);
  wait_until_delivered(pair_.left, "127.0.0.1", pair_.left, "127.0.0.2");
  collection.stop();
  EXPECT_EQ(events(collection.file(), pair_),
            (Counts{{"openvswitch/ovs_dp_process_packet by fentry", kPackets},
                    {"openvswitch/ovs_vport_receive by fentry", kPackets},
                    {"openvswitch/ovs_vport_receive by kprobe", kPackets},
                    {"openvswitch/ovs_dp_upcall by fentry", kPackets}}));
}

constexpr char kRules[] =
    "table inet test {\n"
    "  chain input {\n"
    "    type filter hook input priority 0; policy accept;\n"
    "    udp dport 7777 ct state new,established counter\n"
    "  }\n"
    "}\n";

// The rule counts as well.
TEST_F(FunctionTargets, OfNetfilterSeeWhatARuleCounts) {
  pair_.right.nft(kRules);
  const UniqueFd socket = receiver();
  // Where Open vSwitch is loaded, 6.1 tracks connections in the sender's namespace too.
  Collection collection({&pair_.right}, probes({"fn:nf_conntrack_in", "fn:nf_defrag_ipv4/*",
                                                "fn:nf_tables/nft_do_chain_i*"}));
  EXPECT_EQ(send_to(socket), kPackets);
  collection.stop();
  EXPECT_EQ(events(collection.file(), pair_),
            (Counts{{"nf_conntrack/nf_conntrack_in by fentry", kPackets},
                    {"nf_defrag_ipv4/ipv4_conntrack_defrag by fentry", kPackets},
                    {"nf_tables/nft_do_chain_inet by fentry", kPackets}}))
      << run_tracker({"print", collection.file()}).out;
  ProcessOptions in_right;
  in_right.netns_fd = pair_.right.fd();
  const ProcessResult rules = run_program({"nft", "list", "ruleset"}, in_right);
  EXPECT_NE(rules.out.find(fmt::format("counter packets {} ", kPackets)), std::string::npos)
      << rules.out;
}

// skb->dev holds something else while a datagram waits in its socket's queue.
TEST_F(FunctionTargets, SeeDatagramsThatASocketTakesFromItsQueue) {
  const UniqueFd socket = receiver();
  Collection collection(both(), probes({"fn:skb_consume_udp", "kprobe:skb_copy_datagram_iter"}));
  EXPECT_EQ(send_to(socket), kPackets);
  collection.stop();
  Counts seen = events(collection.file(), pair_);
  EXPECT_EQ(seen["skb_consume_udp by fentry"], kPackets);
  // drain() takes a byte of each, which is copied by another function where the skb is linear
  EXPECT_LE(seen["skb_copy_datagram_iter by kprobe"], kPackets);
}

struct Refused {
  const char* target;
  std::vector<std::string> words;  // the sentence has each
};

TEST_F(FunctionTargets, ThatCannotBeWatchedAreRefusedWithTheReason) {
  pair_.right.nft(kRules);  // with it come the modules
  const std::vector<Refused> all{
      {"fn:reg_vif_xmit", {"fn:reg_vif_xmit cannot be watched: ", "functions have this name"}},
      {"fn:ip_fragment", {"fn:ip_fragment cannot be watched: ", "ip_fragment.constprop.0"}},
      {"kprobe:ip_fragment.constprop.0",
       {"kprobe:ip_fragment.constprop.0 cannot be watched: ",
        "type information does not have its arguments"}},
      {"fn:sock_def_readable", {"it has no skb among its arguments"}},
      {"fn:xdp_do_redirect", {"it takes a struct xdp_buff, before there is an skb"}},
      {"fn:xdp_do_redirect%return", {"it takes a struct xdp_buff, before there is an skb"}},
      {"fn:ip_rvc", {"unknown function fn:ip_rvc; nearest: ", "fn:ip_rcv"}},
      {"fn:nf_conntrack/no_such", {"unknown function fn:nf_conntrack/no_such "}},
      {"fn:no_such_module/*", {"no function that takes an skb", "fn:no_such_module/*"}},
  };
  for (const Refused& refused : all) {
    const ProcessResult result =
        run_tracker({"collect", "--probe", refused.target, "--no-record", "--quiet", "--netns",
                     pair_.left.name(), "--duration", "0.01"});
    EXPECT_EQ(result.status, 1) << refused.target << ": " << result.err;
    for (const std::string& words : refused.words)
      EXPECT_NE(result.err.find(words), std::string::npos) << refused.target << ": " << result.err;
  }
}

}  // namespace
}  // namespace tracker::kernel_test
