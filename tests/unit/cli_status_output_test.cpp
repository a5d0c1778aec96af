// SPDX-License-Identifier: GPL-2.0-or-later
//
// A stderr that nobody reads: what it cannot take is left out or waits, the collection does not.
#include "cli/status_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

namespace tracker {
namespace {

class Stderr : public ::testing::Test {
 protected:
  Stderr() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read_.reset(ends[0]);
    write_.reset(ends[1]);
    output_.emplace(write_.get());
  }

  // Writes until the pipe takes no more.
  void fill() {
    const int before = ::fcntl(write_.get(), F_GETFL);
    ::fcntl(write_.get(), F_SETFL, before | O_NONBLOCK);
    const std::string block(4096, '.');
    while (::write(write_.get(), block.data(), block.size()) > 0) {
    }
    ::fcntl(write_.get(), F_SETFL, before);
  }

  // What is there, without the dots.
  std::string read_all() {
    ::fcntl(read_.get(), F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t size = 0; (size = ::read(read_.get(), part.data(), part.size())) > 0;)
      text.append(part.data(), static_cast<size_t>(size));
    std::erase(text, '.');
    return text;
  }

  UniqueFd read_, write_;
  std::optional<StatusOutput> output_;
};

TEST_F(Stderr, ThatIsReadGetsLinesInPlaceOfEachOther) {
  output_->progress("1 s");
  output_->progress("2 s");
  output_->note("the disk is nearly full");
  EXPECT_EQ(read_all(), "\r1 s\033[K\r2 s\033[K\r\033[Kthe disk is nearly full\n");
}

TEST_F(Stderr, ThatNobodyReadsKeepsNobodyWaiting) {
  fill();
  for (int second = 0; second < 10'000; ++second)
    output_->progress("a line of progress of the usual length");
  output_->note("first");
  output_->progress("in vain");
  output_->note("second");
  const std::string late = read_all();
  EXPECT_EQ(late, "");
  output_->progress("3 s");
  const std::string text = read_all();
  const size_t first = text.find("first\n"), second = text.find("second\n");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_LT(first, second);
  EXPECT_EQ(text.find("in vain"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r3 s\033[K")) << text;
}

TEST_F(Stderr, GetsAtTheEndWhatHadToWait) {
  fill();
  output_->note("said late");
  EXPECT_EQ(read_all(), "");
  output_.reset();
  EXPECT_EQ(read_all(), "said late\n");
}

TEST_F(Stderr, ThatIsNeverReadDoesNotHoldTheEndUp) {
  fill();
  for (int i = 0; i < 100'000; ++i) output_->note("bounded");
  output_.reset();
}

TEST_F(Stderr, ThatWasClosedEndsNothing) {
  output_->progress("1 s");
  read_.reset();
  ::signal(SIGPIPE, SIG_IGN);
  output_->progress("2 s");
  output_->note("nobody hears");
}

}  // namespace
}  // namespace tracker
