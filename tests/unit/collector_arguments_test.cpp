// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/netns_argument.h"
#include "collector/probe_plan.h"
#include "collector/watched_probes.h"
#include "event/section.h"
#include "probes/tracepoint/point.h"

namespace tracker {
namespace {

TEST(FindNetns, KnowsOwnNamespaceByPathAndByInum) {
  struct stat own {};
  ASSERT_EQ(::stat("/proc/self/ns/net", &own), 0);
  auto by_path = find_netns("/proc/self/ns/net");
  ASSERT_TRUE(by_path) << by_path.error().message;
  EXPECT_EQ(by_path->inum, own.st_ino);
  auto by_inum = find_netns(std::to_string(own.st_ino));
  ASSERT_TRUE(by_inum) << by_inum.error().message;
  EXPECT_EQ(*by_inum, *by_path);
}

TEST(FindNetns, SaysWhatIsWrong) {
  auto empty = find_netns("");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, ErrorKind::kWrongUsage);
  auto too_large = find_netns("99999999999999999999");
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().kind, ErrorKind::kWrongUsage);
  for (const char* text : {"no-such-namespace-here", "/no/such/path", "1"}) {
    auto missing = find_netns(text);
    ASSERT_FALSE(missing) << text;
    EXPECT_EQ(missing.error().kind, ErrorKind::kFailed) << text;
    EXPECT_NE(missing.error().message.find("no such network namespace"), std::string::npos) << text;
  }
  auto wrong_kind = find_netns("/proc/self/ns/mnt");
  ASSERT_FALSE(wrong_kind);
  EXPECT_NE(wrong_kind.error().message.find("is not a network namespace"), std::string::npos);
}

TEST(ParseCollectors, AutoIsAllButStack) {
  uint32_t all_but_stack = kAllSections & ~section_bit(Section::kStack);
  EXPECT_EQ(parse_collectors({})->wanted(), all_but_stack);
  EXPECT_EQ(parse_collectors({"auto"})->wanted(), all_but_stack);
  EXPECT_EQ(parse_collectors({"auto", "stack"})->wanted(), kAllSections);
  EXPECT_EQ(parse_collectors({"skb", "drop"})->wanted(),
            section_bit(Section::kSkb) | section_bit(Section::kDrop));
}

// A kernel that is not this one: what its BTF has is what the test says.
class Grounds : public ::testing::Test {
 protected:
  std::vector<PlannedProbe> plan(const CollectorChoice& choice, bool with_drops) const {
    std::vector<PlannedProbe> probes{{receive_, choice.wanted()}};
    if (with_drops) probes.push_back({free_, choice.wanted()});
    return probes;
  }
  HasField all_but(const std::string& missing) const {
    return [missing](const std::string& type, std::string_view) { return type != missing; };
  }

  static ProbePointPtr free_with(const TracepointArgs& args) {
    return std::make_shared<TracepointPoint>("skb", Tracepoint{"kfree_skb", "", 0, args});
  }

  const ProbePointPtr free_ = free_with({.count = 3, .skb = 0, .reason = 2, .location = 1});
  const ProbePointPtr receive_ = std::make_shared<TracepointPoint>(
      "net", Tracepoint{"netif_receive_skb", "", 0, {.count = 1, .skb = 0}});
};

constexpr uint32_t without(Section section) {
  return kAllSections & ~section_bit(Section::kStack) & ~section_bit(section);
}

TEST_F(Grounds, AutoIsWhatHasGroundAndSaysNothing) {
  auto probes = plan({}, false);
  EXPECT_TRUE(keep_grounded({}, all_but(""), probes).empty());
  EXPECT_EQ(probes[0].sections, without(Section::kDrop));
  probes = plan({}, true);
  EXPECT_TRUE(keep_grounded({}, all_but("possible_net_t"), probes).empty());
  EXPECT_EQ(probes[1].sections, without(Section::kNetns));
  probes = plan({}, true);
  EXPECT_TRUE(keep_grounded({}, all_but("sock_common"), probes).empty());
  EXPECT_EQ(probes[1].sections, without(Section::kSock));
}

