// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a recording says, as tracker's own views print it in JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tracker::kernel_test {

using Json = nlohmann::json;

// Runs `tracker COMMAND FILE --format json ARGUMENTS`, one object a line; the test ends where its
// exit status is not 0 or a line is no JSON.
std::vector<Json> view(const std::string& command, const std::string& file,
                       const std::vector<std::string>& arguments = {});

// "tcp_v4_rcv" of "tcp_v4_rcv+0x77".
std::string function_of(const std::string& location);
// The text under a path of keys as "/drop/reason"; empty where there is none.
std::string text_at(const Json& object, const std::string& pointer);

// Hits of the probe with this target, in an object that `stats` shows; the test fails where it has
// none.
uint64_t seen_of(const Json& stats, const std::string& target);

// Hits of all probes and CPUs, from `tracker stats`. Expects that the sums close, of each probe and
// in all: seen = filtered + recorded + lost.
struct Sums {
  uint64_t seen = 0;
  uint64_t filtered = 0;
  uint64_t recorded = 0;
  uint64_t lost = 0;
  uint64_t unattributed = 0;  // part of filtered; of the totals only
  uint64_t untracked = 0;     // part of seen; of the totals only
};
Sums sums_of(const std::string& file);

// Of what stats shows: of each probe, attached or not, every hit is accounted for.
void expect_sums_that_close(const Json& stats);

// The sums close, nothing was lost, and `print` shows as many events as were recorded.
void expect_nothing_lost(const std::string& file);

}  // namespace tracker::kernel_test
