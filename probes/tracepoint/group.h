// SPDX-License-Identifier: GPL-2.0-or-later
//
// The groups of tracepoints: BTF knows a tracepoint's name and arguments, not its group.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tracker {

// "skb" for "kfree_skb": the TRACE_SYSTEM of include/trace/events/*.h that defines it, the same in
// every kernel from 5.15 to 6.18 that has it. Empty for a name that is not known here.
std::string_view well_known_group(std::string_view tracepoint);

// Whether tracefs can be read and has this tracepoint in this group: one look at a file, where
// TracepointGroups reads the list of all events.
bool has_tracepoint(const std::string& group, const std::string& name);

// The groups of all tracepoints that the kernel has now, from tracefs' available_events; where that
// cannot be read, the well-known ones.
class TracepointGroups {
 public:
  TracepointGroups();

  // Whether they are tracefs': all that there are.
  bool is_readable() const { return is_readable_; }
  // "skb" for kfree_skb; sorted, mostly one. Empty for a name that is not known.
  std::vector<std::string> of(const std::string& name) const;

 private:
  bool is_readable_ = false;
  std::multimap<std::string, std::string> groups_;  // by name
};

}  // namespace tracker
