// SPDX-License-Identifier: GPL-2.0-or-later
//
// Segments for connections that one end has done with.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/held_send.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/tcp_connection.h"
#include "harness/text_match.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kSegments = 5;

void send_byte(const UniqueFd& socket) { require_call(send(socket.get(), "x", 1, 0), "send"); }

// The reader has shut its end down, so it cannot take the data and resets the connection.
TEST(ClosedConnection, DataThatNobodyCanReadAbortsIt) {
  const Pair pair;
  TcpConnection connection(pair);
  require_call(shutdown(connection.server().get(), SHUT_RDWR), "shutdown");
  Collection collection({&pair.right});
  send_byte(connection.client());
  pair.settle();
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "TCP_ABORT_ON_DATA", "TCP_ABORT_ON_DATA"),
                "tcp_v4_do_rcv", 1, connection.flow(), "", &pair.right});
}

// With TCP_LINGER2 below 0 a closed socket does not wait for its peer's FIN.
TEST(ClosedConnection, AckToAFinThatDoesNotLingerAbortsIt) {
  const Pair pair;
  TcpConnection connection(pair);
  const int never = -1;
  require_call(
      setsockopt(connection.server().get(), IPPROTO_TCP, TCP_LINGER2, &never, sizeof(never)),
      "TCP_LINGER2");
  Collection collection({&pair.right});
  connection.server().reset();
  require_soon([&] { return pair.right.counter("TcpExt", "TCPAbortOnData") == 1; },
               "the connection to end");
  pair.settle();
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "TCP_ABORT_ON_DATA", "TCP_ABORT_ON_DATA"),
                "tcp_v4_do_rcv", 1, connection.flow(), "", &pair.right});
}

// `state` as /proc/net/tcp has it.
bool server_is_in(const std::string& state, const Pair& pair) {
  std::string sockets;
  pair.right.run([&] { sockets = read_file("/proc/thread-self/net/tcp"); });
  return !find_match(sockets, ":1388 [0-9A-F]{8}:9C40 " + state + " ").empty();
}
constexpr char kFinWait1[] = "04", kFinWait2[] = "05";

// Closes the server, whose FIN goes where nobody takes it, and lets data arrive that acknowledges
// `more` than was sent before.
void expect_abort_of_what_waits_for_its_ack(uint32_t more) {
  const Pair pair;
  TcpConnection connection(pair);
  pair.right.ip(fmt::format("neigh replace {} lladdr 02:00:00:00:00:99 dev {} nud permanent\n",
                            pair.left_end.ipv4, pair.right_end.device));
  connection.server().reset();
  ASSERT_TRUE(server_is_in(kFinWait1, pair));
  Collection collection({&pair.right});
  deliver_copies(pair, 1, connection.segment(0, 4, kAck, more));
  collection.stop();
  EXPECT_FALSE(server_is_in(kFinWait1, pair));
  EXPECT_EQ(pair.right.counter("TcpExt", "TCPAbortOnData"), 1U);
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "TCP_ABORT_ON_DATA", "TCP_ABORT_ON_DATA"),
                "tcp_v4_do_rcv", 1, connection.flow(), "", &pair.right});
}

TEST(ClosedConnection, DataBeforeTheAckOfItsFinAbortsIt) {
  expect_abort_of_what_waits_for_its_ack(0);
}

// In the same segment: tcp_rcv_state_process() sees the ACK first, and that nobody waits.
TEST(ClosedConnection, DataWithTheAckOfItsFinAbortsIt) {
  expect_abort_of_what_waits_for_its_ack(1);
}

// What is left of the socket waits for a FIN only (FIN_WAIT2, kept as TIME_WAIT is).
TEST(ClosedConnection, DataAfterCloseIsDropped) {
  const Pair pair;
  TcpConnection connection(pair);
  connection.server().reset();
  require_soon([&] { return server_is_in(kFinWait2, pair); }, "the server to wait for a FIN");
  Collection collection({&pair.right});
  send_byte(connection.client());
  pair.settle();
  collection.stop();
  expect_drops(collection.file(), {"NOT_SPECIFIED", "tcp_v4_rcv", 1, connection.flow(),
                                   pair.right_end.device, &pair.right});
}

// The sender said that it had no more.
TEST(ClosedConnection, DataAfterItsSendersFinIsDropped) {
  const Pair pair;
  TcpConnection connection(pair);
  require_call(shutdown(connection.client().get(), SHUT_WR), "shutdown");
  pair.settle();
  Collection collection({&pair.right});
  deliver_copies(pair, kSegments, connection.segment(1, 4));
  collection.stop();
  expect_drops(collection.file(), {"NOT_SPECIFIED", "tcp_rcv_state_process", kSegments,
                                   connection.flow(), "", &pair.right});
}

// A reset and data arrive while send() owns the socket. When it lets the socket go, the reset
// closes it and the data finds it closed, both in the sender's own context.
TEST(ClosedConnection, DataThatWaitedBehindAResetIsTcpClose) {
  constexpr int kPayload = 4;
  const Pair pair;
  TcpConnection connection(pair);
  Collection collection({&pair.right});
  HeldSend held(connection.server());
  std::vector<Frame> frames{connection.segment(0, 0, kReset | kAck)};
  frames.insert(frames.end(), kSegments, connection.segment(0, kPayload));
  deliver(pair, frames);
  held.release();
  collection.stop();

  uint64_t dropped = 0;
  for (const Json& journey : view("sort", collection.file())) {
    if (text_at(journey, "/verdict/reason") != "TCP_CLOSE") continue;
    SCOPED_TRACE(journey.dump());
    // left itself acknowledges what send() sent
    if (journey.at("/events/0/packet/ip/len"_json_pointer) != 20 + 20 + kPayload) continue;
    ++dropped;
    EXPECT_EQ(text_at(journey, "/flow"), connection.flow().text());
    EXPECT_EQ(function_of(text_at(journey, "/verdict/location")), "tcp_rcv_state_process");
    EXPECT_EQ(text_at(journey, "/events/0/netns/name"), pair.right.name());
    EXPECT_EQ(text_at(journey, "/events/0/task/context"), "process");
  }
  EXPECT_EQ(dropped, uint64_t{kSegments});
  expect_nothing_lost(collection.file());
}

}  // namespace
}  // namespace tracker::kernel_test
