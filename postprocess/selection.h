// SPDX-License-Identifier: GPL-2.0-or-later
//
// Selection: which events of a recording a view shows.
//
// Options of different kinds must all match; of one kind given several times, one is enough.
// Wildcards are those of a shell: * ? [...]. In `sort` one matching event selects the whole
// journey; --not-reason takes a journey out in which any event has that reason.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"
#include "event/packet_filter.h"
#include "event/session.h"
#include "storage/reader.h"

namespace tracker {

// As typed; empty where not given.
struct SelectionOptions {
  std::string filter{};  // -f
  std::vector<std::string> reasons{};
  std::vector<std::string> not_reasons{};
  std::vector<std::string> devices{};
  std::vector<std::string> netns{};
  std::vector<std::string> packets{};
  std::vector<std::string> probes{};
  std::string since{};
  std::string until{};

  bool operator==(const SelectionOptions&) const = default;
};

// When a recording ends: its clean end, else its last event, else its start.
uint64_t recording_end(const Session& session, const std::vector<BlockInfo>& blocks);

class Selection {
 public:
  // Wrong usage, with the accepted forms, for what is malformed. `names` must outlive the
  // selection; `end_ns` is the recording's end (recording_end()).
  static Result<Selection> compile(const SelectionOptions& options, const Session& session,
                                   const Names& names, uint64_t end_ns);

  // Selects everything.
  Selection() = default;

  // Whether the event itself is selected.
  bool matches(const Event& event) const { return wants(event) && !rejects(event); }

  // The two halves of it, for journeys.
  bool wants(const Event& event) const;
  bool rejects(const Event& event) const;

  bool selects_all() const { return names_ == nullptr; }

  // Events for which the filter's answer would have been the other one without VLAN tags or IPv6
  // extension headers in their packet (PacketFilter::Obstacle), and a packet that it missed so.
  struct FilterBlindness {
    struct Count {
      uint64_t missed = 0;
      uint64_t matched = 0;
      PacketSection missed_example;
    };
    Count vlan_tags;
    Count extension_headers;
  };
  // Of the events that were asked about so far, by all copies of this selection; null without a
  // filter. Lives as long as one of them.
  const FilterBlindness* filter_blindness() const { return blindness_.get(); }
  // Bounds of what can match, both included.
  uint64_t since_ns() const { return since_ns_; }
  uint64_t until_ns() const { return until_ns_; }

 private:
  // Reasons that match one of some patterns; codes with a name are decided once.
  class Reasons {
   public:
    Reasons() = default;
    Reasons(std::vector<std::string> patterns, const Names& names);
    bool empty() const { return patterns_.empty(); }
    bool match(const Event& event, const Names& names) const;

   private:
    bool match_code(uint32_t code, const Names& names) const;
    std::vector<std::string> patterns_;
    std::map<uint32_t, bool> decided_;
  };
  // A namespace that was asked for by what it is called, or by inum or cookie.
  struct Netns {
    std::vector<uint64_t> numbers;
    std::vector<uint64_t> cookies;
    std::vector<uint32_t> inums;  // of namespaces with that name and no cookie
    bool is_given = false;
  };

  Result<void> add_packets(const std::vector<std::string>& typed);
  Result<void> add_netns(const std::vector<std::string>& typed);
  Result<void> add_probes(const std::vector<std::string>& typed);
  bool matches_filter(const Event& event) const;
  bool matches_netns(const Event& event) const;
  bool is_named_device(const std::string& name) const;
  bool matches_device(const Event& event) const;

  const Names* names_ = nullptr;  // null where everything is selected
  uint64_t since_ns_ = 0;
  uint64_t until_ns_ = UINT64_MAX;
  std::optional<PacketFilter> filter_;
  std::shared_ptr<FilterBlindness> blindness_;  // with a filter
  Reasons reasons_;
  Reasons not_reasons_;
  std::optional<std::vector<bool>> probes_;  // by index
  std::vector<uint64_t> packets_;
  std::vector<std::string> devices_;
  Netns netns_;
};

}  // namespace tracker
