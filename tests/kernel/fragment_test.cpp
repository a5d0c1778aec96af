// SPDX-License-Identifier: GPL-2.0-or-later
//
// Fragments that wait in vain. They wait in a tree, whose node lies where skb->dev does, and have
// neither socket nor route: their namespace is known from where they were seen before, if they
// were.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kLater = 3;  // fragments beside the first

// Fragments of one datagram, none of which touches another.
class Datagram {
 public:
  explicit Datagram(const Pair& pair)
      : pair_(pair),
        first_flow_{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}},
        later_flow_{"UDP", {pair.left_end.ipv4}, {pair.right_end.ipv4}} {}

  const Flow& first_flow() const { return first_flow_; }
  const Flow& later_flow() const { return later_flow_; }  // without ports
  Frame fragment(uint16_t number) const {
    return ipv4_fragment(pair_.left_end.mac, pair_.right_end.mac, first_flow_, number * 16);
  }

  // Sends the later ones, then the first, and waits until time is up.
  void time_out() const {
    std::vector<Frame> frames;
    for (uint16_t i = 1; i <= kLater; ++i) frames.push_back(fragment(i));
    frames.push_back(fragment(0));
    deliver(pair_, frames);
    require_soon([&] { return pair_.right.counter("Ip", "ReasmTimeout") == 1; }, "the time-out");
    pair_.settle();
  }

 private:
  const Pair& pair_;
  Flow first_flow_, later_flow_;
};

// The first is dropped by itself: it has its device again, for the ICMP error.
TEST(Fragment, WithoutTheRestOfItsDatagramIsFragReasmTimeout) {
  const Pair pair;
  pair.right.set("ipv4/ipfrag_time", "1");
  const Datagram datagram(pair);
  Collection collection({&pair.right});
  datagram.time_out();
  collection.stop();
  const std::string reason = by_kernel("NOT_SPECIFIED", "FRAG_REASM_TIMEOUT", "FRAG_REASM_TIMEOUT");
  expect_drops(
      collection.file(),
      {{reason, "ip_expire", 1, datagram.first_flow(), pair.right_end.device, &pair.right},
       {reason, "inet_frag_rbtree_purge", kLater, datagram.later_flow(), "", &pair.right}});
}

// There was room to know one packet by: of the later ones, two at least lead nowhere.
TEST(Fragment, ThatNothingIsKnownOfIsCountedAsUnattributed) {
  const Pair pair;
  pair.right.set("ipv4/ipfrag_time", "1");
  const Datagram datagram(pair);
  Collection collection({&pair.right}, {"-p", "dropmon", "--track-size", "1"});
  datagram.time_out();
  const std::string said = collection.stop().err;
  const Sums sums = sums_of(collection.file());
  EXPECT_LE(sums.recorded, 2U);
  EXPECT_GE(sums.recorded, 1U) << "the first has its device";
  EXPECT_GE(sums.unattributed, uint64_t{kLater - 1});
  EXPECT_NE(said.find(fmt::format("unattributed {}:", sums.unattributed)), std::string::npos)
      << said;
}

TEST(Fragment, ThatIsThereAlreadyIsDupFrag) {
  constexpr int kCopies = 5;
  const Pair pair;
  const Datagram datagram(pair);
  Collection collection({&pair.right});
  deliver_copies(pair, 1 + kCopies, datagram.fragment(0));
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "DUP_FRAG", "DUP_FRAG"), "ip_defrag", kCopies,
                datagram.first_flow(), pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
