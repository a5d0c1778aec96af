// SPDX-License-Identifier: GPL-2.0-or-later
//
// DropExpectation: what a scenario's drops must look like in every view.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/traffic.h"

namespace tracker::kernel_test {

struct DropExpectation {
  std::string reason;
  std::string function;  // where: symbol without offset
  uint64_t count = 0;
  Flow flow;
  std::string device;                       // empty: the event must name none
  const NetworkNamespace* netns = nullptr;  // nullptr: the event must name none
  std::string subsystem = "core";           // whose reason it is
};

// Checks the recording, for each of them: `drops` has so many drops of the flow, all with this
// reason, place, device and namespace; `sort` has so many journeys, each with an id of its own, a
// verdict that says the same and one event with these addresses and ports; the sums close and
// nothing was lost.
void expect_drops(const std::string& file, const std::vector<DropExpectation>& expected);
void expect_drops(const std::string& file, const DropExpectation& expected);

// For scenarios in which nothing else is dropped: all that was recorded are these drops.
void expect_only_drops(const std::string& file, const std::vector<DropExpectation>& expected);
void expect_only_drops(const std::string& file, const DropExpectation& expected);

}  // namespace tracker::kernel_test
