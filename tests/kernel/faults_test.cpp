// SPDX-License-Identifier: GPL-2.0-or-later
//
// What happens to a machine while tracker watches it: disks that fill up or fail, a collector that
// stands still, another one beside it, CPUs that go and come, a clock that is set.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "harness/clock.h"
#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

class Faults : public testing::Test {
 protected:
  void send(int count, uint16_t port = 9) const {
    const Flow flow{"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, port}};
    send_datagrams(pair_.left, flow, count);
    pair_.settle();
  }

  std::string file() const { return folder_.file("tracker.db"); }
  std::string fault_file() const { return folder_.file("fault"); }

  // With the faults of fault_shim.cpp at hand.
  std::unique_ptr<Process> start(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        tracker_path(),    "-p",      "dropmon",          "collect", "--quiet", "--netns",
        pair_.left.name(), "--netns", pair_.right.name(), "-o",      file()};
    words.insert(words.end(), more.begin(), more.end());
    return std::make_unique<Process>(words, with_fault_shim("TRACKER_FAULT=" + fault_file()));
  }

  // Events that the recording shows; 0 before it has its name, which is a moment after "attached".
  uint64_t shown() const { return file_exists(file()) ? view("print", file()).size() : 0; }

  void expect_verified() const {
    const ProcessResult verified = run_tracker({"db", "verify", file()});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  }

  Pair pair_;
  ScratchFolder folder_;
};

struct WriteFault {
  const char* name;
  const char* says;
};
void PrintTo(const WriteFault& fault, std::ostream* stream) { *stream << fault.name; }

class FailingDisk : public Faults, public testing::WithParamInterface<WriteFault> {};

TEST_P(FailingDisk, EndsTheCollectionAtOnceAndKeepsWhatWasWritten) {
  const auto collector = start();
  wait_until_attached(*collector);
  send(kPackets);
  require_soon([&] { return shown() == kPackets; }, "the first packets in the recording");
  write_file(fault_file(), GetParam().name);
  send(kPackets);
  const ProcessResult ended = collector->wait();
  EXPECT_EQ(ended.status, 1) << ended.err;
  const std::string sentence = "cannot write to recording " + file() + ": " + GetParam().says +
                               "; what was written before is kept\n";
  EXPECT_NE(ended.err.find(sentence), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("ended: the recording could not be written"), std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find(", storage 5;"), std::string::npos) << ended.err;
  // Also while the disk still fails.
  expect_verified();
  EXPECT_EQ(shown(), static_cast<uint64_t>(kPackets));
}

INSTANTIATE_TEST_SUITE_P(OfAKind, FailingDisk,
                         testing::Values(WriteFault{"FULL", "the disk is full"},
                                         WriteFault{"IO", "disk I/O error (Input/output error)"},
                                         WriteFault{"READONLY",
                                                    "disk I/O error (Read-only file system)"}),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST_F(Faults, DiskThatIsNearlyFullEndsTheCollectionCleanly) {
  const auto collector = start();
  wait_until_attached(*collector);
  send(kPackets);
  require_soon([&] { return shown() == kPackets; }, "the packets in the recording");
  write_file(fault_file(), "LOW");
  const ProcessResult ended = collector->wait();
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("ended: the disk is nearly full (100 MiB of 102400 MiB left"),
            std::string::npos)
      << ended.err;
  EXPECT_FALSE(file_exists(file() + "-wal"));
  expect_verified();
  EXPECT_EQ(sums_of(file()).recorded, static_cast<uint64_t>(kPackets));
}

TEST_F(Faults, DiskThatIsNearlyFullIsNotBegunOn) {
  write_file(fault_file(), "LOW");
  const ProcessResult ended = start()->wait();
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.err.starts_with("tracker: cannot write recording " + file() +
                                    ": the disk is nearly full (100 MiB of 102400 MiB left"))
      << ended.err;
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  EXPECT_FALSE(file_exists(file()));
}

TEST_F(Faults, MaxSizeEndsTheCollectionCleanly) {
  constexpr uintmax_t kMaxSize = 1U << 20;
  const auto collector = start({"--max-size", "1M", "--snaplen", "0"});
  wait_until_attached(*collector);
  const Flow flow{"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, 9}};
  const UniqueFd sender = bound_socket(pair_.left, flow.source, SOCK_DGRAM);
  const bool ended = wait_for([&] {
    send_datagrams(sender, flow, 20, 1200, Payload::kRandom);
    return !collector->is_running();
  });
  ASSERT_TRUE(ended) << collector->err();
  const ProcessResult result = collector->wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("ended: --max-size"), std::string::npos) << result.err;
  EXPECT_GT(std::filesystem::file_size(file()), kMaxSize * 95 / 100);
  EXPECT_LT(std::filesystem::file_size(file()), kMaxSize * 105 / 100);
  expect_verified();
  sums_of(file());
}

// What the ring could not hold is lost, with its time; afterwards everything is there again.
TEST_F(Faults, CollectorThatStoodStillGoesOn) {
  constexpr int kFlood = 2000;
  const auto collector = start({"--ring-size", "8K"});
  wait_until_attached(*collector);
  send(kPackets, 10);
  require_soon([&] { return shown() == kPackets; }, "the packets before");
  collector->send_signal(SIGSTOP);
  const uint64_t stopped = boot_time_ns();
  send(kFlood, 11);
  const uint64_t flooded = boot_time_ns();
  collector->send_signal(SIGCONT);
  require_soon([&] { return shown() > kPackets; }, "what the ring held");
  send(kPackets, 12);
  collector->send_signal(SIGINT);
  EXPECT_EQ(collector->wait().status, 0);

  const Sums sums = sums_of(file());
  EXPECT_GT(sums.lost, 0U);
  EXPECT_EQ(sums.recorded + sums.lost, static_cast<uint64_t>(kFlood + 2 * kPackets));
  EXPECT_EQ(view("print", file(), {"-f", "udp dst port 10"}).size(), size_t{kPackets});
  EXPECT_EQ(view("print", file(), {"-f", "udp dst port 12"}).size(), size_t{kPackets});
  uint64_t in_windows = 0;
  const Json stats = view("stats", file()).at(0);
  for (const Json& window : stats.at("losses")) {
    in_windows += window.at("count").get<uint64_t>();
    EXPECT_LE(window.at("from").get<uint64_t>(), flooded);
    EXPECT_GE(window.at("to").get<uint64_t>(), stopped);
  }
  EXPECT_EQ(in_windows, sums.lost);
}

