// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/rung.h"

#include <algorithm>
#include <array>
#include <utility>

#include "probes/program_ways.h"
#include "probes/record.h"

namespace tracker {
namespace {

constexpr std::array<std::pair<Rung, std::string_view>, 9> kNames{
    {{Rung::kTpBtf, "tp_btf"},
     {Rung::kRawTp, "raw_tp"},
     {Rung::kFentry, "fentry"},
     {Rung::kKprobe, "kprobe"},
     {Rung::kFexit, "fexit"},
     {Rung::kKretprobe, "kretprobe"},
     {Rung::kFentryMulti, "fentry_multi"},
     {Rung::kKprobeMulti, "kprobe_multi"},
     {Rung::kKretprobeMulti, "kretprobe_multi"}}};

}  // namespace

std::string_view rung_name(Rung rung) { return kNames[static_cast<size_t>(rung)].second; }

std::optional<Rung> rung_of(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &std::pair<Rung, std::string_view>::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

uint64_t context_of(Rung rung) {
  if (rung == Rung::kKprobe || rung == Rung::kKprobeMulti) return CONTEXT_REGISTERS;
  if (rung == Rung::kKretprobe || rung == Rung::kKretprobeMulti) return CONTEXT_RETURNED;
  return CONTEXT_ARGUMENTS;
}

bool is_kprobe_multi(Rung rung) {
  return rung == Rung::kKprobeMulti || rung == Rung::kKretprobeMulti;
}

bool is_at_return(Rung rung) {
  return rung == Rung::kFexit || context_of(rung) == CONTEXT_RETURNED;
}

std::optional<Rung> rung_of_beginning(Rung rung) {
  if (rung == Rung::kFexit) return Rung::kFentry;
  if (rung == Rung::kKretprobe) return Rung::kKprobe;
  if (rung == Rung::kKretprobeMulti) return Rung::kKprobeMulti;
  return std::nullopt;
}

std::optional<Rung> rung_of_end(Rung rung) {
  if (rung == Rung::kFentry) return Rung::kFexit;
  if (rung == Rung::kKprobe) return Rung::kKretprobe;
  return std::nullopt;
}

bool is_in_trampoline(Rung rung) {
  return rung == Rung::kFentry || rung == Rung::kFexit || rung == Rung::kFentryMulti;
}

bool may_be_preempted(Rung rung) {
  switch (rung) {
    case Rung::kTpBtf:
    case Rung::kRawTp:
      return kernel_is_later_than(6, 18);
    case Rung::kFentry:
    case Rung::kFexit:
    case Rung::kFentryMulti:
      return true;
    case Rung::kKprobe:
    case Rung::kKretprobe:
    case Rung::kKprobeMulti:
    case Rung::kKretprobeMulti:
      return false;
  }
  return true;
}

bool counts_missed(Rung rung) {
  if (rung == Rung::kKretprobe) return false;
  const bool is_kprobe = rung == Rung::kKprobe || is_kprobe_multi(rung);
  return !is_kprobe || kernel_is_later_than(6, 6);
}

}  // namespace tracker
