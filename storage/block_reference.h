// SPDX-License-Identifier: GPL-2.0-or-later
//
// BlockReference: what an event's values are differences to, kept alike by encoder and decoder.
//
// An event is most like the last event of the same packet, else like the last packet of its flow.
// The first is found by packet id, which is in the file anyway and costs nothing; the second has a
// slot whose number the encoder writes and is free to choose.
#pragma once

#include <cstdint>
#include <vector>

#include "event/section_list.h"
#include "storage/block_format.h"
#include "storage/dictionary.h"
#include "storage/sections/all.h"

namespace tracker {

// What later events of a packet or flow are predicted from, a member per section; all zero or
// kNoIndex before the first.
struct BlockReference {
  uint64_t packet_id = 0;
#define X(name, Name, bit) Name##Reference name;
  TRACKER_SECTIONS(X)
#undef X
};

// What is remembered of one CPU and of one probe.
struct CpuReference {
  uint64_t packet_id = 0;
  uint32_t task = kNoIndex;
};

class BlockReferences {
 public:
  BlockReferences() : packets_(kPacketTableSize) {}

  void clear() {
    packets_.assign(kPacketTableSize, BlockReference{});
    slots_.clear();
    cpus_.clear();
    sections_by_probe_.clear();
  }

  // The last event with that packet id; null for id 0, none, or one that another displaced.
  BlockReference* packet(uint64_t packet_id) {
    BlockReference& place = packets_[place_of(packet_id)];
    return packet_id != 0 && place.packet_id == packet_id ? &place : nullptr;
  }
  // The slot, made by its first use: `slot` is at most slots(), and less than kMaxFlowSlots.
  BlockReference& slot(uint32_t slot) {
    if (slot == slots_.size()) slots_.emplace_back();
    return slots_[slot];
  }
  size_t slots() const { return slots_.size(); }
  void remember_packet(const BlockReference& reference) {
    if (reference.packet_id != 0) packets_[place_of(reference.packet_id)] = reference;
  }

  CpuReference& cpu(uint16_t cpu) {
    if (cpus_.size() <= cpu) cpus_.resize(size_t{cpu} + 1);
    return cpus_[cpu];
  }
  // The sections of the last event of that probe.
  uint32_t& sections(uint16_t probe) {
    if (sections_by_probe_.size() <= probe) sections_by_probe_.resize(size_t{probe} + 1);
    return sections_by_probe_[probe];
  }

 private:
  // Ids of one CPU are a stride apart: the multiplication spreads them.
  static size_t place_of(uint64_t packet_id) {
    return (packet_id * 0x9e3779b97f4a7c15ULL) >> (64 - kPacketTableBits);
  }

  std::vector<BlockReference> packets_;
  std::vector<BlockReference> slots_;
  std::vector<CpuReference> cpus_;
  std::vector<uint32_t> sections_by_probe_;
};

}  // namespace tracker