TEST_F(Faults, SecondTrackerBesideItRecordsTheSame) {
  const auto first = start();
  wait_until_attached(*first);
  Collection second({&pair_.left, &pair_.right});
  const ProcessResult refused = start()->wait();
  EXPECT_EQ(refused.status, 1) << "one recording has one writer";
  EXPECT_NE(refused.err.find(fmt::format("process {} still uses the recording", first->pid())),
            std::string::npos)
      << refused.err;
  send(kPackets);
  second.stop();
  send(kPackets);
  first->send_signal(SIGINT);
  EXPECT_EQ(first->wait().status, 0);
  expect_nothing_lost(file());
  expect_nothing_lost(second.file());
  EXPECT_EQ(sums_of(file()).recorded, uint64_t{2 * kPackets});
  EXPECT_EQ(sums_of(second.file()).recorded, uint64_t{kPackets});
}

// These change the whole machine: only in the lab.
class MachineFaults : public Faults {
 protected:
  void SetUp() override {
    if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << "changes the machine: runs in the lab";
  }

  void send_from_cpu(int cpu) const {
    ProcessOptions inside;
    inside.netns_fd = pair_.left.fd();
    require_program({"taskset", "-c", std::to_string(cpu), "bash", "-c",
                     "echo x >/dev/udp/" + pair_.right_end.ipv4 + "/9"},
                    inside);
    pair_.settle();
  }
};

TEST_F(MachineFaults, CpuThatGoesAndComesBackIsWatchedAgain) {
  const std::string online = "/sys/devices/system/cpu/cpu1/online";
  ASSERT_TRUE(file_exists(online)) << "the lab's machines have two CPUs";
  const auto collector = start();
  wait_until_attached(*collector);
  send_from_cpu(1);
  write_file(online, "0");
  send_from_cpu(0);
  write_file(online, "1");
  send_from_cpu(1);
  collector->send_signal(SIGINT);
  EXPECT_EQ(collector->wait().status, 0);
  expect_nothing_lost(file());
  std::vector<int> cpus;
  for (const Json& event : view("print", file())) cpus.push_back(event.at("cpu").get<int>());
  EXPECT_EQ(cpus, (std::vector<int>{1, 0, 1}));
}

TEST_F(MachineFaults, CpuThatWasAwayAtTheStartIsWatchedToo) {
  const std::string online = "/sys/devices/system/cpu/cpu1/online";
  write_file(online, "0");
  const auto collector = start();
  wait_until_attached(*collector);
  write_file(online, "1");
  send_from_cpu(1);
  collector->send_signal(SIGINT);
  EXPECT_EQ(collector->wait().status, 0);
  expect_nothing_lost(file());
  const std::vector<Json> events = view("print", file());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("cpu"), 1);
}

TEST_F(MachineFaults, ClockThatIsSetChangesTheTimesAfterIt) {
  constexpr time_t kStep = 3600;
  const auto set_by = [](time_t seconds) {
    timespec now{};
    require_call(clock_gettime(CLOCK_REALTIME, &now), "read the clock");
    now.tv_sec += seconds;
    require_call(clock_settime(CLOCK_REALTIME, &now), "set the clock");
  };
  // "T14:", of now in UTC.
  const auto hour_now = [] {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm utc{};
    gmtime_r(&now.tv_sec, &utc);
    return fmt::format("T{:02}:", utc.tm_hour);
  };
  const auto send_until_shown = [&](const std::string& hour) {
    require_soon(
        [&] {
          send(1);
          const std::vector<Json> events = view("print", file());
          return !events.empty() && text_at(events.back(), "/time").find(hour) != std::string::npos;
        },
        "an event with the time after the step");
  };
  const auto collector = start();
  wait_until_attached(*collector);
  require_soon([&] { return file_exists(file()); }, "the recording");
  const std::string hour = hour_now();
  send_until_shown(hour);
  set_by(kStep);
  const std::string next_hour = hour_now();
  ASSERT_NE(next_hour, hour);
  send_until_shown(next_hour);
  set_by(-kStep);
  send_until_shown(hour_now());
  collector->send_signal(SIGINT);
  EXPECT_EQ(collector->wait().status, 0);
  // In order of the boot clock, which does not step: before, after, back.
  uint64_t last_ns = 0;
  int changes = 0;
  std::string shown_hour = hour;
  for (const Json& event : view("print", file())) {
    EXPECT_GE(event.at("ts").get<uint64_t>(), last_ns);
    last_ns = event.at("ts");
    const std::string time = text_at(event, "/time");
    if (time.find(shown_hour) != std::string::npos) continue;
    shown_hour = shown_hour == hour ? next_hour : hour_now();
    EXPECT_NE(time.find(shown_hour), std::string::npos) << time;
    ++changes;
  }
  EXPECT_EQ(changes, 2);
}

}  // namespace
}  // namespace tracker::kernel_test
