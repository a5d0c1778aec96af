// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/reason_text.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "postprocess/reason_words.h"

namespace tracker {
namespace {

std::string_view place_text(std::string_view reason, std::string_view function) {
  using Place = std::pair<std::string_view, std::string_view>;
  static const std::map<Place, std::string_view> places = [] {
    std::map<Place, std::string_view> all;
    for (const PlaceWords& words : place_reason_words())
      all.emplace(Place{words.function, words.reason}, words.text);
    return all;
  }();
  function = function.substr(0, function.find('.'));  // "icmp_rcv.isra.0"
  const auto found = places.find({function, reason});
  return found == places.end() ? std::string_view() : found->second;
}

std::string_view find(std::span<const ReasonWords> all, std::string_view reason) {
  const auto found = std::ranges::lower_bound(all, reason, {}, &ReasonWords::reason);
  return found != all.end() && found->reason == reason ? found->text : std::string_view();
}

}  // namespace

std::string_view reason_explanation(std::string_view reason, std::string_view function) {
  if (!function.empty()) {
    const std::string_view at_place = place_text(reason, function);
    if (!at_place.empty()) return at_place;
  }
  const std::string_view text = find(core_reason_words(), reason);
  return text.empty() ? find(subsystem_reason_words(), reason) : text;
}

}  // namespace tracker
