// SPDX-License-Identifier: GPL-2.0-or-later
//
// The ways in which a collection ends: each leaves nothing attached and one readable file.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <set>

#include "harness/bpf_programs.h"
#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

class Ending : public testing::Test {
 protected:
  // Starts the collection with `arguments` besides -p dropmon and remembers its programs.
  void start(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"-p", "dropmon"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    collection_ = std::make_unique<Collection>(
        std::vector<const NetworkNamespace*>{&pair_.left, &pair_.right}, words);
    programs_ = programs_of(collection_->process().pid());
    ASSERT_FALSE(programs_.empty()) << "a collector holds programs";
  }

  void send(int count) {
    const Flow flow{"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, 9}};
    send_datagrams(pair_.left, flow, count);
    pair_.settle();
  }

  void expect_clean() {
    for (const uint32_t id : programs_) {
      // The kernel frees programs after a grace period.
      EXPECT_TRUE(wait_for([&] { return !program_exists(id); })) << "program " << id << " is left";
    }
    EXPECT_FALSE(file_exists(collection_->file() + "-wal"));
    EXPECT_FALSE(file_exists(collection_->file() + "-shm"));
    expect_nothing_lost(collection_->file());
  }

  uint64_t recorded() { return sums_of(collection_->file()).recorded; }

  Pair pair_;
  std::unique_ptr<Collection> collection_;
  std::set<uint32_t> programs_;
};

TEST_F(Ending, BySigintKeepsWhatWasSeen) {
  start({});
  send(kPackets);
  const ProcessResult result = collection_->stop();
  EXPECT_EQ(recorded(), static_cast<uint64_t>(kPackets));
  EXPECT_NE(result.err.find("NO_SOCKET"), std::string::npos)
      << "drops by reason and place are said at the end: " << result.err;
  expect_clean();
}

TEST_F(Ending, BySigtermKeepsWhatWasSeen) {
  start({});
  send(kPackets);
  collection_->process().send_signal(SIGTERM);
  EXPECT_EQ(collection_->process().wait().status, 0);
  EXPECT_EQ(recorded(), static_cast<uint64_t>(kPackets));
  expect_clean();
}

// Long enough for the packets, also in an emulated guest on a busy machine.
TEST_F(Ending, AfterDurationKeepsWhatWasSeen) {
  constexpr std::chrono::seconds kDuration{3};
  const auto begin = std::chrono::steady_clock::now();
  start({"--duration", std::to_string(kDuration.count())});
  send(kPackets);
  require(collection_->process().is_running(), "the packets were not sent in time");
  const ProcessResult result = collection_->process().wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kDuration);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("ended: --duration"), std::string::npos) << result.err;
  const Sums sums = sums_of(collection_->file());
  EXPECT_EQ(sums.recorded, static_cast<uint64_t>(kPackets));
  EXPECT_EQ(sums.lost, 0U);
  const std::vector<Json> rows = view("drops", collection_->file(), {"--by", "reason,flow"});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_at(rows[0], "/reason"), "NO_SOCKET");
  EXPECT_EQ(text_at(rows[0], "/flow"), "UDP 10.1.0.1:40000 > 10.1.0.2:9");
  EXPECT_EQ(rows[0].at("count"), kPackets);
  expect_clean();
}

TEST_F(Ending, AfterCount) {
  start({"--count", "5"});
  send(kPackets);
  EXPECT_EQ(collection_->process().wait().status, 0);
  EXPECT_EQ(recorded(), 5U);
  expect_clean();
}

TEST_F(Ending, OfItsCommandGivesTheStatusOfTheCommand) {
  ScratchFolder folder;
  const std::string file = folder.file("tracker.db");
  const ProcessResult result = run_tracker({"-p", "dropmon", "collect", "--quiet", "--netns",
                                            pair_.left.name(), "-o", file, "--cmd", "exit 7"});
  EXPECT_EQ(result.status, 7) << result.err;
  EXPECT_EQ(sums_of(file).recorded, 0U);
  EXPECT_FALSE(file_exists(file + "-wal"));
}

// The collection's end is what was asked for, and the command goes with it.
TEST_F(Ending, BeforeItsCommandEndsTheCommandWithAllThatItStarted) {
  ScratchFolder folder;
  const std::string file = folder.file("tracker.db"), pids = folder.file("pids");
  const ProcessResult result = run_tracker(
      {"-p", "dropmon", "collect", "--quiet", "--netns", pair_.left.name(), "-o", file,
       "--duration", "1", "--cmd", "sleep 1000 & echo $! >" + pids + "; sleep 1000; true"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("ended: --duration"), std::string::npos) << result.err;
  const pid_t left = std::stoi(read_file(pids));
  EXPECT_EQ(::kill(left, 0), -1) << "process " << left << " of the command is left";
}

// What the command's packets met is in the recording: it is attached before the command starts.
TEST_F(Ending, OfItsCommandKeepsTheDropsOfTheCommand) {
  ScratchFolder folder;
  const std::string file = folder.file("tracker.db");
  ProcessOptions inside;
  inside.netns_fd = pair_.left.fd();
  inside.folder = folder.path();
  const ProcessResult result =
      run_tracker({"-p", "dropmon", "collect", "--quiet", "--netns", pair_.right.name(), "-o", file,
                   "--cmd", "bash -c 'for i in 1 2 3 4 5; do echo x >/dev/udp/10.1.0.2/9; done'"},
                  inside);
  EXPECT_EQ(result.status, 0) << result.err;
  const std::vector<Json> rows = view("drops", file);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_at(rows[0], "/reason"), "NO_SOCKET");
  EXPECT_EQ(rows[0].at("count"), 5);
}

TEST_F(Ending, MovesAnExistingRecordingToOld) {
  ScratchFolder folder;
  ProcessOptions inside;
  inside.folder = folder.path();
  const std::vector<std::string> collect{"-p",      "dropmon",         "collect", "--quiet",
                                         "--netns", pair_.left.name(), "--cmd",   "true"};
  ASSERT_EQ(run_tracker(collect, inside).status, 0);
  const std::string first = read_file(folder.file("tracker.db"));
  ASSERT_EQ(run_tracker(collect, inside).status, 0);
  EXPECT_EQ(read_file(folder.file("tracker.db.old")), first);
  EXPECT_NE(read_file(folder.file("tracker.db")), first);
}

}  // namespace
}  // namespace tracker::kernel_test
