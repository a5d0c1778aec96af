// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every write of a recording, one after the other, on a disk that fails there: while it is made,
// at each row and block, at its end. Nothing hangs, the sentence says what happened, and what was
// written before stays readable.
#include <errno.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>

#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;

enum class Kind {
  kFull,      // ENOSPC
  kIo,        // EIO
  kReadOnly,  // EROFS: what a file system that has met an error does to its writers
};

// From call `from` on, calls that change a file fail; with `once` only that call.
struct Plan {
  uint64_t from = UINT64_MAX;
  Kind kind = Kind::kIo;
  bool once = false;
  uint64_t calls = 0;
};
Plan plan;

bool fails_now() {
  const uint64_t number = plan.calls++;
  const bool fails = plan.once ? number == plan.from : number >= plan.from;
  if (fails) errno = plan.kind == Kind::kFull ? ENOSPC : plan.kind == Kind::kIo ? EIO : EROFS;
  return fails;
}

// SQLite's own file layer with failures in it. The real file lies behind ours in memory.
struct File {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* file) { return real(file)->pMethods; }

int close_file(sqlite3_file* f) { return methods(f)->xClose(real(f)); }
int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return methods(f)->xRead(real(f), to, size, at);
}
int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (fails_now()) return plan.kind == Kind::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  return methods(f)->xWrite(real(f), from, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  return fails_now() ? SQLITE_IOERR_TRUNCATE : methods(f)->xTruncate(real(f), size);
}
// Nothing pulls the plug here: what is not synced costs the test no time.
int sync(sqlite3_file*, int) { return fails_now() ? SQLITE_IOERR_FSYNC : SQLITE_OK; }
int file_size(sqlite3_file* f, sqlite3_int64* size) { return methods(f)->xFileSize(real(f), size); }
int lock(sqlite3_file* f, int level) { return methods(f)->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return methods(f)->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* out) { return methods(f)->xCheckReservedLock(real(f), out); }
int control(sqlite3_file* f, int op, void* arg) {
  return methods(f)->xFileControl(real(f), op, arg);
}
int sector_size(sqlite3_file* f) { return methods(f)->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return methods(f)->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** to) {
  if (extend != 0 && fails_now()) return SQLITE_IOERR_SHMSIZE;
  return methods(f)->xShmMap(real(f), region, size, extend, to);
}
int shm_lock(sqlite3_file* f, int at, int count, int flags) {
  return methods(f)->xShmLock(real(f), at, count, flags);
}
void shm_barrier(sqlite3_file* f) { methods(f)->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return methods(f)->xShmUnmap(real(f), remove); }

const sqlite3_io_methods kMethods = {
    2,         close_file, read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,    nullptr};

sqlite3_vfs* base_vfs() {
  static sqlite3_vfs* const base = sqlite3_vfs_find("unix");
  return base;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
  f->pMethods = nullptr;
  if ((flags & SQLITE_OPEN_CREATE) != 0 && fails_now()) return SQLITE_CANTOPEN;
  const int status = base_vfs()->xOpen(base_vfs(), name, real(f), flags, out);
  if (status == SQLITE_OK) f->pMethods = &kMethods;
  return status;
}
int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (fails_now()) return SQLITE_IOERR_DELETE;
  return base_vfs()->xDelete(base_vfs(), name, sync_folder);
}

class FaultTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    static sqlite3_vfs vfs = *base_vfs();
    vfs.zName = "tracker-fault";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + base_vfs()->szOsFile;
    vfs.pNext = nullptr;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    sqlite3_vfs_register(&vfs, 1);
  }
  static void TearDownTestSuite() {
    plan = {};
    sqlite3_vfs_register(base_vfs(), 1);
  }
};

constexpr size_t kTicks = 4;
constexpr size_t kEventsPerTick = 60;

struct Outcome {
  bool created = false;
  size_t good_ticks = 0;
  uint64_t lost = 0;
  std::string error;  // the first
};

Session session_of(uint64_t recorded) {
  Session session = sample::sample_session();
  session.counters = {{0, 0, recorded, 0, recorded, 0, 0, 0, 0, 0}};
  return session;
}

