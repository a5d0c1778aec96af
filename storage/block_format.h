// SPDX-License-Identifier: GPL-2.0-or-later
//
// The limits of a block, as docs/recording-format.md describes them: the writer closes a block
// before it would break one, the reader refuses a block that does. Memory for one block is bounded
// whatever the file says.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tracker {

inline constexpr uint32_t kMaxBlockEvents = 65'536;
inline constexpr size_t kMaxBlockPacketBytes = 16U << 20;  // sum of PacketSection::bytes
inline constexpr size_t kMaxBlockParents = 262'144;        // sum of Event::parents
inline constexpr size_t kMaxBlockContent = 32U << 20;      // before compression
inline constexpr size_t kMaxPacketBytes = 1U << 20;        // of one event
inline constexpr size_t kMaxParents = 65'536;              // of one event
// The writer closes a block whose columns have grown to this, so that the event that passes it
// (at most kMaxPacketBytes of patch and parents) still stays within kMaxBlockContent.
inline constexpr size_t kFullBlockContent = 16U << 20;
// One row of any table: a block that does not compress at all.
inline constexpr size_t kMaxRowBytes = kMaxBlockContent + (1U << 20);

// References an event's values are differences to (block_reference.h).
inline constexpr unsigned kPacketTableBits = 12;
inline constexpr size_t kPacketTableSize = size_t{1} << kPacketTableBits;
inline constexpr size_t kMaxFlowSlots = 4096;

}  // namespace tracker
