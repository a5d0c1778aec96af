// SPDX-License-Identifier: GPL-2.0-or-later
//
// BlockEncoder: turns events into the columns of a block, one event at a time, and the columns into
// a compressed blob (docs/recording-format.md, "The block").
//
// What every event has is written here, each section by its own codec (storage/sections).
//
// Design figures: a flood of one flow costs about 2 bytes an event, nearly all of it time stamps;
// see bench/block_codec_bench.cpp for what an event costs to encode. Events are encoded as they
// come instead of being kept: a block of whole Events would be 30 MiB.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "storage/block_format.h"
#include "storage/block_reference.h"
#include "storage/encode_step.h"
#include "storage/flow_slots.h"

namespace tracker {

struct EncodedBlock {
  uint32_t events = 0;
  uint64_t first_ns = 0;  // smallest timestamp
  uint64_t last_ns = 0;   // largest
  std::vector<uint8_t> data;
};

class Compressor;

class BlockEncoder {
 public:
  BlockEncoder();
  ~BlockEncoder();
  BlockEncoder(const BlockEncoder&) = delete;
  BlockEncoder& operator=(const BlockEncoder&) = delete;

  // False: no block can hold this event (more than kMaxPacketBytes or kMaxParents).
  static bool is_storable(const Event& event);

  // Whether the block has to be finished before `event` is added.
  bool is_full_for(const Event& event) const;
  // Only storable events, and only while the block is not full. Members that the flags of the event
  // call meaningless (event.h) are not kept.
  void add(const Event& event);

  uint32_t events() const { return events_; }
  // Whether the columns have grown to `bytes`, as they are before compression.
  bool has_content(size_t bytes);
  // Compresses and empties the block, which must have events.
  EncodedBlock finish();

 private:
  void add_time(uint64_t timestamp_ns);
  void add_extras(const Event& event);
  void add_task(const Task& task, CpuReference& cpu);
  // Finds (or makes) what the event's values are differences to.
  BlockReference& find_reference(const Event& event);
  void add_sections(const Event& event, BlockReference& before);
  size_t content_bytes() const;
  void clear();

  ColumnWriters columns_;
  BlockReferences references_;
  FlowSlots flows_;
  DictionaryWriter<4> tasks_;
  struct {
#define X(name, Name, bit) Name##BlockEncoder name;
    TRACKER_SECTIONS(X)
#undef X
  } sections_;

  uint32_t events_ = 0;
  uint64_t base_ns_ = 0;  // timestamp of the first event
  uint64_t previous_ns_ = 0;
  uint64_t first_ns_ = 0;
  uint64_t last_ns_ = 0;
  size_t packet_bytes_ = 0;  // sums over the events of the block
  size_t parents_ = 0;
  size_t content_bound_ = 0;  // at least content_bytes()
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace tracker
