// SPDX-License-Identifier: GPL-2.0-or-later
//
// Raw record -> Event. Pure but for the tables that it fills.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

class RecordDecoder {
 public:
  // Adds the names of kernel addresses to a table (KernelSymbols::resolve).
  using Resolver = std::function<void(std::span<const uint64_t> addresses,
                                      std::map<uint64_t, SymbolName>& names)>;

  // `keep_headers_only`: cut the bytes after the (innermost) transport header, the default; else
  // everything that the kernel copied is kept (--snaplen). `resolver` is called for each drop
  // location and each stack that is new.
  RecordDecoder(bool keep_headers_only, Resolver resolver)
      : keep_headers_only_(keep_headers_only), resolver_(std::move(resolver)) {}

  // Decodes one record into `event` (reset first; capacities are reused). New stacks and
  // interfaces go into `names`. False for a record that is not one: sizes do not fit.
  bool decode(uint32_t cpu, std::span<const std::byte> record, Names& names, Event& event);

 private:
  void decode_packet(std::span<const std::byte> record, size_t payload_offset, Event& event) const;
  void decode_stack(std::span<const std::byte> record, Names& names, Event& event);
  void resolve(std::span<const uint64_t> addresses, Names& names);
  void note_interface(const Event& event, Names& names);

  bool keep_headers_only_;
  Resolver resolver_;
  uint64_t last_location_ = 0;
  std::pair<uint64_t, uint32_t> last_interface_{0, 0};
  std::set<uint64_t> addresses_;
  std::map<std::pair<uint64_t, uint32_t>, FixedName> interfaces_;
  std::map<std::vector<uint64_t>, uint32_t> stacks_;
};

}  // namespace tracker
