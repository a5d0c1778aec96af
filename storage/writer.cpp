// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/writer.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/system_error.h"
#include "event/loss_windows.h"
#include "storage/block_encoder.h"
#include "storage/database.h"
#include "storage/file_header.h"
#include "storage/names_table.h"
#include "storage/recording_place.h"
#include "storage/session_table.h"

namespace tracker {
namespace {

// Compressed blocks that wait for the next transaction; more than this is written at once, should
// ticks fail to come.
constexpr size_t kMaxWaitingBytes = 16U << 20;

// The least content of a block that ends early near a limit: a share of the limit, which is passed
// by no more. A smaller one would compress worse, and the events up to the limit would be many
// blocks.
constexpr uint64_t kLeastBlockShare = 32;
constexpr uint64_t kMostLeastContent = 256U << 10;

using ProbeAndCpu = std::pair<uint16_t, uint16_t>;

// Events of one probe and CPU, and the times they lie between.
struct EventCount {
  uint64_t events = 0;
  uint64_t first_ns = UINT64_MAX;
  uint64_t last_ns = 0;

  void add(uint64_t timestamp_ns) {
    ++events;
    first_ns = std::min(first_ns, timestamp_ns);
    last_ns = std::max(last_ns, timestamp_ns);
  }
};
using EventCounts = std::map<ProbeAndCpu, EventCount>;

// A block, and whose events it holds: what is lost with it.
struct WaitingBlock {
  EncodedBlock block;
  EventCounts counts;
};

// What could not be written, by probe and CPU and by CPU and time.
class StorageLoss {
 public:
  void add(ProbeAndCpu place, const EventCount& count) {
    by_place_[place] += count.events;
    events_ += count.events;
    windows_.add({place.second, count.first_ns, count.last_ns, count.events});
  }
  uint64_t events() const { return events_; }

  // Moves it from `recorded` to `storage` and adds its windows.
  void account(Session& session) const {
    for (ProbeCounters& counters : session.counters) {
      const auto found = by_place_.find({counters.probe, counters.cpu});
      if (found == by_place_.end()) continue;
      const uint64_t moved = std::min(found->second, counters.recorded);
      counters.recorded -= moved;
      counters.storage += moved;
    }
    session.losses.insert(session.losses.end(), windows_.all().begin(), windows_.all().end());
  }

 private:
  std::map<ProbeAndCpu, uint64_t> by_place_;
  uint64_t events_ = 0;
  LossWindows windows_;
};

}  // namespace

struct RecordingWriter::State {
  State(std::string file_path, Database opened, SessionTables sessions, NamesTables words,
        Statement insert)
      : path(std::move(file_path)),
        database(std::move(opened)),
        session_tables(std::move(sessions)),
        names_tables(std::move(words)),
        insert_block(std::move(insert)) {}

  static Result<std::unique_ptr<State>> open(const std::string& path);

  Error explain(const Error& error) const;
  EventCount& count_of(const Event& event);
  void close_block();
  void close_block_near_limit();
  bool empty_wal();
  void measure();
  uint64_t size_bytes() const;
  void drop_waiting();
  Result<void> commit(const Session* session, const Names& names);
  Result<void> write_transaction(const Session* session, const Names& names);

