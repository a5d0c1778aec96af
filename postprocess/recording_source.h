// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordingSource: a recording as a BlockSource.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "postprocess/block_source.h"

namespace tracker {

class RecordingSource : public BlockSource {
 public:
  // The sentences of RecordingReader::open().
  static Result<std::unique_ptr<RecordingSource>> open(const std::string& path) {
    TRY_ASSIGN(reader, RecordingReader::open(path));
    return std::make_unique<RecordingSource>(std::move(reader));
  }
  explicit RecordingSource(std::unique_ptr<RecordingReader> reader) : reader_(std::move(reader)) {}

  const Session& session() const override { return reader_->session(); }
  const Names& names() const override { return reader_->names(); }
  const std::vector<BlockInfo>& blocks() const override { return reader_->blocks(); }
  std::vector<TimeGap> gaps() const override { return reader_->gaps(); }
  const std::optional<Error>& damage() const { return reader_->damage(); }
  Result<void> read_block(size_t index, std::vector<Event>& events) const override {
    return reader_->read_block(index, events);
  }

 private:
  std::unique_ptr<RecordingReader> reader_;
};

}  // namespace tracker
