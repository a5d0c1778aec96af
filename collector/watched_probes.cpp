// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/watched_probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <string_view>
#include <utility>

#include "collector/companion_probes.h"
#include "collector/host_facts.h"
#include "event/section.h"
#include "probes/record.h"

namespace tracker {

namespace {

// Bytes kept without --snaplen: room for a tunnel's inner headers; the decoder cuts what is
// payload.
constexpr uint32_t kHeaderSnaplen = RECORD_PAYLOAD_SPLIT / 2;
// Of functions whose return is watched: what every CPU nests, and tasks that sleep in one, at the
// least. 1 MiB.
constexpr uint32_t kCallsUnderWay = 1U << 14;
// Tasks that have a packet in hand at the same time, sleeping ones too; 2 MiB.
constexpr uint32_t kHands = 1U << 12;
constexpr uint64_t kRingsTotal = 128U << 20;
constexpr uint32_t kRingMin = 1U << 20, kRingMax = 32U << 20;

// A CPU's share of 128 MiB, as a power of two between 1 and 32 MiB: fewer than four CPUs have less
// together, more than 128 have more. At 600,000 events a second of 376 bytes, 32 MiB hold 145 ms,
// which is more than a commit takes; a smaller ring holds as much less.
uint32_t default_ring_bytes() {
  const uint64_t share = std::bit_floor(kRingsTotal / possible_cpus());
  return static_cast<uint32_t>(std::clamp<uint64_t>(share, kRingMin, kRingMax));
}

// Of functions that no shared program reaches so many get one each, more get none: it would take
// minutes.
constexpr size_t kMostAlone = 200;

bool is_inferred(const PlannedProbe& probe) { return probe.role() == ProbeRole::kInferred; }

bool sees_drops_without_stack(const PlannedProbe& probe) {
  return probe.role() == ProbeRole::kDropped && !(probe.sections & section_bit(Section::kStack));
}

// 1 at the return of a function.
size_t end_of(const SharedSite& site) { return site.form.is_return ? 1 : 0; }

}  // namespace

// The kernel zeroes their memory, which takes as long as reading its type information does.
void WatchedProbes::begin_rings(const CollectOptions& options) {
  const uint32_t bytes = options.ring_bytes.value_or(default_ring_bytes());
  rings_ =
      std::make_unique<Background<Result<EventRings>>>([bytes] { return EventRings::make(bytes); });
}

Result<WatchedProbes> WatchedProbes::plan(const CollectOptions& options,
                                          const std::function<void(const std::string&)>& note) {
  WatchedProbes probes;
  TRY_ASSIGN(collectors, parse_collectors(options.collectors));
  if (options.probes.empty())
    return wrong_usage(
        "nothing to collect: name a profile (-p dropmon) or a probe (--probe tp:skb:kfree_skb)");
  for (const std::string& text : options.probes) {
    TRY(check_target(text));
  }
  for (const std::string& text : options.netns) {
    TRY_ASSIGN(identity, find_netns(text));
    probes.netns_.push_back(identity);
  }
  probes.begin_rings(options);
  TRY_ASSIGN(btf, KernelBtf::load());
  probes.btf_.emplace(std::move(btf));
  const auto without = options.with_inferred ? WithoutPacket::kInferred : WithoutPacket::kRefused;
  TRY_ASSIGN(asked, plan_probes(options.probes, collectors.wanted(), *probes.btf_, note, without));
  probes.asked_ = std::move(asked);
  TRY(probes.check_in_hand(note));
  const auto has_field = [&probes](const std::string& type, std::string_view field) {
    return probes.btf_->has_field(type, field);
  };
  for (const std::string& sentence : keep_grounded(collectors, has_field, probes.asked_))
    note(sentence);
  probes.companions_ = plan_companions(probes.asked_, !probes.netns_.empty(), *probes.btf_);
  probes.snaplen_ = options.snaplen.value_or(kHeaderSnaplen);
  if (probes.snaplen_ == 0 || probes.snaplen_ > RECORD_PAYLOAD_ALL)
    probes.snaplen_ = RECORD_PAYLOAD_ALL;
  if (std::any_of(probes.asked_.begin(), probes.asked_.end(), sees_drops_without_stack))
    probes.stacks_ = options.stacks;
  else if (!options.stacks.is_nothing())
    note(
        "no stacks are taken by --stack-first and --stack-rate: no probe sees drops without "
        "/stack");
  return probes;
}

// What is in hand is known of functions with programs of their own, at both ends.
Result<void> WatchedProbes::check_in_hand(
    const std::function<void(const std::string&)>& note) const {
  const auto inferred = std::ranges::find_if(asked_, is_inferred);
  if (inferred == asked_.end()) return {};
  const std::vector<IndexedPlan> plans = plans_to_share();
  const size_t shared = plans.size();
  const auto takes_packet = [](const ProbePoint& point) { return point.call() == Call::kOfPacket; };
  const auto all = std::ranges::count_if(
      asked_, [&](const PlannedProbe& probe) { return takes_packet(*probe.point); });
  const auto sharing = std::ranges::count_if(
      plans, [&](const IndexedPlan& plan) { return takes_packet(*plan.plan.point); });
  if (all == sharing)
    return Error{
        fmt::format("{} takes no packet, and no function has one in hand that it could be given: "
                    "watch one that "
                    "takes a packet (--probe fn:ip_rcv){}",
                    inferred->point->target(),
                    shared == 0 ? "" : fmt::format(", and at most {} of them", kManyFunctions))};
  if (shared != 0)
    note(fmt::format(
        "{} beginnings and returns share programs: what they are given is not in hand for "
        "--with-inferred",
        shared));
  return {};
}

KernelProbesOptions WatchedProbes::settings(const CollectOptions& options) const {
  KernelProbesOptions settings;
  settings.probe_count = static_cast<uint32_t>(asked_.size() + companions_.size());
  settings.ring_bytes = options.ring_bytes.value_or(default_ring_bytes());
  // of a packet that is seen once, when it is dropped, there is nothing to keep
  const bool follows = std::any_of(asked_.begin(), asked_.end(), [](const PlannedProbe& probe) {
    return probe.role() != ProbeRole::kDropped;
  });
  settings.track_entries = follows || !companions_.empty() ? options.track_packets : 0;
  const bool has_returns = std::any_of(asked_.begin(), asked_.end(), [](const PlannedProbe& probe) {
    return probe.point->needs_beginning();
  });
  settings.call_entries = has_returns ? std::max(kCallsUnderWay, options.track_packets) : 0;
  if (std::ranges::any_of(asked_, is_inferred)) {
    settings.hand_entries = kHands + possible_cpus();
    settings.per_cpu_offset = symbols_->address("__per_cpu_offset");
    settings.preempt_count = symbols_->address("pcpu_hot");
    if (settings.preempt_count == 0) settings.preempt_count = symbols_->address("__preempt_count");
  }
  settings.snaplen = snaplen_;
  settings.all_skbs = options.all_skbs;
  settings.stacks = stacks_;
  for (const NetnsIdentity& netns : netns_) settings.netns.push_back({netns.inum, netns.cookie});
  settings.vmemmap_base = symbols_->variable("vmemmap_base");
  settings.page_offset_base = symbols_->variable("page_offset_base");
  return settings;
}

Result<void> WatchedProbes::load(const CollectOptions& options) {
  TRY_ASSIGN(symbols, KernelSymbols::open());
  symbols_.emplace(std::move(symbols));
  TRY_ASSIGN(kernel,
             KernelProbes::load(settings(options), *btf_, [this] { return rings_->take(); }));
  rings_.reset();
  kernel_.emplace(std::move(kernel));
  return {};
}

const PlannedProbe& WatchedProbes::probe_at(uint32_t index) const {
  return index < asked_.size() ? asked_[index] : companions_[index - asked_.size()];
}

// Beginnings and returns each by themselves: few of the one do not change what becomes of the
// other.
std::vector<IndexedPlan> WatchedProbes::plans_to_share() const {
  std::array<std::vector<IndexedPlan>, 2> ends;
  for (uint32_t i = 0; i < asked_.size(); ++i) {
    if (const auto site = asked_[i].point->shared_site())
      ends[end_of(*site)].push_back({i, {asked_[i].point.get(), asked_[i].sections}});
  }
  std::vector<IndexedPlan> plans;
  for (const std::vector<IndexedPlan>& end : ends)
    if (end.size() > kManyFunctions) plans.insert(plans.end(), end.begin(), end.end());
  return plans;
}

// The value is by index of the probe, companions behind those asked for. The ends of transmits come
// first: net_dev_start_xmit may note its own only if these are noted too. Most of the time is the
// verifier's, which works on several programs at once.
std::vector<Result<std::string>> WatchedProbes::attach_all(const KeepGoing& keep_going) {
  const auto count = static_cast<uint32_t>(asked_.size() + companions_.size());
  std::vector<Result<std::string>> rungs(count, Error{});
  const bool only_drops = std::all_of(asked_.begin(), asked_.end(), [](const PlannedProbe& probe) {
    return probe.role() == ProbeRole::kDropped;
  });
  const bool has_inferred = std::ranges::any_of(asked_, is_inferred);
  bool is_ended = false;
  const KeepGoing ask = [&](size_t done, size_t total) {
    is_ended = is_ended || !keep_going(done, total);
    return !is_ended;
  };
  std::vector<bool> is_shared(count);
  const std::vector<IndexedPlan> plans = plans_to_share();
  const auto shared = kernel_->attach_shared(plans, shared_rungs(), ask);
  if (is_ended) return rungs;
  std::array<size_t, 2> refused{};
  const auto end = [&](size_t i) { return end_of(*plans[i].plan.point->shared_site()); };
  for (size_t i = 0; i < plans.size(); ++i)
    if (!shared[i]) ++refused[end(i)];
  for (size_t i = 0; i < plans.size(); ++i) {
    rungs[plans[i].index] = shared[i];
    is_shared[plans[i].index] = shared[i].has_value() || refused[end(i)] > kMostAlone;
  }
  bool paired = false;
  for (const bool is_end : {true, false}) {
    for_each_in_parallel(count, [&](size_t at) {
      const auto i = static_cast<uint32_t>(at);
      const PlannedProbe& probe = probe_at(i);
      if (is_shared[i] || (probe.role() == ProbeRole::kTransmitted) != is_end) return;
      ProbePlan plan{probe.point.get(), probe.sections};
      plan.companion = i >= asked_.size();
      plan.netns_only = only_drops;
      plan.paired = paired;
      plan.in_hand = has_inferred && probe.point->call() != Call::kNone;
      rungs[i] = kernel_->attach(i, plan);
    });
    for (uint32_t i = 0; i < count; ++i)
      paired = paired || (probe_at(i).role() == ProbeRole::kTransmitted && rungs[i].has_value());
  }
  return rungs;
}

Result<void> WatchedProbes::attach(Session& session, Names& names, const KeepGoing& keep_going) {
  names.reasons = btf_->drop_reasons();
  names.subsystems = btf_->drop_subsystems();
  const std::vector<Result<std::string>> rungs = attach_all(keep_going);
  size_t attached = 0;
  for (uint32_t i = 0; i < rungs.size(); ++i) {
    const PlannedProbe& probe = probe_at(i);
    const std::string how = rungs[i] ? *rungs[i] : "";
    const std::string problem = rungs[i] ? "" : rungs[i].error().message;
    if (i >= asked_.size()) {
      session.companions.push_back({probe.point->target(), how, problem, 0, 0});
      continue;
    }
    names.probes.push_back(probe.point->name());
    session.attachments.push_back({probe.point->target(), rungs[i].has_value(), how, problem});
    if (rungs[i]) ++attached;
  }
  if (attached == 0)
    return Error{fmt::format("no probe could be attached; {}: {}", session.attachments[0].target,
                             session.attachments[0].problem)};
  name_rungs(session, names);
  btf_.reset();  // its memory is better used for events
  session.start_ns = boottime_ns();
  return kernel_->start_watching();
}

Result<std::vector<ProbeCounters>> WatchedProbes::read_counters(Session& session) const {
  std::vector<ProbeCounters> counters;
  for (uint32_t i = 0; i < asked_.size(); ++i) {
    TRY_ASSIGN(of_probe, kernel_->counters(i));
    counters.insert(counters.end(), of_probe.begin(), of_probe.end());
    session.attachments[i].missed = session.attachments[i].attached ? kernel_->missed(i) : -1;
  }
  session.shared_programs = kernel_->shared_programs();
  for (uint32_t i = 0; i < companions_.size(); ++i) {
    TRY_ASSIGN(of_companion, kernel_->counters(static_cast<uint32_t>(asked_.size()) + i));
    CompanionProbe& companion = session.companions[i];
    companion.seen = companion.untracked = 0;
    for (const ProbeCounters& of_cpu : of_companion) {
      companion.seen += of_cpu.seen;
      companion.untracked += of_cpu.untracked;
    }
  }
  return counters;
}

}  // namespace tracker
