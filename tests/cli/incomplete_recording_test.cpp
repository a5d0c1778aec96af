// SPDX-License-Identifier: GPL-2.0-or-later
//
// Recordings that lack something: a view that shows what is there says so.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "storage/writer.h"
#include "tests/cli/program.h"

namespace tracker::cli_test {
namespace {

constexpr uint64_t kLost = 43'397;

class IncompleteRecording : public Program {
 protected:
  // A recording of one drop, still being written.
  void SetUp() override {
    Session session;
    session.attachments = {{"tp:skb:kfree_skb", true, "tp_btf", "", 0}};
    session.start_ns = 1;
    session.counters = {{.probe = 0, .seen = kLost + 1, .recorded = 1, .ring_full = kLost}};
    Names names;
    names.probes = {{"tp", "skb:kfree_skb", {}, ProbeRole::kDropped}};
    Event event;
    event.timestamp_ns = 2;
    event.sections = section_bit(Section::kDrop);
    auto created = RecordingWriter::create(folder_.file("a.db"), session, names);
    ASSERT_TRUE(created) << created.error().message;
    writer_ = std::move(*created);
    ASSERT_TRUE(writer_->on_events({&event, 1}, names));
    ASSERT_TRUE(writer_->on_tick(session, names));
  }

  std::unique_ptr<RecordingWriter> writer_;
};

TEST_F(IncompleteRecording, OfALossSaysHowManyEventsAreNotShown) {
  for (const char* view : {"drops", "print", "sort"}) {
    const ProcessResult shown = run({view, "a.db"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_NE(shown.out, "");
    EXPECT_EQ(shown.err,
              "tracker: 43397 events were lost while this was recorded; `tracker stats a.db` says "
              "when\n");
  }
}

// What was committed last is in the -wal; readers of SQLite make an empty one in its place.
TEST_F(IncompleteRecording, CopiedWithoutItsWalSaysWhatMayBeMissing) {
  std::filesystem::copy_file(folder_.file("a.db"), folder_.file("copy.db"));
  for (const char* view : {"drops", "print", "stats"}) {
    const ProcessResult shown = run({view, "copy.db"});
    EXPECT_NE(shown.err.find("tracker: copy.db was not ended cleanly and there is no copy.db-wal"),
              std::string::npos)
        << shown.err;
  }
  const ProcessResult verified = run({"db", "verify", "copy.db"});
  EXPECT_EQ(verified.status, 1);
  EXPECT_EQ(verified.out,
            "file: it was not ended cleanly and there is no copy.db-wal: if there is one where the "
            "file comes from, copy both, or the last events are missing\n"
            "copy.db: perhaps incomplete, 0 of 0 blocks readable, 0 events, not ended cleanly\n");
  for (const char* view : {"drops", "stats"}) {
    EXPECT_EQ(run({view, "a.db"}).err.find("there is no a.db-wal"), std::string::npos) << view;
  }
  EXPECT_EQ(run({"db", "verify", "a.db"}).status, 0);
}

}  // namespace
}  // namespace tracker::cli_test
