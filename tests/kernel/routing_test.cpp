// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that the routing of IPv4 and IPv6 turns away.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <system_error>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

// A second link, with 10.99.0.0/24 or what else `address` lies in behind it.
void add_network_behind(const NetworkNamespace& netns,
                        const std::string& address = "10.99.0.2/24") {
  netns.ip(
      "link add back0 type veth peer name back1\n"
      "link set back0 addrgenmode none\n"
      "link set back1 addrgenmode none\n"
      "link set back1 up\n"
      "link set back0 up\n" +
      fmt::format("addr add {} dev back0\n", address));
}

TEST(Routing, SourceThatLiesElsewhereIsIpRpfilter) {
  const Pair pair;
  add_network_behind(pair.right);
  pair.right.set("ipv4/conf/all/rp_filter", "1");
  const Flow flow{"UDP", {"10.99.0.1", 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow));
  collection.stop();
  expect_only_drops(collection.file(),
                    {"IP_RPFILTER",
                     by_kernel("ip_rcv_finish_core.constprop.0", "ip_rcv_finish_core.constprop.0",
                               "ip_rcv_finish_core"),
                     kPackets, flow, pair.right_end.device, &pair.right});
}

TEST(Routing, TtlThatExpiresWhileForwardingIsIpInhdr) {
  const Pair pair;
  add_network_behind(pair.right);
  pair.right.set("ipv4/ip_forward", "1");
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"10.99.0.77", 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow, 1));
  collection.stop();
  expect_only_drops(collection.file(),
                    {"IP_INHDR", "ip_forward", kPackets, flow, pair.right_end.device, &pair.right});
}

TEST(Routing, HopLimitThatExpiresWhileForwardingIsIpInhdr) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  add_network_behind(pair.right, "fd99::2/64 nodad");
  pair.right.set("ipv6/conf/all/forwarding", "1");
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {"fd99::77", 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv6_frame(pair.left_end.mac, pair.right_end.mac, flow, 1));
  collection.stop();
  expect_drops(collection.file(),
               {"IP_INHDR", "ip6_forward", kPackets, flow, pair.right_end.device, &pair.right});
}

// A host that does not forward takes the packet for one that was not meant for it.
TEST(Routing, UnknownDestinationOnAHostIsIpInaddrerrors) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"192.0.2.7", 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow));
  collection.stop();
  expect_only_drops(collection.file(), {"IP_INADDRERRORS", "ip_error", kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(Routing, UnknownDestinationOnARouterIsIpInnoroutes) {
  const Pair pair;
  pair.right.set("ipv4/ip_forward", "1");
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"192.0.2.7", 9}};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow));
  collection.stop();
  expect_only_drops(collection.file(), {"IP_INNOROUTES", "ip_error", kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

// `change`, a command of ip, takes away the route of a connection along `flow`, from left to right.
// The segment has no header yet: its addresses and ports come from the socket. TCP tries again by
// a timer, so the number of drops is the kernel's own count of segments, read when the socket is
// closed.
void expect_no_way_out(const Pair& pair, const Flow& flow, const std::string& change,
                       const std::string& reason, const std::string& function) {
  const UniqueFd listener = bound_socket(pair.right, flow.dest, SOCK_STREAM);
  require_call(listen(listener.get(), 1), "listen");
  UniqueFd client = start_connecting(pair.left, flow);
  ASSERT_EQ(connect_result(client), 0);
  const int on = 1;
  require_call(setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "TCP_NODELAY");
  const linger at_once{1, 0};
  require_call(setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)),
               "SO_LINGER");

  Collection collection({&pair.left});
  pair.left.ip(change + "\n");
  const uint64_t before = pair.left.counter("Tcp", "OutSegs");
  for (int i = 0; i < kPackets; ++i) {
    require_call(send(client.get(), "x", 1, MSG_DONTWAIT), "cannot send");
  }
  client.reset();
  const uint64_t dropped = pair.left.counter("Tcp", "OutSegs") - before;
  collection.stop();

  EXPECT_GE(dropped, static_cast<uint64_t>(kPackets));
  expect_only_drops(collection.file(), {reason, function, dropped, flow, "", &pair.left});
}

void expect_ip_outnoroutes(const std::string& change) {
  const Pair pair;
  expect_no_way_out(pair, {"TCP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 5000}}, change,
                    "IP_OUTNOROUTES", "__ip_queue_xmit");
}

TEST(Routing, RouteThatVanishedUnderASocketIsIpOutnoroutes) {
  expect_ip_outnoroutes("route del 10.1.0.0/24 dev left0");
}

TEST(Routing, BlackholeUnderASocketIsIpOutnoroutes) {
  expect_ip_outnoroutes("route add blackhole 10.1.0.2");
}

TEST(Routing, UnreachableRouteUnderASocketIsIpOutnoroutes) {
  expect_ip_outnoroutes("route add unreachable 10.1.0.2");
}

// 7.3 gives the reason that IPv4 always had.
TEST(Routing, BlackholeOfIpv6UnderASocketIsDroppedAtItsPlace) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const char* reason = kernel_version().is_at_least(7, 3) ? "IP_OUTNOROUTES" : "NOT_SPECIFIED";
  expect_no_way_out(pair, {"TCP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, 5000}},
                    "route add blackhole fd01::2", reason, "inet6_csk_xmit");
}

// 0 if the datagram was taken.
int error_of_send(const NetworkNamespace& netns, const Flow& flow) {
  try {
    send_datagrams(netns, flow, 1);
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

// ip6_dst_lookup_tail() looks at the route before udpv6_sendmsg() makes an skb: the sender is told,
// and there is nothing that could be dropped. Datagrams over IPv4 show that drops would be seen.
TEST(Routing, BlackholeOfIpv6RefusesADatagramBeforeThereIsAPacket) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  pair.left.ip("route add blackhole fd01::2\n");
  const Flow refused{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, 9}};
  const Flow sent{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right});
  EXPECT_EQ(error_of_send(pair.left, refused), EINVAL);
  send_datagrams(pair.left, sent, kPackets);
  pair.settle();
  collection.stop();
  EXPECT_EQ(pair.left.counter("Udp6", "OutDatagrams"), 0U);
  EXPECT_TRUE(view("print", collection.file(), {"-f", "ip6 and udp"}).empty());
  expect_drops(collection.file(), {"NO_SOCKET", udp_receive_place(), kPackets, sent,
                                   pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
