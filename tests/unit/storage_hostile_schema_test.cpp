// SPDX-License-Identifier: GPL-2.0-or-later
//
// Files whose schema runs expressions of its own: what SQLite reads unasked must be bounded. Each
// would take minutes to hours if it were not.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;
using sample::sample_names;
using sample::sample_session;

constexpr size_t kEvents = 20;

class HostileSchema : public ::testing::Test {
 protected:
  void SetUp() override {
    Session session = sample_session();
    session.counters.clear();
    std::vector<Event> events = EventMaker(5).events(kEvents);
    for (Event& event : events) {
      event.probe = event.cpu = 0;
      event.stack.index %= 2;
    }
    session.counters = {{0, 0, kEvents, 0, kEvents, 0, 0, 0, 0, 0}};
    auto writer = RecordingWriter::create(path_, session, sample_names());
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer.value()->on_events(events, sample_names()));
    session.end_ns = 5;
    ASSERT_TRUE(writer.value()->finish(session, sample_names()));
  }

  // A table with many rows; then its schema says `sql` instead.
  void add_table(const std::string& name, const std::string& sql) {
    run_sql(
        "PRAGMA journal_mode=DELETE; CREATE TABLE bait (a);"
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r WHERE i < 100000) "
        "INSERT INTO bait SELECT i FROM r;"
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET name='" +
        name + "', tbl_name='" + name + "', sql='" + sql + "' WHERE name='bait'");
  }

  void run_sql(const std::string& sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  }

  // It is a recording all the same: a table that tracker does not know is not looked at.
  void expect_readable() {
    const auto reader = RecordingReader::open(path_);
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_EQ(reader.value()->blocks().size(), 1U);
    std::vector<Event> events;
    ASSERT_TRUE(reader.value()->read_block(0, events));
    EXPECT_EQ(events.size(), kEvents);
    const auto report = verify_recording(path_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->readable_events, kEvents);
    EXPECT_TRUE(report->is_sound()) << report->problems[0].what;
  }

  Folder folder_;
  std::string path_ = folder_.file("a.db");
};

std::string statistics_of(const std::string& expression) {
  return "CREATE TABLE sqlite_stat1 (a, tbl GENERATED ALWAYS AS (" + expression +
         ") VIRTUAL, idx GENERATED ALWAYS AS (a) VIRTUAL, stat GENERATED ALWAYS AS (a) VIRTUAL)";
}

// SQLite reads sqlite_stat1 together with the schema.
TEST_F(HostileSchema, WithStatisticsOfLargeValuesIsReadWithoutThem) {
  add_table("sqlite_stat1", statistics_of("hex(zeroblob(15000000 + a))"));
  expect_readable();
}

TEST_F(HostileSchema, WithStatisticsOfManyValuesIsReadWithoutThem) {
  add_table("sqlite_stat1", statistics_of("hex(zeroblob(10000 + a % 10))"));
  expect_readable();
}

// PRAGMA quick_check evaluates columns that must not be null.
TEST_F(HostileSchema, WithColumnsThatAreExpressionsIsVerifiedWithoutThem) {
  add_table("sideshow",
            "CREATE TABLE sideshow (a, b GENERATED ALWAYS AS (hex(zeroblob(15000000 + a))) VIRTUAL "
            "NOT NULL)");
  expect_readable();
}

// The connection that reads damaged files forgives this, every other refuses it.
TEST_F(HostileSchema, ThatSqliteRefusesIsNotSound) {
  run_sql(
      "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET tbl_name='lossystem' WHERE "
      "name='subsystem'");
  const auto report = verify_recording(path_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->readable_events, kEvents);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems[0].where, "SQLite structure");
  EXPECT_EQ(report->problems[0].what,
            "recording " + path_ + ": malformed database schema (subsystem)");
  const auto reader = RecordingReader::open(path_);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader.value()->blocks().size(), 1U);
  ASSERT_TRUE(reader.value()->damage());
  EXPECT_EQ(reader.value()->damage()->message, report->problems[0].what);
}

}  // namespace
}  // namespace tracker
