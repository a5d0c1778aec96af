// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordOrder: puts the records of all rings into one order of time.
//
// Each CPU has a ring, and a ring by itself is not in time order: an interrupt's event can fit
// between another's time stamp and its reservation. Records are copied here as they are drained,
// sorted, and released once they are older than a small window; a later straggler is released
// out of order, which readers of recordings allow for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tracker {

class RecordOrder {
 public:
  using Callback = std::function<void(uint32_t cpu, std::span<const std::byte> record)>;

  void add(uint32_t cpu, uint64_t timestamp_ns, std::span<const std::byte> record);

  // Releases all records with a time stamp of at most `until_ns`, in order of time.
  void release(uint64_t until_ns, const Callback& callback);

  size_t size_bytes() const { return bytes_.size(); }

 private:
  struct Entry {
    uint64_t timestamp_ns;
    uint32_t cpu;
    uint32_t size;
    size_t offset;
  };
  std::vector<std::byte> bytes_;
  std::vector<Entry> entries_;
};

}  // namespace tracker
