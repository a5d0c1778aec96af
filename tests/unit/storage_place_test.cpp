// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where recordings are made: what is there already, what is refused, whose the file is.
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

std::string error_of_create(const std::string& path) {
  const auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  return writer ? "no error" : writer.error().message;
}

TEST(RecordingPlace, IsReadableByItsOwnerOnlyWhateverTheUmask) {
  const Folder folder;
  for (const mode_t mask : {0000U, 0777U}) {
    const mode_t before = ::umask(mask);
    finish_recording(folder.file("a.db"));
    ::umask(before);
    struct stat status {};
    ASSERT_EQ(::stat(folder.file("a.db").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U) << "umask " << mask;
  }
}

TEST(RecordingPlace, BelongsToTheUserBehindSudo) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, as sudo gives it";
  const Folder folder;
  ::setenv("SUDO_UID", "1234", 1);
  ::setenv("SUDO_GID", "2345", 1);
  auto writer = RecordingWriter::create(folder.file("a.db"), sample_session(), sample_names());
  ::unsetenv("SUDO_UID");
  ::unsetenv("SUDO_GID");
  ASSERT_TRUE(writer);
  for (const char* name : {"a.db", "a.db-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat(folder.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_uid, 1234U) << name;
    EXPECT_EQ(status.st_gid, 2345U) << name;
  }
}

TEST(RecordingPlace, MovesTheOldRecordingAside) {
  const Folder folder;
  finish_recording(folder.file("a.db"));
  const std::string first = read_file(folder.file("a.db"));
  finish_recording(folder.file("a.db"));
  EXPECT_TRUE(read_file(folder.file("a.db.old")) == first);
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"a.db", "a.db.old"}));
  finish_recording(folder.file("a.db"));
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"a.db", "a.db.old"}));
}

TEST(RecordingPlace, TellsWhenAnOldRecordingGaveItsNameToALaterOne) {
  const Folder folder;
  const auto is_told = [&] {
    auto writer = RecordingWriter::create(folder.file("a.db"), sample_session(), sample_names());
    EXPECT_TRUE(writer);
    EXPECT_TRUE(writer.value()->finish(sample_session(), sample_names()));
    return writer.value()->has_replaced_old();
  };
  EXPECT_FALSE(is_told()) << "nothing was there";
  EXPECT_FALSE(is_told()) << "a.db became a.db.old";
  EXPECT_TRUE(is_told());
  fs::remove(folder.file("a.db"));
  EXPECT_FALSE(is_told()) << "a.db.old stays";
}

TEST(RecordingPlace, BringsAKilledRecordingsWalIntoItBeforeMovingIt) {
  const Folder folder;
  const std::vector<Event> events = EventMaker(21).events(300);
  make_killed_recording(folder.file("a.db"), events);
  ASSERT_GT(fs::file_size(folder.file("a.db-wal")), 0U);
  finish_recording(folder.file("a.db"));
  EXPECT_EQ(files_in(folder), (std::vector<std::string>{"a.db", "a.db.old"}));
  const std::vector<Event> kept(events.begin(), events.begin() + 200);
  EXPECT_EQ(read_events(folder.file("a.db.old")), kept);
}

// As a user who is not root, who may rename the recording and not write it.
TEST(RecordingPlace, KeepsTheWalBesideAnOldRecordingThatCannotBeWritten) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  const std::vector<Event> events = EventMaker(22).events(300);
  make_killed_recording(path, events);
  const std::string content = read_file(path);
  const std::string wal = read_file(path + "-wal");
  fs::permissions(path, fs::perms(0444));
  fs::permissions(path + "-wal", fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0777));
  in_killed_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    finish_recording(path);
  });
  EXPECT_TRUE(read_file(path + ".old") == content);
  EXPECT_TRUE(read_file(path + ".old-wal") == wal);
  EXPECT_TRUE(read_events(path).empty());
  EXPECT_EQ(read_events(path + ".old").size(), 200U);
}

TEST(RecordingPlace, IgnoresAWalWhoseRecordingIsGone) {
  const Folder folder;
  make_killed_recording(folder.file("a.db"), EventMaker(23).events(300));
  fs::remove(folder.file("a.db"));
  finish_recording(folder.file("a.db"));
  EXPECT_TRUE(read_events(folder.file("a.db")).empty());
}

TEST(RecordingPlace, TakesThePlaceOfAnEmptyFile) {
  const Folder folder;
  write_file(folder.file("a.db"), "");
  finish_recording(folder.file("a.db"));
  EXPECT_EQ(files_in(folder), std::vector<std::string>{"a.db"});
}

