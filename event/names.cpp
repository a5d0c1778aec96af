// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/names.h"

#include <fmt/format.h>

namespace tracker {
namespace {

constexpr uint32_t kCore = 0;  // SKB_DROP_REASON_SUBSYS_CORE

uint16_t subsystem_of(uint32_t code) { return static_cast<uint16_t>(code >> 16); }

}  // namespace

std::string ProbeName::target() const {
  std::string text = type + ":" + symbol;
  if (offset) text += fmt::format("+{:#x}", *offset);
  return text;
}

std::string Names::symbol_text(uint64_t address) const {
  const auto found = symbols.find(address);
  if (found == symbols.end() || found->second.name.empty()) return fmt::format("{:#x}", address);
  return fmt::format("{}+{:#x}", found->second.name, found->second.offset);
}

std::string Names::function_name(uint64_t address) const {
  const auto found = symbols.find(address);
  if (found == symbols.end() || found->second.name.empty()) return fmt::format("{:#x}", address);
  return found->second.name;
}

std::string Names::subsystem_text(uint32_t code) const {
  const uint16_t number = subsystem_of(code);
  const auto found = subsystems.find(number);
  if (found != subsystems.end() && !found->second.empty()) return found->second;
  // The kernel fixes this number: it is what reasons were before there were subsystems.
  if (number == kCore) return "core";
  return fmt::format("subsys {}", number);
}

std::string Names::reason_text(uint32_t code) const {
  const auto found = reasons.find(code);
  if (found != reasons.end() && !found->second.name.empty()) return found->second.name;
  return fmt::format("{}:{:#x}", subsystem_text(code), code & 0xffffU);
}

std::string_view Names::reason_name(uint32_t code) const {
  const auto found = reasons.find(code);
  return found == reasons.end() ? std::string_view() : std::string_view(found->second.name);
}

std::string_view Names::function_at(uint64_t address) const {
  const auto found = symbols.find(address);
  if (found == symbols.end()) return {};
  const std::string_view name = found->second.name;
  return name.substr(0, name.find('.'));
}

std::optional<std::string> Names::netns_name(uint64_t cookie, uint32_t inum) const {
  const NetnsName* const found = netns.find(cookie, inum);
  if (found == nullptr || found->name.empty()) return std::nullopt;
  return found->name;
}

}  // namespace tracker
