// SPDX-License-Identifier: GPL-2.0-or-later
//
// Many functions by one program, against packets that are known.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_scenario.h"
#include "harness/network_namespace.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/scratch_folder.h"
#include "harness/text_match.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 10;
const std::set<std::string> kSharedRungs{"fentry_multi", "kprobe_multi", "kprobe"};
// One after the other they take a minute each way in an emulated machine.
constexpr std::chrono::seconds kOneByOnePatience{300};

class ManyFunctions : public FunctionScenario {
 protected:
  void send() const { deliver(flow(), kPackets); }
};

// Events of the flow by function.
std::map<std::string, int> events(const std::string& file) {
  std::map<std::string, int> count;
  for (const Json& event : view("print", file, {"-f", fmt::format("dst port {}", kFlowPort)})) {
    ++count[text_at(event, "/probe/symbol")];
    EXPECT_NE(text_at(event, "/netns/name"), "") << event;
  }
  return count;
}

// Each attached probe's rung is one of those of shared programs; the value is all of them.
std::set<std::string> rungs(const Json& stats) {
  std::set<std::string> rungs;
  for (const Json& probe : stats.at("probes"))
    if (probe.at("attached").get<bool>()) rungs.insert(text_at(probe, "/how"));
  return rungs;
}

// Each sees each datagram once: 1st, 3rd, 8th and 9th argument, two of them on the stack.
const std::vector<std::string> kOnce{"ip_rcv",           "ip_rcv_core",       "ip_local_deliver",
                                     "ip_output",        "ip_finish_output2", "udp4_lib_lookup2",
                                     "udp_queue_rcv_skb"};

void expect_once_each(const std::string& file, const std::vector<std::string>& functions) {
  const std::map<std::string, int> seen = events(file);
  for (const std::string& function : functions) {
    const auto found = seen.find(function);
    EXPECT_EQ(found == seen.end() ? 0 : found->second, kPackets) << function;
  }
}

TEST_F(ManyFunctions, ShareAProgramAndSeeThePacketsEach) {
  Collection collection(both(), {"--probe", "fn:ip_*", "--probe", "fn:udp4_lib_lookup2", "--probe",
                                 "fn:udp_queue_rcv_skb"});
  send();
  collection.stop();
  const Json stats = view("stats", collection.file()).at(0);
  ASSERT_GT(stats.at("probes").size(), 20U);
  for (const std::string& rung : rungs(stats)) EXPECT_TRUE(kSharedRungs.contains(rung)) << rung;
  ASSERT_TRUE(stats.contains("shared_programs")) << stats;
  uint64_t shared = 0;
  for (const Json& program : stats.at("shared_programs"))
    shared += program.at("probes").get<uint64_t>();
  EXPECT_EQ(shared, stats.at("probes").size());
  EXPECT_EQ(collection.attached_line(), fmt::format("attached {0} of {0} probes", shared));
  expect_once_each(collection.file(), kOnce);
  expect_sums_that_close(stats);
  expect_nothing_lost(collection.file());
  for (const Json& event : view("print", collection.file(), {"--probe", "fn:ip_rcv"}))
    EXPECT_TRUE(kSharedRungs.contains(text_at(event, "/probe/rung"))) << event;
}

// With a stack on every event of these, which is another program: the first has few functions.
TEST_F(ManyFunctions, WithStacksAreAProgramOfTheirOwn) {
  Collection collection(both(), {"--probe", "fn:ip_rcv*/stack", "--probe", "fn:ip_l*", "--probe",
                                 "fn:ip_o*", "--probe", "fn:ip_f*"});
  send();
  collection.stop();
  for (const Json& event : view("print", collection.file(), {"-f", "dst port 7777"})) {
    const bool has_stack = event.contains("stack") && !event.at("stack").empty();
    EXPECT_EQ(has_stack, text_at(event, "/probe/symbol").starts_with("ip_rcv")) << event;
  }
  expect_once_each(collection.file(), {"ip_rcv", "ip_rcv_core", "ip_local_deliver", "ip_output"});
}

// Whether functions share a link here, or each has one of its own.
bool are_attached_at_once(const NetworkNamespace& netns) {
  Collection collection({&netns}, {"--probe", "fn:ip_*"});
  collection.stop();
  return !rungs(view("stats", collection.file()).at(0)).contains("kprobe");
}

TEST_F(ManyFunctions, AllThatThereAre) {
  if (!are_attached_at_once(pair_.left))
    GTEST_SKIP() << "this kernel attaches them one by one, which takes minutes in each direction";
  Collection collection(both(), {"--probe", "fn:*"});
  send();
  collection.stop();
  const Json stats = view("stats", collection.file()).at(0);
  EXPECT_GT(stats.at("probes").size(), 1000U);
  for (const Json& probe : stats.at("probes"))
    EXPECT_TRUE(probe.at("attached").get<bool>()) << probe;
  expect_once_each(collection.file(), kOnce);
  expect_once_each(collection.file(),
                   {"__netif_receive_skb", "eth_type_trans", "ip_protocol_deliver_rcu",
                    "udp_unicast_rcv_skb", "dev_hard_start_xmit", "skb_consume_udp"});
  expect_sums_that_close(stats);
  const std::string text = run_tracker({"stats", collection.file()}).out;
  EXPECT_NE(text.find("more saw no hit; --all lists them"), std::string::npos) << text;
}

bool has_kprobe_at_function() {
  std::ifstream file("/sys/kernel/debug/kprobes/list");
  std::string line;
  return static_cast<bool>(std::getline(file, line));
}

// Where they are attached one by one, it says for how long, ends in the middle, and leaves nothing.
TEST_F(ManyFunctions, EndInTheMiddleOfAttaching) {
  if (are_attached_at_once(pair_.left)) GTEST_SKIP() << "this kernel attaches them at once";
  if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << "others may have kprobes here";
  const ScratchFolder folder;
  const std::string recording = folder.file("a.db");
  Process collector({tracker_path(), "collect", "--quiet", "--netns", pair_.left.name(), "--probe",
                     "fn:tcp_*", "-o", recording, "--cmd", "touch " + folder.file("ran")});
  ASSERT_TRUE(
      wait_for([&] { return !find_match(collector.err(), "one by one, about [0-9]+ s").empty(); },
               kOneByOnePatience))
      << collector.err();
  EXPECT_TRUE(has_kprobe_at_function());
  collector.send_signal(SIGINT);
  const ProcessResult result = collector.wait(kOneByOnePatience);
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_NE(result.err.find("SIGINT came while functions were attached: nothing was collected, and "
                            "--cmd was not run"),
            std::string::npos)
      << result.err;
  EXPECT_FALSE(std::ifstream(recording).good());
  EXPECT_FALSE(std::ifstream(folder.file("ran")).good());
  EXPECT_FALSE(has_kprobe_at_function());
}

}  // namespace
}  // namespace tracker::kernel_test
