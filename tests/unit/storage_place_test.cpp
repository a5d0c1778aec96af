// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where recordings are made: what is there already, what is refused, whose the file is.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "storage/info.h"
#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;
using sample::read_file;
using sample::sample_names;
using sample::sample_session;
using sample::write_file;

namespace fs = std::filesystem;

std::string error_of_create(const std::string& path) {
  const auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  return writer ? "no error" : writer.error().message;
}

// Runs `work` in a child process that ends without any destructor, as after a SIGKILL.
template <typename Work>
void in_killed_child(Work work) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// A recording of two ticks and an unfinished third, by a collector that was killed.
void make_killed_recording(const std::string& path, const std::vector<Event>& events) {
  in_killed_child([&] {
    auto writer = RecordingWriter::create(path, sample_session(), sample_names());
    const std::span<const Event> all(events);
    const size_t third = events.size() / 3;
    bool is_fine = writer.has_value();
    is_fine = is_fine && writer.value()->on_events(all.first(third), sample_names());
    is_fine = is_fine && writer.value()->on_tick(sample_session(), sample_names());
    is_fine = is_fine && writer.value()->on_events(all.subspan(third, third), sample_names());
    is_fine = is_fine && writer.value()->on_tick(sample_session(), sample_names());
    is_fine = is_fine && writer.value()->on_events(all.subspan(2 * third), sample_names());
    ::_exit(is_fine ? 0 : 1);
  });
}

void finish_recording(const std::string& path) {
  auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer.value()->finish(sample_session(), sample_names()));
}

std::vector<Event> read_events(const std::string& path) {
  auto reader = RecordingReader::open(path);
  EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
  std::vector<Event> all;
  if (!reader) return all;
  std::vector<Event> block;
  for (size_t i = 0; i < reader.value()->blocks().size(); ++i) {
    EXPECT_TRUE(reader.value()->read_block(i, block));
    all.insert(all.end(), block.begin(), block.end());
  }
  return all;
}

std::vector<std::string> files_in(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
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
        "-wal, which cannot be read there; copy both files to a directory that you can write, as "
        "a user who may read them";
    const auto reader = RecordingReader::open(path);
    if (reader || reader.error().message != expected) ::_exit(1);
    const auto report = verify_recording(path);
    ::_exit(!report && report.error().message == expected ? 0 : 3);
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
