// SPDX-License-Identifier: GPL-2.0-or-later
//
// The moment from which a collection watches: for all probes the same, however long it takes to
// attach them one after the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

// Datagrams to a closed port, from construction to destruction.
class Traffic {
 public:
  Traffic(const NetworkNamespace& netns, const Flow& flow)
      : thread_([this, &netns, flow] {
          while (!ends_) send_datagrams(netns, flow, 10);
        }) {}
  ~Traffic() {
    ends_ = true;
    thread_.join();
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

 private:
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

TEST(Beginning, IsOneMomentForAllProbes) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const Traffic traffic(pair.left, flow);
  Collection collection({&pair.left, &pair.right},
                        {"-p", "dropmon", "-p", "ifdump", "--count", "400"});
  EXPECT_EQ(collection.process().wait().status, 0);

  const Json stats = view("stats", collection.file()).front();
  EXPECT_GE(stats.at("events").at("first").get<uint64_t>(),
            stats.at("session").at("start").get<uint64_t>());
  // What was under way at that moment, and when 400 were there, is seen in part.
  size_t whole = 0, cut = 0;
  for (const Json& journey : view("sort", collection.file())) {
    if (text_at(journey, "/flow") != flow.text()) continue;
    const Json& events = journey.at("events");
    const bool is_whole = text_at(events.front(), "/probe/symbol") == "net:net_dev_start_xmit" &&
                          text_at(events.back(), "/probe/symbol") == "skb:kfree_skb";
    ++(is_whole ? whole : cut);
  }
  EXPECT_GT(whole, 80U);
  EXPECT_LE(cut, 40U);
}

}  // namespace
}  // namespace tracker::kernel_test
