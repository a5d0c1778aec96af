// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "storage/block_decoder.h"
#include "storage/block_search.h"
#include "storage/block_table.h"
#include "storage/names_table.h"
#include "storage/open_recording.h"
#include "storage/schema.h"
#include "storage/session_table.h"

namespace tracker {

struct RecordingReader::State {
  std::string path;
  Database database;
  BlockTable block_table;
  Session session;
  Names names;
  std::vector<BlockInfo> blocks;
  std::optional<Error> damage;
  std::vector<TimeGap> gaps;

  static Result<std::unique_ptr<State>> load(const std::string& path);
  static Result<std::unique_ptr<State>> salvage(const std::string& path, Error damage);
  void add_blocks(const FoundBlocks& found);
};

RecordingReader::RecordingReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordingReader::~RecordingReader() = default;

// A sound recording, or none.
Result<std::unique_ptr<RecordingReader::State>> RecordingReader::State::load(
    const std::string& path) {
  TRY_ASSIGN(database, open_recording(path));
  // One transaction: what a collector commits meanwhile is seen whole or not at all.
  const auto read = [&]() -> Result<std::unique_ptr<State>> {
    ReadBudget budget;
    TRY(database.run("BEGIN"));
    TRY_ASSIGN(table, BlockTable::prepare(database));
    std::unique_ptr<State> loaded(
        new State{path, std::move(database), std::move(table), {}, {}, {}, std::nullopt, {}});
    TRY(load_session(loaded->database, budget, loaded->session));
    TRY(load_names(loaded->database, budget, loaded->names));
    name_rungs(loaded->session, loaded->names);
    TRY_ASSIGN(listed, list_blocks(loaded->database));
    loaded->blocks = std::move(listed);
    TRY(loaded->database.run("COMMIT"));
    return loaded;
  };
  Result<std::unique_ptr<State>> state = read();
  if (!state) return explain_damage(path, std::move(state).error());
  return state;
}

// What can be read of a recording that load() refuses. Fails with `damage` where that is nothing:
// without its own tables there is nothing to go on with, and foreign ones are not to be touched.
Result<std::unique_ptr<RecordingReader::State>> RecordingReader::State::salvage(
    const std::string& path, Error damage) {
  Problem problem = Problem::kNone;
  Result<Database> database = open_damaged_recording(path, problem);
  if (!database || !check_schema(*database)) return damage;
  Result<BlockTable> block_table = BlockTable::prepare(*database);
  if (!block_table) return damage;
  std::unique_ptr<State> state(new State{
      path, std::move(*database), std::move(*block_table), {}, {}, {}, std::move(damage), {}});
  ReadBudget budget;
  // What of them is missing `damage` or db verify says; events are shown without the names.
  (void)load_session(state->database, budget, state->session);
  (void)load_names(state->database, budget, state->names);
  name_rungs(state->session, state->names);
  state->add_blocks(find_blocks(state->database));
  return state;
}

void RecordingReader::State::add_blocks(const FoundBlocks& found) {
  // The writer numbers blocks from 1 without a gap, and writes them nearly in the order of time.
  int64_t last_id = 0;
  uint64_t last_ns = 0;
  for (const int64_t id : found.ids) {
    const std::optional<BlockInfo> info = block_table.info(id);
    if (!info) continue;
    if (id != last_id + 1) gaps.push_back({last_ns, std::max(last_ns, info->first_ns)});
    blocks.push_back(*info);
    last_id = id;
    last_ns = std::max(last_ns, info->last_ns);
  }
  const bool ends_with_last = !found.ids.empty() && *found.ids.rbegin() == last_id;
  if (found.is_end_missing || !ends_with_last) gaps.push_back({last_ns, UINT64_MAX});
}

Result<std::unique_ptr<RecordingReader>> RecordingReader::open(const std::string& path) {
  Result<std::unique_ptr<State>> state = State::load(path);
  // What is no recording, or none of a known form, is not searched.
  if (!state && recognise_recording(path)) state = State::salvage(path, state.error());
  if (!state) return std::move(state).error();
  return std::unique_ptr<RecordingReader>(new RecordingReader(std::move(state).value()));
}

const Session& RecordingReader::session() const { return state_->session; }
const Names& RecordingReader::names() const { return state_->names; }
const std::vector<BlockInfo>& RecordingReader::blocks() const { return state_->blocks; }
const std::optional<Error>& RecordingReader::damage() const { return state_->damage; }
const std::vector<TimeGap>& RecordingReader::gaps() const { return state_->gaps; }

Result<void> RecordingReader::read_block(size_t index, std::vector<Event>& events) const {
  CHECK(index < state_->blocks.size());
  const int64_t id = state_->blocks[index].id;
  Result<void> read = state_->block_table.read(id, events);
  if (read) return {};
  return with_context(fmt::format("recording {}: block {}", state_->path, id),
                      std::move(read).error());
}

}  // namespace tracker
