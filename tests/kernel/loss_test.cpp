// SPDX-License-Identifier: GPL-2.0-or-later
//
// What does not fit into a ring is counted, with its CPU and time, and journeys beside it say so.
// Without a recording, what is not shown is lost too.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/unique_fd.h"
#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/recording.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t kPackets = 2000;

// The reader stands still while more is dropped than its smallest ring holds.
TEST(Loss, OfAFullRingIsCountedWithCpuAndTime) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right},
                        {"-p", "dropmon", "--probe", "tp:net:netif_receive_skb", "--ring-size",
                         "4K", "--fail-on-loss"});
  collection.process().send_signal(SIGSTOP);
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.process().send_signal(SIGCONT);
  const ProcessResult ended = collection.stop(1);
  EXPECT_NE(ended.err.find("lost: ring full "), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find(" lost (--fail-on-loss); a larger --ring-size"), std::string::npos)
      << ended.err;

  const Sums sums = sums_of(collection.file());
  EXPECT_GT(sums.lost, 0U);
  EXPECT_GT(sums.recorded, 0U);
  EXPECT_EQ(sums.seen, sums.filtered + sums.recorded + sums.lost);

  const Json stats = view("stats", collection.file()).at(0);
  uint64_t in_windows = 0;
  for (const Json& window : stats.at("losses")) in_windows += window.at("count").get<uint64_t>();
  EXPECT_EQ(in_windows, sums.lost);

  uint64_t drops_seen = 0;
  for (const Json& probe : stats.at("probes")) {
    if (text_at(probe, "/target") == "tp:skb:kfree_skb") drops_seen = probe.at("seen");
  }
  EXPECT_GE(drops_seen, kPackets);
  bool incomplete = false;
  for (const Json& journey : view("sort", collection.file()))
    incomplete = incomplete || !journey.at("complete").get<bool>();
  EXPECT_TRUE(incomplete);
}

// A reader of stdout that takes nothing before the collector has ended.
class LateReader {
 public:
  LateReader() {
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    pipe_.reset(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  std::string path() const { return folder_.file("pipe"); }

  // Whole lines, without those that say how many events are not shown.
  size_t events() {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t size; (size = ::read(pipe_.get(), buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<size_t>(size));
    size_t events = 0;
    for (size_t end, start = 0; (end = text.find('\n', start)) != std::string::npos;
         start = end + 1)
      if (!text.substr(start, end - start).starts_with("{\"not_shown\"")) ++events;
    return events;
  }

 private:
  ScratchFolder folder_;
  UniqueFd pipe_;
};

// A pipe and the printer's queue hold a few thousand lines.
TEST(Loss, IsWhatLiveOutputCannotShowWhereNothingIsRecorded) {
  constexpr int kFlood = 10000;
  const Pair pair;
  LateReader reader;
  Process collector({"sh", "-c", "exec >\"$0\" \"$@\"", reader.path(), tracker_path(), "-p",
                     "dropmon", "collect", "--no-record", "--fail-on-loss", "--ring-size", "64M",
                     "--format", "json", "--netns", pair.right.name()});
  wait_until_attached(collector);
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}}, kFlood);
  pair.settle();
  collector.send_signal(SIGINT);
  const ProcessResult ended = collector.wait();

  const size_t shown = reader.events();
  const std::string lost = std::to_string(kFlood - shown);
  EXPECT_GT(shown, 0U);
  EXPECT_LT(shown, static_cast<size_t>(kFlood));
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_NE(ended.err.find(" + shown " + std::to_string(shown) + " + lost " + lost + "\n" +
                           "lost: ring full 0, reader " + lost + ", storage 0\n" + "not shown " +
                           lost + ", counted as lost by the reader"),
            std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find(lost + " events were lost (--fail-on-loss), " + lost +
                           " of them because they were not shown"),
            std::string::npos)
      << ended.err;
}

TEST(Loss, OfNothingFailsNothing) {
  const Pair pair;
  Collection collection({&pair.left, &pair.right}, {"-p", "dropmon", "--fail-on-loss"});
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}}, 7);
  pair.settle();
  collection.stop(0);
  EXPECT_EQ(sums_of(collection.file()).recorded, 7U);
}

}  // namespace
}  // namespace tracker::kernel_test
