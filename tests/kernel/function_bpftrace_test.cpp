// SPDX-License-Identifier: GPL-2.0-or-later
//
// What tracker sees of functions beside bpftrace, where that is installed (Debian: bpftrace).
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "harness/collection.h"
#include "harness/function_rungs.h"
#include "harness/recording.h"
#include "harness/text_match.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t kPackets = 50;

// Probes are attached one after the other: the interval is among them and says so a second later.
constexpr char kScript[] =
    "kprobe:ip_rcv { @rcv = count(); } kprobe:ip_output { @output = count(); } "
    "kprobe:udp_queue_rcv_skb { @queue = count(); } "
    "interval:s:1 /@ready == 0/ { @ready = 1; printf(\"ready\\n\"); }";
constexpr std::chrono::seconds kBpftracePatience{90};

uint64_t number_of(const std::string& text, const std::string& map) {
  const std::string line = find_match(text, "@" + map + ": [0-9]+");
  return line.empty() ? 0 : std::strtoull(line.c_str() + map.size() + 3, nullptr, 10);
}

// bpftrace watches the whole machine: in the lab nothing else is there.
TEST(FunctionTargetsBesideBpftrace, AreHitAsOften) {
  if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << "others' packets come here: runs in the lab";
  const Pair pair;
  if (!why_no_functions(pair.left).empty()) GTEST_SKIP() << why_no_functions(pair.left);
  Process bpftrace({"bpftrace", "-e", kScript});
  wait_for(
      [&] { return !bpftrace.is_running() || bpftrace.out().find("ready") != std::string::npos; },
      kBpftracePatience);
  if (!bpftrace.is_running()) GTEST_SKIP() << "no bpftrace that works here: " << bpftrace.err();

  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 7777}};
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  Collection collection({}, {"--probe", "fn:ip_rcv", "--probe", "kprobe:ip_rcv", "--probe",
                             "fn:ip_output", "--probe", "fn:udp_queue_rcv_skb"});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  collection.stop();
  bpftrace.send_signal(SIGINT);
  const std::string counted = bpftrace.wait(kBpftracePatience).out;

  const Json stats = view("stats", collection.file()).at(0);
  EXPECT_GE(number_of(counted, "rcv"), kPackets) << counted;
  EXPECT_EQ(seen_of(stats, "fn:ip_rcv"), number_of(counted, "rcv")) << counted;
  EXPECT_EQ(seen_of(stats, "kprobe:ip_rcv"), number_of(counted, "rcv")) << counted;
  EXPECT_EQ(seen_of(stats, "fn:ip_output"), number_of(counted, "output")) << counted;
  EXPECT_EQ(seen_of(stats, "fn:udp_queue_rcv_skb"), number_of(counted, "queue")) << counted;
}

}  // namespace
}  // namespace tracker::kernel_test
