// SPDX-License-Identifier: GPL-2.0-or-later
//
// A disk that takes no more: what is lost is counted, what was written stays, later events are
// kept.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>

#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;

constexpr int kCannotRun = 77;

// Limits and mounts are a process's own: the work runs in a child. Returns its exit status.
int in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// As root, or as one who is root in a namespace of their own.
bool enter_mount_namespace() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  sample::write_file("/proc/self/uid_map", "0 " + user + " 1");
  sample::write_file("/proc/self/setgroups", "deny");
  sample::write_file("/proc/self/gid_map", "0 " + group + " 1");
  return ::geteuid() == 0;
}

// Events of probe 0 on CPU 0 that hardly compress.
std::vector<Event> make_events(uint32_t seed, size_t count) {
  std::vector<Event> events = EventMaker(seed).events(count);
  for (Event& event : events) event.probe = event.cpu = 0;
  return events;
}

Session session_of(uint64_t recorded) {
  Session session = sample::sample_session();
  session.counters = {{0, 0, recorded, 0, recorded, 0, 0, 0, 0, 0}};
  return session;
}

// What was known, and one more for the events, which are all of CPU 0.
std::vector<LossWindow> windows_with(std::vector<LossWindow> known,
                                     const std::vector<Event>& lost) {
  LossWindow window{0, UINT64_MAX, 0, lost.size()};
  for (const Event& event : lost) {
    window.from_ns = std::min(window.from_ns, event.timestamp_ns);
    window.to_ns = std::max(window.to_ns, event.timestamp_ns);
  }
  known.push_back(window);
  return known;
}

// First a tick that fits, then one for which `fill` has taken the room away, then one for which
// `empty` has given it back.
void check_losses(const std::string& path, const std::string& expected_error,
                  const std::function<void()>& fill, const std::function<void()>& empty) {
  const std::vector<Event> first = make_events(41, 500);
  const std::vector<Event> second = make_events(42, 5000);
  const std::vector<Event> third = make_events(43, 700);
  Names names = sample::sample_names();
  auto writer = RecordingWriter::create(path, session_of(0), names);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer.value()->on_events(first, names));
  ASSERT_TRUE(writer.value()->on_tick(session_of(500), names));

  fill();
  names.stacks.push_back({7, 8, 9});
  ASSERT_TRUE(writer.value()->on_events(second, names));
  const Result<void> failed = writer.value()->on_tick(session_of(5500), names);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, expected_error);
  EXPECT_EQ(writer.value()->lost_events(), 5000U);
  Session shown = session_of(5500);
  writer.value()->account_losses(shown);
  EXPECT_EQ(shown.counters[0].recorded, 500U);
  EXPECT_EQ(shown.counters[0].storage, 5000U);
  const std::vector<LossWindow> lost = windows_with(sample::sample_session().losses, second);
  EXPECT_EQ(shown.losses, lost);

  empty();
  ASSERT_TRUE(writer.value()->on_events(third, names));
  Session session = session_of(6200);
  session.end_ns = 9;
  const Result<void> finished = writer.value()->finish(session, names);
  ASSERT_TRUE(finished) << finished.error().message;

  const auto reader = RecordingReader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_EQ(reader.value()->blocks().size(), 2U);
  std::vector<Event> events;
  ASSERT_TRUE(reader.value()->read_block(0, events));
  EXPECT_TRUE(events == first);
  ASSERT_TRUE(reader.value()->read_block(1, events));
  EXPECT_TRUE(events == third);
  EXPECT_EQ(reader.value()->names(), names);
  EXPECT_EQ(reader.value()->session().counters[0].recorded, 1200U);
  EXPECT_EQ(reader.value()->session().counters[0].storage, 5000U);
  EXPECT_EQ(reader.value()->session().losses, lost);
}

TEST(WriteError, IsCountedAndLeavesTheRestWhole) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto limit = [&](rlim_t bytes) {
      const rlimit now{bytes, before.rlim_max};
      ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
    };
    check_losses(
        path,
        "cannot write to recording " + path +
            ": disk I/O error (File too large); what was written before is kept",
        [&] { limit(std::filesystem::file_size(path + "-wal")); }, [&] { limit(before.rlim_cur); });
  });
  EXPECT_EQ(status, 0);
}

TEST(WriteError, OfAFullDiskSaysSo) {
  const Folder folder;
  const int status = in_child([&] {
    if (!enter_mount_namespace()) ::_exit(kCannotRun);
    (void)::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) ::_exit(kCannotRun);
    const std::string path = folder.file("a.db");
    const std::string ballast = folder.file("ballast");
    check_losses(
        path,
        "cannot write to recording " + path + ": the disk is full; what was written before is kept",
        [&] { sample::write_file(ballast, std::string(2U << 20, 'x')); },
        [&] { std::filesystem::remove(ballast); });
  });
  if (status == kCannotRun) GTEST_SKIP() << "a small file system cannot be mounted here";
  EXPECT_EQ(status, 0);
}

// Runs `work` with a file system of a megabyte mounted on the folder; false where that is not
// permitted.
bool on_small_disk(const Folder& folder, const std::function<void()>& work) {
  const int status = in_child([&] {
    if (!enter_mount_namespace()) ::_exit(kCannotRun);
    (void)::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) ::_exit(kCannotRun);
    work();
  });
  EXPECT_TRUE(status == 0 || status == kCannotRun) << status;
  return status != kCannotRun;
}

TEST(WriteError, OfADiskThatIsFullFromTheStartLeavesNothingBehind) {
  const Folder folder;
  const bool could_run = on_small_disk(folder, [&] {
    const std::string path = folder.file("a.db");
    sample::write_file(folder.file("ballast"), std::string(2U << 20, 'x'));
    const auto writer = RecordingWriter::create(path, session_of(0), sample::sample_names());
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().message, "cannot write recording " + path +
                                          ": the disk is full; choose another place with -o");
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      EXPECT_EQ(entry.path().filename(), "ballast");
  });
  if (!could_run) GTEST_SKIP() << "a small file system cannot be mounted here";
}

TEST(WriteError, OfADiskThatIsFullAtTheEndKeepsFileAndWalTogether) {
  const Folder folder;
  const bool could_run = on_small_disk(folder, [&] {
    const std::string path = folder.file("a.db");
    std::vector<Event> events = make_events(44, 500);
    for (Event& event : events) event.stack.index = 0;  // one that the names have
    const Names names = sample::sample_names();
    auto writer = RecordingWriter::create(path, session_of(0), names);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(writer.value()->on_events(events, names));
    ASSERT_TRUE(writer.value()->on_tick(session_of(500), names));
    sample::write_file(folder.file("ballast"), std::string(2U << 20, 'x'));
    Session last = session_of(500);
    last.end_ns = 9;
    const Result<void> finished = writer.value()->finish(last, names);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().message,
              "cannot write to recording " + path +
                  ": the disk is full; what was written before is kept; keep " + path + " and " +
                  path + "-wal together");
    writer.value().reset();
    // While the disk is still full.
    const auto verified = verify_recording(path);
    ASSERT_TRUE(verified) << verified.error().message;
    for (const VerifyProblem& problem : verified->problems)
      ADD_FAILURE() << problem.where << ": " << problem.what;
    EXPECT_EQ(verified->readable_events, 500U);
  });
  if (!could_run) GTEST_SKIP() << "a small file system cannot be mounted here";
}

}  // namespace
}  // namespace tracker
