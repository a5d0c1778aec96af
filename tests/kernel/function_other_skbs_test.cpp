// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions through which skbs come that never were network packets: messages of AF_UNIX and
// netlink.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/frame.h"
#include "harness/function_scenario.h"
#include "harness/generic_netlink.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

constexpr int kMessages = 5;

class FunctionTargetsOfOtherSkbs : public FunctionScenario {
 protected:
  // Messages over a pair of AF_UNIX sockets, and requests of netlink with their answers. What
  // AF_UNIX carries is to the last byte an IPv4 packet of addresses that nobody has.
  std::string record(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--probe", "fn:skb_copy_datagram_iter", "--probe", "fn:skb_queue_tail",
                      "--probe", "fn:netlink_sendskb|__netlink_sendskb"});
    collection_.emplace(std::vector<const NetworkNamespace*>{&pair_.left}, arguments);
    pass_messages();
    require(GenericNetlink::open(pair_.left, "nlctrl").has_value(), "a request of netlink");
    collection_->stop();
    return collection_->file();
  }

 private:
  std::optional<Collection> collection_;  // keeps the file

  void pass_messages() const {
    const Frame frame = ipv4_frame(pair_.left_end.mac, pair_.right_end.mac,
                                   {"UDP", {"203.0.113.1", 1}, {"203.0.113.2", 2}});
    std::array<int, 2> ends{};
    pair_.left.run([&] {
      require_call(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()), "a pair of sockets");
    });
    const UniqueFd from(ends[0]);
    const UniqueFd to(ends[1]);
    for (int i = 0; i < kMessages; ++i) {
      const size_t size = frame.size() - kIpHeader;
      require_call(send(from.get(), frame.data() + kIpHeader, size, 0), "cannot send");
      Frame taken(size);
      require_call(recv(to.get(), taken.data(), size, 0), "cannot receive");
    }
  }
};

TEST_F(FunctionTargetsOfOtherSkbs, MakeNoEventsOfThem) {
  const std::string file = record({});
  EXPECT_GE(seen_of(view("stats", file).at(0), "fn:skb_copy_datagram_iter"),
            static_cast<uint64_t>(kMessages));
  EXPECT_TRUE(view("print", file).empty()) << run_tracker({"print", file}).out;
  const Sums sums = sums_of(file);
  EXPECT_EQ(sums.filtered, sums.seen);
}

// Not so yet: find_span() in probes/bpf takes what begins like an IPv4 header for one, where an skb
// has no protocol, also in messages of AF_UNIX.
TEST_F(FunctionTargetsOfOtherSkbs, DISABLED_InventNoAddressesWhereTheyAreAskedFor) {
  const std::string file = record({"--all-skbs"});
  std::map<std::string, int> count;
  for (const Json& event : view("print", file)) {
    ++count[text_at(event, "/probe/symbol")];
    EXPECT_FALSE(event.contains("/packet/ip"_json_pointer)) << event;
    EXPECT_EQ(event.dump().find("203.0.113."), std::string::npos) << event;
    EXPECT_EQ(text_at(event, "/netns/name"), pair_.left.name()) << event;
  }
  EXPECT_GE(count["skb_copy_datagram_iter"], kMessages);
  expect_nothing_lost(file);
}

}  // namespace
}  // namespace tracker::kernel_test
