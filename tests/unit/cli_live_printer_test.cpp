// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/live_printer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <future>
#include <sstream>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace tracker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(20);

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  UniqueFd reader, writer;
};

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t size; (size = ::read(fd, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<size_t>(size));
  return text;
}

// One line of `size` bytes per event, with its time stamp in front.
LivePrinter::Render lines_of(size_t size) {
  return [size](const Event& event, const Names&, const Session&, uint64_t) {
    std::string line = std::to_string(event.timestamp_ns);
    line.resize(size - 1, ' ');
    return line + "\n";
  };
}

std::vector<Event> events_from(uint64_t first, size_t count) {
  std::vector<Event> events(count);
  for (size_t i = 0; i < count; ++i) events[i].timestamp_ns = first + i;
  return events;
}

class LivePrinterTest : public testing::Test {
 protected:
  LivePrinterTest() { ::signal(SIGPIPE, SIG_IGN); }  // as main() does

  Names names_;
};

TEST_F(LivePrinterTest, WritesEventsInTheirOrder) {
  Pipe pipe;
  {
    LivePrinter printer(pipe.writer.get(), lines_of(3));
    ASSERT_TRUE(printer.on_events(events_from(10, 2), names_));
    ASSERT_TRUE(printer.on_events(events_from(12, 1), names_));
  }
  pipe.writer.reset();
  EXPECT_EQ(read_to_end(pipe.reader.get()), "10\n11\n12\n");
}

TEST_F(LivePrinterTest, CountsWhatASlowReaderCannotTake) {
  constexpr uint64_t kEvents = 1000;
  Pipe pipe;
  std::future<std::string> read;
  {
    LivePrinter printer(pipe.writer.get(), lines_of(8192));
    ASSERT_TRUE(printer.on_events(events_from(0, kEvents), names_));
    read = std::async(std::launch::async, [&] { return read_to_end(pipe.reader.get()); });
  }
  pipe.writer.reset();
  uint64_t shown = 0, left_out = 0;
  std::istringstream lines(read.get());
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(" not shown")) {
      left_out += std::stoull(line);
    } else {
      ++shown;
    }
  }
  EXPECT_GT(shown, 0u);
  EXPECT_GT(left_out, 0u);
  EXPECT_EQ(shown + left_out, kEvents);
}

TEST_F(LivePrinterTest, CountsThemInTheFormThatIsAskedFor) {
  Pipe pipe;
  std::future<std::string> read;
  {
    LivePrinter printer(pipe.writer.get(), lines_of(8192), [](uint64_t events) {
      return fmt::format("{{\"not_shown\":{}}}\n", events);
    });
    ASSERT_TRUE(printer.on_events(events_from(0, 1000), names_));
    read = std::async(std::launch::async, [&] { return read_to_end(pipe.reader.get()); });
  }
  pipe.writer.reset();
  const std::string lines = read.get();
  EXPECT_NE(lines.find("{\"not_shown\":"), std::string::npos);
  EXPECT_EQ(lines.find(" not shown"), std::string::npos);
}

TEST_F(LivePrinterTest, SaysHowManyItHasShownByProbeAndCpu) {
  Pipe pipe;
  LivePrinter printer(pipe.writer.get(), lines_of(10));
  std::vector<Event> events = events_from(0, 3);
  events[1].probe = 7;
  events[2].cpu = 1;
  ASSERT_TRUE(printer.on_events(events, names_));
  ASSERT_TRUE(printer.on_events(events_from(3, 1), names_));
  const ShownCounts expected{{{0, 0}, 2}, {{7, 0}, 1}, {{0, 1}, 1}};
  EXPECT_EQ(printer.finish(), expected);
}

// What it had still queued, and half a line, has not been shown either.
TEST_F(LivePrinterTest, CountsAsShownOnlyWholeEventsThatWereWritten) {
  constexpr size_t kLine = 5000;  // no divisor of what a pipe holds
  Pipe pipe;
  ShownCounts shown;
  {
    LivePrinter printer(pipe.writer.get(), lines_of(kLine));
    ASSERT_TRUE(printer.on_events(events_from(0, 1000), names_));
    shown = printer.finish();
  }
  pipe.writer.reset();
  const size_t lines = read_to_end(pipe.reader.get()).size() / kLine;
  EXPECT_GT(lines, 0U);
  EXPECT_LT(lines, 1000U);
  EXPECT_EQ(shown, (ShownCounts{{{0, 0}, lines}}));
}

TEST_F(LivePrinterTest, SaysOnceThatNobodyReadsAnyMore) {
  Pipe pipe;
  LivePrinter printer(pipe.writer.get(), lines_of(10));
  pipe.reader.reset();
  const Clock::time_point deadline = Clock::now() + kPatience;
  bool failed = false;
  while (!failed && Clock::now() < deadline)
    failed = !printer.on_events(events_from(0, 1), names_).has_value();
  EXPECT_TRUE(failed);
}

// More than the terminal has room for, and nobody who reads it: a blocking write would never end.
TEST_F(LivePrinterTest, EndsThoughTheTerminalIsStuck) {
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(master);
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  std::array<char, 64> name{};
  ASSERT_EQ(::ptsname_r(master.get(), name.data(), name.size()), 0);
  UniqueFd terminal(::open(name.data(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(terminal);

  auto ended = std::async(std::launch::async, [&] {
    LivePrinter printer(terminal.get(), lines_of(1000));
    return printer.on_events(events_from(0, 1000), names_).has_value();
  });
  if (ended.wait_for(kPatience) != std::future_status::ready) std::abort();  // it would hang here
  EXPECT_TRUE(ended.get());
  pollfd shown{master.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&shown, 1, 0), 1);
}

}  // namespace
}  // namespace tracker