// As a collection goes: a transaction a second, the end at the first that fails.
Outcome record(const std::string& path, const std::vector<Event>& events) {
  Outcome outcome;
  const auto fail = [&](const Result<void>& result) {
    if (!result && outcome.error.empty()) outcome.error = result.error().message;
    return !result;
  };
  Names names = sample::sample_names();
  auto writer = RecordingWriter::create(path, session_of(0), names);
  if (!writer) {
    outcome.error = writer.error().message;
    return outcome;
  }
  outcome.created = true;
  uint64_t handed = 0;
  for (size_t tick = 0; tick < kTicks; ++tick) {
    names.stacks.push_back({tick, 1, 2});
    fail(writer.value()->on_events(std::span(events).subspan(tick * kEventsPerTick, kEventsPerTick),
                                   names));
    handed += kEventsPerTick;
    if (fail(writer.value()->on_tick(session_of(handed), names))) break;
    ++outcome.good_ticks;
  }
  Session last = session_of(handed);
  last.end_ns = 1;
  fail(writer.value()->finish(last, names));
  outcome.lost = writer.value()->lost_events();
  return outcome;
}

std::vector<Event> make_events() {
  std::vector<Event> events = EventMaker(77).events(kTicks * kEventsPerTick);
  for (Event& event : events) {
    event.probe = event.cpu = 0;
    event.stack.index = 0;
  }
  return events;
}

// What is in the file is what was handed on but for what was counted as lost, and all of the ticks
// that went well is.
void expect_readable(const std::string& path, const Outcome& outcome,
                     const std::vector<Event>& events) {
  const auto verified = verify_recording(path);
  ASSERT_TRUE(verified) << verified.error().message;
  for (const VerifyProblem& problem : verified->problems)
    ADD_FAILURE() << problem.where << ": " << problem.what;
  const auto reader = RecordingReader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  std::vector<Event> all, block;
  for (size_t i = 0; i < reader.value()->blocks().size(); ++i) {
    ASSERT_TRUE(reader.value()->read_block(i, block));
    all.insert(all.end(), block.begin(), block.end());
  }
  EXPECT_GE(all.size(), outcome.good_ticks * kEventsPerTick);
  ASSERT_LE(all.size(), events.size());
  EXPECT_TRUE(std::equal(all.begin(), all.end(), events.begin()));
  const size_t handed = std::min(outcome.good_ticks + 1, kTicks) * kEventsPerTick;
  EXPECT_EQ(all.size() + outcome.lost, handed);
}

void expect_sentence(const std::string& path, const Outcome& outcome) {
  const std::string start =
      outcome.created ? "cannot write to recording " : "cannot write recording ";
  EXPECT_TRUE(outcome.error.starts_with(start + path + ": ")) << outcome.error;
  const char* cause = plan.kind == Kind::kFull ? "the disk is full"
                      : plan.kind == Kind::kIo ? "(Input/output error)"
                                               : "(Read-only file system)";
  EXPECT_NE(outcome.error.find(cause), std::string::npos) << outcome.error;
  const char* advice = outcome.created ? "what was written before is kept" : "with -o";
  EXPECT_NE(outcome.error.find(advice), std::string::npos) << outcome.error;
  EXPECT_EQ(outcome.error.find('\n'), std::string::npos) << outcome.error;
}

// Returns how many such calls there were.
uint64_t run_with_fault(const std::vector<Event>& events, uint64_t from, Kind kind, bool once) {
  const Folder folder;
  const std::string path = folder.file("a.db");
  plan = {from, kind, once, 0};
  const Outcome outcome = record(path, events);
  const uint64_t calls = plan.calls;
  if (calls <= from) return calls;
  if (outcome.created) {
    if (!outcome.error.empty()) expect_sentence(path, outcome);
    // As it is on the failing disk, and as it is once that is mended.
    plan = {};
    expect_readable(path, outcome, events);
  } else {
    expect_sentence(path, outcome);
    plan = {};
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      ADD_FAILURE() << entry.path() << " is left behind";
  }
  return calls;
}

void run_every_fault(Kind kind, bool once) {
  const std::vector<Event> events = make_events();
  uint64_t calls = run_with_fault(events, UINT64_MAX, kind, once);
  ASSERT_GT(calls, 50U) << "the writes of a recording are counted";
  uint64_t with_error = 0;
  for (uint64_t from = 0; from < calls; ++from) {
    SCOPED_TRACE(from);
    run_with_fault(events, from, kind, once);
    ++with_error;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(with_error, calls);
}

TEST_F(FaultTest, FullDiskAtEveryWrite) { run_every_fault(Kind::kFull, false); }
TEST_F(FaultTest, IoErrorAtEveryWrite) { run_every_fault(Kind::kIo, false); }
TEST_F(FaultTest, ReadOnlyFromAnyWriteOn) { run_every_fault(Kind::kReadOnly, false); }
TEST_F(FaultTest, OneIoErrorAnywhere) { run_every_fault(Kind::kIo, true); }

}  // namespace
}  // namespace tracker
