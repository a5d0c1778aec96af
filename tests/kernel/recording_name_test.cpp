// SPDX-License-Identifier: GPL-2.0-or-later
//
// When a recording has its name, and what had it before.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "harness/collection.h"
#include "harness/scratch_folder.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

bool file_is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// To a reader that opens the file as soon as it has read the line.
TEST(RecordingName, IsThereWhenTheProbesAreSaidToBeAttached) {
  const Pair pair;
  const ScratchFolder folder;
  const std::string file = folder.file("tracker.db");
  Process collector({tracker_path(), "-p", "dropmon", "collect", "--quiet", "--netns",
                     pair.left.name(), "--duration", "60", "-o", file});
  bool was_there = false;
  const bool is_said = wait_for([&] {
    const bool has_ended = !collector.is_running();
    const bool attached = collector.err().find("attached 1 of 1 probes\n") != std::string::npos;
    if (attached) was_there = file_is_there(file);
    return attached || has_ended;
  });
  EXPECT_TRUE(is_said && was_there) << collector.err();
  collector.send_signal(SIGINT);
  EXPECT_EQ(collector.wait().status, 0);
}

TEST(RecordingName, IsTakenFromAnEarlierOldRecordingOnlyWithASentence) {
  const Pair pair;
  const ScratchFolder folder;
  ProcessOptions inside;
  inside.folder = folder.path();
  const auto said = [&] {
    const ProcessResult result = run_tracker(
        {"-p", "dropmon", "collect", "--quiet", "--netns", pair.left.name(), "--cmd", "true"},
        inside);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  EXPECT_EQ(said().find(".old"), std::string::npos) << "nothing was there";
  EXPECT_EQ(said().find(".old"), std::string::npos) << "tracker.db became tracker.db.old";
  const std::string third = said();
  EXPECT_NE(third.find("tracker.db was kept as tracker.db.old; the recording that had that name "
                       "before is gone (-o names another place)\n"),
            std::string::npos)
      << third;
}

}  // namespace
}  // namespace tracker::kernel_test
