// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/probe_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "event/section.h"

namespace tracker {

namespace {

// Records number probes with 16 bits; some are left for companions.
constexpr size_t kMostProbes = 65'000;

// A plan in the making: each point once.
class PlanMaker {
 public:
  void add(const ProbePointPtr& point, uint32_t sections) {
    if (!point->may_have_reason()) sections &= ~section_bit(Section::kDrop);
    const auto [known, is_new] = by_target_.emplace(point->target(), plan_.size());
    if (is_new)
      plan_.push_back({point, sections});
    else
      plan_[known->second].sections |= sections;
  }

  std::vector<PlannedProbe> take() { return std::move(plan_); }

 private:
  std::vector<PlannedProbe> plan_;
  std::unordered_map<std::string, size_t> by_target_;
};

struct Field {
  const char* type = nullptr;
  const char* name = nullptr;
};

// What a section is read from. The fields of skbs and devices themselves are on every kernel.
struct Ground {
  Section section;
  std::array<Field, 2> fields;
  const char* missing;  // why there is none
};
constexpr Ground kGrounds[] = {
    {Section::kDrop,
     {},
     "none of the probes is a free of dropped packets that says why or where; add --probe "
     "tp:skb:kfree_skb"},
    // the type is empty without CONFIG_NET_NS
    {Section::kNetns, {{{"possible_net_t", "net"}}}, "this kernel has no network namespaces"},
    {Section::kSock,
     {{{"sk_buff", "sk"}, {"sock_common", "skc_family"}}},
     "this kernel's BTF does not describe sockets"},
    {Section::kCgroup,
     {{{"kernfs_node", "id"}, {"cgroup", "kn"}}},
     "this kernel has no control groups (CONFIG_CGROUPS)"},
    // bpf_get_stack() fills one of perf's call chains
    {Section::kStack,
     {{{"perf_callchain_entry", "nr"}}},
     "this kernel takes no stacks (CONFIG_PERF_EVENTS)"},
};

bool has_drop_probe(const std::vector<PlannedProbe>& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const PlannedProbe& probe) { return probe.point->names_drop(); });
}

std::string_view section_name(Section section) {
  return std::find_if(kSections.begin(), kSections.end(),
                      [&](const SectionInfo& info) { return info.section == section; })
      ->name;
}

bool can_go_on_without(const std::string& target, const Error& error) {
  return error.kind == ErrorKind::kLacking ||
         (is_optional(target) && error.kind != ErrorKind::kWrongUsage);
}

}  // namespace

uint32_t CollectorChoice::wanted() const {
  return sections | (automatic ? kAllSections & ~section_bit(Section::kStack) : 0);
}

Result<CollectorChoice> parse_collectors(const std::vector<std::string>& names) {
  CollectorChoice choice{0, names.empty()};
  for (const std::string& name : names) {
    auto known = std::find_if(kSections.begin(), kSections.end(),
                              [&](const SectionInfo& info) { return info.name == name; });
    if (name == "auto") {
      choice.automatic = true;
    } else if (known != kSections.end()) {
      choice.sections |= section_bit(known->section);
    } else {
      std::vector<std::string_view> all{"auto"};
      for (const SectionInfo& info : kSections) all.push_back(info.name);
      return wrong_usage(
          fmt::format("unknown collector '{}'; there are: {}", name, fmt::join(all, ", ")));
    }
  }
  return choice;
}

std::vector<std::string> keep_grounded(const CollectorChoice& choice, const HasField& has_field,
                                       std::vector<PlannedProbe>& plan) {
  uint32_t grounded = kAllSections;
  std::vector<std::string> sentences;
  for (const Ground& ground : kGrounds) {
    const uint32_t bit = section_bit(ground.section);
    if (!(choice.wanted() & bit)) continue;
    const bool has_types = std::all_of(
        ground.fields.begin(), ground.fields.end(),
        [&](const Field& field) { return !field.type || has_field(field.type, field.name); });
    if (has_types && (ground.section != Section::kDrop || has_drop_probe(plan))) continue;
    grounded &= ~bit;
    if (choice.sections & bit)
      sentences.push_back(fmt::format("collector {} fills nothing: {}",
                                      section_name(ground.section), ground.missing));
  }
  for (PlannedProbe& probe : plan) probe.sections &= grounded;
  return sentences;
}

Result<std::vector<PlannedProbe>> plan_probes(const std::vector<std::string>& targets,
                                              uint32_t sections, const KernelBtf& btf,
                                              const Note& note, WithoutPacket without) {
  PlanMaker maker;
  for (const std::string& typed : targets) {
    auto looked_up = find_points(typed, btf, without);
    if (!looked_up && can_go_on_without(typed, looked_up.error())) {
      note("left out: " + looked_up.error().message);
      continue;
    }
    TRY_ASSIGN(found, std::move(looked_up));
    for (const std::string& sentence : found.notes) note(sentence);
    const uint32_t stack = found.takes_stack ? section_bit(Section::kStack) : 0;
    for (const ProbePointPtr& point : found.points) maker.add(point, sections | stack);
  }
  std::vector<PlannedProbe> plan = maker.take();
  if (plan.size() > kMostProbes)
    return Error{fmt::format("{} probes are more than the {} that a recording can number",
                             plan.size(), kMostProbes)};
  if (plan.empty()) return Error{"nothing to collect: every probe was left out"};
  return plan;
}

}  // namespace tracker
