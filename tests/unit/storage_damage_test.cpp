// SPDX-License-Identifier: GPL-2.0-or-later
//
// Recordings that were cut off, overwritten, or made by somebody who means harm.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "storage/info.h"
#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_damage.h"
#include "tests/unit/storage_killed.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using namespace sample;  // NOLINT(google-build-using-namespace)

// Runs SQL on the file as somebody with the sqlite3 shell would.
void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
  char* message = nullptr;
  const int status = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, &message);
  EXPECT_EQ(status, SQLITE_OK) << sql << ": " << (message != nullptr ? message : "");
  sqlite3_free(message);
  sqlite3_close(connection);
}

class DamagedRecording : public ::testing::Test {
 protected:
  void SetUp() override {
    make_recording(path_);
    content_ = read_file(path_);
    ASSERT_GT(content_.size(), 50'000U);
  }

  Folder folder_;
  std::string path_ = folder_.file("a.db");
  std::string content_;
};

TEST_F(DamagedRecording, IsSoundBeforeItIsDamaged) {
  const VerifyReport report = verify(path_);
  EXPECT_TRUE(report.is_sound()) << report.problems[0].where << ": " << report.problems[0].what;
  EXPECT_EQ(report.blocks, kBlocks);
  EXPECT_EQ(report.readable_blocks, kBlocks);
  EXPECT_EQ(report.readable_events, kBlocks * kEventsPerBlock);
  EXPECT_TRUE(report.ended_cleanly);
  const auto info = read_info(path_);
  ASSERT_TRUE(info);
  EXPECT_TRUE(info.value().ended_cleanly);
  EXPECT_EQ(info.value().events, kBlocks * kEventsPerBlock);
  EXPECT_EQ(info.value().size_bytes, content_.size());
  EXPECT_EQ(info.value().wal_text(), "");
}

TEST_F(DamagedRecording, CutOffSaysSoWithItsSizes) {
  const size_t size = content_.size() / 4 * 3;  // behind the first blocks
  write_file(path_, content_.substr(0, size));
  EXPECT_EQ(damage_of(path_), "recording " + path_ + " is cut off: " + std::to_string(size) +
                                  " of " + std::to_string(content_.size()) +
                                  " bytes are there; `tracker db verify " + path_ +
                                  "` says what can be read");
  const VerifyReport report = verify(path_);
  ASSERT_FALSE(report.is_sound());
  EXPECT_EQ(report.problems[0],
            (VerifyProblem{"file",
                           "it is cut off: " + std::to_string(size) + " of " +
                               std::to_string(content_.size()) + " bytes are there",
                           size}));
  EXPECT_GT(report.readable_events, 0U);
  EXPECT_LT(report.readable_events, kBlocks * kEventsPerBlock);
  EXPECT_EQ(report.readable_events % kEventsPerBlock, 0U);
}

TEST_F(DamagedRecording, CutOffGivesItsReaderWhatVerifyCounts) {
  size_t partly_readable = 0;
  for (size_t size = 4096; size < content_.size(); size += 4096) {
    write_file(path_, content_.substr(0, size));
    const VerifyReport report = verify(path_);
    ASSERT_EQ(read_what_can_be_read(path_), report.readable_events) << size;
    if (report.readable_events != 0) ++partly_readable;
  }
  EXPECT_GT(partly_readable, 5U);
}

TEST_F(DamagedRecording, CutOffKeepsItsNamesAndSaysWhatTimeIsMissing) {
  write_file(path_, content_.substr(0, content_.size() * 3 / 4));
  const auto reader = RecordingReader::open(path_);
  ASSERT_TRUE(reader) << reader.error().message;
  const RecordingReader& read = *reader.value();
  ASSERT_TRUE(read.damage());
  ASSERT_FALSE(read.blocks().empty());
  ASSERT_LT(read.blocks().size(), kBlocks);
  EXPECT_EQ(read.names().probes, sample_names().probes);
  EXPECT_EQ(read.session().hostname, sample_session().hostname);
  uint64_t last_ns = 0;
  for (const BlockInfo& block : read.blocks()) last_ns = std::max(last_ns, block.last_ns);
  ASSERT_EQ(read.gaps().size(), 1U);
  EXPECT_EQ(read.gaps()[0], (TimeGap{last_ns, UINT64_MAX}));
}

TEST_F(DamagedRecording, WithABadTableIsReadWithoutItsNames) {
  run_sql(path_, "UPDATE symbol SET name = x'00'");
  const auto reader = RecordingReader::open(path_);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_TRUE(reader.value()->damage());
  EXPECT_TRUE(reader.value()->names().symbols.empty());
  EXPECT_EQ(reader.value()->names().stacks, sample_names().stacks);
  EXPECT_EQ(read_what_can_be_read(path_), kBlocks * kEventsPerBlock);
}

TEST_F(DamagedRecording, CutOffAnywhereIsReported) {
  for (size_t size = 100; size < content_.size(); size += 1499) {
    write_file(path_, content_.substr(0, size));
    const VerifyReport report = verify(path_);
    ASSERT_FALSE(report.is_sound()) << size;
    ASSERT_LT(report.readable_events, kBlocks * kEventsPerBlock + 1) << size;
    ASSERT_EQ(read_what_can_be_read(path_), report.readable_events) << size;
  }
  write_file(path_, content_.substr(0, content_.size() - 1));
  EXPECT_FALSE(verify(path_).is_sound());
}

TEST_F(DamagedRecording, CutOffWithinItsHeaderIsNoRecording) {
  write_file(path_, content_.substr(0, 99));
  EXPECT_EQ(error_of_open(path_), path_ + " is not a recording");
  const auto report = verify_recording(path_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, path_ + " is not a recording");
}

TEST_F(DamagedRecording, OverwrittenAnywhereIsReportedAndRestIsRead) {
  size_t partly_readable = 0;
  for (size_t at = 100; at + 512 < content_.size(); at += 2039) {
    std::string damaged = content_;
    std::fill_n(damaged.begin() + static_cast<ptrdiff_t>(at), 512, '\xa5');
    write_file(path_, damaged);
    const VerifyReport report = verify(path_);
    // Only a hit on space that nothing uses may go without a word.
    if (report.is_sound()) {
      ASSERT_EQ(report.readable_events, kBlocks * kEventsPerBlock) << at;
    }
    if (report.readable_events > 0 && !report.is_sound()) ++partly_readable;
    ASSERT_EQ(read_what_can_be_read(path_), report.readable_events) << at;
  }
  EXPECT_GT(partly_readable, 10U);
}

TEST_F(DamagedRecording, OverwrittenBlockIsNamed) {
  // Block 3's own bytes: its zstd frame is found by its content.
  std::string frame;
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
  sqlite3_stmt* select = nullptr;
  ASSERT_EQ(
      sqlite3_prepare_v2(connection, "SELECT data FROM block WHERE id = 3", -1, &select, nullptr),
      SQLITE_OK);
  ASSERT_EQ(sqlite3_step(select), SQLITE_ROW);
  frame.assign(static_cast<const char*>(sqlite3_column_blob(select, 0)), 300);
  sqlite3_finalize(select);
  sqlite3_close(connection);
  const size_t at = content_.find(frame.substr(0, 64));
  ASSERT_NE(at, std::string::npos);
  std::string damaged = content_;
  damaged[at + 40] = static_cast<char>(damaged[at + 40] ^ 1);
  write_file(path_, damaged);

  const VerifyReport report = verify(path_);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.problems[0].where, "block 3");
  EXPECT_EQ(report.problems[0].what.find("the compressed data is"), 0U);
  EXPECT_EQ(report.readable_blocks, kBlocks - 1);
  EXPECT_EQ(report.readable_events, (kBlocks - 1) * kEventsPerBlock);
  EXPECT_EQ(report.missing_events, kEventsPerBlock);

