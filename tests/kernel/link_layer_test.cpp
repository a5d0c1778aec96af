// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that fail below IP: no neighbour, not our address, no protocol.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/recording.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

// Programs that only compute, one per CPU: interrupts then come from user mode and run on the stack
// of a task that has nothing to do with the packet.
class BusyCpus {
 public:
  BusyCpus() {
    for (unsigned cpu = 0; cpu < std::max(std::thread::hardware_concurrency(), 1U); ++cpu)
      threads_.emplace_back([this] {
        while (!done_.load(std::memory_order_relaxed)) {
        }
      });
  }
  ~BusyCpus() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  BusyCpus(const BusyCpus&) = delete;
  BusyCpus& operator=(const BusyCpus&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::vector<std::thread> threads_;
};

// The place is where arp_error_report() returns to: the kernel jumps into the freeing.
TEST(Neighbour, ThatNeverAnswersIsNeighFailed) {
  const Pair pair;
  pair.left.set("ipv4/neigh/left0/mcast_solicit", "1");
  pair.left.set("ipv4/neigh/left0/retrans_time_ms", "100");
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"10.1.0.77", 9}};
  Collection collection({&pair.left, &pair.right});
  const BusyCpus busy;
  send_datagrams(pair.left, flow, kPackets);
  // The sender is told of each by an ICMP error right before it is freed.
  require_soon([&] { return pair.left.counter("Icmp", "OutDestUnreachs") == kPackets; },
               "the neighbour to fail");
  collection.stop();
  expect_only_drops(collection.file(), {"NEIGH_FAILED", "neigh_invalidate", kPackets, flow,
                                        pair.left_end.device, &pair.left});
  for (const Json& event : view("print", collection.file()))
    EXPECT_EQ(text_at(event, "/task/context"), "softirq") << event.dump();
}

// The same by neighbour discovery. ndisc_error_report() gives no reason, up to 6.18 at least; the
// place tells what happened.
TEST(Neighbour, ThatNeverAnswersOverIpv6IsToldByThePlaceAlone) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  pair.left.set("ipv6/neigh/left0/mcast_solicit", "1");
  pair.left.set("ipv6/neigh/left0/retrans_time_ms", "100");
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {"fd01::77", 9}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  require_soon([&] { return pair.left.counter("Icmp6", "OutDestUnreachs") == kPackets; },
               "the neighbour to fail");
  collection.stop();
  expect_drops(collection.file(), {"NOT_SPECIFIED", "neigh_invalidate", kPackets, flow,
                                   pair.left_end.device, &pair.left});
}

// A queue for no bytes holds one packet: the next throws it out.
TEST(Neighbour, ThatIsWaitedForByTooManyIsNeighQueuefull) {
  const Pair pair;
  pair.left.set("ipv4/neigh/left0/unres_qlen_bytes", "0");
  pair.left.set("ipv4/neigh/left0/mcast_solicit", "1000");
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"10.1.0.77", 9}};
  Collection collection({&pair.left});
  send_datagrams(pair.left, flow, kPackets + 1);
  collection.stop();
  expect_only_drops(collection.file(), {"NEIGH_QUEUEFULL", "__neigh_event_send", kPackets, flow,
                                        pair.left_end.device, &pair.left});
}

TEST(Frame, OfIpv6WhereThatIsSwitchedOffIsIpv6disabled) {
  const Pair pair;
  const Flow flow{"UDP", {"fd01::1", 40000}, {"fd01::2", 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv6_frame(pair.left_end.mac, pair.right_end.mac, flow));
  collection.stop();
  expect_only_drops(collection.file(), {"IPV6DISABLED", "ip6_rcv_core", kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(Frame, ForAnotherMacAddressIsOtherhost) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const MacAddress other{2, 0, 0, 0, 0, 0x99};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, other, flow));
  collection.stop();
  expect_only_drops(collection.file(), {"OTHERHOST", "ip_rcv_core", kPackets, flow,
                                        pair.right_end.device, &pair.right});
  for (const Json& journey : view("sort", collection.file())) {
    EXPECT_EQ(text_at(journey, "/events/0/skb/pkt_type"), "otherhost");
    EXPECT_EQ(text_at(journey, "/events/0/packet/link/dst"), "02:00:00:00:00:99");
  }
}

// No addresses and ports: what there is are the MAC addresses and the type.
TEST(Frame, OfUnknownEthertypeIsUnhandledProto) {
  constexpr uint16_t kExperimental = 0x88b5;
  const Pair pair;
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, other_frame(pair.left_end.mac, pair.right_end.mac, kExperimental));
  collection.stop();

  const std::vector<Json> rows = view("drops", collection.file(), {"--by", "reason,location,dev"});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_at(rows[0], "/reason"), "UNHANDLED_PROTO");
  EXPECT_EQ(function_of(text_at(rows[0], "/location")), "__netif_receive_skb_core.constprop.0");
  EXPECT_EQ(rows[0].at("count"), kPackets);
  EXPECT_EQ(text_at(rows[0], "/dev"), pair.right_end.device);

  std::set<std::string> ids;
  for (const Json& journey : view("sort", collection.file())) {
    SCOPED_TRACE(journey.dump());
    ids.insert(text_at(journey, "/packet_id"));
    EXPECT_EQ(text_at(journey, "/verdict/reason"), "UNHANDLED_PROTO");
    const Json& event = journey.at("events").at(0);
    EXPECT_EQ(text_at(event, "/packet/link/src"), mac_text(pair.left_end.mac));
    EXPECT_EQ(text_at(event, "/packet/link/dst"), mac_text(pair.right_end.mac));
    EXPECT_EQ(text_at(event, "/packet/link/ethertype"), "0x88b5");
    EXPECT_EQ(text_at(event, "/dev/name"), pair.right_end.device);
    EXPECT_EQ(text_at(event, "/netns/name"), pair.right.name());
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(kPackets));
  expect_nothing_lost(collection.file());
  EXPECT_EQ(sums_of(collection.file()).recorded, static_cast<uint64_t>(kPackets));
}

}  // namespace
}  // namespace tracker::kernel_test
