// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whose packets they are: the cgroup of the socket, else of the task whose packet it is.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "harness/classifier.h"
#include "harness/collection.h"
#include "harness/control_group.h"
#include "harness/echo.h"
#include "harness/frame.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/tun.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;
constexpr char kContainerId[] = "3f2a9c0d1e2f3f2a9c0d1e2f3f2a9c0d1e2f3f2a9c0d1e2f3f2a9c0d1e2fabcd";

class CgroupOf : public testing::Test {
 protected:
  void SetUp() override {
    if (!ControlGroup::is_possible()) GTEST_SKIP() << "no cgroup2 that this process may write to";
  }

  const ControlGroup service_{"/tracker-test.slice/web.service"};
  const ControlGroup container_{
      fmt::format("/tracker-test.slice/nested.slice/docker-{}.scope", kContainerId)};
};

// How many drops of the recording have this cgroup; those that have another are failures.
int drops_in(const std::string& file, const ControlGroup& group, const std::string& name) {
  int count = 0;
  for (const Json& event : view("print", file, {"--probe", "tp:skb:kfree_skb"})) {
    if (!event.contains("cgroup")) continue;
    EXPECT_EQ(event.at("cgroup"),
              Json({{"id", group.id()}, {"path", group.path()}, {"name", name}}));
    ++count;
  }
  return count;
}

TEST_F(CgroupOf, SentPacketsIsThatOfTheirSocketAlsoAfterItsTaskHasMoved) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  drop_port_9(pair.left, pair.left_end.device, "egress");
  UniqueFd sender;
  container_.run_inside([&] { sender = bound_socket(pair.left, flow.source, SOCK_DGRAM); });
  Collection collection({&pair.left});
  service_.run_inside([&] { send_datagrams(sender, flow, kPackets); });
  collection.stop();
  EXPECT_EQ(drops_in(collection.file(), container_, "docker/3f2a9c0d1e2f"), kPackets);
  const std::vector<Json> rows = view("drops", collection.file(), {"--by", "cgroup,reason"});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("cgroup"), "docker/3f2a9c0d1e2f");
  EXPECT_EQ(rows[0].at("count"), kPackets);
}

// A raw socket's unread copies still have the socket when it is closed, by a task elsewhere.
TEST_F(CgroupOf, ReceivedPacketsIsThatOfTheSocketThatHasThem) {
  const Pair pair;
  UniqueFd receiver;
  service_.run_inside([&] { receiver = pair.right.open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); });
  Collection collection({&pair.right});
  exchange_echoes(pair.left, pair.left_end.ipv4, pair.right_end.ipv4, kPackets);
  container_.run_inside([&] { receiver.reset(); });
  // the socket is taken apart a grace period after close()
  require_soon([&] { return sums_of(collection.file()).recorded >= kPackets; },
               "the drops of a closed socket");
  collection.stop();
  EXPECT_GE(drops_in(collection.file(), service_, "web.service"), kPackets);
}

// What a program writes to its tun device has no socket; the task is the one that writes.
TEST_F(CgroupOf, PacketsWithoutASocketIsThatOfTheTaskThatBringsThem) {
  const NetworkNamespace netns("tun");
  const UniqueFd tun = open_tun(netns, "tun7", TunMode::kTun, 100);
  const Flow flow{"UDP", {"10.2.0.2", 40000}, {"10.2.0.1", 9}};
  Collection collection({&netns});
  container_.run_inside([&] {
    const Frame frame = ipv4_frame({}, {}, flow);
    for (int i = 0; i < kPackets; ++i)
      require_call(write(tun.get(), frame.data() + kIpHeader, frame.size() - kIpHeader),
                   "write to the tun device");
  });
  collection.stop();
  EXPECT_EQ(drops_in(collection.file(), container_, "docker/3f2a9c0d1e2f"), kPackets);
}

}  // namespace
}  // namespace tracker::kernel_test
