// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/sample_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/writer.h"
#include "tests/golden/sample_recording.h"
#include "tests/unit/storage_sample.h"

namespace tracker::fuzz {
namespace {

// Small: whatever is done to a file, all of it is shown again.
constexpr size_t kBlocks = 3;
constexpr size_t kEventsPerBlock = 10;

class ScratchFolder {
 public:
  ScratchFolder() : path_("/dev/shm/tracker-fuzz-XXXXXX") {
    FUZZ_EXPECT(::mkdtemp(path_.data()) != nullptr);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void write_random_recording(const std::string& path) {
  const Names names = sample::sample_names();
  Session session = sample::sample_session();
  session.counters.clear();
  std::vector<Event> events = sample::EventMaker(7).events(kBlocks * kEventsPerBlock);
  for (Event& event : events) {
    event.probe = static_cast<uint16_t>(event.probe % names.probes.size());
    event.cpu %= 2;
    event.stack.index %= 2;
  }
  for (uint16_t probe = 0; probe < names.probes.size(); ++probe) {
    for (uint16_t cpu = 0; cpu < 2; ++cpu) {
      const auto count = static_cast<uint64_t>(std::count_if(
          events.begin(), events.end(),
          [&](const Event& event) { return event.probe == probe && event.cpu == cpu; }));
      session.counters.push_back({probe, cpu, count, 0, count, 0, 0, 0, 0, 0});
    }
  }
  auto writer = RecordingWriter::create(path, session, names);
  FUZZ_EXPECT(writer.has_value());
  for (size_t block = 0; block < kBlocks; ++block) {
    const auto part = std::span(events).subspan(block * kEventsPerBlock, kEventsPerBlock);
    FUZZ_EXPECT(writer.value()->on_events(part, names).has_value());
    FUZZ_EXPECT(writer.value()->on_tick(session, names).has_value());
  }
  session.end_ns = 2'000'000'000'000;
  session.end_reason = "SIGINT";
  FUZZ_EXPECT(writer.value()->finish(session, names).has_value());
}

}  // namespace

const std::string& scratch_folder() {
  static const ScratchFolder folder;
  return folder.path();
}

Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_recording(const std::string& path, std::span<const uint8_t> content) {
  for (const char* beside : {"-wal", "-shm", "-journal"}) ::unlink((path + beside).c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FUZZ_EXPECT(fd >= 0);
  FUZZ_EXPECT(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  ::close(fd);
}

const std::vector<Bytes>& sample_files() {
  static const std::vector<Bytes> files = [] {
    const std::string golden = scratch_folder() + "/golden.db";
    FUZZ_EXPECT(testing::write_sample_recording(golden).has_value());
    const std::string random = scratch_folder() + "/random.db";
    write_random_recording(random);
    return std::vector<Bytes>{read_bytes(golden), read_bytes(random)};
  }();
  return files;
}

}  // namespace tracker::fuzz
