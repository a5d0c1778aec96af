// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordingReader: opens a recording read-only and gives its events back, block by block.
//
// A recording is hostile input: sizes are bounded before memory is taken, SQL of the file's own
// (triggers, views) never runs, a bad block is an Error with its number. What is read is exactly
// what the writer was given, Names and Session included.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"
#include "event/session.h"

namespace tracker {

// What the block table says of one block, without decompressing it.
struct BlockInfo {
  int64_t id = 0;  // row id in the recording; blocks are in the order they were written
  uint32_t events = 0;
  uint64_t first_ns = 0;  // smallest and largest timestamp within
  uint64_t last_ns = 0;
  uint64_t stored_bytes = 0;
};

// A stretch of time in which a damaged recording may have had blocks that were not found.
struct TimeGap {
  uint64_t from_ns = 0;
  uint64_t to_ns = 0;

  bool operator==(const TimeGap&) const = default;
};

class RecordingReader {
 public:
  // Sentences for: no such file; not a recording; a recording of a newer version; a damaged one of
  // which nothing can be believed. Of any other damaged one, and of one that is cut off, what can
  // be read is there - the blocks that verify_recording() finds - and damage() says so. Opening a
  // file that a collector still writes is fine: what is committed is seen.
  static Result<std::unique_ptr<RecordingReader>> open(const std::string& path);

  ~RecordingReader();
  RecordingReader(const RecordingReader&) = delete;
  RecordingReader& operator=(const RecordingReader&) = delete;

  const Session& session() const;
  const Names& names() const;
  const std::vector<BlockInfo>& blocks() const;

  // Where this is only what could be read of it: the sentence to end with.
  const std::optional<Error>& damage() const;
  // Where blocks are missing from blocks(), as far as those around them tell; only with damage().
  const std::vector<TimeGap>& gaps() const;

  // Decodes block `index` (into blocks()) into `events`, which is resized; capacities are reused.
  Result<void> read_block(size_t index, std::vector<Event>& events) const;

 private:
  struct State;
  explicit RecordingReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tracker
