// SPDX-License-Identifier: GPL-2.0-or-later
//
// BlockEncoder: turns events into the columns of a block, one event at a time, and the columns into
// a compressed blob (docs/recording-format.md, "The block").
//
// Design figures: a flood of one flow costs about 2 bytes an event, nearly all of it time stamps;
// see bench/block_codec_bench.cpp for what an event costs to encode. Events are encoded as they
// come instead of being kept: a block of whole Events would be 30 MiB.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "storage/block_format.h"
#include "storage/block_reference.h"
#include "storage/columns.h"
#include "storage/dictionary.h"

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
  ColumnWriter& column(Column column) { return columns_[static_cast<size_t>(column)]; }
  // Writes a dictionary index, as 0 where it is the one before; true: the entry must be written.
  template <size_t kWords>
  bool put_index(Column column, DictionaryWriter<kWords>& dictionary,
                 const std::array<uint64_t, kWords>& key, uint32_t& before);
  void add_time(uint64_t timestamp_ns);
  void add_extras(const Event& event);
  void add_task(const Task& task, CpuReference& cpu);
  // Finds (or makes) what the event's values are differences to.
  BlockReference& find_reference(const Event& event);
  void add_packet(const PacketSection& packet, BlockReference& before);
  void add_tuple(const SocketTuple& tuple, BlockReference& before);
  void add_addresses(const SkbSection& skb, BlockReference& before);
  void add_skb(const SkbSection& skb, uint32_t packet_growth, BlockReference& before);
  void add_dev(const DevSection& dev, BlockReference& before);
  void add_netns(const NetnsSection& netns, BlockReference& before);
  void add_drop(const DropSection& drop, BlockReference& before);
  void add_sock(const SockSection& sock, BlockReference& before);
  std::span<const uint8_t> bytes_of(const BlockReference& reference) const;
  size_t content_bytes() const;
  void clear();

  std::array<ColumnWriter, kColumnCount> columns_;
  BlockReferences references_;
  std::vector<uint8_t> arena_;  // the different packet bytes of the block
  struct FlowPlace {
    uint64_t hash = 0;
    uint32_t slot = kNoIndex;
  };
  uint32_t find_slot(uint64_t hash);

  std::vector<FlowPlace> flows_;

  DictionaryWriter<4> tasks_;
  DictionaryWriter<1> packet_kinds_;
  DictionaryWriter<5> tuples_;
  DictionaryWriter<1> skb_addresses_;
  DictionaryWriter<1> skb_heads_;
  std::vector<uint64_t> head_of_address_;  // by address index: the head last seen with it
  DictionaryWriter<3> skb_kinds_;
  DictionaryWriter<3> devs_;
  DictionaryWriter<2> netns_;
  DictionaryWriter<2> drops_;
  DictionaryWriter<2> socks_;

  uint32_t events_ = 0;
  uint64_t base_ns_ = 0;  // timestamp of the first event
  uint64_t previous_ns_ = 0;
  uint64_t first_ns_ = 0;
  uint64_t last_ns_ = 0;
  uint64_t address_entry_ = 0;  // the values last written to the entry columns
  uint64_t head_entry_ = 0;
  size_t packet_bytes_ = 0;  // sums over the events of the block
  size_t parents_ = 0;
  size_t content_bound_ = 0;  // at least content_bytes()
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace tracker
