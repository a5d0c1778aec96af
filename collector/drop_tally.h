// SPDX-License-Identifier: GPL-2.0-or-later
//
// DropTally: a sink that counts drops by reason and place, for the lines at the end of `collect`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "event/sink.h"

namespace tracker {

class DropTally : public EventSink {
 public:
  struct Row {
    std::string reason;  // absent (empty) on kernels without reasons
    std::string place;
    uint64_t count = 0;
  };

  Result<void> on_events(std::span<const Event> events, const Names& names) override;
  Result<void> on_tick(const Session&, const Names&) override { return {}; }

  // Frees that the kernel calls drops and that lost no packet (event/free_meaning.h): in no row.
  uint64_t not_lost() const { return not_lost_; }

  // Most frequent first; places whose symbols are equal are one row.
  std::vector<Row> rows(const Names& names) const;

 private:
  using Key = std::tuple<bool, uint32_t, uint64_t>;  // has_reason, reason, location
  std::map<Key, uint64_t> counts_;
  uint64_t not_lost_ = 0;
};

}  // namespace tracker
