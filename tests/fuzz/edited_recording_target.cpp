// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whole files, as somebody with SQLite, zstd and patience would change them: rows, values of any
// type, blocks whose checksums are right, tables, indexes, triggers and views that do not belong
// there, then bytes and pages.
//
// Input: which sample recording, then edits until it ends.
#include <sqlite3.h>

#include <array>

#include "storage/compression.h"
#include "storage/schema.h"
#include "tests/fuzz/block_content.h"
#include "tests/fuzz/every_view.h"
#include "tests/fuzz/sample_files.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {
namespace {

constexpr size_t kMaxEdits = 16;

// SQL of a file's own: none of it may run, whatever it is attached to.
constexpr const char* kForeignSql[] = {
    "CREATE TRIGGER t AFTER UPDATE ON session BEGIN DELETE FROM block; END",
    "CREATE INDEX i ON block (abs(events))",
    "CREATE INDEX j ON probe (symbol) WHERE role > 0",
    "CREATE VIEW v AS SELECT randomblob(1000000000) AS data",
    "CREATE TABLE sideshow (a, b GENERATED ALWAYS AS (randomblob(a)))",
    "ALTER TABLE block RENAME TO block_2",
    "CREATE VIEW block AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT "
    "id, 1 AS events, 1 AS first_ns, 1 AS last_ns, x'' AS data FROM r",
    "DROP TABLE symbol",
    "ALTER TABLE clock ADD COLUMN more TEXT",
    "CREATE VIRTUAL TABLE f USING fts5(x)",
    "CREATE TABLE session_2 AS SELECT * FROM session",
    "PRAGMA user_version=0",
    "PRAGMA user_version=2147483647",
    "PRAGMA application_id=0",
    "DELETE FROM block",
    "DELETE FROM session",
    "INSERT INTO session SELECT 1, tracker_version, hostname, kernel_release, kernel_version, "
    "machine, command_line, timezone, utc_offset_seconds, cpus, start_ns, end_ns, end_reason FROM "
    "session",
    "VACUUM",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA auto_vacuum=FULL; VACUUM",
    "PRAGMA encoding='UTF-16'; VACUUM",
    "PRAGMA page_size=512; PRAGMA journal_mode=DELETE; VACUUM",
    "UPDATE sqlite_schema SET tbl_name='lossystem' WHERE name='subsystem'",
    "CREATE TABLE a_1 (a); INSERT INTO a_1 VALUES (1); UPDATE sqlite_schema SET "
    "name='sqlite_stat1', tbl_name='sqlite_stat1', sql='CREATE TABLE sqlite_stat1 (tbl, idx, stat "
    "GENERATED ALWAYS AS (hex(zeroblob(60000000))))' WHERE name='a_1'",
};

class Editor {
 public:
  explicit Editor(const std::string& path) {
    FUZZ_EXPECT(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK);
    run("PRAGMA synchronous=OFF; PRAGMA ignore_check_constraints=ON; PRAGMA writable_schema=ON; "
        "PRAGMA locking_mode=EXCLUSIVE");
    // The editor must not be what hangs.
    sqlite3_limit(connection_, SQLITE_LIMIT_LENGTH, 64 << 20);
  }
  ~Editor() { sqlite3_close_v2(connection_); }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  void run(const std::string& sql) {
    sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  // One parameter each.
  void run(const std::string& sql, InputReader& input) {
    sqlite3_stmt* statement = prepare(sql);
    if (statement == nullptr) return;
    bind_any(statement, input);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
  }
  int columns(std::string_view table) {
    sqlite3_stmt* statement = prepare("SELECT * FROM " + std::string(table));
    const int count = statement == nullptr ? 0 : sqlite3_column_count(statement);
    columns_.clear();
    for (int i = 0; i < count; ++i) columns_.emplace_back(sqlite3_column_name(statement, i));
    sqlite3_finalize(statement);
    return count;
  }
  const std::string& column(size_t number) const { return columns_[number % columns_.size()]; }

  void edit_block(InputReader& input);

 private:
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
    return statement;
  }
  void bind_any(sqlite3_stmt* statement, InputReader& input) {
    switch (input.byte() % 6) {
      case 0:
        sqlite3_bind_int64(statement, 1, static_cast<int8_t>(input.byte()));
        break;
      case 1:
        sqlite3_bind_int64(statement, 1, static_cast<int64_t>(input.number(8)));
        break;
      case 2: {
        const std::string text = input.text(input.byte());
        sqlite3_bind_text(statement, 1, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT);
        break;
      }
      case 3: {
        const std::string blob = input.text(input.byte());
        sqlite3_bind_blob(statement, 1, blob.data(), static_cast<int>(blob.size()),
                          SQLITE_TRANSIENT);
        break;
      }
      case 4:
        sqlite3_bind_double(statement, 1, static_cast<double>(input.number(4)) / 3);
        break;
      default:  // a size rather than a value
        sqlite3_bind_zeroblob64(statement, 1, input.number(3) * (input.byte() % 3));
    }
  }

