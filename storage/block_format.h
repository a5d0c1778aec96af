// SPDX-License-Identifier: GPL-2.0-or-later
//
// The block: its columns and its limits, as docs/recording-format.md describes them. What stands
// here is the file format: a change of meaning needs a new format version (schema.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tracker {

// Limits. The writer closes a block before it would break one, the reader refuses a block that
// does: memory for one block is bounded whatever the file says.
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

// The columns of a block, by their number in the file. Numbers are never used again.
enum class Column : uint8_t {
  kTimeLow = 1,
  kTimeHigh = 2,
  kCpu = 3,
  kProbe = 4,
  kSectionBits = 5,
  kExtras = 6,
  kReturnCode = 7,
  kParentCount = 8,
  kParentId = 9,
  kParentKind = 10,
  kPacketId = 11,
  kTask = 12,
  kTaskEntry = 13,
  kSlot = 14,
  kPacketKind = 15,
  kPacketKindEntry = 16,
  kPacketLen = 17,
  kPatchRuns = 18,
  kPatchGap = 19,
  kPatchLength = 20,
  kPatchHigh = 21,
  kPatchLow = 22,
  kPacketKept = 23,
  kPacketBytes = 24,
  kTuple = 25,
  kTupleEntry = 26,
  kSkbAddress = 27,
  kSkbAddressEntry = 28,
  kSkbHead = 29,
  kSkbHeadEntry = 30,
  kSkbKind = 31,
  kSkbKindEntry = 32,
  kSkbLen = 33,
  kSkbDataLen = 34,
  kSkbTruesize = 35,
  kSkbHash = 36,
  kSkbGsoSegs = 37,
  kDev = 38,
  kDevEntry = 39,
  kNetns = 40,
  kNetnsEntry = 41,
  kDrop = 42,
  kDropEntry = 43,
  kSock = 44,
  kSockEntry = 45,
  kSockRcvbuf = 46,
  kSockRmem = 47,
  kStack = 48,
};

inline constexpr size_t kColumnCount = 49;  // one more than the largest number

inline constexpr std::array<std::string_view, kColumnCount> kColumnNames{
    "",
    "time_low",
    "time_high",
    "cpu",
    "probe",
    "sections",
    "extras",
    "return_code",
    "parent_count",
    "parent_id",
    "parent_kind",
    "packet_id",
    "task",
    "task_entry",
    "slot",
    "packet_kind",
    "packet_kind_entry",
    "packet_len",
    "patch_runs",
    "patch_gap",
    "patch_length",
    "patch_high",
    "patch_low",
    "packet_kept",
    "packet_bytes",
    "tuple",
    "tuple_entry",
    "skb_address",
    "skb_address_entry",
    "skb_head",
    "skb_head_entry",
    "skb_kind",
    "skb_kind_entry",
    "skb_len",
    "skb_data_len",
    "skb_truesize",
    "skb_hash",
    "skb_gso_segs",
    "dev",
    "dev_entry",
    "netns",
    "netns_entry",
    "drop",
    "drop_entry",
    "sock",
    "sock_entry",
    "sock_rcvbuf",
    "sock_rmem",
    "stack",
};

constexpr std::string_view column_name(Column column) {
  return kColumnNames[static_cast<size_t>(column)];
}
static_assert(column_name(Column::kStack) == "stack");

// Bits of Column::kExtras.
inline constexpr uint64_t kExtraReturnCode = 1U << 0;
inline constexpr uint64_t kExtraParents = 1U << 1;

}  // namespace tracker
