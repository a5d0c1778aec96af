// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `tracker db verify` does: reads everything that a recording holds, and says what is wrong
// and how much can be read all the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tracker {

struct VerifyProblem {
  std::string where;  // "file", "SQLite structure", "table probe", "block 12", "counters"
  std::string what;   // a sentence without its full stop
  std::optional<uint64_t> offset;  // in the file, where known

  bool operator==(const VerifyProblem&) const = default;
};

struct VerifyReport {
  uint64_t blocks = 0;           // whose rows were found
  uint64_t readable_blocks = 0;  // of these, whole
  uint64_t readable_events = 0;  // in these
  uint64_t missing_events = 0;   // in the others, by what their rows claim; a lower bound
  bool ended_cleanly = false;
  bool end_is_known = false;  // false: the session is damaged
  bool may_lack_wal = false;  // not ended cleanly, and its -wal is not beside it (lacks_wal())
  std::vector<VerifyProblem> problems;  // at most kMaxProblems of each kind

  bool is_sound() const { return problems.empty() && !may_lack_wal; }
};

// Checks SQLite's structure, the tables, every block's checksum and columns, that probes and stacks
// which events name are there, and - where the recording was ended cleanly - that each probe and
// CPU has as many events as its counter says. Goes on after each problem. Fails only for what is no
// recording of a known format at all, or cannot be opened where it is.
Result<VerifyReport> verify_recording(const std::string& path);

}  // namespace tracker
