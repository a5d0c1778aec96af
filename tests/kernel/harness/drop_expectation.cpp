// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/drop_expectation.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/collection.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"

namespace tracker::kernel_test {
namespace {

std::string netns_name(const DropExpectation& expected) {
  return expected.netns == nullptr ? "" : expected.netns->name();
}

// Kernels before 5.17 give none: the place has to answer.
bool gives_reasons() { return kernel_version().is_at_least(5, 17); }

std::string reason_here(const DropExpectation& expected) {
  return gives_reasons() ? expected.reason : "";
}

std::string subsystem_here(const DropExpectation& expected) {
  return gives_reasons() ? expected.subsystem : "";
}

// What `drops` shows at a glance, for messages.
std::string overview(const std::string& file) {
  return run_tracker({"drops", file, "--by", "reason,location,flow,dev"}).out;
}

// The drops in the rows about this flow, each checked. More than one row is one function's drops at
// several of its calls: on 6.1 tcp_v4_do_rcv() was seen with two.
uint64_t check_rows(const std::vector<Json>& all, const DropExpectation& expected) {
  uint64_t drops = 0;
  for (const Json& row : all) {
    if (text_at(row, "/flow") != expected.flow.text()) continue;
    SCOPED_TRACE(row.dump());
    EXPECT_EQ(text_at(row, "/reason"), reason_here(expected));
    EXPECT_EQ(text_at(row, "/subsystem"), subsystem_here(expected));
    EXPECT_EQ(function_of(text_at(row, "/location")), expected.function);
    drops += row.at("count").get<uint64_t>();
    EXPECT_EQ(text_at(row, "/dev"), expected.device);
    EXPECT_EQ(text_at(row, "/netns"), netns_name(expected));
    EXPECT_LE(row.at("first").get<uint64_t>(), row.at("last").get<uint64_t>());
  }
  return drops;
}

// Headers in the packet's bytes, else the tuple of its socket.
void expect_addresses(const Json& packet, const Flow& flow) {
  const bool has_header = packet.contains("ip");
  if (flow.source.address.empty()) {
    EXPECT_FALSE(has_header || packet.contains("socket"));
    return;
  }
  const Json& addresses = has_header ? packet.at("ip") : packet.at("socket");
  EXPECT_EQ(text_at(addresses, "/src"), flow.source.address);
  EXPECT_EQ(text_at(addresses, "/dst"), flow.dest.address);
  if (flow.source.port == 0) return;
  const Json& ports = has_header ? packet.at(flow.protocol == "TCP" ? "tcp" : "udp") : addresses;
  EXPECT_EQ(ports.at("sport"), flow.source.port);
  EXPECT_EQ(ports.at("dport"), flow.dest.port);
}

void expect_journey(const Json& journey, const DropExpectation& expected) {
  SCOPED_TRACE(journey.dump());
  EXPECT_EQ(text_at(journey, "/verdict/outcome"), "dropped");
  EXPECT_EQ(text_at(journey, "/verdict/reason"), reason_here(expected));
  EXPECT_EQ(text_at(journey, "/verdict/subsystem"), subsystem_here(expected));
  EXPECT_EQ(function_of(text_at(journey, "/verdict/location")), expected.function);
  EXPECT_EQ(journey.at("complete"), true);
  ASSERT_EQ(journey.at("events").size(), 1U);
  const Json& event = journey.at("events").front();
  EXPECT_EQ(text_at(event, "/probe/symbol"), "skb:kfree_skb");
  EXPECT_EQ(text_at(event, "/drop/reason"), reason_here(expected));
  EXPECT_EQ(text_at(event, "/drop/subsystem"), subsystem_here(expected));
  EXPECT_EQ(function_of(text_at(event, "/drop/location")), expected.function);
  EXPECT_EQ(text_at(event, "/dev/name"), expected.device);
  EXPECT_EQ(text_at(event, "/netns/name"), netns_name(expected));
  if (expected.netns != nullptr) {
    EXPECT_EQ(event.at("/netns/inum"_json_pointer), expected.netns->inum());
  }
  ASSERT_TRUE(event.contains("packet"));
  expect_addresses(event.at("packet"), expected.flow);
}

void expect_journeys(const std::vector<Json>& all, const DropExpectation& expected) {
  std::set<std::string> ids;
  uint64_t journeys = 0;
  for (const Json& journey : all) {
    if (text_at(journey, "/flow") != expected.flow.text()) continue;
    ++journeys;
    ids.insert(text_at(journey, "/packet_id"));
    expect_journey(journey, expected);
  }
  EXPECT_EQ(journeys, expected.count);
  EXPECT_EQ(ids.size(), expected.count);
}

// The number of events recorded. Each view is asked once: in an emulated guest starting tracker is
// what costs time.
uint64_t check_all(const std::string& file, const std::vector<DropExpectation>& expected) {
  const std::vector<Json> rows = view("drops", file, {"--by", "reason,location,flow,dev,netns"});
  const std::vector<Json> journeys = view("sort", file);
  for (const DropExpectation& expectation : expected) {
    SCOPED_TRACE(expectation.flow.text());
    EXPECT_EQ(check_rows(rows, expectation), expectation.count) << overview(file);
    expect_journeys(journeys, expectation);
  }
  const Sums sums = sums_of(file);
  EXPECT_EQ(sums.lost, 0U);
  uint64_t events = 0;
  for (const Json& journey : journeys) events += journey.at("events").size();
  EXPECT_EQ(events, sums.recorded);
  return sums.recorded;
}

}  // namespace

void expect_drops(const std::string& file, const std::vector<DropExpectation>& expected) {
  check_all(file, expected);
}

void expect_drops(const std::string& file, const DropExpectation& expected) {
  check_all(file, {expected});
}

void expect_only_drops(const std::string& file, const std::vector<DropExpectation>& expected) {
  uint64_t count = 0;
  for (const DropExpectation& expectation : expected) count += expectation.count;
  EXPECT_EQ(check_all(file, expected), count) << overview(file);
}

void expect_only_drops(const std::string& file, const DropExpectation& expected) {
  expect_only_drops(file, std::vector<DropExpectation>{expected});
}

}  // namespace tracker::kernel_test
