// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/filter_blindness.h"

#include <fmt/format.h>

#include <string_view>

#include "base/say.h"
#include "cli/shell_quote.h"
#include "event/packet_filter.h"
#include "event/render.h"

namespace tracker {
namespace {

using Count = Selection::FilterBlindness::Count;

constexpr int kMostTags = 2;  // that a suggested filter looks behind

// As an operand of `and` and `or`. `not` binds closest and needs no brackets, but is clearer in
// them.
std::string operand(const std::string& filter) {
  const std::string padded = " " + filter + " ";
  for (const std::string_view word : {" or ", " not ", "|", "!", "\n", "\t"}) {
    if (padded.find(word) != std::string::npos) return "(" + filter + ")";
  }
  return filter;
}

// The filter that matches as well what `filter` missed behind VLAN tags; empty where none is known.
// It is tried: each `vlan` moves what follows it in the expression by one tag, if the packet has a
// link header, and an expression like `greater 100` has nothing to be moved.
std::string filter_behind_tags(const std::string& filter, const PacketSection& missed) {
  std::string wider = filter;
  for (int tags = 1; tags <= kMostTags; ++tags) {
    wider = fmt::format("{} or (vlan and {})", operand(filter), operand(wider));
    const auto compiled = PacketFilter::compile(wider);
    if (compiled && compiled->matches(missed)) return wider;
  }
  return {};
}

std::string events_text(uint64_t count) {
  return count == 1 ? "1 event whose packet has"
                    : fmt::format("{} events whose packets have", count);
}

void say_count(const std::string& filter, const Count& count, std::string_view what,
               const std::string& advice) {
  const std::string shown = escape_text(shell_quoted(filter));
  if (count.missed != 0) {
    say(fmt::format("tracker: -f {} did not match {} {}; without, it would{}\n", shown,
                    events_text(count.missed), what, advice));
  }
  if (count.matched != 0) {
    say(fmt::format("tracker: -f {} matched {} {}; without, it would not\n", shown,
                    events_text(count.matched), what));
  }
}

}  // namespace

void say_filter_blindness(const std::string& filter, const Selection& selection) {
  const Selection::FilterBlindness* blindness = selection.filter_blindness();
  if (blindness == nullptr) return;
  std::string advice;
  if (blindness->vlan_tags.missed != 0) {
    const std::string wider = filter_behind_tags(filter, blindness->vlan_tags.missed_example);
    if (!wider.empty())
      advice = fmt::format(". Behind the tag too: -f {}", escape_text(shell_quoted(wider)));
  }
  say_count(filter, blindness->vlan_tags, "a VLAN tag", advice);
  say_count(filter, blindness->extension_headers, "IPv6 extension headers",
            ". Select these by address or by --packet");
}

}  // namespace tracker
