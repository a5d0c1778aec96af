// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/replay_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "base/unique_fd.h"

namespace tracker {
namespace {

constexpr uint64_t kHour = 3'600'000'000'000;

class ReplayOutputTest : public ::testing::Test {
 protected:
  ReplayOutputTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
    auto output = ReplayOutput::open(writer_.get());
    EXPECT_TRUE(output);
    if (output) output_ = std::move(output).value();
  }
  std::string read_available() const {
    int size = 0;
    EXPECT_EQ(::ioctl(reader_.get(), FIONREAD, &size), 0);
    std::string text(static_cast<size_t>(size), '\0');
    EXPECT_EQ(::read(reader_.get(), text.data(), text.size()), size);
    return text;
  }

  UniqueFd reader_, writer_;
  std::unique_ptr<ReplayOutput> output_;
};

TEST_F(ReplayOutputTest, KeepsWhatIsWrittenUntilItIsToBeShown) {
  ASSERT_TRUE(*output_->write("one\n"));
  int size = -1;
  ASSERT_EQ(::ioctl(reader_.get(), FIONREAD, &size), 0);
  EXPECT_EQ(size, 0);
  ASSERT_TRUE(*output_->flush());
  EXPECT_EQ(read_available(), "one\n");
}

TEST_F(ReplayOutputTest, SleepsUntilThatTimeAndNotLess) {
  const uint64_t due = output_->now_ns() + 2'000'000;
  ASSERT_TRUE(*output_->sleep_until(due));
  EXPECT_GE(output_->now_ns(), due);
  ASSERT_TRUE(*output_->sleep_until(0));
}

TEST_F(ReplayOutputTest, SleepsNoLongerThanItsReaderStays) {
  reader_.reset();
  EXPECT_FALSE(*output_->sleep_until(output_->now_ns() + kHour));
  EXPECT_FALSE(*output_->write("more\n"));
}

TEST_F(ReplayOutputTest, IsSilentWhenTheReaderIsGone) {
  reader_.reset();
  ASSERT_TRUE(*output_->write("one\n"));
  const auto flushed = output_->flush();
  ASSERT_TRUE(flushed) << flushed.error().message;
  EXPECT_FALSE(*flushed);
}

TEST_F(ReplayOutputTest, EndsASleepByEitherSignal) {
  for (const int number : {SIGINT, SIGTERM}) {
    output_.reset();
    output_ = ReplayOutput::open(writer_.get()).value();
    std::thread sender([number] { ::kill(::getpid(), number); });
    EXPECT_FALSE(*output_->sleep_until(output_->now_ns() + kHour));
    sender.join();
    EXPECT_FALSE(*output_->write("more\n"));
  }
}

TEST_F(ReplayOutputTest, StillShowsWhatWasBufferedWhenASignalCame) {
  ASSERT_TRUE(*output_->write("one\n"));
  ::raise(SIGINT);
  EXPECT_FALSE(*output_->flush());
  EXPECT_EQ(read_available(), "one\n");
}

// A reader that is stopped must not keep the replay from ending.
TEST_F(ReplayOutputTest, GivesUpOnAReaderThatDoesNotReadOnceASignalCame) {
  const int room = ::fcntl(writer_.get(), F_GETPIPE_SZ);
  ASSERT_GT(room, 0);
  std::thread sender([&] {
    // The pipe is full, and the writer waits or is about to.
    int size = 0;
    while (::ioctl(reader_.get(), FIONREAD, &size) == 0 && size < room) std::this_thread::yield();
    ::kill(::getpid(), SIGTERM);
  });
  const auto written = output_->write(std::string(static_cast<size_t>(room) + 5000, 'x'));
  sender.join();
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
  EXPECT_EQ(read_available(), std::string(static_cast<size_t>(room), 'x'));
}

}  // namespace
}  // namespace tracker
