// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/child_command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

// A pipe whose other end all processes hold that a command starts: readable to its end once the
// last of them has gone.
class Holders {
 public:
  Holders() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    read_.reset(ends[0]);
    write_.reset(ends[1]);
  }
  bool are_gone(int timeout) {
    write_.reset();
    pollfd hung_up{read_.get(), POLLIN, 0};
    return ::poll(&hung_up, 1, timeout) == 1 && (hung_up.revents & POLLHUP) != 0;
  }

 private:
  UniqueFd read_, write_;
};

bool wait_for_end(const ChildCommand& command) {
  pollfd ended{command.poll_fd(), POLLIN, 0};
  return ::poll(&ended, 1, kPatience) == 1;
}

// Waits until the command has written `path`, and gives its content.
std::string wait_for_file(const std::string& path) {
  std::string line;
  for (int i = 0; i < kPatience && line.empty(); ++i) {
    std::ifstream file(path);
    std::getline(file, line);
    ::poll(nullptr, 0, 1);
  }
  return line;
}

TEST(ChildCommand, GivesItsStatusAsAShellWould) {
  auto exits = ChildCommand::start("exit 7");
  ASSERT_TRUE(exits) << exits.error().message;
  ASSERT_TRUE(wait_for_end(*exits));
  EXPECT_EQ(exits->status(), 7);
  auto killed = ChildCommand::start("kill -KILL $$");
  ASSERT_TRUE(killed) << killed.error().message;
  ASSERT_TRUE(wait_for_end(*killed));
  EXPECT_EQ(killed->status(), 128 + SIGKILL);
}

TEST(ChildCommand, EndsWithAllThatItStarted) {
  const sample::Folder folder;
  Holders holders;
  auto command = ChildCommand::start("sleep 1000 & (sleep 1000; true) & echo up >" +
                                     folder.file("up") + "; sleep 1000; true");
  ASSERT_TRUE(command) << command.error().message;
  ASSERT_EQ(wait_for_file(folder.file("up")), "up");
  command->end(false);
  EXPECT_TRUE(holders.are_gone(0));
  EXPECT_EQ(command->status(), 128 + SIGTERM);
}

TEST(ChildCommand, EndsWhatIgnoresSigtermAndWhatLeftItsSession) {
  const sample::Folder folder;
  Holders holders;
  auto command = ChildCommand::start(
      "trap '' TERM; setsid sh -c 'sleep 1000 & sleep 1000; true' & "
      "echo up >" +
      folder.file("up") + "; sleep 1000; true");
  ASSERT_TRUE(command) << command.error().message;
  ASSERT_EQ(wait_for_file(folder.file("up")), "up");
  command->end(false);
  EXPECT_TRUE(holders.are_gone(0));
  EXPECT_EQ(command->status(), 128 + SIGKILL);
}

// What Ctrl-C has reached may end in its own way first.
TEST(ChildCommand, GetsNoSigtermWhileItActsOnTheTerminalsSignal) {
  Holders holders;
  auto command = ChildCommand::start("trap 'exit 5' TERM; sleep 0.2; exit 6");
  ASSERT_TRUE(command) << command.error().message;
  command->end(true);
  EXPECT_EQ(command->status(), 6);
  EXPECT_TRUE(holders.are_gone(0));
}

// `sh -c 'sleep & exec tracker ... --cmd ...'`: the sleep is nobody's but the shell's.
TEST(ChildCommand, EndsNothingThatWasThereBefore) {
  const pid_t before = ::fork();
  ASSERT_GE(before, 0);
  if (before == 0) {
    ::pause();
    ::_exit(0);
  }
  Holders holders;
  auto command = ChildCommand::start("sleep 1000; true");
  ASSERT_TRUE(command) << command.error().message;
  command->end(false);
  EXPECT_TRUE(holders.are_gone(0));
  EXPECT_EQ(::kill(before, 0), 0) << "the process that was there before has gone";
  EXPECT_EQ(::waitpid(before, nullptr, WNOHANG), 0);
  ::kill(before, SIGKILL);
  ::waitpid(before, nullptr, 0);
}

// A shell's background jobs ignore SIGINT: SIGTERM comes before SIGKILL all the same.
TEST(ChildCommand, GetsSigtermWhereTheTerminalsSignalDidNothing) {
  const sample::Folder folder;
  Holders holders;
  auto command =
      ChildCommand::start("trap 'echo ended >" + folder.file("how") + "; exit 5' TERM; echo up >" +
                          folder.file("up") + "; while :; do sleep 0.05; done");
  ASSERT_TRUE(command) << command.error().message;
  ASSERT_EQ(wait_for_file(folder.file("up")), "up");
  command->end(true);
  EXPECT_EQ(command->status(), 5);
  EXPECT_EQ(wait_for_file(folder.file("how")), "ended");
  EXPECT_TRUE(holders.are_gone(0));
}

TEST(ChildCommand, ThatEndedLeavesAloneWhatItLeftRunning) {
  const sample::Folder folder;
  Holders holders;
  auto command = ChildCommand::start("sleep 1000 & echo $! >" + folder.file("pid") + "; exit 3");
  ASSERT_TRUE(command) << command.error().message;
  ASSERT_TRUE(wait_for_end(*command));
  EXPECT_EQ(command->status(), 3);
  EXPECT_FALSE(holders.are_gone(0));
  const pid_t left = std::stoi(wait_for_file(folder.file("pid")));
  EXPECT_EQ(::kill(left, SIGKILL), 0);
  EXPECT_TRUE(holders.are_gone(kPatience));
  // its parent is this process now
  command->status();
}

}  // namespace
}  // namespace tracker
