// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/recording_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/system_error.h"
#include "base/unique_fd.h"
#include "storage/database.h"
#include "storage/file_header.h"

namespace tracker {
namespace {

using Kind = FileHeader::Kind;

constexpr mode_t kMode = 0600;

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error cannot_write(const std::string& path, const std::string& why) {
  return Error{
      fmt::format("cannot write recording {}: {}; choose another place with -o", path, why)};
}

Result<void> check_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    if (errno == ENOENT) {
      return cannot_write(path, fmt::format("directory {} does not exist", folder));
    }
    if (errno != ENOTDIR) return cannot_write(path, folder + ": " + errno_text(errno));
    return cannot_write(path, fmt::format("{} is not a directory", folder));
  }
  if (!S_ISDIR(status.st_mode)) {
    return cannot_write(path, fmt::format("{} is not a directory", folder));
  }
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    const std::string reason = errno == EACCES ? "" : " (" + errno_text(errno) + ")";
    return cannot_write(path, fmt::format("directory {} is not writable{}", folder, reason));
  }
  return {};
}

// The process that has the recording open, by the lock that SQLite keeps in write-ahead mode
// (https://www.sqlite.org/src/file/src/os.h: SHARED_FIRST); 0 where its id is not known here.
std::optional<pid_t> find_user(const std::string& path) {
  constexpr off_t kSharedFirst = 0x40000002;
  constexpr off_t kSharedSize = 510;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return std::nullopt;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kSharedFirst;
  lock.l_len = kSharedSize;
  if (::fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return lock.l_pid;
}

Error in_use(const std::string& path, pid_t user) {
  const std::string who = user > 0 ? fmt::format("process {}", user) : "another process";
  return cannot_write(path, fmt::format("{} still uses the recording that is there", who));
}

// What may stand at a place that a recording is about to take.
Result<void> check_taken(const std::string& path, const std::string& taken) {
  TRY_ASSIGN(header, read_file_header(taken));
  switch (header.kind) {
    case Kind::kMissing:
    case Kind::kEmpty:
      return {};
    case Kind::kNotAFile:
      return cannot_write(path, taken + " is there and is not a regular file");
    case Kind::kOther:
      return cannot_write(path, taken + " is there and is not a recording");
    case Kind::kRecording:
      break;
  }
  if (const auto user = find_user(taken)) return in_use(path, *user);
  return {};
}

// Brings the -wal of a recording that was not ended cleanly into its file. Where that cannot be
// done (a damaged file) it stays beside it, under the name that belongs to it.
Result<void> settle_wal(const std::string& path) {
  if (wal_bytes(path) == 0) return {};
  Result<Database> database = Database::open(path, Database::Mode::kReadWrite);
  if (!database) return {};
  (void)database->load_schema();
  const Result<std::string> mode = database->query_text("PRAGMA journal_mode=DELETE");
  if (!mode && database->last_problem() == Problem::kBusy) {
    return in_use(path, find_user(path).value_or(0));
  }
  return {};
}

// True: `path`.old was a recording.
Result<bool> move_aside(const std::string& path) {
  const std::string old = path + ".old";
  TRY_ASSIGN(header, read_file_header(old));
  TRY(settle_wal(path));
  // What belonged to the recording that had this name must not be taken for the new one's.
  for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
    ::unlink((old + std::string(suffix)).c_str());
  }
  if (::rename(path.c_str(), old.c_str()) != 0) {
    return system_error(fmt::format("move {} to {}", path, old), errno);
  }
  if (wal_bytes(path) != 0 && ::rename((path + "-wal").c_str(), (old + "-wal").c_str()) != 0) {
    return system_error(fmt::format("move {}-wal to {}-wal", path, old), errno);
  }
  return header.kind == Kind::kRecording;
}

std::optional<unsigned> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  unsigned value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// Under sudo the file belongs to the user who typed the command, else they could not read it.
Result<void> give_to_user(int fd, const std::string& file) {
  const auto user = number_from_environment("SUDO_UID");
  const auto group = number_from_environment("SUDO_GID");
  if (::geteuid() != 0 || !user || !group) return {};
  if (::fchown(fd, *user, *group) != 0) {
    return system_error(fmt::format("give {} to user {}", file, *user), errno);
  }
  return {};
}

}  // namespace

Result<void> check_place(const std::string& path) {
  if (path.empty() || path.back() == '/') return cannot_write(path, "that is not a file name");
  TRY(check_folder(path));
  TRY(check_taken(path, path));
  TRY_ASSIGN(header, read_file_header(path));
  if (header.kind == Kind::kRecording) TRY(check_taken(path, path + ".old"));
  return {};
}

Result<std::string> create_file(const std::string& path) {
  const std::string made = fmt::format("{}.new-{}", path, ::getpid());
  discard_file(made);
  const UniqueFd fd(
      ::open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
  if (!fd) return cannot_write(path, errno_text(errno));
  Result<void> prepared = give_to_user(fd.get(), made);
  if (prepared && ::fchmod(fd.get(), kMode) != 0) {
    prepared = system_error("set the mode of " + made, errno);
  }
  if (!prepared) {
    discard_file(made);
    return std::move(prepared).error();
  }
  return made;
}

Result<bool> publish_file(const std::string& made, const std::string& path) {
  TRY_ASSIGN(header, read_file_header(path));
  bool has_replaced = false;
  if (header.kind == Kind::kRecording) {
    TRY_ASSIGN(replaced, move_aside(path));
    has_replaced = replaced;
  }
  // Left over without their recording: SQLite would take them for the new one's.
  for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
    ::unlink((path + std::string(suffix)).c_str());
  }
  if (::rename(made.c_str(), path.c_str()) != 0) {
    return system_error(fmt::format("move {} to {}", made, path), errno);
  }
  return has_replaced;
}

void discard_file(const std::string& made) {
  for (const std::string_view suffix : {"", "-wal", "-shm", "-journal"}) {
    ::unlink((made + std::string(suffix)).c_str());
  }
}

}  // namespace tracker
