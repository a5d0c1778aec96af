// SPDX-License-Identifier: GPL-2.0-or-later
//
// What mac80211 drops. Its reasons are a module's: their names and numbers come from the module's
// BTF. Numbers here are those of 6.12.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/traffic.h"
#include "harness/wait.h"
#include "harness/wireless.h"
#include "storage/reader.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr char kElsewhere[] = "needs mac80211_hwsim: runs on the lab's kernel 6.12-full";

bool is_here() {
  const char* lab = std::getenv("TRACKER_LAB");
  return lab != nullptr && std::string_view(lab) == "6.12-full";
}

std::unique_ptr<RecordingReader> open_recording(const std::string& file) {
  auto reader = RecordingReader::open(file);
  require(reader.has_value(), reader ? "" : reader.error().message);
  return std::move(*reader);
}

// So far.
uint64_t recorded_events(const std::string& file) {
  uint64_t count = 0;
  for (const BlockInfo& block : open_recording(file)->blocks()) count += block.events;
  return count;
}

struct WirelessDrop {
  std::string reason;
  uint32_t code = 0;
  std::string subsystem;
};

// The simulated air gives the receiver a copy of the sender's skb, its device with it, so device
// and namespace are the sender's. The 802.11 header is nothing that tracker reads.
void expect_wireless_drops(const std::string& file, const RadioPair& pair,
                           const WirelessDrop& expected) {
  const std::vector<Json> rows = view("drops", file, {"--by", "reason,location,dev,netns,flow"});
  ASSERT_EQ(rows.size(), 1U) << run_tracker({"drops", file}).out;
  EXPECT_EQ(text_at(rows[0], "/reason"), expected.reason);
  EXPECT_EQ(text_at(rows[0], "/subsystem"), expected.subsystem);
  EXPECT_EQ(function_of(text_at(rows[0], "/location")), "ieee80211_rx_handlers");
  EXPECT_EQ(rows[0].at("count"), kPackets);
  EXPECT_EQ(text_at(rows[0], "/dev"), pair.left_end.device);
  EXPECT_EQ(text_at(rows[0], "/netns"), pair.left.name());
  EXPECT_FALSE(rows[0].contains("flow"));

  std::set<std::string> ids;
  for (const Json& journey : view("sort", file)) {
    SCOPED_TRACE(journey.dump());
    ids.insert(text_at(journey, "/packet_id"));
    EXPECT_EQ(text_at(journey, "/verdict/outcome"), "dropped");
    const Json& event = journey.at("events").at(0);
    EXPECT_EQ(text_at(event, "/drop/reason"), expected.reason);
    EXPECT_EQ(event.at("/drop/code"_json_pointer), expected.code);
    EXPECT_EQ(text_at(event, "/drop/subsystem"), expected.subsystem);
    EXPECT_FALSE(event.contains("packet"));
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(kPackets));
  expect_nothing_lost(file);
}

// What a radio with this key sends, and one with that key does with it.
void expect_dropped_between(const std::string& left_key, const std::string& right_key,
                            const WirelessDrop& expected) {
  const RadioPair pair(left_key, right_key);
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}},
                 kPackets);
  require_soon([&] { return recorded_events(collection.file()) >= kPackets; },
               "the packets to be dropped");
  collection.stop();
  expect_wireless_drops(collection.file(), pair, expected);
}

TEST(Wireless, PacketsEncryptedWithAnotherKeyAreRxDropUWepDecFail) {
  if (!is_here()) GTEST_SKIP() << kElsewhere;
  expect_dropped_between("12345", "54321",
                         {"RX_DROP_U_WEP_DEC_FAIL", 0x1001b, "mac80211_unusable"});
}

// A reason whose number has nothing below its subsystem's.
TEST(Wireless, EncryptedPacketsWithoutAKeyAreRxDropMonitor) {
  if (!is_here()) GTEST_SKIP() << kElsewhere;
  expect_dropped_between("12345", "", {"RX_DROP_MONITOR", 0x20000, "mac80211_monitor"});
}

TEST(Wireless, ReasonsHaveTheNamesOfTheModulesBtf) {
  if (!is_here()) GTEST_SKIP() << kElsewhere;
  require_program({"modprobe", "mac80211"});
  const NetworkNamespace netns("none");
  Collection collection({&netns});
  collection.stop();
  const auto reader = open_recording(collection.file());
  const Names& names = reader->names();
  EXPECT_EQ(names.reasons.count(65535), 0U);
  const std::vector<std::pair<uint32_t, std::string>> expected{
      {65537, "RX_DROP_U_MIC_FAIL"},
      {65538, "RX_DROP_U_REPLAY"},
      {65539, "RX_DROP_U_BAD_MMIE"},
      {65540, "RX_DROP_U_DUP"},
      {65582, "RX_DROP_U_UNKNOWN_ACTION_REJECTED"}};
  for (const auto& [code, name] : expected) {
    ASSERT_EQ(names.reasons.count(code), 1U) << name;
    EXPECT_EQ(names.reasons.at(code), (ReasonName{name, "mac80211_unusable"}));
  }
  EXPECT_EQ(names.reasons.count(65583), 0U);
  EXPECT_EQ(names.reasons.at(131073),
            (ReasonName{"RX_DROP_M_UNEXPECTED_4ADDR_FRAME", "mac80211_monitor"}));
}

}  // namespace
}  // namespace tracker::kernel_test
