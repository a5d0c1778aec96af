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

struct tracker_record;

namespace tracker {

// How many different words a collection keeps, however long it runs. With stacks as deep as the
// kernel's (64 frames) the first is the largest: 16,384 of them are 16 MiB, and as many symbols as
// a kernel has places that stacks go through.
struct DecoderLimits {
  size_t stacks = 16'384;
  // Of drops of one reason and place: one that drops all day is reached by many ways, and must not
  // take the room of a rare drop's stack.
  size_t stacks_of_place = SIZE_MAX;
  size_t symbols = 65'536;
  size_t interfaces = 65'536;
};

// What was left out of events for want of room within those limits.
struct LeftOut {
  uint64_t stacks = 0;      // events with an empty stack in place of the one that was taken
  uint64_t symbols = 0;     // addresses (each time) that stay numbers
  uint64_t interfaces = 0;  // names (each time); events have the name that they saw themselves

  bool operator==(const LeftOut&) const = default;
};

class RecordDecoder {
 public:
  // Adds the names of kernel addresses to a table (KernelSymbols::resolve).
  using Resolver = std::function<void(std::span<const uint64_t> addresses,
                                      std::map<uint64_t, SymbolName>& names)>;

  // `keep_headers_only`: cut the bytes after the (innermost) transport header, the default; else
  // everything that the kernel copied is kept (--snaplen). `resolver` is called for each drop
  // location and each stack that is new.
  RecordDecoder(bool keep_headers_only, Resolver resolver, const DecoderLimits& limits = {})
      : keep_headers_only_(keep_headers_only), resolver_(std::move(resolver)), limits_(limits) {}

  // Decodes one record into `event` (reset first; capacities are reused). New stacks and
  // interfaces go into `names`. False for a record that is not one: sizes do not fit.
  bool decode(uint32_t cpu, std::span<const std::byte> record, Names& names, Event& event);

  const LeftOut& left_out() const { return left_out_; }

 private:
  void decode_packet(std::span<const std::byte> record, size_t payload_offset, Event& event) const;
  static bool has_wireless_header(const tracker_record& raw, const Names& names);
  void note_interrupt_entries(const std::vector<uint64_t>& frames, Names& names);
  void leave_interrupted_out(std::vector<uint64_t>& frames) const;
  bool has_room_for_stack(const tracker_record& raw);
  uint32_t empty_stack(Names& names);
  void decode_stack(std::span<const std::byte> record, Names& names, Event& event);
  void resolve(std::span<const uint64_t> addresses, Names& names);
  void note_interface(uint64_t netns_cookie, const DevSection& dev, Names& names);

  bool keep_headers_only_;
  Resolver resolver_;
  DecoderLimits limits_;
  LeftOut left_out_;
  uint64_t last_location_ = 0;
  std::set<uint64_t> addresses_;
  std::set<uint64_t> interrupt_entries_;  // among the addresses
  std::map<std::pair<uint64_t, uint32_t>, FixedName> interfaces_;
  std::map<std::vector<uint64_t>, uint32_t> stacks_;
  std::map<std::pair<uint64_t, uint32_t>, size_t> stacks_of_place_;  // by location and reason
};

}  // namespace tracker