  std::string path;
  bool has_replaced_old = false;
  Database database;
  SessionTables session_tables;
  NamesTables names_tables;
  Statement insert_block;
  BlockEncoder encoder;
  EventCounts counts;  // of the events in the encoder
  // The entry of `counts` that was used last: runs of events of one probe and CPU are long.
  ProbeAndCpu last_place;
  EventCount* last_count = nullptr;
  std::vector<WaitingBlock> waiting;
  size_t waiting_bytes = 0;
  uint64_t limit = UINT64_MAX;
  uint64_t committed_bytes = 0;  // with a limit: see measure()
  StorageLoss loss;
};

Result<std::unique_ptr<RecordingWriter::State>> RecordingWriter::State::open(
    const std::string& path) {
  TRY_ASSIGN(database, Database::open(path, Database::Mode::kReadWrite));
  TRY(prepare_for_writing(database));
  TRY_ASSIGN(session_tables, SessionTables::prepare(database));
  TRY_ASSIGN(names_tables, NamesTables::prepare(database));
  TRY_ASSIGN(insert, database.prepare("INSERT INTO block (events, first_ns, last_ns, data) "
                                      "VALUES (?,?,?,?)"));
  return std::make_unique<State>(path, std::move(database), std::move(session_tables),
                                 std::move(names_tables), std::move(insert));
}

Error RecordingWriter::State::explain(const Error& error) const {
  std::string text =
      fmt::format("cannot write to recording {}: {}; what was written before is kept", path,
                  write_failure_text(database, error));
  return Error{text};
}

EventCount& RecordingWriter::State::count_of(const Event& event) {
  const ProbeAndCpu place{event.probe, event.cpu};
  if (last_count == nullptr || place != last_place) {
    last_place = place;
    last_count = &counts[place];
  }
  return *last_count;
}

void RecordingWriter::State::close_block() {
  if (encoder.events() == 0) return;
  last_count = nullptr;
  waiting.push_back({encoder.finish(), std::exchange(counts, {})});
  waiting_bytes += waiting.back().block.data.size();
}

// What the columns at hand will compress to is not known before they are: they may take all the
// room that is left, and mostly take a part of it.
void RecordingWriter::State::close_block_near_limit() {
  if (limit == UINT64_MAX) return;
  const uint64_t taken = committed_bytes + waiting_bytes;
  const uint64_t room = limit - std::min(limit, taken);
  const uint64_t least = std::min(limit / kLeastBlockShare, kMostLeastContent);
  if (encoder.has_content(std::max(room, least))) close_block();
}

uint64_t RecordingWriter::State::size_bytes() const {
  struct stat status {};
  const bool is_there = ::stat(path.c_str(), &status) == 0;
  return (is_there ? static_cast<uint64_t>(status.st_size) : 0) + wal_bytes(path);
}

// Whether the -wal could be moved into the file. A reader that keeps it is not waited for: events
// are lost meanwhile.
bool RecordingWriter::State::empty_wal() {
  database.set_busy_wait(0);
  const auto is_busy = database.query_integer("PRAGMA wal_checkpoint(TRUNCATE)");
  database.set_busy_wait(Database::kBusyWaitMs);
  return is_busy && *is_busy == 0;
}

// What the file will have once its -wal is in it. The two together reach the limit before: the -wal
// is emptied then, and where a reader or a full disk keeps it, they count as they are.
void RecordingWriter::State::measure() {
  uint64_t beside = size_bytes();
  if (beside >= limit && empty_wal()) beside = size_bytes();
  const auto bytes = database.query_integer(
      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  committed_bytes = bytes && beside < limit ? static_cast<uint64_t>(*bytes) : beside;
}

void RecordingWriter::State::drop_waiting() {
  for (const WaitingBlock& block : waiting) {
    for (const auto& [place, count] : block.counts) loss.add(place, count);
  }
}

Result<void> RecordingWriter::State::write_transaction(const Session* session, const Names& names) {
  TRY_ASSIGN(transaction, Transaction::begin(database));
  TRY(names_tables.store(names));
  for (const WaitingBlock& waiting_block : waiting) {
    const EncodedBlock& block = waiting_block.block;
    insert_block.bind(1, block.events).bind_unsigned(2, block.first_ns);
    TRY(insert_block.bind_unsigned(3, block.last_ns).bind_blob(4, block.data).run());
  }
  if (session != nullptr && loss.events() == 0) {
    TRY(session_tables.store(*session));
  } else if (session != nullptr) {
    Session adjusted = *session;
    loss.account(adjusted);
    TRY(session_tables.store(adjusted));
  }
  return transaction.commit();
}

Result<void> RecordingWriter::State::commit(const Session* session, const Names& names) {
  Result<void> written = write_transaction(session, names);
  if (!written) {
    // Tried once: keeping the blocks would take memory without bound while the disk is full.
    written = explain(written.error());
    drop_waiting();
    names_tables.forget();
    session_tables.forget();
  }
  waiting.clear();
  waiting_bytes = 0;
  if (limit != UINT64_MAX) measure();
  return written;
}

RecordingWriter::RecordingWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordingWriter::~RecordingWriter() = default;

Result<void> RecordingWriter::check_path(const std::string& path) { return check_place(path); }

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(const std::string& path,
                                                                 const Session& session,
                                                                 const Names& names) {
  TRY_ASSIGN(draft, RecordingDraft::make(path));
  return create(std::move(draft), session, names);
}

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(RecordingDraft draft,
                                                                 const Session& session,
                                                                 const Names& names) {
  const std::string path = draft.path();
  TRY_ASSIGN(has_replaced_old, draft.publish(session, names));
  Result<std::unique_ptr<State>> state = State::open(path);
  // Committed at once: a recording that is open and has an empty -wal looks like a copy without it.
  const Result<void> begun =
      state ? (*state)->commit(&session, names) : Result<void>(std::move(state).error());
  if (!begun) {
    discard_file(path);
    return cannot_create_recording(path, begun.error());
  }
  (*state)->has_replaced_old = has_replaced_old;
  return std::unique_ptr<RecordingWriter>(new RecordingWriter(std::move(state).value()));
}

bool RecordingWriter::has_replaced_old() const { return state_->has_replaced_old; }

Result<void> RecordingWriter::on_events(std::span<const Event> events, const Names& names) {
  State& state = *state_;
  Result<void> result;
  for (const Event& event : events) {
    if (!BlockEncoder::is_storable(event)) {
      state.loss.add({event.probe, event.cpu}, {1, event.timestamp_ns, event.timestamp_ns});
      result =
          Error{fmt::format("an event with {} packet bytes and {} parents is too large for a "
                            "recording",
                            event.packet.bytes.size(), event.parents.size())};
      continue;
    }
    if (state.encoder.is_full_for(event)) {
      state.close_block();
      if (state.waiting_bytes >= kMaxWaitingBytes) {
        Result<void> written = state.commit(nullptr, names);
        if (!written) result = std::move(written);
      }
    }
    state.encoder.add(event);
    state.count_of(event).add(event.timestamp_ns);
    state.close_block_near_limit();
  }
  return result;
}

Result<void> RecordingWriter::on_tick(const Session& session, const Names& names) {
  state_->close_block();
  return state_->commit(&session, names);
}

Result<void> RecordingWriter::finish(const Session& session, const Names& names) {
  State& state = *state_;
  state.limit = UINT64_MAX;  // nothing comes that it could end: its size need not be measured
  Result<void> written = on_tick(session, names);
  // The counters of a failed commit are worth another try: they say what was lost.
  if (!written) (void)state.commit(&session, names);
  const auto checkpointed = state.database.query_text("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!checkpointed && written) written = state.explain(checkpointed.error());
  const auto mode = state.database.query_text("PRAGMA journal_mode=DELETE");
  if (!mode && written) {
    if (state.database.last_problem() == Problem::kBusy) {
      return Error{
          fmt::format("recording {0} is whole, but another process reads it: as long as "
                      "{0}-wal is there, keep the two together",
                      state.path)};
    }
    written = state.explain(mode.error());
  }
  // The last transactions are still beside the file, and are found there by whoever opens it.
  if (!written && wal_bytes(state.path) != 0) {
    return Error{
        fmt::format("{0}; keep {1} and {1}-wal together", written.error().message, state.path)};
  }
  return written;
}

uint64_t RecordingWriter::lost_events() const { return state_->loss.events(); }

void RecordingWriter::account_losses(Session& session) const { state_->loss.account(session); }

uint64_t RecordingWriter::size_bytes() const { return state_->size_bytes(); }

void RecordingWriter::set_limit(uint64_t bytes) {
  state_->limit = bytes;
  state_->measure();
}

bool RecordingWriter::is_full() const {
  return state_->committed_bytes + state_->waiting_bytes >= state_->limit;
}

}  // namespace tracker
