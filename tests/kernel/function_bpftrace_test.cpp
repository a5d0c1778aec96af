// SPDX-License-Identifier: GPL-2.0-or-later
//
// What tracker sees of functions beside bpftrace, which the lab's machines have.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "harness/collection.h"
#include "harness/function_rungs.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t kPackets = 50;

// Probes are attached one after the other: the interval is among them and says so a second later.
constexpr char kScript[] =
    "kprobe:ip_* { @[func] = count(); } kprobe:udp_queue_rcv_skb { @[func] = count(); } "
    "interval:s:1 /@ready == 0/ { @ready = 1; printf(\"ready\\n\"); }";
constexpr std::chrono::seconds kBpftracePatience{90};

std::set<std::string> targets_of(const Json& stats) {
  std::set<std::string> targets;
  for (const Json& probe : stats.at("probes")) targets.insert(text_at(probe, "/target"));
  return targets;
}

// bpftrace's hits by function.
std::map<std::string, uint64_t> hits_in(const std::string& printed) {
  std::map<std::string, uint64_t> hits;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find("]: ");
    if (line.starts_with("@[") && end != std::string::npos)
      hits[line.substr(2, end - 2)] = std::strtoull(line.c_str() + end + 3, nullptr, 10);
  }
  return hits;
}

// While it runs, bpftrace counts; its time lies within the collection's.
std::map<std::string, uint64_t> counted_while(const std::function<void()>& happens) {
  Process bpftrace({"bpftrace", "-e", kScript});
  wait_for(
      [&] { return !bpftrace.is_running() || bpftrace.out().find("ready") != std::string::npos; },
      kBpftracePatience);
  EXPECT_TRUE(bpftrace.is_running()) << bpftrace.err();
  happens();
  bpftrace.send_signal(SIGINT);
  return hits_in(bpftrace.wait(kBpftracePatience).out);
}

// bpftrace watches the whole machine: in the lab nothing else is there. Of what takes no packet
// tracker knows nothing, of the others it has as many hits, and more of the time around.
TEST(FunctionsBesideBpftrace, AreHitAsOften) {
  if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << "others' packets come here: runs in the lab";
  const Pair pair;
  if (!why_no_functions(pair.left).empty()) GTEST_SKIP() << why_no_functions(pair.left);
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 7777}};
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);

  Collection collection(
      {}, {"--probe", "fn:ip_*", "--probe", "kprobe:ip_rcv", "--probe", "fn:udp_queue_rcv_skb"});
  const std::map<std::string, uint64_t> counted = counted_while([&] {
    send_datagrams(pair.left, flow, kPackets);
    pair.settle();
    EXPECT_EQ(drain(receiver), kPackets);
  });
  collection.stop();

  const Json stats = view("stats", collection.file(), {"--all"}).at(0);
  const std::set<std::string> watched = targets_of(stats);
  EXPECT_GE(counted.at("ip_rcv"), kPackets);
  EXPECT_EQ(seen_of(stats, "fn:ip_rcv"), counted.at("ip_rcv"));
  EXPECT_EQ(seen_of(stats, "kprobe:ip_rcv"), counted.at("ip_rcv"));
  EXPECT_EQ(seen_of(stats, "fn:ip_output"), counted.at("ip_output"));
  EXPECT_EQ(seen_of(stats, "fn:udp_queue_rcv_skb"), counted.at("udp_queue_rcv_skb"));
  int compared = 0;
  for (const auto& [function, hits] : counted) {
    if (!watched.contains("fn:" + function)) continue;
    EXPECT_GE(seen_of(stats, "fn:" + function), hits) << function;
    compared += hits >= kPackets ? 1 : 0;
  }
  EXPECT_GE(compared, 10) << stats;
}

}  // namespace
}  // namespace tracker::kernel_test
