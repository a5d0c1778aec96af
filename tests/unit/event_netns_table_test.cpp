// SPDX-License-Identifier: GPL-2.0-or-later
//
// NetnsTable answers as a search through all of its entries would.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "event/netns_table.h"

namespace tracker {
namespace {

std::string text_of(const NetnsName* entry) {
  return entry == nullptr ? "none"
                          : std::to_string(entry->cookie) + " " + std::to_string(entry->inum) +
                                " '" + entry->name + "'";
}

const NetnsName* search(const NetnsTable& table, uint64_t cookie, uint32_t inum) {
  const NetnsName* newest = nullptr;
  for (const NetnsName& entry : table) {
    if (cookie != 0 ? entry.cookie == cookie : inum != 0 && entry.inum == inum) newest = &entry;
  }
  return newest;
}

bool search_another(const NetnsTable& table, uint64_t cookie, const std::string& name,
                    uint32_t inum) {
  return std::any_of(table.begin(), table.end(), [&](const NetnsName& entry) {
    return entry.cookie != 0 && entry.cookie != cookie && entry.name == name &&
           (!name.empty() || entry.inum == inum);
  });
}

const std::string kNames[] = {"", "left", "right"};

void expect_answers_of_a_search(const NetnsTable& table) {
  for (uint64_t cookie = 0; cookie < 7; ++cookie) {
    for (uint32_t inum = 0; inum < 5; ++inum) {
      EXPECT_EQ(text_of(table.find(cookie, inum)), text_of(search(table, cookie, inum)))
          << cookie << " " << inum;
      for (const std::string& name : kNames) {
        EXPECT_EQ(table.has_another(cookie, name, inum), search_another(table, cookie, name, inum))
            << cookie << " " << name << " " << inum;
      }
    }
  }
}

TEST(NetnsTable, AnswersAsASearchWould) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    NetnsTable table;
    for (int entries = 0; entries < 8; ++entries) {
      expect_answers_of_a_search(table);
      table.push_back({random() % 6, static_cast<uint32_t>(random() % 4), kNames[random() % 3]});
    }
    expect_answers_of_a_search(table);
  }
}

}  // namespace
}  // namespace tracker
