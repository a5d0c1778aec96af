// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a user sees who types as little as possible.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "harness/collection.h"
#include "harness/text_match.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

// Only --netns is added: the machine's own packets are none of a test's business.
TEST(Defaults, CollectThenSortShowsATimelineForEachPacket) {
  const Pair pair;
  const ScratchFolder folder;
  ProcessOptions inside;
  inside.folder = folder.path();
  Process collector({tracker_path(), "-p", "dropmon", "collect", "--netns", pair.right.name()},
                    inside);
  EXPECT_EQ(wait_until_attached(collector), "attached 1 of 1 probes");
  send_datagrams(pair.left, {"UDP", {"10.1.0.1", 40000}, {"10.1.0.2", 9}}, 1);
  pair.settle();
  collector.send_signal(SIGINT);
  const ProcessResult collected = collector.wait();
  EXPECT_EQ(collected.status, 0) << collected.err;
  const std::string live =
      "^[0-9:]{8}\\.[0-9]{6} \\[0\\] .*  tp:skb:kfree_skb  #[0-9a-f]+  "
      "DROP NO_SOCKET at (__udp4_lib_rcv|udp_rcv)\\+0x[0-9a-f]+\n"
      "  right0  10\\.1\\.0\\.1:40000 > 10\\.1\\.0\\.2:9  UDP  len 48 ttl 64  "
      "netns tkt[^\n]*-right\n$";
  EXPECT_NE(find_match(collected.out, live), "") << collected.out;

  const ProcessResult sorted = run_tracker({"sort"}, inside);
  EXPECT_EQ(sorted.status, 0) << sorted.err;
  const std::string journey =
      "^#[0-9a-f]+  UDP 10\\.1\\.0\\.1:40000 > 10\\.1\\.0\\.2:9  48 B  "
      "DROPPED NO_SOCKET at (__udp4_lib_rcv|udp_rcv)\\+0x[0-9a-f]+, first seen at "
      "[0-9:]{8}\\.[0-9]{6}\n"
      " +0\\.0 us  cpu0 .* tp:skb:kfree_skb  right0  netns tkt[^\n]*-right  "
      "NO_SOCKET: nothing listens there, or only on another address, device or VRF, or connected "
      "elsewhere\n*$";
  EXPECT_NE(find_match(sorted.out, journey), "") << sorted.out;
}

}  // namespace
}  // namespace tracker::kernel_test