TEST_F(Grounds, OfDropIsAFreeThatSaysWhyOrWhere) {
  const CollectorChoice choice{section_bit(Section::kDrop), false};
  auto probes = plan(choice, true);
  EXPECT_TRUE(keep_grounded(choice, all_but(""), probes).empty());
  EXPECT_EQ(probes[1].sections, section_bit(Section::kDrop));
  probes[1].point = free_with({.count = 3, .skb = 0, .location = 1});  // before 5.17
  EXPECT_TRUE(keep_grounded(choice, all_but(""), probes).empty());
  probes[1].point = free_with({.count = 3, .skb = 0});
  EXPECT_EQ(keep_grounded(choice, all_but(""), probes),
            std::vector<std::string>{
                "collector drop fills nothing: none of the probes is a free of dropped packets "
                "that says why or where; add --probe tp:skb:kfree_skb"});
  EXPECT_EQ(probes[1].sections, 0U);
}

TEST_F(Grounds, OfThisKernelAreThere) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const CollectorChoice all{kAllSections, true};
  auto probes = plan(all, true);
  const auto sentences = keep_grounded(
      all,
      [&](const std::string& type, std::string_view field) { return btf->has_field(type, field); },
      probes);
  EXPECT_TRUE(sentences.empty()) << sentences.front();
  EXPECT_EQ(probes[1].sections, kAllSections);
  EXPECT_FALSE(btf->has_field("sk_buff", "no_such_member"));
  EXPECT_FALSE(btf->has_field("no_such_type", "sk"));
}

TEST(ParseCollectors, NamesTheKnownOnesWhenAskedForAnother) {
  auto wrong = parse_collectors({"skb", "nonsense"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kWrongUsage);
  EXPECT_EQ(wrong.error().message,
            "unknown collector 'nonsense'; there are: auto, skb, packet, dev, netns, drop, sock, "
            "stack, cgroup");
}

void no_note(const std::string& sentence) { ADD_FAILURE() << sentence; }
const Note kNoNote = no_note;

TracepointArgs args_of(const PlannedProbe& probe) {
  return dynamic_cast<const TracepointPoint&>(*probe.point).tracepoint().args;
}

TEST(PlanProbes, FindsArgumentsInTheRunningKernelsTypes) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:skb:kfree_skb", "tp:net:net_dev_xmit/stack", "tp:skb:kfree_skb"},
                          kAllSections & ~section_bit(Section::kStack), *btf, kNoNote);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->size(), 2U) << "a repetition adds nothing";
  const TracepointArgs drop = args_of((*plan)[0]);
  EXPECT_EQ(drop.skb, 0);
  EXPECT_EQ(drop.location, 1);
  EXPECT_EQ(drop.reason, 2);
  EXPECT_EQ((*plan)[0].role(), ProbeRole::kDropped);
  const TracepointArgs sent = args_of((*plan)[1]);
  EXPECT_EQ(sent.skb, 0);
  EXPECT_EQ(sent.return_code, 1);
  EXPECT_EQ(sent.dev, 2);
  EXPECT_EQ(sent.location, -1);
  EXPECT_TRUE((*plan)[1].sections & section_bit(Section::kStack));
  EXPECT_FALSE((*plan)[1].sections & section_bit(Section::kDrop));
}

TEST(PlanProbes, SuggestsTheNearestNames) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:skb:kfre_skb"}, kAllSections, *btf, kNoNote);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kFailed);
  EXPECT_NE(
      plan.error().message.find("unknown tracepoint tp:skb:kfre_skb; nearest: tp:skb:kfree_skb"),
      std::string::npos)
      << plan.error().message;
}

TEST(PlanProbes, RefusesATracepointWithoutAnSkb) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:sched:sched_switch"}, kAllSections, *btf, kNoNote);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("has no skb among its arguments"), std::string::npos)
      << plan.error().message;
}

