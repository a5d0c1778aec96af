// SPDX-License-Identifier: GPL-2.0-or-later
//
// NetnsTable: the network namespaces of a recording. Every event that is shown asks for the words
// of its own, so they are found by their numbers, however many there are.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace tracker {

struct NetnsName {
  uint64_t cookie = 0;
  uint32_t inum = 0;
  std::string name;  // from `ip netns`, or "pid 812 (comm)"; "host" for tracker's own; may be empty

  bool operator==(const NetnsName&) const = default;
};

class NetnsTable {
 public:
  NetnsTable() = default;
  NetnsTable(std::initializer_list<NetnsName> entries);

  void push_back(NetnsName entry);

  // In order of discovery.
  const NetnsName& operator[](size_t index) const { return entries_[index]; }
  size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  // The newest entry with this cookie, or (cookie 0) with this inum, which may have belonged to an
  // earlier namespace; nullptr: none.
  const NetnsName* find(uint64_t cookie, uint32_t inum) const;
  // Whether a namespace of another cookie has this name, or (empty) has none and this inum.
  bool has_another(uint64_t cookie, const std::string& name, uint32_t inum) const;

  bool operator==(const NetnsTable& other) const { return entries_ == other.entries_; }

 private:
  // Cookies of one name: two that differ are enough to tell whether there is another one.
  struct Cookies {
    uint64_t one = 0;
    uint64_t other = 0;

    void add(uint64_t cookie);
    bool has_another(uint64_t cookie) const {
      return (one != 0 && one != cookie) || (other != 0 && other != cookie);
    }
  };

  std::vector<NetnsName> entries_;
  // No hash tables: numbers and names come from a file, which may have chosen them to collide.
  std::map<uint64_t, size_t> by_cookie_;
  std::map<uint32_t, size_t> by_inum_;
  std::map<std::string, Cookies> named_;
  std::map<uint32_t, Cookies> nameless_;  // by inum
};

}  // namespace tracker
