// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/position_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace tracker {
namespace {

constexpr std::array<std::string_view, 12> kWords{"first", "second", "third",    "fourth",
                                                  "fifth", "sixth",  "seventh",  "eighth",
                                                  "ninth", "tenth",  "eleventh", "twelfth"};
// By x86-64's ABI, the one for which kprobes are read (probes/function/kprobe.h).
constexpr unsigned kArgumentsInRegisters = 6;

}  // namespace

std::string_view position_word(unsigned position) {
  CHECK(position < kWords.size());
  return kWords[position];
}

std::string argument_place(const PointArgument& argument, const std::vector<Rung>& rungs) {
  const bool by_kprobe = std::ranges::find(rungs, Rung::kKprobe) != rungs.end();
  const bool is_on_stack = by_kprobe && argument.position >= kArgumentsInRegisters;
  return fmt::format("{}{} argument{}{}", argument.is_pointed_to ? "in what the " : "",
                     position_word(argument.position), argument.is_pointed_to ? " points to" : "",
                     is_on_stack ? ", for kprobe on the stack" : "");
}

std::string arguments_text(const std::vector<PointArgument>& arguments) {
  std::string text = argument_names(arguments);
  const PointArgument* skb = find_skb(arguments);
  if (skb && skb->is_pointed_to)
    text += fmt::format(", {} in what the {} points to", skb->name, position_word(skb->position));
  else if (skb && skb->position != 0)
    text += fmt::format(", {} {}", skb->name, position_word(skb->position));
  return text;
}

size_t target_width(size_t width, std::string_view target) {
  constexpr size_t kWidest = 44;
  return std::max(width, std::min(target.size(), kWidest));
}

}  // namespace tracker
