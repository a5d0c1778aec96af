// SPDX-License-Identifier: GPL-2.0-or-later
//
// inspect says what `collect` would meet.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/mount.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/network_namespace.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr const char* kLockdown = "/sys/kernel/security/lockdown";
constexpr uid_t kNobody = 65534;

// The objects of `tracker inspect ARGUMENTS --format json`.
std::vector<Json> inspected_as_json(std::vector<std::string> arguments, int status = 0,
                                    const ProcessOptions& options = {}) {
  arguments.insert(arguments.begin(), "inspect");
  arguments.insert(arguments.end(), {"--format", "json"});
  const ProcessResult inspected = run_tracker(arguments, options);
  EXPECT_EQ(inspected.status, status) << inspected.out << inspected.err;
  std::vector<Json> objects;
  std::istringstream lines(inspected.out);
  for (std::string line; std::getline(lines, line);) objects.push_back(Json::parse(line));
  return objects;
}

// What `collect` makes of a probe: its end, within a namespace where nothing is sent.
ProcessResult collected(const std::string& target) {
  static const NetworkNamespace netns("quiet");
  return run_tracker({"collect", "--probe", target, "--no-record", "--quiet", "--netns",
                      std::to_string(netns.inum()), "--duration", "0.01"});
}

Json fact(const std::vector<Json>& facts, const std::string& name) {
  for (const Json& object : facts) {
    if (text_at(object, "/fact") == name) return object;
  }
  ADD_FAILURE() << "no fact " << name;
  return {};
}

std::vector<std::string> targets_of(const std::vector<Json>& probes) {
  std::vector<std::string> targets;
  targets.reserve(probes.size());
  for (const Json& probe : probes) targets.push_back(text_at(probe, "/target"));
  return targets;
}

TEST(Inspect, HasTriedAProgramWhereItSaysThatTheyAreTaken) {
  const ProcessResult inspected = run_tracker({"inspect"});
  EXPECT_EQ(inspected.status, 0) << inspected.err;
  EXPECT_NE(inspected.out.find("yes  programs"), std::string::npos) << inspected.out;
  EXPECT_NE(inspected.out.find("one was loaded and attached as "), std::string::npos)
      << inspected.out;
}

TEST(Inspect, SaysOfEachRungWhatCollectMeets) {
  const std::vector<Json> facts = inspected_as_json({});
  for (const char* rung : {"tp_btf", "raw_tp"}) {
    EXPECT_EQ(fact(facts, rung).at("available"), true) << rung;
    EXPECT_EQ(text_at(fact(facts, rung), "/detail"), "attached to tp:skb:kfree_skb");
  }
  for (const std::string rung : {"fentry", "kprobe"}) {
    const ProcessResult result = collected(rung + ":icmp_rcv");
    const Json said = fact(facts, rung);
    EXPECT_EQ(said.at("available"), result.status == 0) << result.err;
    const std::string detail = text_at(said, "/detail");
    if (result.status == 0) {
      EXPECT_EQ(detail, "attached to fn:icmp_rcv");
    } else {
      EXPECT_NE(result.err.find(fmt::format("{}: {}", rung, detail)), std::string::npos)
          << result.err << said;
    }
  }
}

TEST(Inspect, ListsFunctionsWithTheRungThatCollectTakes) {
  const std::vector<Json> probes = inspected_as_json({"--probes", "ip_rcv*"});
  const std::vector<std::string> targets = targets_of(probes);
  const auto found = std::find(targets.begin(), targets.end(), "fn:ip_rcv");
  ASSERT_NE(found, targets.end());
  const Json& probe = probes[static_cast<size_t>(found - targets.begin())];
  EXPECT_EQ(text_at(probe, "/arguments"), "skb");
  EXPECT_EQ(probe.at("skb_argument"), 1);
  std::string rung;
  for (const char* by : {"fentry", "kprobe"}) {
    if (rung.empty() && collected(std::string(by) + ":ip_rcv").status == 0) rung = by;
  }
  EXPECT_EQ(probe.at("rung"), rung.empty() ? Json() : Json(rung));
  // The same whether the pattern is of names or of targets.
  EXPECT_EQ(targets_of(inspected_as_json({"--probes", "fn:ip_rcv*"})), targets);
}

TEST(Inspect, ListsTheTracepointsOfAGroupAsBefore) {
  const std::vector<Json> probes = inspected_as_json({"--probes", "tp:skb:kfree_*"});
  ASSERT_EQ(targets_of(probes), std::vector<std::string>{"tp:skb:kfree_skb"});
  EXPECT_EQ(text_at(probes[0], "/arguments").substr(0, 3), "skb");
  EXPECT_EQ(text_at(probes[0], "/rung"), "tp_btf");
}