TEST(RecordingPlace, RefusesAFileThatIsNoRecordingAndLeavesItAlone) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  for (const std::string& content : {std::string("a letter\n"), std::string(5000, '\0'),
                                     "SQLite format 3" + std::string(200, '\0')}) {
    write_file(path, content);
    const std::string expected = fmt::format(
        "cannot write recording {0}: {0} is there and is not a recording; choose another place "
        "with "
        "-o",
        path);
    EXPECT_EQ(error_of_create(path), expected);
    const Result<void> checked = RecordingWriter::check_path(path);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message, expected);
    EXPECT_EQ(read_file(path), content);
    EXPECT_EQ(files_in(folder), std::vector<std::string>{"a.db"});
  }
}

TEST(RecordingPlace, RefusesToOverwriteAnOldFileThatIsNoRecording) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  finish_recording(path);
  write_file(path + ".old", "a letter");
  const std::string before = read_file(path);
  EXPECT_EQ(error_of_create(path), "cannot write recording " + path + ": " + path +
                                       ".old is there and is not a recording; choose another place "
                                       "with -o");
  EXPECT_EQ(read_file(path + ".old"), "a letter");
  EXPECT_TRUE(read_file(path) == before);
}

TEST(RecordingPlace, RefusesWhatIsNotARegularFile) {
  const Folder folder;
  EXPECT_EQ(error_of_create(folder.path()),
            "cannot write recording " + folder.path() + ": " + folder.path() +
                " is there and is not a regular file; choose another place with -o");
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_of_create(pipe), "cannot write recording " + pipe + ": " + pipe +
                                       " is there and is not a regular file; choose another place "
                                       "with -o");
  EXPECT_EQ(error_of_create(folder.path() + "/"),
            "cannot write recording " + folder.path() +
                "/: that is not a file name; choose another place with -o");
}

TEST(RecordingPlace, RefusesAFolderThatIsMissingOrIsAFile) {
  const Folder folder;
  const std::string missing = folder.file("none/a.db");
  EXPECT_EQ(error_of_create(missing), "cannot write recording " + missing + ": directory " +
                                          folder.file("none") +
                                          " does not exist; choose another place with -o");
  write_file(folder.file("file"), "x");
  const std::string within = folder.file("file/a.db");
  EXPECT_EQ(error_of_create(within), "cannot write recording " + within + ": " +
                                         folder.file("file") +
                                         " is not a directory; choose another place with -o");
  EXPECT_EQ(files_in(folder), std::vector<std::string>{"file"});
}

// As a user who is not root: root may write everywhere.
TEST(RecordingPlace, RefusesAFolderThatIsNotWritable) {
  const Folder folder;
  fs::permissions(folder.path(), fs::perms(0555));
  const std::string path = folder.file("a.db");
  const std::string expected = "cannot write recording " + path + ": directory " + folder.path() +
                               " is not writable; choose another place with -o";
  in_killed_child([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const bool is_said = error_of_create(path) == expected;
    const Result<void> checked = RecordingWriter::check_path(path);
    ::_exit(is_said && !checked && checked.error().message == expected ? 0 : 1);
  });
  EXPECT_TRUE(files_in(folder).empty());
}

TEST(RecordingPlace, RefusesARecordingThatAnotherProcessWrites) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  ASSERT_TRUE(writer);
  const std::string expected =
      "cannot write recording " + path + ": process " + std::to_string(::getpid()) +
      " still uses the recording that is there; choose another place with -o";
  in_killed_child([&] { ::_exit(error_of_create(path) == expected ? 0 : 1); });
  const std::vector<Event> events = EventMaker(24).events(10);
  ASSERT_TRUE(writer.value()->on_events(events, sample_names()));
  ASSERT_TRUE(writer.value()->finish(sample_session(), sample_names()));
  EXPECT_EQ(read_events(path), events);
}

TEST(RecordingPlace, CheckChangesNothing) {
  const Folder folder;
  EXPECT_TRUE(RecordingWriter::check_path(folder.file("a.db")));
  EXPECT_TRUE(files_in(folder).empty());
  make_killed_recording(folder.file("a.db"), EventMaker(25).events(30));
  const std::vector<std::string> before = files_in(folder);
  const std::string content = read_file(folder.file("a.db")) + read_file(folder.file("a.db-wal"));
  EXPECT_TRUE(RecordingWriter::check_path(folder.file("a.db")));
  EXPECT_EQ(files_in(folder), before);
  EXPECT_TRUE(read_file(folder.file("a.db")) + read_file(folder.file("a.db-wal")) == content);
}

}  // namespace
}  // namespace tracker
