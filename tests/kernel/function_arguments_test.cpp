// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions that are not given the skb itself but what leads to it: each against a number of
// packets that is known otherwise.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/taskstats.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/frame.h"
#include "harness/function_probes.h"
#include "harness/function_scenario.h"
#include "harness/generic_netlink.h"
#include "harness/network_namespace.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/tun.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

using Counts = std::map<std::string, int>;

class FunctionArguments : public FunctionScenario {
 protected:
  void send() const { deliver(flow(), kPackets); }

  // Events of the flow by target; each is of its addresses and of the namespace `netns`.
  Counts events(const std::string& file, const NetworkNamespace& netns) const {
    Counts count;
    for (const Json& event : view("print", file, {"-f", fmt::format("dst port {}", kFlowPort)})) {
      ++count[target_of(event)];
      EXPECT_EQ(text_at(event, "/netns/name"), netns.name()) << event;
      EXPECT_EQ(text_at(event, "/packet/ip/src"), pair_.left_end.ipv4);
      EXPECT_EQ(text_at(event, "/packet/ip/dst"), pair_.right_end.ipv4);
    }
    return count;
  }

  // Returns with that result, of the packets of the flow.
  static int returns(const std::string& file, const std::string& target, int code) {
    int count = 0;
    for (const Json& journey :
         view("sort", file, {"-f", "udp dst port 7777 or (vlan and udp dst port 7777)"})) {
      for (const Json& event : journey.at("events"))
        count += target_of(event) == target && event.at("return_code") == code;
    }
    return count;
  }
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
  EXPECT_EQ(returns(collection.file(), "fn:nf_tables/nft_do_chain%return", 1), kPackets);
  EXPECT_EQ(returns(collection.file(), "kretprobe:nf_tables/nft_do_chain", 1), kPackets);
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

// What the handler of a bridge's port is given, which it hands on to the bridge: as often as the
// bridge's device has the datagrams. It returns RX_HANDLER_CONSUMED.
TEST_F(FunctionArguments, OfABridgeAreAPointerToTheSkb) {
  const std::string& port = pair_.right_end.device;
  pair_.right.ip(
      fmt::format("link add br0 type bridge\naddr del {0}/24 dev {1}\nlink set {1} master br0\n"
                  "link set br0 address {2}\nlink set br0 up\naddr add {0}/24 dev br0\n",
                  pair_.right_end.ipv4, port, mac_text(pair_.right_end.mac)));
  pair_.right.wait_until_running("br0");
  Collection collection({&pair_.right},
                        probes({"fn:bridge/br_handle_frame", "kprobe:br_handle_frame",
                                "fn:br_handle_frame%return", "kretprobe:br_handle_frame"}));
  send();
  collection.stop();
  EXPECT_EQ(events(collection.file(), pair_.right),
            (Counts{{"fn:bridge/br_handle_frame", kPackets},
                    {"kprobe:bridge/br_handle_frame", kPackets}}));
  for (const Json& event : view("print", collection.file(), {"-f", "udp dst port 7777"}))
    EXPECT_EQ(text_at(event, "/dev/name"), port) << event;
  EXPECT_EQ(returns(collection.file(), "fn:bridge/br_handle_frame%return", 0), kPackets);
  EXPECT_EQ(returns(collection.file(), "kretprobe:bridge/br_handle_frame", 0), kPackets);
  expect_nothing_lost(collection.file());
}

// The same packet before and after __netif_receive_skb_core() has given it to the VLAN's device. It
// returns true.
TEST_F(FunctionArguments, OfAVlanAreAPointerToTheSkb) {
  for (const bool is_left : {true, false}) {
    const End& end = is_left ? pair_.left_end : pair_.right_end;
    const End& other = is_left ? pair_.right_end : pair_.left_end;
    (is_left ? pair_.left : pair_.right)
        .ip(fmt::format("link add link {0} name tagged type vlan id 5\n"
                        "addr add 10.5.0.{1}/24 dev tagged\nlink set tagged up\n"
                        "neigh add 10.5.0.{2} lladdr {3} dev tagged\n",
                        end.device, is_left ? 1 : 2, is_left ? 2 : 1, mac_text(other.mac)));
  }
  const Flow tagged{"UDP", {"10.5.0.1", 40000}, {"10.5.0.2", kFlowPort}};
  const UniqueFd receiver = bound_socket(pair_.right, tagged.dest, SOCK_DGRAM);
  const std::vector<std::string> targets{"fn:vlan_do_receive", "kprobe:vlan_do_receive",
                                         "fn:vlan_do_receive%return", "kretprobe:vlan_do_receive"};
  Collection collection({&pair_.right}, probes(targets));
  send_datagrams(pair_.left, tagged, kPackets);
  pair_.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  collection.stop();
  Counts count;
  for (const Json& event : view("print", collection.file(),
                                {"-f", "udp dst port 7777 or (vlan and udp dst port 7777)"}))
    ++count[target_of(event)];
  EXPECT_EQ(count["fn:vlan_do_receive"], kPackets);
  EXPECT_EQ(count["kprobe:vlan_do_receive"], kPackets);
  EXPECT_EQ(returns(collection.file(), "fn:vlan_do_receive%return", 1), kPackets);
  EXPECT_EQ(returns(collection.file(), "kretprobe:vlan_do_receive", 1), kPackets);
  expect_nothing_lost(collection.file());
}

// prepare_reply(info, cmd, &skb, size) makes the answer to each request: a message of netlink.
class FunctionArgumentsOfResults : public FunctionArguments {
 protected:
  // Asks for statistics of this process while returns of the function are watched.
  std::string ask(std::vector<std::string> arguments) {
    const auto stats = GenericNetlink::open(pair_.left, "TASKSTATS");
    require(stats.has_value(), "the kernel's statistics of tasks");
    arguments.insert(arguments.end(),
                     {"--probe", "fn:prepare_reply%return", "--probe", "kretprobe:prepare_reply"});
    collection_.emplace(std::vector<const NetworkNamespace*>{}, arguments);
    NetlinkAttributes pid;
    pid.put_u32(TASKSTATS_CMD_ATTR_PID, static_cast<uint32_t>(getpid()));
    for (int i = 0; i < kPackets; ++i)
      stats->request(TASKSTATS_CMD_GET, {}, pid, "statistics of a task");
    collection_->stop();
    return collection_->file();
  }

