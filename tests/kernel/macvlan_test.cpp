// SPDX-License-Identifier: GPL-2.0-or-later
//
// A macvlan in a namespace of its own: the last that a receive probe sees of its packets is the
// device below, in another namespace. Their drops belong to the macvlan's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/tcp_connection.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

// left, and a guest whose device stands on right's end of the link, reached from left.
struct MacvlanGuest {
  explicit MacvlanGuest(int ifindex = 21) {
    pair.right.ip(fmt::format(
        "link add link {} name {} index {} address {} netns {} type macvlan mode bridge\n",
        pair.right_end.device, end.device, ifindex, mac_text(end.mac), guest.name()));
    guest.ip(
        fmt::format("link set lo up\n"
                    "addr add {0}/24 dev {1}\n"
                    "link set {1} up\n"
                    "neigh replace {2} lladdr {3} dev {1} nud permanent\n",
                    end.ipv4, end.device, pair.left_end.ipv4, mac_text(pair.left_end.mac)));
    pair.left.ip(fmt::format("neigh replace {} lladdr {} dev {} nud permanent\n", end.ipv4,
                             mac_text(end.mac), pair.left_end.device));
    guest.wait_until_running(end.device);
  }

  Flow flow() const { return {"UDP", {pair.left_end.ipv4, 40000}, {end.ipv4, 9}}; }

  Pair pair;
  NetworkNamespace guest{"guest"};
  End end{"mv0", {2, 0, 0, 0, 0, 5}, "10.1.0.5", ""};
};

TEST(Macvlan, DropNamesItsNamespace) {
  const MacvlanGuest host;
  Collection collection({&host.pair.right, &host.guest});
  deliver_copies(host.pair, kPackets,
                 ipv4_frame(host.pair.left_end.mac, host.end.mac, host.flow()));
  collection.stop();
  expect_only_drops(collection.file(),
                    {"NO_SOCKET", udp_receive_place(), kPackets, host.flow(), "mv0", &host.guest});
}

// TCP has taken the device off: the socket tells.
TEST(Macvlan, DropOfAConnectionNamesItsNamespace) {
  const MacvlanGuest host;
  const TcpConnection connection(host.pair.left, host.pair.left_end, host.guest, host.end);
  Collection collection({&host.pair.right, &host.guest});
  deliver_copies(host.pair, kPackets, connection.segment(100'000'000, 4));
  collection.stop();
  expect_drops(collection.file(), {"TCP_INVALID_SEQUENCE", "tcp_validate_incoming", kPackets,
                                   connection.flow(), "", &host.guest});
}

// Fragments that waited in vain name nothing, and what was seen last was another namespace's
// device.
void expect_fragments_unattributed(const MacvlanGuest& host) {
  host.guest.set("ipv4/ipfrag_time", "1");
  std::vector<Frame> frames;
  for (uint16_t i = 1; i <= kPackets; ++i) {
    frames.push_back(ipv4_fragment(host.pair.left_end.mac, host.end.mac, host.flow(),
                                   static_cast<uint16_t>(16 * i)));
  }
  Collection collection({&host.pair.right});
  deliver(host.pair, frames);
  require_soon([&] { return host.guest.counter("Ip", "ReasmTimeout") == 1; }, "the time-out");
  host.pair.settle();
  collection.stop();
  const Sums sums = sums_of(collection.file());
  EXPECT_EQ(sums.recorded, 0U)
      << run_tracker({"drops", collection.file(), "--by", "flow,netns"}).out;
  EXPECT_GE(sums.unattributed, uint64_t{kPackets});
}

TEST(Macvlan, DropThatNamesNothingIsNotTakenForOneOfTheDeviceBelow) {
  expect_fragments_unattributed(MacvlanGuest());
}

// Interfaces are numbered in each namespace; 12 is the number that the harness gives right's end.
TEST(Macvlan, DropIsNotTakenForOneOfTheDeviceBelowThatHasTheSameIndex) {
  if (!kernel_version().is_at_least(6, 15))
    GTEST_SKIP() << "before 6.15 the index must be free in the namespace of the device below, too";
  expect_fragments_unattributed(MacvlanGuest(12));
}

}  // namespace
}  // namespace tracker::kernel_test