// Whatever the kernel lets attach, its types and names can be asked.
TEST(PlanProbes, FindsFunctionsAndTheirSkb) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"fn:ip_rcv", "fn:ip_rcv", "fn:no_such_function|ip_output/stack"},
                          kAllSections & ~section_bit(Section::kStack), *btf, kNoNote);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->size(), 2U);
  EXPECT_EQ((*plan)[0].point->target(), "fn:ip_rcv");
  EXPECT_EQ((*plan)[1].point->target(), "fn:ip_output");
  EXPECT_TRUE((*plan)[1].sections & section_bit(Section::kStack));
  Knobs knobs{};
  (*plan)[1].point->set_knobs(Rung::kFentry, knobs);
  EXPECT_EQ(knobs[KNOB_NET_ARG], 0U);
  EXPECT_EQ(knobs[KNOB_SOCK_ARG], 1U);
  EXPECT_EQ(knobs[KNOB_SKB_ARG], 2U);
  EXPECT_EQ(knobs[KNOB_ARGS], 7U);
}

TEST(PlanProbes, FindsReturnsAndTheirResult) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan =
      plan_probes({"fn:ip_output%return", "fn:__skb_recv_udp%return"}, kAllSections, *btf, kNoNote);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->size(), 2U);
  const ProbePoint& output = *(*plan)[0].point;
  EXPECT_EQ(output.target(), "fn:ip_output%return");
  EXPECT_EQ(output.name().role, ProbeRole::kReturn);
  Knobs knobs{};
  output.set_knobs(Rung::kFexit, knobs);
  EXPECT_EQ(knobs[KNOB_SKB_ARG], 2U);
  EXPECT_EQ(knobs[KNOB_RETURN_ARG], 3U) << "behind three arguments";
  EXPECT_EQ(knobs[KNOB_RESULT], static_cast<uint64_t>(RESULT_32));
  output.set_knobs(Rung::kKretprobe, knobs);
  EXPECT_EQ(knobs[KNOB_SKB_ARG], static_cast<uint64_t>(KNOB_NO_ARG));
  EXPECT_EQ(knobs[KNOB_RETURN_ARG], 0U);
  output.set_knobs(Rung::kKprobe, knobs);
  EXPECT_EQ(knobs[KNOB_ROLE], static_cast<uint64_t>(ProbeRole::kOther)) << "where the call begins";
  EXPECT_EQ(knobs[KNOB_RESULT], static_cast<uint64_t>(RESULT_NONE));
  const ProbePoint& received = *(*plan)[1].point;
  EXPECT_EQ(received.name().role, ProbeRole::kOther) << "it hands a packet back";
  received.set_knobs(Rung::kKretprobe, knobs);
  EXPECT_EQ(knobs[KNOB_SKB_ARG], 0U);
}

TEST(PlanProbes, RefusesFunctionsThatBringNoPacket) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const auto refusal = [&](const char* target) {
    const auto plan = plan_probes({target}, kAllSections, *btf, kNoNote);
    return plan ? "accepted" : plan.error().message;
  };
  EXPECT_EQ(
      refusal("fn:fib_table_lookup"),
      "fn:fib_table_lookup cannot be watched: it has no skb among its arguments: there is no "
      "packet to follow; collect --with-inferred gives it the packet that another watched function "
      "has in hand");
  EXPECT_EQ(refusal("fn:fib_table_lookup%return").find("--with-inferred"), std::string::npos);
  EXPECT_EQ(refusal("fn:skb_queue_purge_reason|fn_none").find("unknown function"),
            std::string::npos);
  EXPECT_NE(refusal("fn:ip_rcvv").find("unknown function fn:ip_rcvv; nearest: fn:ip_rcv"),
            std::string::npos)
      << refusal("fn:ip_rcvv");
  EXPECT_EQ(refusal("fn:*%return"), "accepted");
  EXPECT_NE(refusal("fexit:*").find("at most"), std::string::npos) << refusal("fexit:*");
}

