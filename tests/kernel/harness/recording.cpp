// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/recording.h"

#include <gtest/gtest.h>

#include <sstream>

#include "harness/collection.h"
#include "harness/require.h"

namespace tracker::kernel_test {

std::vector<Json> view(const std::string& command, const std::string& file,
                       const std::vector<std::string>& arguments) {
  std::vector<std::string> words{command, file, "--format", "json"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const ProcessResult result = run_tracker(words);
  require(result.status == 0,
          fmt::format("tracker {} {} ended with {}: {}", command, file, result.status, result.err));
  std::vector<Json> objects;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) objects.push_back(Json::parse(line));
  return objects;
}

std::string function_of(const std::string& location) {
  return location.substr(0, location.find('+'));
}

std::string text_at(const Json& object, const std::string& pointer) {
  return object.value(Json::json_pointer(pointer), std::string());
}

uint64_t seen_of(const Json& stats, const std::string& target) {
  for (const Json& probe : stats.at("probes")) {
    if (text_at(probe, "/target") == target) return probe.at("seen").get<uint64_t>();
  }
  ADD_FAILURE() << target << " is not among the probes: " << stats.at("probes").dump();
  return 0;
}

namespace {

Sums sums_in(const Json& counters) {
  Sums sums;
  sums.seen = counters.at("seen").get<uint64_t>();
  sums.filtered = counters.at("filtered").get<uint64_t>();
  sums.recorded = counters.at("recorded").get<uint64_t>();
  sums.lost = counters.at("/lost/total"_json_pointer).get<uint64_t>();
  return sums;
}

}  // namespace

void expect_sums_that_close(const Json& stats) {
  for (const Json& probe : stats.at("probes"))
    EXPECT_EQ(probe.at("seen").get<uint64_t>(),
              probe.at("filtered").get<uint64_t>() + probe.at("recorded").get<uint64_t>() +
                  probe.at("/lost/total"_json_pointer).get<uint64_t>())
        << probe;
}

Sums sums_of(const std::string& file) {
  const std::vector<Json> objects = view("stats", file);
  require(objects.size() == 1, "stats shows one object");
  Sums totals = sums_in(objects.front().at("totals"));
  totals.unattributed = objects.front().at("/totals/unattributed"_json_pointer).get<uint64_t>();
  totals.untracked = objects.front().at("/totals/untracked"_json_pointer).get<uint64_t>();
  uint64_t seen = 0;
  for (const Json& probe : objects.front().at("probes")) {
    if (!probe.at("attached").get<bool>()) continue;
    const Sums sums = sums_in(probe);
    EXPECT_EQ(sums.seen, sums.filtered + sums.recorded + sums.lost) << probe.dump();
    seen += sums.seen;
  }
  EXPECT_EQ(totals.seen, seen);
  EXPECT_EQ(totals.seen, totals.filtered + totals.recorded + totals.lost);
  return totals;
}

void expect_nothing_lost(const std::string& file) {
  const Sums sums = sums_of(file);
  EXPECT_EQ(sums.lost, 0U);
  EXPECT_EQ(sums.recorded, view("print", file).size());
}

}  // namespace tracker::kernel_test
