// SPDX-License-Identifier: GPL-2.0-or-later
//
// Recordings whose collector was killed: what is lost, and how their -wal is read.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "storage/info.h"
#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_killed.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::files_in;
using sample::finish_recording;
using sample::Folder;
using sample::in_killed_child;
using sample::make_killed_recording;
using sample::read_events;
using sample::read_file;
using sample::sample_names;
using sample::sample_session;
using sample::write_file;

namespace fs = std::filesystem;

TEST(KilledRecording, LosesAtMostWhatNoTickCommitted) {
  const Folder folder;
  const std::vector<Event> events = EventMaker(26).events(3000);
  make_killed_recording(folder.file("a.db"), events);
  const std::vector<Event> kept(events.begin(), events.begin() + 2000);
  EXPECT_EQ(read_events(folder.file("a.db")), kept);
}

TEST(KilledRecording, SaysThatItsWalBelongsToIt) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  make_killed_recording(path, EventMaker(27).events(30));
  const auto info = read_info(path);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info.value().format_version, 2U);
  EXPECT_EQ(info.value().blocks, 2U);
  EXPECT_EQ(info.value().events, 20U);
  EXPECT_FALSE(info.value().ended_cleanly);
  EXPECT_GT(info.value().wal_bytes, 0U);
  EXPECT_EQ(info.value().wal_text(),
            "its last part is in " + path + "-wal (" + std::to_string(info.value().wal_bytes) +
                " bytes): the two files belong together, a copy of one without the other lacks the "
                "end");
}

// As a user who is not root, in a folder that is not writable.
TEST(KilledRecording, WithoutItsWalIsReadWhereNothingCanBeWritten) {
  const Folder folder;
  make_killed_recording(folder.file("a.db"), EventMaker(28).events(30));
  fs::remove(folder.file("a.db-wal"));
  fs::remove(folder.file("a.db-shm"));
  fs::permissions(folder.file("a.db"), fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0555));
  in_killed_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const auto reader = RecordingReader::open(folder.file("a.db"));
    ::_exit(reader && reader.value()->names() == sample_names() ? 0 : 1);
  });
}

// Events whose probes and stacks are among sample_names(): db verify has nothing to say of them.
std::vector<Event> sound_events(uint32_t seed, size_t count) {
  std::vector<Event> events = EventMaker(seed).events(count);
  for (Event& event : events) {
    event.probe = 0;
    event.stack.index = 0;
  }
  return events;
}

// A killed recording with its -wal in a folder that is not writable.
std::string make_unwritable_recording(const Folder& folder, const std::vector<Event>& events,
                                      fs::perms wal) {
  const std::string path = folder.file("a.db");
  make_killed_recording(path, events);
  fs::remove(path + "-shm");
  fs::permissions(path, fs::perms(0444));
  fs::permissions(path + "-wal", wal);
  fs::permissions(folder.path(), fs::perms(0555));
  return path;
}

TEST(KilledRecording, WithItsWalIsReadWholeWhereNothingCanBeWritten) {
  // 0666: a -wal that could be written is not brought into the file either.
  for (const int wal : {0444, 0666}) {
    const Folder folder;
    const std::vector<Event> events = sound_events(29, 30);
    const std::string path = make_unwritable_recording(folder, events, fs::perms(wal));
    const std::vector<std::string> files = files_in(folder);
    const std::string content = read_file(path) + read_file(path + "-wal");
    in_killed_child([&] {
      if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
      const std::vector<Event> kept(events.begin(), events.begin() + 20);
      if (read_events(path) != kept) ::_exit(1);
      const auto report = verify_recording(path);
      ::_exit(report && report->is_sound() && report->readable_events == 20 ? 0 : 3);
    });
    EXPECT_EQ(files_in(folder), files);
    EXPECT_TRUE(read_file(path) + read_file(path + "-wal") == content);
  }
}

// What a cut copy still has, is found where nothing can be written as well as elsewhere.
TEST(KilledRecording, CutOffWithItsWalIsReadAsFarWhereNothingCanBeWritten) {
  const std::vector<Event> events = sound_events(31, 30);
  const Folder writable;
  make_killed_recording(writable.file("a.db"), events);
  const Folder folder;
  const std::string path = make_unwritable_recording(folder, events, fs::perms(0444));
  for (const std::string& file : {writable.file("a.db"), path})
    fs::resize_file(file, fs::file_size(file) * 2 / 3);
  const auto elsewhere = verify_recording(writable.file("a.db"));
  ASSERT_TRUE(elsewhere) << elsewhere.error().message;
  EXPECT_GT(elsewhere->readable_events, 0U);
  in_killed_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const auto report = verify_recording(path);
    if (!report || report->readable_events != elsewhere->readable_events) ::_exit(1);
    ::_exit(report->is_sound() == elsewhere->is_sound() ? 0 : 3);
  });
}