  const auto reader = RecordingReader::open(path_);
  ASSERT_TRUE(reader);
  std::vector<Event> events;
  EXPECT_TRUE(reader.value()->read_block(1, events));
  const Result<void> read = reader.value()->read_block(2, events);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.find("recording " + path_ + ": block 3: the compressed"), 0U);
  EXPECT_TRUE(reader.value()->read_block(3, events));
}

TEST_F(DamagedRecording, RandomDamageEndsInAReport) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::string damaged = content_;
    for (int i = 0; i < 40; ++i) damaged[100 + random() % (damaged.size() - 100)] ^= 0x55;
    write_file(path_, damaged);
    const VerifyReport report = verify(path_);
    ASSERT_LE(report.readable_events, kBlocks * kEventsPerBlock);
    ASSERT_EQ(read_what_can_be_read(path_), report.readable_events) << round;
  }
}

TEST_F(DamagedRecording, MissingBlocksAndWrongCountersAreNamed) {
  run_sql(path_, "DELETE FROM block WHERE id IN (2, 5, 6)");
  const VerifyReport report = verify(path_);
  ASSERT_GE(report.problems.size(), 3U);
  EXPECT_EQ(report.problems[0], (VerifyProblem{"table block", "block 2 is missing", {}}));
  EXPECT_EQ(report.problems[1], (VerifyProblem{"table block", "blocks 5 to 6 are missing", {}}));
  EXPECT_EQ(report.problems[2].where, "counters");
  EXPECT_EQ(report.problems[2].what.find("probe 0 on CPU 0 counts "), 0U);
}