  sqlite3* connection_ = nullptr;
  std::vector<std::string> columns_;
};

void change(Bytes& content, InputReader& input) {
  const size_t at = content.empty() ? 0 : input.number(2) % (content.size() + 1);
  const auto place = content.begin() + static_cast<ptrdiff_t>(at);
  const uint8_t kind = input.byte();
  const auto bytes = input.bytes(1 + kind / 4 % 16);
  switch (kind % 4) {
    case 0:
      content.insert(place, bytes.begin(), bytes.end());
      break;
    case 1:
      content.erase(place,
                    place + static_cast<ptrdiff_t>(std::min(bytes.size(), content.size() - at)));
      break;
    case 2:  // much from little
      content.insert(place, size_t{1} << (bytes.empty() ? 0 : bytes[0] % 18), uint8_t{0});
      break;
    default:
      for (size_t i = 0; i < bytes.size() && at + i < content.size(); ++i) {
        content[at + i] = bytes[i];
      }
  }
}

void Editor::edit_block(InputReader& input) {
  const auto id = std::to_string(1 + input.byte() % 4);
  sqlite3_stmt* select = prepare("SELECT data FROM block WHERE id=" + id);
  Bytes content;
  if (select != nullptr && sqlite3_step(select) == SQLITE_ROW) {
    const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(select, 0));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(select, 0));
    if (!decompress({data, size}, kMaxBlockContent, content)) content.clear();
  }
  sqlite3_finalize(select);
  for (int i = 1 + input.byte() % 4; i > 0; --i) change(content, input);
  std::vector<Event> events;
  auto block = block_of(content, events);
  if (!block) {  // a right frame all the same
    const std::span<const uint8_t> parts[] = {content};
    block = Block{{1, 0, 0}, Compressor().compress(parts)};
  }
  sqlite3_stmt* update =
      prepare("UPDATE block SET data=?, events=?, first_ns=?, last_ns=? WHERE id=" + id);
  if (update == nullptr) return;
  sqlite3_bind_blob64(update, 1, block->frame.data(), block->frame.size(), SQLITE_STATIC);
  sqlite3_bind_int64(update, 2, block->claim.events);
  sqlite3_bind_int64(update, 3, static_cast<int64_t>(block->claim.first_ns));
  sqlite3_bind_int64(update, 4, static_cast<int64_t>(block->claim.last_ns));
  sqlite3_step(update);
  sqlite3_finalize(update);
}

