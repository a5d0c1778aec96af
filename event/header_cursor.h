// SPDX-License-Identifier: GPL-2.0-or-later
//
// HeaderCursor: a place within a packet's bytes, and how far they may be read. The steps of the
// walk behind map_headers() (header_map.h); not for other folders.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "event/header_map.h"
#include "event/wire.h"

namespace tracker {

class HeaderCursor {
 public:
  explicit HeaderCursor(std::span<const uint8_t> bytes)
      : data_(bytes.data()),
        end_(static_cast<uint32_t>(std::min<size_t>(bytes.size(), kNoOffset - 1))) {}

  uint32_t at() const { return at_; }
  uint32_t left() const { return end_ - at_; }
  bool has(uint32_t size) const { return size <= left(); }

  // Whether `size` bytes are here; where not, moves to the end: what there is of a header that
  // was cut off still counts as header.
  bool require(uint32_t size) {
    if (has(size)) return true;
    at_ = end_;
    return false;
  }
  void skip(uint32_t size) { at_ += std::min(size, left()); }
  // Nothing beyond `size` bytes from here belongs to the packet (padding of an Ethernet frame).
  void limit(uint32_t size) { end_ = at_ + std::min(size, left()); }

  // Fields `offset` bytes from here, only after has() or require().
  uint8_t u8(uint32_t offset) const { return data_[at_ + offset]; }
  uint16_t u16(uint32_t offset) const { return wire::read_u16(data_ + at_ + offset); }
  uint32_t u32(uint32_t offset) const { return wire::read_u32(data_ + at_ + offset); }

 private:
  const uint8_t* data_;
  uint32_t at_ = 0;
  uint32_t end_;
};

// What a tunnel's header says comes next.
struct Carried {
  bool found = false;
  LinkLayer link = LinkLayer::kNone;
  uint16_t ethertype = 0;
};

// At the IP header; through the transport header and, where it is a tunnel's, that one too.
Carried walk_ipv4(HeaderCursor& cursor, LayerMap& layer);
Carried walk_ipv6(HeaderCursor& cursor, LayerMap& layer);

// At the transport header of layer.protocol.
Carried walk_transport(HeaderCursor& cursor, LayerMap& layer);

}  // namespace tracker