 private:
  std::optional<Collection> collection_;  // keeps the file
};

TEST_F(FunctionArgumentsOfResults, BringWhatWasPutThereAtTheReturn) {
  const std::string file = ask({"--all-skbs"});
  Counts count;
  for (const Json& event : view("print", file)) {
    ++count[target_of(event)];
    EXPECT_GT(event.at("/skb/len"_json_pointer), 0) << event;
    EXPECT_EQ(event.at("return_code"), 0) << event;
    EXPECT_FALSE(event.contains("/packet/ip"_json_pointer)) << "not a packet: " << event;
  }
  EXPECT_EQ(count,
            (Counts{{"fn:prepare_reply%return", kPackets}, {"kretprobe:prepare_reply", kPackets}}));
  expect_nothing_lost(file);
}

TEST_F(FunctionArgumentsOfResults, BringItWhereManyReturnsShareAProgram) {
  const std::string file = ask({"--all-skbs", "--probe", "fn:ip_*%return"});
  Counts count;
  for (const Json& event : view("print", file)) {
    if (!target_of(event).ends_with("prepare_reply") &&
        !target_of(event).ends_with("prepare_reply%return"))
      continue;
    ++count[target_of(event)];
    EXPECT_GT(event.at("/skb/len"_json_pointer), 0) << event;
    EXPECT_EQ(event.at("return_code"), 0) << event;
    EXPECT_TRUE(text_at(event, "/probe/rung").starts_with("kretprobe")) << event;
  }
  EXPECT_EQ(count,
            (Counts{{"fn:prepare_reply%return", kPackets}, {"kretprobe:prepare_reply", kPackets}}));
}

TEST_F(FunctionArgumentsOfResults, MakeNoEventsOfWhatIsNoPacket) {
  const std::string file = ask({});
  EXPECT_EQ(sums_of(file).seen, 2U * kPackets);
  EXPECT_EQ(sums_of(file).filtered, 2U * kPackets);
}

TEST_F(FunctionArgumentsOfResults, AreNotThereAtTheBeginning) {
  const ProcessResult refused =
      run_tracker({"collect", "--no-record", "--duration", "1", "--probe", "fn:prepare_reply"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("its return can be watched"), std::string::npos) << refused.err;
}

constexpr char kOutputRules[] =
    "table inet test {\n"
    "  chain output {\n"
    "    type filter hook output priority 0; policy accept;\n"
    "    udp dport 7777 counter\n"
    "  }\n"
    "}\n";

// What leaves has no device yet where a chain of hook output sees it: ip_output() sets it later.
class FunctionArgumentsOfHooks : public FunctionArguments {
 protected:
  // Sends the datagrams while these are watched; each of their events is at the device by which
  // they leave.
  Counts watch(const std::vector<std::string>& targets) {
    pair_.left.nft(kOutputRules);
    collection_.emplace(std::vector<const NetworkNamespace*>{&pair_.left}, probes(targets));
    send();
    collection_->stop();
    for (const Json& event : view("print", collection_->file(), {"-f", "udp dst port 7777"})) {
      const std::string target = target_of(event);
      const bool has_hook = target.ends_with("/nft_do_chain") ||
                            target.ends_with("/nft_do_chain_inet") ||
                            target.ends_with(":nf_hook_slow");
      EXPECT_TRUE(!has_hook || text_at(event, "/dev/name") == pair_.left_end.device) << event;
    }
    expect_nothing_lost(collection_->file());
    return events(collection_->file(), pair_.left);
  }

 private:
  std::optional<Collection> collection_;
};

TEST_F(FunctionArgumentsOfHooks, HaveTheDeviceThatTheSkbLacks) {
  EXPECT_EQ(watch({"fn:nft_do_chain_inet", "kprobe:nft_do_chain_inet", "fn:nft_do_chain",
                   "kprobe:nft_do_chain"}),
            (Counts{{"fn:nf_tables/nft_do_chain_inet", kPackets},
                    {"kprobe:nf_tables/nft_do_chain_inet", kPackets},
                    {"fn:nf_tables/nft_do_chain", kPackets},
                    {"kprobe:nf_tables/nft_do_chain", kPackets}}));
}

TEST_F(FunctionArgumentsOfHooks, HaveItByTheProgramThatManyShareToo) {
  const Counts count = watch({"fn:nf_tables/nft_*", "fn:nf_hook_slow"});
  for (const char* target :
       {"fn:nf_tables/nft_do_chain_inet", "fn:nf_tables/nft_do_chain", "fn:nf_hook_slow"}) {
    const auto found = count.find(target);
    EXPECT_GE(found == count.end() ? 0 : found->second, kPackets) << target;
  }
}

// What a program writes to its tap is in a new skb, without a device until eth_type_trans() sets
// it.
TEST_F(FunctionArguments, OfEthTypeTransHaveTheDeviceThatTheSkbLacks) {
  const NetworkNamespace netns("tap");
  const UniqueFd tap = open_tun(netns, "tap7", TunMode::kTap, 10 * kPackets);
  Collection collection({&netns}, probes({"fn:eth_type_trans", "kprobe:eth_type_trans"}));
  const Frame frame = ipv4_frame({2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 8},
                                 {"UDP", {"10.2.0.2", 40000}, {"10.2.0.1", kFlowPort}});
  for (int i = 0; i < kPackets; ++i)
    require_call(write(tap.get(), frame.data(), frame.size()), "write to the tap");
  collection.stop();
  Counts count;
  for (const Json& event : view("print", collection.file())) {
    ++count[target_of(event)];
    EXPECT_EQ(text_at(event, "/dev/name"), "tap7") << event;
    EXPECT_EQ(text_at(event, "/netns/name"), netns.name()) << event;
  }
  EXPECT_EQ(count, (Counts{{"fn:eth_type_trans", kPackets}, {"kprobe:eth_type_trans", kPackets}}));
  expect_nothing_lost(collection.file());
}

// The function that frees what nobody waits for, under its name on this kernel, by a program of its
// own and by one that functions share which have other things beside the skb, or nothing.
TEST_F(FunctionArguments, HaveTheReasonBesideTheSkb) {
  const std::string freed = "sk_skb_reason_drop|kfree_skb_reason";
  Collection collection(
      both(), probes({"fn:" + freed, "kprobe:" + freed, "fn:kfree_skb*", "?fn:sk_skb_*",
                      "fn:nf_hook_slow", "fn:skb_release_*", "fn:udp_*", "tp:skb:kfree_skb"}));
  const Flow closed{"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, kFlowPort}};
  send_datagrams(pair_.left, closed, kPackets);
  pair_.settle();
  collection.stop();
  Counts count;
  for (const Json& event :
       view("print", collection.file(), {"-f", "udp", "--reason", "NO_SOCKET"})) {
    const bool is_free = target_of(event).starts_with("tp:");
    EXPECT_EQ(event.contains("drop"), is_free) << event;
    EXPECT_EQ(event.contains("drop_reason"), !is_free) << event;
    ++count[target_of(event).substr(0, target_of(event).find(':'))];
  }
  EXPECT_EQ(count["tp"], kPackets);
  EXPECT_GE(count["fn"], kPackets);
  EXPECT_EQ(count["kprobe"], kPackets);
  const std::vector<Json> others =
      view("print", collection.file(), {"--probe", "fn:udp_rcv", "-f", "dst port 7777"});
  EXPECT_EQ(others.size(), kPackets);
  for (const Json& event : others) EXPECT_FALSE(event.contains("drop_reason")) << event;
  const Json drops = view("drops", collection.file(), {"--reason", "NO_SOCKET"}).at(0);
  EXPECT_EQ(drops.at("count"), kPackets) << drops;
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
