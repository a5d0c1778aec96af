// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names in a recording: writes what is new since the last commit, reads all.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "storage/database.h"
#include "storage/table_reader.h"

namespace tracker {

// Writes Names into their tables, each entry once.
class NamesTables {
 public:
  static Result<NamesTables> prepare(const Database& database);

  // Inserts what is new, inside the caller's transaction. Where that fails or is rolled back,
  // forget() must follow: then everything is written again.
  Result<void> store(const Names& names);
  void forget() { stored_ = Stored{}; }

 private:
  // How much of each table was written: they only grow. Entries of maps appear anywhere, so their
  // keys are kept; netns names can become known later, so these are compared.
  struct Stored {
    size_t probes = 0;
    size_t interfaces = 0;
    size_t stacks = 0;
    std::vector<NetnsName> netns;
    std::unordered_set<uint64_t> symbols;
    std::unordered_set<uint32_t> reasons;
    std::unordered_set<uint16_t> subsystems;
    std::unordered_set<uint64_t> cgroups;
  };

  NamesTables() = default;
  Result<void> store_probes(const Names& names);
  Result<void> store_netns(const Names& names);
  Result<void> store_interfaces(const Names& names);
  Result<void> store_stacks(const Names& names);
  Result<void> store_symbols(const Names& names);
  Result<void> store_reasons(const Names& names);
  Result<void> store_subsystems(const Names& names);
  Result<void> store_cgroups(const Names& names);

  Statement probe_, netns_, interface_, stack_, symbol_, reason_, subsystem_, cgroup_;
  Stored stored_;
};

// Deepest stack that is written and read.
inline constexpr size_t kMaxFrames = 1024;

// Reads what NamesTables wrote into `names`. Bounded. Where a table is damaged, its rows before the
// damage and all other tables are read; the error names the first such table.
Result<void> load_names(const Database& database, ReadBudget& budget, Names& names);

}  // namespace tracker
