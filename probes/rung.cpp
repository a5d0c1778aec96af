// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/rung.h"

#include <algorithm>
#include <array>
#include <utility>

#include "probes/program_ways.h"

namespace tracker {
namespace {

constexpr std::array<std::pair<Rung, std::string_view>, 4> kNames{{{Rung::kTpBtf, "tp_btf"},
                                                                   {Rung::kRawTp, "raw_tp"},
                                                                   {Rung::kFentry, "fentry"},
                                                                   {Rung::kKprobe, "kprobe"}}};

}  // namespace

std::string_view rung_name(Rung rung) { return kNames[static_cast<size_t>(rung)].second; }

std::optional<Rung> rung_of(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &std::pair<Rung, std::string_view>::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

bool has_registers(Rung rung) { return rung == Rung::kKprobe; }

bool may_be_preempted(Rung rung) {
  switch (rung) {
    case Rung::kTpBtf:
    case Rung::kRawTp:
      return kernel_is_later_than(6, 18);
    case Rung::kFentry:
      return true;
    case Rung::kKprobe:
      return false;
  }
  return true;
}

bool counts_missed(Rung rung) { return rung != Rung::kKprobe || kernel_is_later_than(6, 6); }

}  // namespace tracker
