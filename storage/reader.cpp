// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/reader.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "storage/block_decoder.h"
#include "storage/block_table.h"
#include "storage/names_table.h"
#include "storage/open_recording.h"
#include "storage/session_table.h"

namespace tracker {

struct RecordingReader::State {
  std::string path;
  Database database;
  BlockTable block_table;
  Session session;
  Names names;
  std::vector<BlockInfo> blocks;
};

RecordingReader::RecordingReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordingReader::~RecordingReader() = default;

Result<std::unique_ptr<RecordingReader>> RecordingReader::open(const std::string& path) {
  TRY_ASSIGN(database, open_recording(path));
  // One transaction: what a collector commits meanwhile is seen whole or not at all.
  const auto load = [&]() -> Result<std::unique_ptr<State>> {
    ReadBudget budget;
    TRY(database.run("BEGIN"));
    TRY_ASSIGN(session, load_session(database, budget));
    TRY_ASSIGN(names, load_names(database, budget));
    TRY_ASSIGN(block_table, BlockTable::prepare(database));
    TRY_ASSIGN(blocks, list_blocks(database));
    TRY(database.run("COMMIT"));
    return std::unique_ptr<State>(new State{path, std::move(database), std::move(block_table),
                                            std::move(session), std::move(names),
                                            std::move(blocks)});
  };
  Result<std::unique_ptr<State>> state = load();
  if (!state) return explain_damage(path, std::move(state).error());
  return std::unique_ptr<RecordingReader>(new RecordingReader(std::move(state).value()));
}

const Session& RecordingReader::session() const { return state_->session; }
const Names& RecordingReader::names() const { return state_->names; }
const std::vector<BlockInfo>& RecordingReader::blocks() const { return state_->blocks; }

Result<void> RecordingReader::read_block(size_t index, std::vector<Event>& events) const {
  CHECK(index < state_->blocks.size());
  const int64_t id = state_->blocks[index].id;
  Result<void> read = state_->block_table.read(id, events);
  if (read) return {};
  return with_context(fmt::format("recording {}: block {}", state_->path, id),
                      std::move(read).error());
}

}  // namespace tracker