TEST(PlanProbes, FindsFunctionsWithoutAPacketWhereTheyAreGivenTheOneInHand) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const auto find = [&](const char* target) {
    return plan_probes({target}, kAllSections, *btf, kNoNote, WithoutPacket::kInferred);
  };
  const auto lookup = find("fn:fib_table_lookup");
  ASSERT_TRUE(lookup) << lookup.error().message;
  const ProbePoint& point = *lookup->front().point;
  EXPECT_EQ(point.name().role, ProbeRole::kInferred);
  EXPECT_EQ(point.call(), Call::kNone);
  EXPECT_FALSE(point.shared_site());
  Knobs knobs{};
  point.set_knobs(Rung::kFentry, knobs);
  EXPECT_EQ(knobs[KNOB_ROLE], static_cast<uint64_t>(ProbeRole::kInferred));
  EXPECT_EQ(knobs[KNOB_ARGS], 0U);
  const auto pattern = find("fn:fib_table_l*");
  ASSERT_TRUE(pattern) << pattern.error().message;
  EXPECT_EQ(pattern->front().point->target(), "fn:fib_table_lookup");
  const auto mixed = find("fn:ip_rcv*");
  ASSERT_TRUE(mixed) << mixed.error().message;
  for (const PlannedProbe& probe : *mixed) EXPECT_NE(probe.role(), ProbeRole::kInferred);
  EXPECT_EQ(find("fn:ip_rcv")->front().point->call(), Call::kOfPacket);
  EXPECT_EQ(find("fn:ip_list_rcv")->front().point->call(), Call::kOfSeveral);
  EXPECT_FALSE(find("fn:fib_table_lookup%return"));
}

// What is said of these probes, or why there are none.
std::string said_of_inferred(const std::vector<std::string>& targets) {
  CollectOptions options;
  options.probes = targets;
  options.ring_bytes = 4096;
  options.with_inferred = true;
  std::string said;
  const auto probes =
      WatchedProbes::plan(options, [&](const std::string& sentence) { said += sentence + "\n"; });
  return probes ? said : probes.error().message;
}

TEST(WatchedProbes, HavePacketsInHandOfFunctionsWithProgramsOfTheirOwn) {
  EXPECT_EQ(said_of_inferred({"fn:fib_table_lookup", "fn:ip_rcv"}), "");
  EXPECT_EQ(said_of_inferred({"fn:fib_table_lookup", "tp:skb:consume_skb", "fn:ip_list_rcv"}),
            "fn:fib_table_lookup takes no packet, and no function has one in hand that it could be "
            "given: watch one that takes a packet (--probe fn:ip_rcv)");
  const std::string none = said_of_inferred({"fn:fib_table_lookup", "fn:ip*"});
  EXPECT_NE(none.find("at most 16 of them"), std::string::npos) << none;
  const std::string one = said_of_inferred({"fn:fib_table_lookup", "fn:ip*", "fn:ip_rcv%return"});
  EXPECT_NE(one.find("share programs: what they are given is not in hand"), std::string::npos)
      << one;
}

TEST(PlanProbes, HasEachOfThousandsOfFunctionsOnce) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const auto plan = plan_probes({"fn:*", "fn:ip_rcv", "fn:ip_*"}, kAllSections, *btf, kNoNote);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_GT(plan->size(), 1000U);
  std::set<std::string> targets;
  for (const PlannedProbe& probe : *plan) targets.insert(probe.point->target());
  EXPECT_EQ(targets.size(), plan->size());
  EXPECT_TRUE(targets.contains("fn:ip_rcv"));
}

TEST(PlanProbes, LeavesOptionalTargetsOutWithASentence) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  std::vector<std::string> notes;
  const auto plan = plan_probes({"?fn:no_such_function", "?fn:ip_rcv"}, kAllSections, *btf,
                                [&](const std::string& sentence) { notes.push_back(sentence); });
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->size(), 1U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(notes[0].starts_with("left out: unknown function fn:no_such_function;")) << notes[0];
}

TEST(PlanProbes, FailsWhereEveryTargetIsLeftOut) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const auto plan =
      plan_probes({"?fn:no_such_function"}, kAllSections, *btf, [](const std::string&) {});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error(), Error{"nothing to collect: every probe was left out"});
}

TEST(DropReasons, ComeFromTheRunningKernel) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto reasons = btf->drop_reasons();
  bool found = false;
  for (const auto& [code, reason] : reasons) {
    EXPECT_FALSE(reason.name.empty());
    EXPECT_NE(reason.name, "MAX");
    if (reason.name == "NO_SOCKET") {
      found = true;
      EXPECT_EQ(reason.subsystem, "core");
      EXPECT_EQ(code >> 16, 0U);
    }
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace tracker