// Without its -wal SQLite reads such a file as one that nobody writes; it is cut all the same.
TEST(KilledRecording, CutOffWithoutItsWalIsReadAsFarWhereNothingCanBeWritten) {
  const std::vector<Event> events = sound_events(32, 30);
  const Folder writable;
  make_killed_recording(writable.file("a.db"), events);
  fs::remove(writable.file("a.db-wal"));
  fs::remove(writable.file("a.db-shm"));
  const Folder folder;
  const std::string path = make_unwritable_recording(folder, events, fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0755));
  fs::remove(path + "-wal");
  fs::permissions(folder.path(), fs::perms(0555));
  for (const std::string& file : {writable.file("a.db"), path})
    fs::resize_file(file, fs::file_size(file) - 5000);
  const auto elsewhere = verify_recording(writable.file("a.db"));
  ASSERT_TRUE(elsewhere) << elsewhere.error().message;
  ASSERT_TRUE(elsewhere->end_is_known);
  in_killed_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const auto report = verify_recording(path);
    ::_exit(report && report->end_is_known ? 0 : 1);
  });
}

// Nothing is damaged: db verify must not say so.
TEST(KilledRecording, WhoseWalCannotBeReadSaysWhatToDo) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become a user who may not read a file";
  const Folder folder;
  const std::string path =
      make_unwritable_recording(folder, EventMaker(30).events(30), fs::perms(0400));
  in_killed_child([&] {
    if (::seteuid(65534) != 0) ::_exit(2);
    const std::string expected =
        "recording " + path + " cannot be read where it is: its last part is in " + path +
        "-wal, and that file, or " + path +
        "-shm beside it, cannot be read or written there; copy the recording and its -wal, without "
        "the -shm, to a directory of yours";
    const auto reader = RecordingReader::open(path);
    if (reader || reader.error().message != expected) ::_exit(1);
    const auto report = verify_recording(path);
    ::_exit(!report && report.error().message == expected ? 0 : 3);
  });
}

// Files that reading made as root would keep out whoever reads it next.
TEST(KilledRecording, IsReadWithoutMakingFilesBesideIt) {
  const std::vector<Event> events = sound_events(33, 30);
  for (const bool has_wal : {true, false}) {
    const Folder folder;
    const std::string path = folder.file("a.db");
    make_killed_recording(path, events);
    fs::remove(path + "-shm");
    if (!has_wal) fs::remove(path + "-wal");
    const std::vector<std::string> files = files_in(folder);
    EXPECT_TRUE(RecordingReader::open(path));
    EXPECT_TRUE(verify_recording(path));
    EXPECT_EQ(files_in(folder), files);
    EXPECT_EQ(has_wal ? read_events(path).size() : 20, 20U);
  }
}

// What the user sees who comes after a reader of an older version: its -shm is another user's.
TEST(KilledRecording, BesideAnothersSharedMemoryNamesIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
  const Folder folder;
  const std::string path = folder.file("a.db");
  make_killed_recording(path, sound_events(34, 30));
  for (const char* file : {"", "-wal"}) fs::permissions(path + file, fs::perms(0666));
  fs::permissions(path + "-shm", fs::perms(0600));
  fs::permissions(folder.path(), fs::perms(0777));
  in_killed_child([&] {
    if (::seteuid(65534) != 0) ::_exit(2);
    const auto reader = RecordingReader::open(path);
    if (reader) ::_exit(1);
    ::_exit(reader.error().message.find(path + "-shm beside it") != std::string::npos ? 0 : 3);
  });
}

TEST(KilledRecording, CopiedWithoutItsWalIsNotCalledSound) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  make_killed_recording(path, sound_events(31, 30));
  fs::copy_file(path, folder.file("copy.db"));
  const auto alone = verify_recording(folder.file("copy.db"));
  ASSERT_TRUE(alone) << alone.error().message;
  EXPECT_TRUE(alone->may_lack_wal);
  EXPECT_FALSE(alone->is_sound());
  EXPECT_TRUE(alone->problems.empty());
  const auto both = verify_recording(path);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_TRUE(both->is_sound());
  EXPECT_EQ(both->readable_events, 20U);
}

// A reader beside the writer, before anything was recorded.
TEST(Recording, ThatHasJustBegunLacksNoWal) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  const auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  const auto report = verify_recording(path);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->may_lack_wal);
  EXPECT_FALSE(report->ended_cleanly);
  EXPECT_TRUE(report->is_sound());
}

// Moved aside, its -wal was brought into it.
TEST(KilledRecording, ThatBecameOldLacksNoWal) {
  const Folder folder;
  make_killed_recording(folder.file("a.db"), sound_events(32, 30));
  finish_recording(folder.file("a.db"));
  const auto old = verify_recording(folder.file("a.db.old"));
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_FALSE(old->ended_cleanly);
  EXPECT_TRUE(old->is_sound());
  EXPECT_EQ(old->readable_events, 20U);
}

}  // namespace
}  // namespace tracker
