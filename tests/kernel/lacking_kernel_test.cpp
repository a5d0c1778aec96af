// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions on kernels that lack a piece: those that exist are this machine's own and Debian's 6.1;
// here the piece is taken away from the kernel that runs. What is left is used, and what cannot be
// watched is named with the reason.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/function_probes.h"
#include "harness/function_scenario.h"
#include "harness/recording.h"
#include "harness/scratch_folder.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;
// Shell commands, run in a mount namespace of tracker's own.
constexpr const char* kNoKprobes = "mount -t tmpfs none /sys/bus/event_source/devices/kprobe && ";
constexpr const char* kNoTypesOfModules =
    "kept=$(mktemp -d) && mount -t tmpfs none $kept && cp /sys/kernel/btf/vmlinux $kept && "
    "mount --move $kept /sys/kernel/btf && rmdir $kept && ";

constexpr const char* kRules =
    "table inet test {\n  chain input {\n    type filter hook input priority 0; policy accept;\n"
    "  }\n}\n";

// What the kernel is to be without.
struct Lacks {
  std::string calls{};   // words of fault_shim.cpp
  std::string mounts{};  // that hide it
};

class LackingKernel : public FunctionScenario {
 protected:
  // Sends datagrams while these targets are watched; what tracker says is in `said_`.
  void watch(const Lacks& lacks, const std::vector<std::string>& targets) {
    std::vector<std::string> words = program(lacks);
    words.insert(words.end(), {tracker_path(), "collect", "--ring-size", "4M", "-o", file(),
                               "--netns", pair_.left.name(), "--netns", pair_.right.name()});
    const std::vector<std::string> options = probes(targets);
    words.insert(words.end(), options.begin(), options.end());
    Process collector(words, environment(lacks));
    attached_ = wait_until_attached(collector);
    const Flow closed{"UDP", flow().source, {pair_.right_end.ipv4, kFlowPort + 1}};
    send_datagrams(pair_.left, closed, kPackets);
    deliver(flow(), kPackets);
    collector.send_signal(SIGINT);
    const ProcessResult ended = collector.wait();
    EXPECT_EQ(ended.status, 0) << ended.err;
    said_ = ended.err;
  }

  ProcessResult run(const Lacks& lacks, const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = program(lacks);
    words.push_back(tracker_path());
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program(words, environment(lacks));
  }

  // How often, by rung; also events that bring no bytes of a packet (returns).
  std::map<std::string, int> events(const std::string& target) const {
    std::map<std::string, int> rungs;
    for (const Json& event : view("print", file()))
      if (target_of(event) == target) ++rungs[text_at(event, "/probe/rung")];
    return rungs;
  }

  // Whether all of the datagrams were seen there, by this rung alone.
  void expect_seen(const std::string& target, const std::string& rung) const {
    const std::map<std::string, int> rungs = events(target);
    ASSERT_EQ(rungs.size(), 1U) << target << ": " << said_;
    EXPECT_EQ(rungs.begin()->first, rung) << target;
    EXPECT_GE(rungs.begin()->second, kPackets) << target;
  }

  // Of the datagrams to the closed port.
  size_t drops() const {
    return view("drops", file(), {"-f", fmt::format("udp dst port {}", kFlowPort + 1)})
        .front()
        .at("count");
  }

  bool says(const std::string& sentence) const { return said_.find(sentence) != std::string::npos; }

  std::string file() const { return folder_.file("tracker.db"); }

  ScratchFolder folder_;
  std::string attached_;
  std::string said_;

 private:
  static std::vector<std::string> program(const Lacks& lacks) {
    return {"unshare", "-m", "sh", "-c", lacks.mounts + "exec \"$@\"", "sh"};
  }

  static ProcessOptions environment(const Lacks& lacks) {
    return with_fault_shim("TRACKER_KERNEL_LACKS=" + lacks.calls);
  }
};

