// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/netns_table.h"

#include <utility>

namespace tracker {

void NetnsTable::Cookies::add(uint64_t cookie) {
  if (one == 0) {
    one = cookie;
  } else if (cookie != 0 && cookie != one) {
    other = cookie;
  }
}

NetnsTable::NetnsTable(std::initializer_list<NetnsName> entries) {
  for (const NetnsName& entry : entries) push_back(entry);
}

void NetnsTable::push_back(NetnsName entry) {
  by_cookie_[entry.cookie] = entries_.size();
  by_inum_[entry.inum] = entries_.size();
  (entry.name.empty() ? nameless_[entry.inum] : named_[entry.name]).add(entry.cookie);
  entries_.push_back(std::move(entry));
}

const NetnsName* NetnsTable::find(uint64_t cookie, uint32_t inum) const {
  if (cookie != 0) {
    const auto found = by_cookie_.find(cookie);
    return found == by_cookie_.end() ? nullptr : &entries_[found->second];
  }
  const auto found = by_inum_.find(inum);
  return inum == 0 || found == by_inum_.end() ? nullptr : &entries_[found->second];
}

bool NetnsTable::has_another(uint64_t cookie, const std::string& name, uint32_t inum) const {
  if (name.empty()) {
    const auto found = nameless_.find(inum);
    return found != nameless_.end() && found->second.has_another(cookie);
  }
  const auto found = named_.find(name);
  return found != named_.end() && found->second.has_another(cookie);
}

}  // namespace tracker