// As db verify does, and a journey that may lack events there says so.
TEST_F(DamagedRecording, MissingBlockIsSaidByTheReaderToo) {
  run_sql(path_, "DELETE FROM block WHERE id = 2");
  const auto reader = RecordingReader::open(path_);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_TRUE((*reader)->damage());
  EXPECT_NE((*reader)->damage()->message.find("block 2 is missing"), std::string::npos)
      << (*reader)->damage()->message;
  EXPECT_EQ((*reader)->blocks().size(), kBlocks - 1);
  EXPECT_EQ((*reader)->gaps().size(), 1U);
}

TEST_F(DamagedRecording, ReferencesToNothingAreNamed) {
  run_sql(path_, "DELETE FROM probe WHERE id = 2; DELETE FROM stack WHERE id = 1");
  const VerifyReport report = verify(path_);
  ASSERT_EQ(report.problems.size(), 2 * kBlocks);
  EXPECT_EQ(report.problems[0].where, "block 1");
  EXPECT_NE(report.problems[0].what.find("events name probes that table probe lacks"),
            std::string::npos);
  EXPECT_NE(report.problems[1].what.find("events name stacks that table stack lacks"),
            std::string::npos);
}

TEST_F(DamagedRecording, OfANewerVersionIsRefused) {
  run_sql(path_, "PRAGMA user_version=3");
  const std::string expected = "recording " + path_ +
                               " has format version 3, this tracker reads up to 2; use a newer "
                               "tracker";
  EXPECT_EQ(error_of_open(path_), expected);
  const auto report = verify_recording(path_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, expected);
}

TEST_F(DamagedRecording, WithoutARowForEachCompanionIsSaid) {
  for (const char* change : {"DELETE FROM companion_untracked WHERE id = 0",
                             "INSERT INTO companion_untracked VALUES (0, 1), (9, 1)"}) {
    run_sql(path_, change);
    EXPECT_FALSE(verify(path_).is_sound()) << change;
  }
}

TEST(OldRecording, MadeBeforeThereWereCompanionsIsReadAndSound) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  finish_recording(path);
  run_sql(path, "DROP TABLE companion; DROP TABLE companion_untracked; DROP TABLE stack_budget");
  auto reader = RecordingReader::open(path);
  ASSERT_TRUE(reader);
  Session expected = sample_session();
  expected.companions.clear();
  expected.stacks = {};
  EXPECT_EQ((*reader)->session(), expected);
  const auto report = verify_recording(path);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
}

TEST(OldRecording, MadeBeforeCompanionsCountedTheUntrackedIsReadAndSound) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  finish_recording(path);
  run_sql(path, "DROP TABLE companion_untracked");
  auto reader = RecordingReader::open(path);
  ASSERT_TRUE(reader);
  Session expected = sample_session();
  for (CompanionProbe& companion : expected.companions) companion.untracked = 0;
  EXPECT_EQ((*reader)->session(), expected);
  EXPECT_TRUE(verify_recording(path)->problems.empty());
}

TEST(OldRecording, MadeBeforeFunctionsSharedProgramsIsReadAndSound) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  finish_recording(path);
  run_sql(path, "DROP TABLE shared_program");
  auto reader = RecordingReader::open(path);
  ASSERT_TRUE(reader);
  Session expected = sample_session();
  expected.shared_programs.clear();
  EXPECT_EQ((*reader)->session(), expected);
  EXPECT_TRUE(verify_recording(path)->problems.empty());
}

TEST(HostileRecording, ThatIsSomethingElseIsRefused) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  EXPECT_EQ(error_of_open(path), "no such recording: " + path);
  write_file(path, "");
  EXPECT_EQ(error_of_open(path), path + " is not a recording: it is empty");
  write_file(path, std::string(4096, 'x'));
  EXPECT_EQ(error_of_open(path), path + " is not a recording");
  EXPECT_EQ(error_of_open(folder.path()),
            folder.path() + " is not a recording: it is not a regular file");
  const std::string other = folder.file("other.db");
  run_sql(other, "CREATE TABLE block (id INTEGER PRIMARY KEY)");
  EXPECT_EQ(error_of_open(other), other + " is not a recording");
}

