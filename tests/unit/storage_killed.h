// SPDX-License-Identifier: GPL-2.0-or-later
//
// Recordings that the tests of storage/ make in a process of its own, and what is left of them.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "storage/reader.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker::sample {

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
inline void make_killed_recording(const std::string& path, const std::vector<Event>& events) {
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

inline void finish_recording(const std::string& path) {
  auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer.value()->finish(sample_session(), sample_names()));
}

inline std::vector<Event> read_events(const std::string& path) {
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

inline std::vector<std::string> files_in(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tracker::sample