void edit_rows(Editor& editor, InputReader& input) {
  const std::string table(kTables[input.byte() % kTableCount].name);
  if (editor.columns(table) == 0) return;
  const std::string row = std::to_string(input.byte() % 8);
  const std::string nth =
      " WHERE rowid = (SELECT rowid FROM " + table + " LIMIT 1 OFFSET " + row + ")";
  switch (input.byte() % 6) {
    case 0:
      editor.run("DELETE FROM " + table + nth);
      break;
    case 1:  // the same row under another key
      editor.run("CREATE TEMP TABLE copy AS SELECT * FROM " + table + nth);
      editor.run("UPDATE copy SET " + editor.column(0) + " = ?", input);
      editor.run("INSERT OR REPLACE INTO " + table + " SELECT * FROM copy; DROP TABLE copy");
      break;
    default:
      editor.run(
          "UPDATE OR REPLACE " + table + " SET \"" + editor.column(input.byte()) + "\" = ?" + nth,
          input);
  }
}

void edit_bytes(Bytes& file, InputReader& input) {
  const size_t page = 4096;
  const size_t at = file.empty() ? 0 : input.number(4) % file.size();
  switch (input.byte() % 4) {
    case 0:
      file.resize(at);
      break;
    case 1: {
      const size_t from = file.size() < page ? 0 : input.byte() % (file.size() / page) * page;
      for (size_t i = 0; i < page && at / page * page + i < file.size() && from + i < file.size();
           ++i)
        file[at / page * page + i] = file[from + i];
      break;
    }
    default: {
      const auto bytes = input.bytes(1 + input.byte() % 8);
      for (size_t i = 0; i < bytes.size() && at + i < file.size(); ++i) file[at + i] = bytes[i];
    }
  }
}

void apply_edits(const std::string& path, InputReader& input) {
  size_t byte_edits = 0;
  {
    Editor editor(path);
    for (size_t i = 0; i < kMaxEdits && !input.empty(); ++i) {
      switch (input.byte() % 8) {
        case 0:
          editor.run(kForeignSql[input.byte() % std::size(kForeignSql)]);
          break;
        case 1:
          editor.run("UPDATE sqlite_schema SET sql = ? WHERE rootpage = " +
                         std::to_string(input.byte() % 16),
                     input);
          break;
        case 2:
          editor.run("UPDATE sqlite_schema SET rootpage = " + std::to_string(input.byte() % 40) +
                     " WHERE rootpage = " + std::to_string(input.byte() % 16));
          break;
        case 3:
        case 4:
          editor.edit_block(input);
          break;
        case 5:
          ++byte_edits;
          break;
        default:
          edit_rows(editor, input);
      }
    }
  }
  if (byte_edits == 0) return;
  Bytes file = read_bytes(path);
  for (; byte_edits > 0; --byte_edits) edit_bytes(file, input);
  write_recording(path, file);
}

}  // namespace

// Single edits of each kind; mutation combines them.
std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  for (const uint8_t sample : {uint8_t{0}, uint8_t{1}}) {
    seeds.push_back({sample});
    for (uint8_t i = 0; i < std::size(kForeignSql); ++i) seeds.push_back({sample, 0, i});
    for (uint8_t table = 0; table < kTableCount; ++table) {
      seeds.push_back(
          {sample, 6, table, 0, 3, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f});
      seeds.push_back({sample, 6, table, 1, 2, 2, 2, 4, 0xff, 27, '[', 'x'});
      seeds.push_back({sample, 6, table, 0, 0});
      seeds.push_back({sample, 6, table, 0, 1, 0, 9});
    }
    seeds.push_back({sample, 3, 0, 1, 40, 0, 3, 0xff, 5, 0, 9, 1});
    seeds.push_back({sample, 4, 1, 0, 10, 0, 2, 17});
    seeds.push_back({sample, 1, 3, 2, 5, 'a', 'b', 'c', 'd', 'e'});
    seeds.push_back({sample, 2, 3, 9});
    seeds.push_back({sample, 5, 0, 0x30, 0, 0, 3, 4, 0xff, 0xff, 0, 0x80});
  }
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker::fuzz;
  static const std::string path = scratch_folder() + "/edited.db";
  InputReader input({data, size});
  const std::vector<Bytes>& samples = sample_files();
  write_recording(path, samples[input.byte() % samples.size()]);
  apply_edits(path, input);
  show_by_every_view(path);
  return 0;
}
