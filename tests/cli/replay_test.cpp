// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker replay as its user sees it: what it prints, and how it ends.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/process.h"
#include "harness/wait.h"
#include "tests/cli/program.h"
#include "tests/golden/sample_recording.h"

namespace tracker::cli_test {
namespace {

using kernel_test::Process;

// Its events are 4.1 us to 1 ms apart: at this speed the second one is an hour away.
constexpr char kHalted[] = "1e-9";

class Replay : public Program {
 protected:
  void SetUp() override {
    const auto written = tracker::testing::write_sample_recording(folder_.file("tracker.db"));
    ASSERT_TRUE(written) << written.error().message;
  }

  std::string first_event() const { return run({"print", "--until", "10:13:56.500001"}).out; }
};

TEST_F(Replay, AtMaximumSpeedPrintsWhatPrintPrints) {
  const std::vector<std::vector<std::string>> views = {
      {},
      {"--format", "json"},
      {"--style", "line", "--time", "delta"},
      {"--reason", "NO_*", "-f", "port 9"},
      {"--since", "-1s", "--format", "json"},
      {"--until", "10:13:56.501", "--time", "utc", "tracker.db"},
  };
  for (std::vector<std::string> arguments : views) {
    arguments.insert(arguments.begin(), "print");
    const ProcessResult printed = run(arguments);
    EXPECT_EQ(printed.status, 0) << printed.err;
    arguments.front() = "replay";
    arguments.insert(arguments.end(), {"--speed", "max"});
    const ProcessResult replayed = run(arguments);
    EXPECT_EQ(replayed.status, 0) << replayed.err;
    EXPECT_EQ(replayed.err, printed.err);
    EXPECT_EQ(replayed.out, printed.out);
    EXPECT_EQ(printed.out.empty(), arguments[1] == "--since");
  }
}

// Two milliseconds of events.
TEST_F(Replay, AtTheirOwnPacePrintsTheSame) {
  EXPECT_EQ(run({"replay"}).out, run({"print"}).out);
  EXPECT_EQ(run({"replay", "--speed", "0.5", "--format", "json"}).out,
            run({"print", "--format", "json"}).out);
}

TEST_F(Replay, ShowsAnEventBeforeItWaitsForTheNextAndEndsByASignalWithStatus0) {
  const std::string first = first_event();
  ASSERT_FALSE(first.empty());
  for (const int number : {SIGINT, SIGTERM}) {
    Process process({std::getenv("TRACKER_BINARY"), "replay", "--speed", kHalted}, options_);
    kernel_test::require_soon([&] { return process.out() == first; }, "the first event");
    process.send_signal(number);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, first);
    EXPECT_EQ(result.err, "");
  }
}

TEST_F(Replay, EndsWithItsReader) {
  const ProcessResult result = kernel_test::run_program(
      {"bash", "-c", "\"$0\" replay --speed \"$1\" | head -n 1 | wc -l; echo ${PIPESTATUS[0]}",
       std::getenv("TRACKER_BINARY"), kHalted},
      options_);
  EXPECT_EQ(result.out, "1\n0\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(Replay, RefusesAMalformedSpeedBeforeItLooksForTheFile) {
  for (const char* speed : {"0", "-1", "fast", "", "1x", "inf"}) {
    expect_refused(run({"replay", std::string("--speed=") + speed, "nosuch.db"}), 2,
                   {"--speed '" + std::string(speed) + "'", "above 0", "max"});
  }
}

TEST_F(Replay, FailsWhereThereIsNoRecording) {
  expect_refused(run({"replay", "nosuch.db"}), 1, {"no such recording: nosuch.db"});
}

}  // namespace
}  // namespace tracker::cli_test