TEST_F(LackingKernel, WithoutTrampolinesWatchesByKprobes) {
  watch({.calls = "TRAMPOLINES MULTI"},
        {"fn:ip_rcv", "fentry:ip_rcv", "fn:ip_output%return", "tp:skb:kfree_skb"});
  EXPECT_EQ(attached_, "attached 3 of 4 probes");
  EXPECT_TRUE(
      says("not attached: fentry:ip_rcv: fentry: cannot attach to function ip_rcv: this kernel "
           "does not support it (ENOTSUPP)"))
      << said_;
  expect_seen("fn:ip_rcv", "kprobe");
  expect_seen("fn:ip_output%return", "kretprobe");
  EXPECT_EQ(drops(), kPackets);
}

TEST_F(LackingKernel, WithoutKprobesWatchesByTrampolines) {
  watch({.calls = "MULTI", .mounts = kNoKprobes},
        {"fn:ip_rcv", "kprobe:ip_rcv", "fn:ip_output%return", "tp:skb:kfree_skb"});
  EXPECT_EQ(attached_, "attached 3 of 4 probes");
  EXPECT_TRUE(says("kprobe:ip_rcv")) << said_;
  EXPECT_TRUE(says("this kernel has no kprobes (CONFIG_KPROBE_EVENTS)")) << said_;
  expect_seen("fn:ip_rcv", "fentry");
  expect_seen("fn:ip_output%return", "fexit");
  EXPECT_EQ(drops(), kPackets);
}

// As the kernel of a container host can be.
TEST_F(LackingKernel, WithNeitherSaysSoAndGoesOnWithTracepoints) {
  const Lacks lacks{.calls = "TRAMPOLINES MULTI", .mounts = kNoKprobes};
  watch(lacks, {"fn:ip_rcv", "fn:udp_rcv%return", "tp:skb:kfree_skb"});
  EXPECT_EQ(attached_, "attached 1 of 3 probes");
  EXPECT_TRUE(says("fn:ip_rcv")) << said_;
  EXPECT_TRUE(says("fn:udp_rcv%return")) << said_;
  EXPECT_TRUE(says("this kernel has no kprobes (CONFIG_KPROBE_EVENTS)")) << said_;
  EXPECT_EQ(drops(), kPackets);

  std::map<std::string, bool> available;
  const ProcessResult inspected = run(lacks, {"inspect", "--format", "json"});
  std::istringstream lines(inspected.out);
  for (std::string line; std::getline(lines, line);) {
    const Json fact = Json::parse(line);
    if (fact.contains("available")) available[text_at(fact, "/fact")] = fact.at("available");
  }
  EXPECT_TRUE(available.at("tp_btf")) << inspected.out;
  for (const char* rung : {"fentry", "fexit", "kprobe", "kretprobe", "kprobe_multi"})
    EXPECT_FALSE(available.at(rung)) << rung << inspected.out;
}

TEST_F(LackingKernel, WithoutLinksOfManyAttachesThemOneByOne) {
  watch({.calls = "MULTI"}, {"fn:ip_*rcv*", "fn:ip_*output*", "fn:ip_local*", "fn:udp_q*"});
  expect_seen("fn:ip_rcv", "kprobe");
  expect_seen("fn:ip_local_deliver", "kprobe");
  expect_seen("fn:udp_queue_rcv_skb", "kprobe");
}

// CONFIG_DEBUG_INFO_BTF_MODULES is off, or the module was built without.
TEST_F(LackingKernel, WithoutTypesOfAModuleSaysSo) {
  pair_.right.nft(kRules);
  watch({.mounts = kNoTypesOfModules}, {"fn:nf_tables/nft_do_chain", "fn:ip_rcv"});
  EXPECT_EQ(attached_, "attached 1 of 1 probes");
  EXPECT_TRUE(
      says("left out: fn:nf_tables/nft_do_chain cannot be watched: the kernel has no readable type "
           "information of nf_tables (/sys/kernel/btf/nf_tables)"))
      << said_;
  EXPECT_EQ(events("fn:ip_rcv").size(), 1U);
}

}  // namespace
}  // namespace tracker::kernel_test
