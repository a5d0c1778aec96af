// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/point_arguments.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tracker {
namespace {

constexpr std::string_view kSkb = "skb";
constexpr std::string_view kSkbs = "skbs";

constexpr std::array<std::pair<tracker_knob, std::string_view>, 8> kArguments{
    {{KNOB_SKB_ARG, kSkb},
     {KNOB_SOCK_ARG, "sock"},
     {KNOB_NET_ARG, "net"},
     {KNOB_DEV_ARG, "dev"},
     {KNOB_HOOK_ARG, "hook"},
     {KNOB_REASON_ARG, "reason"},
     {KNOB_LOCATION_ARG, "location"},
     {KNOB_RETURN_ARG, "rc"}}};

}  // namespace

std::vector<PointArgument> arguments_of(const ProbePoint& point) {
  Knobs knobs{};
  point.set_knobs(point.rungs().front(), knobs);
  std::vector<PointArgument> arguments;
  for (const auto& [knob, name] : kArguments) {
    if (knobs[knob] == KNOB_NO_ARG) continue;
    const bool is_list = knob == KNOB_SKB_ARG && knobs[KNOB_LIST] != LIST_NONE;
    const bool is_pointed_to = (knob == KNOB_SKB_ARG && knobs[KNOB_HOLD] != HOLD_NONE) ||
                               (knob == KNOB_HOOK_ARG && knobs[KNOB_HOOK_HOLD] != HOLD_NONE);
    arguments.push_back(
        {is_list ? kSkbs : name, static_cast<unsigned>(knobs[knob]), is_pointed_to});
  }
  return arguments;
}

std::string argument_names(const std::vector<PointArgument>& arguments) {
  std::string names;
  for (const PointArgument& argument : arguments) {
    if (!names.empty()) names += ' ';
    names += argument.name;
  }
  return names;
}

const PointArgument* find_skb(const std::vector<PointArgument>& arguments) {
  const auto found = std::ranges::find_if(arguments, [](const PointArgument& argument) {
    return argument.name == kSkb || argument.name == kSkbs;
  });
  return found == arguments.end() ? nullptr : &*found;
}

}  // namespace tracker
