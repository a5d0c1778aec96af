// SPDX-License-Identifier: GPL-2.0-or-later
//
// EventRings: the ring buffers that programs write records into, one for each possible CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "probes/ring_reader.h"

namespace tracker {

class EventRings {
 public:
  // Called for each record with the CPU whose ring it was in. The bytes are valid during the call.
  using RecordCallback = std::function<void(uint32_t cpu, std::span<const std::byte> record)>;

  // Makes a ring of `bytes` (a power of two, at least a page) for each CPU. The kernel zeroes them
  // all, which takes most of the time of a beginning.
  static Result<EventRings> make(uint32_t bytes);

  // Puts them into the map `outer_map`, which programs look in.
  Result<void> put_into(int outer_map) const;

  // Takes at most `budget` records from each CPU's ring. The value is how many were taken.
  Result<size_t> drain(size_t budget, const RecordCallback& callback);
  // Becomes readable when a program wakes the reader. Owned by this object.
  int poll_fd() const { return epoll_.get(); }

 private:
  Result<void> add(uint32_t cpu, uint32_t bytes);

  std::vector<UniqueFd> fds_;        // by CPU
  std::vector<RingReader> readers_;  // by CPU
  UniqueFd epoll_;
};

}  // namespace tracker
