// SPDX-License-Identifier: GPL-2.0-or-later
//
// The bytes of a packet as on the wire: VLAN tags in their places, headers in page fragments, as
// many bytes as asked for; and stacks.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

std::vector<Json> dropped_udp(const std::string& file) {
  return view("sort", file, {"--drops", "-f", "udp or (vlan and udp)"});
}

// veth takes a tag beside the bytes (skb->vlan_tci); the wire would have it behind the MAC
// addresses. The machine's own kernel may lack VLAN devices; those in the lab have them.
TEST(PacketBytes, HaveTheVlanTagInItsPlace) {
  const Pair pair;
  const ProcessResult made =
      run_program({"ip", "-n", pair.left.name(), "link", "add", "link", pair.left_end.device,
                   "name", "tagged", "type", "vlan", "id", "5"});
  if (made.status != 0 && std::getenv("TRACKER_LAB") == nullptr)
    GTEST_SKIP() << "no VLAN devices here, runs in the lab: " << made.err;
  ASSERT_EQ(made.status, 0) << made.err;
  pair.left.ip("addr add 10.5.0.1/24 dev tagged\nlink set tagged up\nneigh add 10.5.0.2 lladdr " +
               mac_text(pair.right_end.mac) + " dev tagged\n");
  const Flow flow{"UDP", {"10.5.0.1", 40000}, {"10.5.0.2", 9}};
  Collection collection({&pair.left}, {"--probe", "tp:net:net_dev_start_xmit"});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  int tagged = 0;
  for (const Json& event : view("print", collection.file(), {"-f", "vlan 5 and udp port 9"})) {
    SCOPED_TRACE(event.dump());
    EXPECT_EQ(text_at(event, "/dev/name"), pair.left_end.device);
    EXPECT_EQ(text_at(event, "/packet/ip/dst"), flow.dest.address);
    EXPECT_EQ(text_at(event, "/packet/bytes").substr(24, 12), "810000050800")
        << "TPID, TCI and the type behind the addresses";
    EXPECT_EQ(event.at("skb").at("vlan"), (Json{{"id", 5}, {"priority", 0}, {"proto", "0x8100"}}));
    ++tagged;
  }
  EXPECT_EQ(tagged, kPackets);
}

// Where page fragments lie is known from two variables, if kallsyms lists variables
// (CONFIG_KALLSYMS_ALL, as Debian's kernels have it).
bool lists_symbol(const std::string& name) {
  std::ifstream kallsyms("/proc/kallsyms");
  std::string line;
  while (std::getline(kallsyms, line)) {
    if (line.ends_with(" " + name)) return true;
  }
  return false;
}

// A tap with IFF_NAPI_FRAGS puts what it is given beyond the first segment into page fragments.
TEST(PacketBytes, OfHeadersInPageFragmentsAreRead) {
  const NetworkNamespace netns("frags");
  UniqueFd tap;
  netns.run([&] {
    tap.reset(require_call(::open("/dev/net/tun", O_RDWR | O_CLOEXEC), "open /dev/net/tun"));
    ifreq request{};
    std::snprintf(request.ifr_name, sizeof(request.ifr_name), "frags0");
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS;
    require_call(::ioctl(tap.get(), TUNSETIFF, &request), "make a tap with fragments");
  });
  const MacAddress mac{2, 0, 0, 0, 0, 7}, peer{2, 0, 0, 0, 0, 8};
  netns.ip("link set frags0 address " + mac_text(mac) + " up\naddr add 10.9.0.1/24 dev frags0\n");
  const Flow flow{"UDP", {"10.9.0.2", 40000}, {"10.9.0.1", 9}};
  Frame frame = ipv4_frame(peer, mac, flow);
  std::string hex;
  for (const uint8_t byte : frame) hex += fmt::format("{:02x}", byte);
  const bool readable = lists_symbol("vmemmap_base");
  // Whatever the header lies in: one fragment, or one for each piece of it.
  const std::vector<std::vector<size_t>> splits{{16}, {16, 34}, {14, 20, 30, 36, 40, 44}};
  for (const std::vector<size_t>& split : splits) {
    SCOPED_TRACE(fmt::format("{} parts", split.size() + 1));
    std::vector<iovec> parts;
    size_t begin = 0;
    for (const size_t end : split) {
      parts.push_back({frame.data() + begin, end - begin});
      begin = end;
    }
    parts.push_back({frame.data() + begin, frame.size() - begin});
    Collection collection({&netns},
                          {"--snaplen", "0", "--probe", "tp:net:napi_gro_receive_entry", "--probe",
                           "tp:net:netif_receive_skb", "--probe", "tp:skb:kfree_skb"});
    for (int i = 0; i < kPackets; ++i) {
      require_call(::writev(tap.get(), parts.data(), static_cast<int>(parts.size())),
                   "send a frame in parts");
    }
    collection.stop();
    int drops = 0;
    for (const Json& event : view("print", collection.file(), {"--probe", "tp:skb:kfree_skb"})) {
      if (text_at(event, "/drop/reason") != "NO_SOCKET") continue;
      EXPECT_EQ(event.at("packet").at("udp").at("dport"), 9) << event.dump();
      const std::string bytes = text_at(event, "/packet/bytes");
      EXPECT_EQ(bytes, hex.substr(0, readable ? hex.size() : bytes.size()));
      EXPECT_GE(bytes.size(), 2 * (kTransport + 8)) << "the kernel pulled the headers";
      ++drops;
    }
    EXPECT_EQ(drops, kPackets);
  }
}

TEST(PacketBytes, AreAsManyAsAskedFor) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  constexpr size_t kSize = 1200, kWhole = 14 + 20 + 8 + kSize;
  const std::vector<std::pair<std::string, size_t>> cases{
      {"100", 100}, {"1000", 1000}, {"0", kWhole}};
  for (const auto& [snaplen, kept] : cases) {
    SCOPED_TRACE("--snaplen " + snaplen);
    Collection collection({&pair.left, &pair.right}, {"-p", "dropmon", "--snaplen", snaplen});
    send_datagrams(pair.left, flow, kPackets, kSize);
    pair.settle();
    collection.stop();
    const std::vector<Json> journeys = dropped_udp(collection.file());
    ASSERT_EQ(journeys.size(), static_cast<size_t>(kPackets));
    for (const Json& journey : journeys) {
      const Json& packet = journey.at("events").at(0).at("packet");
      EXPECT_EQ(packet.at("len"), kWhole);
      EXPECT_EQ(text_at(packet, "/bytes").size(), 2 * kept);
    }
  }
}

// The frames of tracing itself are cut: the first is where the packet was dropped.
TEST(Stack, BeginsAtThePlaceOfTheDrop) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right}, {"--probe", "tp:skb:kfree_skb/stack"});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  const std::vector<Json> journeys = dropped_udp(collection.file());
  ASSERT_EQ(journeys.size(), static_cast<size_t>(kPackets));
  for (const Json& journey : journeys) {
    const Json& event = journey.at("events").at(0);
    const Json& stack = event.at("stack");
    ASSERT_GT(stack.size(), 5U) << event.dump();
    EXPECT_EQ(stack[0], text_at(event, "/drop/location"));
    bool from_ip = std::any_of(stack.begin(), stack.end(), [](const Json& frame) {
      return frame.get<std::string>().starts_with("ip_local_deliver_finish+");
    });
    EXPECT_TRUE(from_ip) << stack.dump();
  }
}

}  // namespace
}  // namespace tracker::kernel_test