// By name, in the form of a list as well as of an answer.
TEST(Inspect, CountsFunctionsThatCannotBeTracedAndSaysWhy) {
  const ProcessResult listed = run_tracker({"inspect", "--probes", "fn:*"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  if (listed.err.find("(available_filter_functions in tracefs) cannot be read") !=
      std::string::npos) {
    require(!std::getenv("TRACKER_LAB"), "the lab's kernel does not say what can be traced");
    GTEST_SKIP() << listed.err;
  }
  EXPECT_NE(listed.err.find("more than 16 functions at a time share programs"), std::string::npos)
      << listed.err;
  const std::string marker = "--why TARGET says why: ";
  const size_t at = listed.err.find(marker);
  ASSERT_NE(at, std::string::npos) << listed.err;
  const std::string names = listed.err.substr(at + marker.size());
  const std::string target = names.substr(0, names.find_first_of(",\n"));
  const Json answer = inspected_as_json({"--why", target}, 1).at(0);
  EXPECT_EQ(answer.at("can_be_watched"), false);
  EXPECT_TRUE(answer.at("probes").empty());
  EXPECT_EQ(listed.out.find(target + " "), std::string::npos) << target;
  const ProcessResult result = collected(target);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "tracker: " + text_at(answer, "/refusal") + "\n");
}

TEST(Inspect, OfAFunctionNamesEachRungOrItsRefusal) {
  const ProcessResult result = collected("fn:ip_rcv");
  const Json answer = inspected_as_json({"--why", "fn:ip_rcv"}, result.status).at(0);
  EXPECT_EQ(answer.at("can_be_watched"), result.status == 0) << result.err;
  const Json& probe = answer.at("probes").at(0);
  EXPECT_EQ(text_at(probe, "/target"), "fn:ip_rcv");
  std::vector<std::string> rungs;
  for (const Json& rung : probe.at("rungs")) rungs.push_back(text_at(rung, "/rung"));
  // Where it cannot be read which functions there are, a name may not be the only one.
  std::vector<std::string> expected{"fentry", "kprobe", "kprobe_multi", "fentry_multi"};
  if (!std::ifstream("/sys/kernel/tracing/available_filter_functions").good())
    std::erase(expected, "kprobe_multi");
  EXPECT_EQ(rungs, expected);
  const std::string fentry_multi = text_at(probe.at("rungs").back(), "/detail");
  EXPECT_EQ(fentry_multi.find("btf_id"), std::string::npos) << fentry_multi;
  if (result.status == 0) return;
  for (const Json& rung : probe.at("rungs")) {
    if (text_at(rung, "/rung") == "fentry_multi") continue;  // of many only
    EXPECT_NE(result.err.find(text_at(rung, "/rung") + ": " + text_at(rung, "/detail")),
              std::string::npos)
        << result.err << rung;
  }
}

// What cannot be meant or does not exist: the sentence and the status are collect's.
TEST(Inspect, RefusesATargetInCollectsWords) {
  for (const std::string target :
       {"fn:nosuchfunction", "fn:tcp_v4_rcv.isra.0", "fn:schedule", "tp:skb:kfre_skb",
        "tp:sched:sched_switch", "fexit:*", "?fn:nosuchfunction"}) {
    const ProcessResult result = collected(target);
    EXPECT_EQ(result.status, 1) << target;
    const Json answer = inspected_as_json({"--why", target}, result.status).at(0);
    EXPECT_NE(result.err.find("tracker: " + text_at(answer, "/refusal") + "\n"), std::string::npos)
        << result.err << answer;
  }
  const Json answer = inspected_as_json({"--why", "fn:nosuchfunction"}, 1).at(0);
  EXPECT_NE(text_at(answer, "/refusal").find("unknown function fn:nosuchfunction; nearest: fn:"),
            std::string::npos)
      << answer;
  EXPECT_EQ(run_tracker({"inspect", "--why", "fn:"}).status, 2);
}

TEST(Inspect, OfAlternativesSaysWhichIsWatchedAndWhyNotTheOthers) {
  const int status = collected("fn:ip_rcv").status;
  const Json answer = inspected_as_json({"--why", "fn:nosuchfunction|ip_rcv"}, status).at(0);
  EXPECT_EQ(text_at(answer, "/probes/0/target"), "fn:ip_rcv");
  ASSERT_EQ(answer.at("remarks").size(), 1U);
  EXPECT_EQ(text_at(answer, "/remarks/0").find("unknown function fn:nosuchfunction;"), 0U);
}

TEST(Inspect, OfAWildcardTriesEveryProbe) {
  const int status = collected("fn:ip_rcv").status;
  const Json answer = inspected_as_json({"--why", "fn:ip_local_deliver*"}, status).at(0);
  const std::vector<std::string> targets = targets_of(answer.at("probes").get<std::vector<Json>>());
  EXPECT_NE(std::find(targets.begin(), targets.end(), "fn:ip_local_deliver"), targets.end());
  for (const Json& probe : answer.at("probes"))
    EXPECT_EQ(probe.contains("rung"), status == 0) << probe;
}

// Type information is for everyone: what exists and where its skb is can be said.
TEST(Inspect, WithoutPrivilegesSaysWhatIsMissing) {
  ProcessOptions nobody;
  nobody.user = kNobody;
  const ProcessResult inspected = run_tracker({"inspect"}, nobody);
  EXPECT_EQ(inspected.status, 1);
  EXPECT_NE(inspected.out.find("no   privileges                no permission to attach: missing "
                               "CAP_BPF CAP_PERFMON"),
            std::string::npos)
      << inspected.out;
  EXPECT_NE(inspected.out.find("no   fentry                    not tried"), std::string::npos)
      << inspected.out;
  const std::vector<Json> probes = inspected_as_json({"--probes", "ip_rcv"}, 0, nobody);
  ASSERT_EQ(targets_of(probes), std::vector<std::string>{"fn:ip_rcv"});
  EXPECT_FALSE(probes[0].contains("rung")) << "it was not tried";
  const Json answer = inspected_as_json({"--why", "fn:ip_rcv"}, 1, nobody).at(0);
  EXPECT_EQ(text_at(answer, "/refusal").find("no permission to attach: missing CAP_BPF"), 0U);
  EXPECT_EQ(answer.at("/probes/0/skb_argument"_json_pointer), 1);
}

// Of a function of a module the kernel tells where its type information is to CAP_SYS_ADMIN alone.
TEST(Inspect, WithAServicesCapabilitiesSaysWhatFunctionsOfModulesNeed) {
  if (std::getenv("TRACKER_LAB")) require_program({"modprobe", "openvswitch"});
  constexpr const char* kTarget = "fn:openvswitch/ovs_dp_process_packet";
  if (run_tracker({"inspect", "--probes", kTarget}).status != 0)
    GTEST_SKIP() << "no Open vSwitch: runs in the lab";
  ProcessOptions service;
  service.user = kNobody;
  service.capabilities = {CAP_BPF, CAP_PERFMON};
  const std::vector<Json> answer = inspected_as_json({"--why", kTarget}, 1, service);
  ASSERT_EQ(answer.size(), 1U);
  const std::string said = text_at(answer[0], "/probes/0/rungs/0/detail");
  // Before 6.10, where it also cannot be seen whether programs are preempted, that comes first.
  if (said.find("bpf_preempt_disable") != std::string::npos) return;
  EXPECT_EQ(said,
            "cannot open the type information of module openvswitch: Operation not permitted; it "
            "needs CAP_SYS_ADMIN");
  const std::vector<Json> probes = inspected_as_json({"--probes", kTarget}, 0, service);
  EXPECT_TRUE(probes.at(0).at("rung").is_null()) << probes.at(0);
}

// A kernel that is locked down stays so: this runs where it is asked for by name alone.
TEST(Lockdown, OfConfidentialityIsNamedByInspectAndCollect) {
  if (!::testing::GTEST_FLAG(filter).starts_with("Lockdown"))
    GTEST_SKIP() << "locks the kernel for good: --gtest_filter='Lockdown*' in the lab";
  require(std::getenv("TRACKER_LAB") != nullptr, "only in a throw-away guest");
  static_cast<void>(mount("securityfs", "/sys/kernel/security", "securityfs", 0, nullptr));
  std::ofstream(kLockdown) << "confidentiality";
  std::string state;
  std::getline(std::ifstream(kLockdown), state);
  require(state.find("[confidentiality]") != std::string::npos, "cannot lock the kernel: " + state);
  const ProcessResult inspected = run_tracker({"inspect"});
  EXPECT_EQ(inspected.status, 1);
  EXPECT_NE(inspected.out.find("no   programs                  this kernel is locked down"),
            std::string::npos)
      << inspected.out;
  const ProcessResult collected =
      run_tracker({"-p", "dropmon", "collect", "--no-record", "--duration", "1"});
  EXPECT_EQ(collected.status, 1);
  EXPECT_NE(collected.err.find("this kernel is locked down (lockdown=confidentiality)"),
            std::string::npos)
      << collected.err;
  EXPECT_EQ(collected.err.find("unknown func"), std::string::npos) << "the verifier's words";
}

}  // namespace
}  // namespace tracker::kernel_test
