// SPDX-License-Identifier: GPL-2.0-or-later
//
// DropTable: drops counted by any list of keys, and a histogram of their lengths.
//
// Memory is bounded by the number of different groups, which is at most that of the drops.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"

namespace tracker {

// What drops can be grouped by.
enum class DropKey : uint8_t {
  kReason,    // "NO_SOCKET", "openvswitch:OVS_DROP_METER"
  kLocation,  // "tcp_v6_rcv+0x77"
  kStack,     // innermost frame first
  kFlow,      // "UDP 10.1.0.1:40000 > 10.1.0.2:9"
  kDev,
  kNetns,
  kComm,    // only of drops in process context: elsewhere the task was only interrupted
  kProto,   // "TCP", "ARP"
  kCgroup,  // "docker/3f2a9c0d1e2f", "sshd.service"
  kLen,     // bytes of the packet
};

std::string_view drop_key_name(DropKey key);

// "reason,location" as typed. Wrong usage, with the allowed keys, for an unknown one, one given
// twice, or none.
Result<std::vector<DropKey>> parse_drop_keys(const std::string& typed);

struct DropGroup {
  std::vector<std::string> values;  // of each key; empty: unknown. A stack's frames by newlines.
  std::optional<uint32_t> reason;   // where grouped by reason and known
  uint64_t count = 0;
  uint64_t bytes = 0;
  uint64_t first_ns = 0;
  uint64_t last_ns = 0;

  bool operator==(const DropGroup&) const = default;
};

// Packets of from to to bytes, both included.
struct LengthBucket {
  uint64_t from = 0;
  uint64_t to = 0;
  uint64_t count = 0;

  bool operator==(const LengthBucket&) const = default;
};

class DropTable {
 public:
  // What is counted: drops alone, or every free that the kernel calls one.
  enum class Counted { kLosses, kAllFrees };

  // `names` must outlive this.
  DropTable(std::vector<DropKey> keys, const Names& names, Counted counted = Counted::kLosses);

  // Counts the event if it is one of those.
  void add(const Event& event);

  const std::vector<DropKey>& keys() const { return keys_; }
  const Names& names() const { return names_; }
  // Most first; of equal counts the one seen first.
  std::vector<DropGroup> groups() const;
  // Power-of-two buckets from the smallest to the largest length seen, empty ones between them too.
  std::vector<LengthBucket> lengths() const;
  uint64_t total() const { return total_; }
  // Frees that the kernel calls drops and that lost nothing (event/free_meaning.h), left out.
  uint64_t not_lost() const { return not_lost_; }
  // Drops without a comm because the task on the CPU was only interrupted; 0 unless grouped by it.
  uint64_t interrupted() const { return interrupted_; }

 private:
  void append_value(DropKey key, const Event& event);
  void append_reason(const Event& event);
  void append_location(const Event& event);
  void append_netns(const Event& event);

  std::vector<DropKey> keys_;
  const Names& names_;
  Counted counted_;
  uint64_t not_lost_ = 0;
  std::string group_key_;  // of the event at hand: the values, each ended by a zero byte
  std::unordered_map<std::string, DropGroup> groups_;  // values are in the key until groups()
  std::array<uint64_t, 34> lengths_{};                 // [0]: length 0; [n]: 2^(n-1) to 2^n - 1
  uint64_t total_ = 0;
  uint64_t interrupted_ = 0;
  // Words made once per number; bounded by the numbers in the recording.
  std::unordered_map<uint32_t, std::string> reasons_;
  std::unordered_map<uint64_t, std::string> locations_;
  std::map<std::pair<uint64_t, uint32_t>, std::string> netns_;
};

}  // namespace tracker
