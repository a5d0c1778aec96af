// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "event/event.h"
#include "storage/block_search.h"
#include "storage/block_table.h"
#include "storage/file_header.h"
#include "storage/names_table.h"
#include "storage/open_recording.h"
#include "storage/schema.h"
#include "storage/session_table.h"

namespace tracker {
namespace {

// A destroyed file has more to say than anybody reads.
constexpr size_t kMaxProblems = 100;

// One verification: the report grows from step to step.
class Verification {
 public:
  Verification(const std::string& path, const FileHeader& header) : path_(path), header_(header) {}

  Result<VerifyReport> run();

 private:
  void add(std::string where, std::string what, std::optional<uint64_t> offset = std::nullopt);
  void check_file();
  void check_structure(const Database& database);
  void run_quick_check(const Database& database, const std::string& what);
  void check_tables(const Database& database);
  void check_blocks(const Database& database);
  void check_block(BlockTable& blocks, int64_t id, std::vector<Event>& events);
  void check_references(int64_t id, const std::vector<Event>& events);
  void check_counters();
  void check_refusal();

  const std::string& path_;
  const FileHeader& header_;
  VerifyReport report_;
  size_t damaged_blocks_ = 0;
  std::optional<Session> session_;  // where their tables could be read
  std::optional<Names> names_;
  std::map<std::pair<uint16_t, uint16_t>, uint64_t> events_;  // by probe and CPU
};

void Verification::add(std::string where, std::string what, std::optional<uint64_t> offset) {
  report_.problems.push_back({std::move(where), std::move(what), offset});
}

Result<VerifyReport> Verification::run() {
  check_file();
  Problem problem = Problem::kNone;
  Result<Database> database = open_damaged_recording(path_, problem);
  // That says nothing of the file.
  if (!database && problem == Problem::kCannotOpen) return std::move(database).error();
  if (!database) {
    add("file", database.error().message);
    return std::move(report_);
  }
  Result<void> schema = check_schema(*database);
  if (!schema) {
    // Without its tables there is nothing to go on with, and foreign ones are not to be touched.
    add("SQLite structure", schema.error().message);
    return std::move(report_);
  }
  check_structure(*database);
  check_tables(*database);
  check_blocks(*database);
  check_counters();
  check_refusal();
  report_.may_lack_wal = report_.end_is_known && !report_.ended_cleanly && lacks_wal(path_);
  return std::move(report_);
}

// A connection for damaged files forgives what another refuses, such as a schema with nonsense in
// it.
void Verification::check_refusal() {
  if (!report_.problems.empty()) return;
  const Result<Database> database = open_recording(path_);
  if (!database) add("SQLite structure", database.error().message);
}

void Verification::check_file() {
  if (!header_.is_cut_off() || wal_bytes(path_) != 0) return;
  add("file",
      fmt::format("it is cut off: {} of {} bytes are there", header_.size_bytes,
                  header_.claimed_bytes),
      header_.size_bytes);
}

// SQLite's messages name pages ("Tree 14 page 20: ...", "page 20: never used").
std::optional<uint64_t> page_offset(std::string_view message, uint32_t page_size) {
  constexpr std::string_view kWord = "page ";
  size_t at = message.find(kWord);
  if (at == std::string_view::npos) return std::nullopt;
  at += kWord.size();
  uint64_t page = 0;
  const auto parsed = std::from_chars(message.data() + at, message.data() + message.size(), page);
  if (parsed.ec != std::errc() || page == 0) return std::nullopt;
  return (page - 1) * page_size;
}

// Whether the file has tables or other things that tracker does not know, or may have.
bool has_foreign_schema(const Database& database) {
  std::string known;
  for (const Table& table : kTables) {
    known += fmt::format("{}'{}'", known.empty() ? "" : ",", table.name);
  }
  const Result<std::string> foreign = database.query_text(
      fmt::format("SELECT count(*) FROM sqlite_schema WHERE name NOT IN ({})", known));
  return !foreign || *foreign != "0";
}

void Verification::check_structure(const Database& database) {
  if (!has_foreign_schema(database)) {
    return run_quick_check(database, std::to_string(kMaxProblems));
  }
  // Columns of tables that are not a recording's can be expressions, which the check evaluates. One
  // table at a time it does not see pages that nothing uses.
  for (const Table& table : kTables) {
    const Result<bool> has_it = has_table(database, table.name);
    if (!table.is_required && has_it && !*has_it) continue;
    run_quick_check(database, fmt::format("'{}'", table.name));
  }
}

void Verification::run_quick_check(const Database& database, const std::string& what) {
  Result<Statement> check = database.prepare(fmt::format("PRAGMA quick_check({})", what));
  if (!check) return add("SQLite structure", check.error().message);
  while (true) {
    const Result<bool> has_row = check->step();
    if (!has_row) return add("SQLite structure", has_row.error().message);
    if (!has_row.value()) return;
    std::string_view text = check->text(0);
    if (text == "ok") return;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (line.empty() || line.starts_with("***")) continue;
      add("SQLite structure", std::string(line), page_offset(line, header_.page_size));
    }
  }
}

void Verification::check_tables(const Database& database) {
  ReadBudget budget;
  Session session;
  const Result<void> session_read = load_session(database, budget, session);
  report_.ended_cleanly = session.end_ns != 0;
  report_.end_is_known = session.is_known();
  if (session_read) {
    session_ = std::move(session);
  } else {
    add("tables", session_read.error().message);
  }
  Names names;
  const Result<void> names_read = load_names(database, budget, names);
  if (names_read) {
    names_ = std::move(names);
  } else {
    add("tables", names_read.error().message);
  }
}

void Verification::check_blocks(const Database& database) {
  Result<BlockTable> blocks = BlockTable::prepare(database);
  if (!blocks) return add("table block", blocks.error().message);
  const FoundBlocks found = find_blocks(database);
  if (found.problem) add("table block", found.problem->message);
  report_.blocks = found.ids.size();
  std::vector<Event> events;
  int64_t last = 0;
  for (const int64_t id : found.ids) {
    // The writer numbers blocks from 1 without a gap.
    if (id != last + 1) {
      add("table block", id == last + 2
                             ? fmt::format("block {} is missing", last + 1)
                             : fmt::format("blocks {} to {} are missing", last + 1, id - 1));
    }
    last = id;
    check_block(*blocks, id, events);
  }
}

void Verification::check_block(BlockTable& blocks, int64_t id, std::vector<Event>& events) {
  Result<void> read = blocks.read(id, events);
  if (!read) {
    if (const auto info = blocks.info(id)) report_.missing_events += info->events;
    if (++damaged_blocks_ <= kMaxProblems) add(fmt::format("block {}", id), read.error().message);
    return;
  }
  ++report_.readable_blocks;
  report_.readable_events += events.size();
  for (const Event& event : events) ++events_[{event.probe, event.cpu}];
  check_references(id, events);
}

void Verification::check_references(int64_t id, const std::vector<Event>& events) {
  if (!names_) return;
  size_t probes = 0;
  size_t stacks = 0;
  for (const Event& event : events) {
    if (event.probe >= names_->probes.size()) ++probes;
    if (event.has(Section::kStack) && event.stack.index >= names_->stacks.size()) ++stacks;
  }
  if (probes == 0 && stacks == 0) return;
  if (++damaged_blocks_ > kMaxProblems) return;
  const std::string where = fmt::format("block {}", id);
  if (probes != 0) add(where, fmt::format("{} events name probes that table probe lacks", probes));
  if (stacks != 0) add(where, fmt::format("{} events name stacks that table stack lacks", stacks));
}

// Only where all blocks could be read: otherwise the difference is what is missing.
void Verification::check_counters() {
  if (!session_ || !report_.ended_cleanly || report_.readable_blocks != report_.blocks) return;
  std::map<std::pair<uint16_t, uint16_t>, uint64_t> recorded;
  for (const ProbeCounters& counters : session_->counters) {
    recorded[{counters.probe, counters.cpu}] += counters.recorded;
  }
  for (const auto& [place, count] : events_) recorded.try_emplace(place, 0);
  size_t problems = 0;
  for (const auto& [place, count] : recorded) {
    const auto found = events_.find(place);
    const uint64_t events = found == events_.end() ? 0 : found->second;
    if (events == count || ++problems > kMaxProblems) continue;
    add("counters", fmt::format("probe {} on CPU {} counts {} recorded events, {} are there",
                                place.first, place.second, count, events));
  }
}

}  // namespace

Result<VerifyReport> verify_recording(const std::string& path) {
  TRY_ASSIGN(header, recognise_recording(path));
  return Verification(path, header).run();
}

}  // namespace tracker
