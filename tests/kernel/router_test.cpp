// SPDX-License-Identifier: GPL-2.0-or-later
//
// Datagrams alike to the last byte that a router forwards to a device without a peer. The driver
// keeps such a packet or frees it; a packet that comes in at its skb's address is a new one.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <map>
#include <string>

#include "harness/collection.h"
#include "harness/frame.h"
#include "harness/recorded_events.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/tun.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kRounds = 20;
constexpr char kIn[] = "tap8";
constexpr char kOut[] = "tap7";
const MacAddress kInMac{2, 0, 0, 0, 0, 8};

constexpr char kDropForwarded[] =
    "table inet test {\n"
    "  chain forward {\n"
    "    type filter hook forward priority 0; policy drop;\n"
    "  }\n"
    "}\n";

// Forwards from left and from a tap to another tap.
class Router {
 public:
  Router() : in_(open_tun(netns(), kIn, TunMode::kTap, kRounds)), out_(open_out()) {
    netns().set("ipv4/ip_forward", "1");
  }

  const NetworkNamespace& netns() const { return pair_.right; }

  Frame frame_to(const MacAddress& dest) const {
    return ipv4_frame(pair_.left_end.mac, dest,
                      {"UDP", {pair_.left_end.ipv4, 40000}, {"10.2.0.2", 7000}});
  }
  void send_by_tap() const {
    const Frame frame = frame_to(kInMac);
    require_call(write(in_.get(), frame.data(), frame.size()), "cannot write to the tap");
  }
  void send_by_veth() const {
    send_frames(pair_.left, pair_.left_end.device, {frame_to(pair_.right_end.mac)});
  }

  // Takes the next frame that the router sent.
  void take() const {
    pollfd waiting{out_.get(), POLLIN, 0};
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    require(poll(&waiting, 1, static_cast<int>(timeout.count())) == 1, "nothing was forwarded");
    Frame frame(2048);
    require_call(read(out_.get(), frame.data(), frame.size()), "cannot read from the tap");
  }

 private:
  UniqueFd open_out() const {
    // the first one gives its address away
    netns().ip(
        fmt::format("addr flush dev {0}\nlink set {0} address {1}\n", kIn, mac_text(kInMac)));
    return open_tun(netns(), kOut, TunMode::kTap, kRounds);
  }

  Pair pair_;
  UniqueFd in_, out_;
};

// What became of the packets: events of each id.
struct Steps {
  int in = 0, out = 0, drops = 0;
};

std::map<uint64_t, Steps> steps_by_id(const std::string& file) {
  std::map<uint64_t, Steps> ids;
  for_each_ip_packet(file, [&](const Event& event, const Packet& packet) {
    if (!packet.udp || packet.udp->dest_port != 7000) return;
    Steps& steps = ids[event.packet_id];
    if (event.has(Section::kDrop))
      ++steps.drops;
    else
      ++(event.dev.name.view() == kOut ? steps.out : steps.in);
  });
  return ids;
}

void expect_each_its_own(const std::string& file, int forwarded, int dropped) {
  int out = 0, drops = 0;
  for (const auto& [id, steps] : steps_by_id(file)) {
    SCOPED_TRACE(id);
    EXPECT_EQ(steps.in, 1);
    EXPECT_EQ(steps.out + steps.drops, 1);
    out += steps.out;
    drops += steps.drops;
  }
  EXPECT_EQ(out, forwarded);
  EXPECT_EQ(drops, dropped);
}

void expect_forwarded_apart(void (Router::*send)() const) {
  const Router router;
  Collection collection({&router.netns()}, {"-p", "ifdump"});
  for (int i = 0; i < kRounds; ++i) {
    (router.*send)();
    router.take();
  }
  collection.stop();
  expect_each_its_own(collection.file(), kRounds, 0);
}

TEST(Router, KeepsLikeDatagramsFromATapApart) { expect_forwarded_apart(&Router::send_by_tap); }

TEST(Router, KeepsLikeDatagramsFromAVethApart) { expect_forwarded_apart(&Router::send_by_veth); }

// In turn: one that is forwarded, one that a rule drops.
TEST(Router, KeepsWhatItForwardsApartFromWhatItDrops) {
  constexpr int kTurns = 5;
  const Router router;
  Collection collection({&router.netns()}, {"-p", "dropmon", "-p", "ifdump"});
  for (int i = 0; i < kTurns; ++i) {
    router.send_by_tap();
    router.take();
    router.netns().nft(kDropForwarded);
    router.send_by_tap();
    router.netns().nft("delete table inet test");
  }
  collection.stop();
  expect_each_its_own(collection.file(), kTurns, kTurns);
}

}  // namespace
}  // namespace tracker::kernel_test
