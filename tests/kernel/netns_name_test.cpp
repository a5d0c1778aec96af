// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a namespace without a name of its own is called.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/collection.h"
#include "harness/process.h"
#include "harness/recording.h"
#include "harness/scratch_folder.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

// Process 1 is the container's there, and its namespace no host's.
TEST(NetnsName, InsideAContainerIsNotThatOfTheHost) {
  constexpr int kPackets = 3;
  const Pair pair;
  const ScratchFolder folder;
  const std::string file = folder.file("tracker.db");
  const std::string inside = fmt::format(
      "mount -t tmpfs none /run/netns && exec {} -p dropmon collect --quiet --netns "
      "/proc/self/ns/net --count {} --ring-size 4M -o {}",
      tracker_path(), kPackets, file);
  Process container({"nsenter", "--net=/run/netns/" + pair.right.name(), "unshare", "--pid",
                     "--fork", "--mount-proc", "--kill-child", "sh", "-c", inside});
  wait_until_attached(container);
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}},
                 kPackets);
  EXPECT_EQ(container.wait().status, 0);
  int drops = 0;
  for (const Json& event : view("print", file)) {
    ++drops;
    EXPECT_EQ(text_at(event, "/netns/name"), "pid 1 (tracker)") << event.dump();
  }
  EXPECT_EQ(drops, kPackets);
}

}  // namespace
}  // namespace tracker::kernel_test
