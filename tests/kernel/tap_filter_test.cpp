// SPDX-License-Identifier: GPL-2.0-or-later
//
// The three filters that a program can set on its tap. tun_net_xmit() asks them in this order.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

#include "harness/bpf_programs.h"
#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/tun.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

// Sends to a tap with room for all; what its filter, set by `set_filter`, lets through is 0.
void expect_filtered(const std::string& reason,
                     const std::function<void(const UniqueFd& tap)>& set_filter) {
  const NetworkNamespace netns("tap");
  const UniqueFd tap = open_tun(netns, "tap7", TunMode::kTap, 10 * kPackets);
  set_filter(tap);
  const Flow flow{"UDP", {"10.2.0.1", 40000}, {"10.2.0.2", 9}};
  Collection collection({&netns});
  send_datagrams(netns, flow, kPackets);
  collection.stop();
  expect_only_drops(collection.file(), {reason, "tun_net_xmit", kPackets, flow, "tap7", &netns});
}

TEST(TapFilter, OfAnotherMacAddressIsTapTxfilter) {
  expect_filtered("TAP_TXFILTER", [](const UniqueFd& tap) {
    std::array<uint8_t, sizeof(tun_filter) + ETH_ALEN> filter{};
    const tun_filter head{.flags = 0, .count = 1};
    const MacAddress other{2, 0, 0, 0, 0, 0x77};
    std::memcpy(filter.data(), &head, sizeof(head));
    std::copy(other.begin(), other.end(), filter.begin() + sizeof(head));
    // gives how many addresses the kernel compares exactly
    ASSERT_EQ(ioctl(tap.get(), TUNSETTXFILTER, filter.data()), 1);
  });
}

TEST(TapFilter, OfClassicBpfIsSocketFilter) {
  expect_filtered("SOCKET_FILTER", [](const UniqueFd& tap) {
    sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{.len = 1, .filter = &nothing};
    require_call(ioctl(tap.get(), TUNATTACHFILTER, &program), "TUNATTACHFILTER");
  });
}

TEST(TapFilter, OfEbpfIsTapFilter) {
  expect_filtered("TAP_FILTER", [](const UniqueFd& tap) {
    const UniqueFd program = load_constant_program(BPF_PROG_TYPE_SOCKET_FILTER, 0);
    int fd = program.get();
    require_call(ioctl(tap.get(), TUNSETFILTEREBPF, &fd), "TUNSETFILTEREBPF");
  });
}

}  // namespace
}  // namespace tracker::kernel_test
