// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packet bytes as differences: which packets are alike, and what differs between two of them.
#pragma once

#include <cstdint>
#include <span>

#include "event/event.h"
#include "storage/columns.h"

namespace tracker {

// The same for packets of one flow and direction: addresses, protocol and ports where there is an
// IP header (a look at fixed places, not a parser), else the link layer's addresses. Only the
// encoder needs it; a hash that is wrong costs bytes, nothing else.
uint64_t flow_hash(const PacketSection& packet);

// The columns of a patch; see write_patch().
struct PatchColumns {
  ColumnWriter& runs;
  ColumnWriter& gap;
  ColumnWriter& length;
  ColumnWriter& high;
  ColumnWriter& low;
  ColumnWriter& kept;
  ColumnWriter& bytes;
};

// Writes what makes `now` from `before`: runs = 0 where they are equal; else 1 + the number of runs
// of changed big-endian 16-bit words in the common part (rounded down to whole words), the
// difference of the lengths, per run the unchanged words before it and its length - 1, per changed
// word the two bytes of the difference modulo 65,536, and the bytes after the common part as they
// are. Differences of words turn counters (IP id, checksums) into constants.
void write_patch(std::span<const uint8_t> before, std::span<const uint8_t> now,
                 PatchColumns columns);

struct PatchReaders {
  ColumnReader& runs;
  ColumnReader& gap;
  ColumnReader& length;
  ColumnReader& high;
  ColumnReader& low;
  ColumnReader& kept;
  ColumnReader& bytes;
};

// Reads a patch and applies it to `before`. False where it does not fit: more than `max_bytes`, or
// runs that reach past the common part. `now` is replaced and must not be where `before` points.
bool read_patch(std::span<const uint8_t> before, size_t max_bytes, PatchReaders columns,
                std::vector<uint8_t>& now);

}  // namespace tracker