// What a file could use to run SQL of its own. Each must be refused before a row is read.
TEST(HostileRecording, WithSqlOfItsOwnIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"DROP TABLE block; CREATE VIEW block AS SELECT 1 AS id, 1 AS events, 0 AS first_ns, 0 AS "
       "last_ns, zeroblob(1000000000) AS data",
       "table block is not the one of a recording"},
      {"DROP TABLE stack; CREATE TABLE stack (id INTEGER PRIMARY KEY, frames TEXT AS "
       "(hex(zeroblob(100000000))))",
       "table stack is not the one of a recording"},
      {"DROP TABLE loss", "table loss is missing"},
      {"CREATE INDEX trap ON symbol (upper(name))",
       "its tables have indexes or triggers that do not belong there"},
      {"CREATE TRIGGER trap AFTER INSERT ON block BEGIN DELETE FROM block; END",
       "its tables have indexes or triggers that do not belong there"},
  };
  for (const auto& [sql, expected] : cases) {
    const Folder folder;
    const std::string path = folder.file("a.db");
    make_recording(path);
    run_sql(path, sql);
    EXPECT_EQ(error_of_open(path), damaged_text(path, expected));
    const VerifyReport report = verify(path);
    ASSERT_EQ(report.problems.size(), 1U) << sql;
    EXPECT_EQ(report.problems[0].what, expected);
  }
}

// Values that no writer writes. The row is named, the rest is read, and nothing worse.
TEST(HostileRecording, WithImpossibleValuesIsReadWithoutThem) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"UPDATE probe SET role = 200 WHERE id = 1",
       "table probe, row 1: column 4 holds what cannot be"},
      {"UPDATE probe SET symbol = x'00' WHERE id = 1",
       "table probe, row 1: column 2 holds what cannot be"},
      {"UPDATE probe SET id = 70 WHERE id = 2", "table probe: row 70 follows 1"},
      {"UPDATE netns SET inum = -1 WHERE id = 0",
       "table netns, row 0: column 2 holds what cannot be"},
      {"UPDATE stack_budget SET first = -1",
       "table stack_budget, row 0: column 1 holds what cannot be"},
      {"UPDATE stack SET frames = '[1,2' WHERE id = 1",
       "table stack, row 1: column 1 holds what cannot be"},
      {"UPDATE stack SET frames = '[1,,2]' WHERE id = 1",
       "table stack, row 1: column 1 holds what cannot be"},
      {"UPDATE stack SET frames = '[' || substr(replace(hex(zeroblob(1025)), '00', '1,'), 1, 2049) "
       "|| ']' WHERE id = 1",
       "table stack, row 1: column 1 holds what cannot be"},
      {"UPDATE symbol SET name = hex(zeroblob(200000))",
       "table symbol, row -2130706313: column 1 holds what cannot be"},
      {"UPDATE session SET cpus = 'many'", "table session, row 0: column 9 holds what cannot be"},
      {"DELETE FROM session", "table session is empty"},
      {"PRAGMA ignore_check_constraints=1; UPDATE block SET events = 70000 WHERE id = 1",
       "block 1 claims 70000 events; a block has 1 to 65536"},
  };
  for (const auto& [sql, expected] : cases) {
    const Folder folder;
    const std::string path = folder.file("a.db");
    make_recording(path);
    run_sql(path, sql);
    EXPECT_EQ(damage_of(path), damaged_text(path, expected)) << sql;
    const VerifyReport report = verify(path);
    EXPECT_FALSE(report.is_sound()) << sql;
    EXPECT_EQ(read_what_can_be_read(path), report.readable_events) << sql;
  }
}

// The damage is no sign of a collector that was killed.
TEST(Damage, OfTheSessionSaysNothingOfItsEnd) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  make_recording(path);
  EXPECT_TRUE(verify(path).end_is_known);
  run_sql(path, "UPDATE session SET cpus = 'many'");
  const VerifyReport report = verify(path);
  EXPECT_FALSE(report.end_is_known);
  EXPECT_FALSE(report.may_lack_wal);
}

}  // namespace
}  // namespace tracker
