// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames with checksums that do not fit.
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

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

// Sends frames along `flow` with a wrong byte at `offset`.
void expect_checksum_drop(const std::string& protocol, size_t offset, const std::string& reason,
                          const std::string& function) {
  const Pair pair;
  const Flow flow{protocol, {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Frame frame = ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow);
  spoil(frame, offset);
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  expect_only_drops(collection.file(),
                    {reason, function, kPackets, flow, pair.right_end.device, &pair.right});
}

TEST(BadChecksum, OfIpHeaderIsIpCsum) {
  expect_checksum_drop("UDP", kIpChecksum, "IP_CSUM", "ip_rcv_core");
}

TEST(BadChecksum, OfUdpIsUdpCsum) {
  expect_checksum_drop("UDP", kUdpChecksum, "UDP_CSUM", udp_receive_place());
}

// IPv6 has no checksum of its own; only the datagram's can be wrong.
TEST(BadChecksum, OfUdpOverIpv6IsUdpCsum) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, 9}};
  Frame frame = ipv6_frame(pair.left_end.mac, pair.right_end.mac, flow);
  spoil(frame, kIpv6UdpChecksum);
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  expect_drops(collection.file(), {"UDP_CSUM", udpv6_receive_place(), kPackets, flow,
                                   pair.right_end.device, &pair.right});
}

TEST(BadChecksum, OfTcpIsTcpCsum) {
  expect_checksum_drop("TCP", kTcpChecksum, "TCP_CSUM", "tcp_v4_rcv");
}

constexpr uint16_t kPayload = 200;

// A UDP datagram of more than 76 bytes (CHECKSUM_BREAK) is queued as it is: its checksum is looked
// at by who asks for it, in the process that asks. By then the skb names neither device
// (dev_scratch is in its place) nor route nor socket.
class LongDatagrams {
 public:
  explicit LongDatagrams(NetworkNamespace::Ipv6 ipv6 = NetworkNamespace::Ipv6::kOff)
      : pair_(ipv6),
        flow_{"UDP",
              {is_ipv6() ? pair_.left_end.ipv6 : pair_.left_end.ipv4, 40000},
              {is_ipv6() ? pair_.right_end.ipv6 : pair_.right_end.ipv4, 7777}},
        receiver_(bound_socket(pair_.right, flow_.dest, SOCK_DGRAM)) {}

  const Pair& pair() const { return pair_; }
  const UniqueFd& receiver() const { return receiver_; }

  // Sends them with a checksum that is wrong, and returns when they are in the socket's queue.
  void arrive() const {
    const auto make_frame = is_ipv6() ? ipv6_frame : ipv4_frame;
    Frame frame = make_frame(pair_.left_end.mac, pair_.right_end.mac, flow_, 64, kPayload);
    spoil(frame, is_ipv6() ? kIpv6UdpChecksum : kUdpChecksum);
    deliver_copies(pair_, kPackets, frame);
  }

  // Asks for so many bytes of one; there are none with a right checksum.
  void read_in_vain(size_t size) const {
    std::vector<char> bytes(size);
    EXPECT_EQ(recv(receiver_.get(), bytes.data(), size, MSG_DONTWAIT), -1);
    EXPECT_EQ(errno, EAGAIN);
  }

  void expect_dropped(const std::string& file, const std::string& function) const {
    const std::string reason = by_kernel("NOT_SPECIFIED", "NOT_SPECIFIED", "UDP_CSUM");
    expect_drops(file, {reason, function, kPackets, flow_, "", &pair_.right});
    // IPv6 has reports of multicast listeners dropped beside them, in softirqs.
    const std::vector<Json> events = view("print", file, {"-f", "udp"});
    EXPECT_EQ(events.size(), static_cast<size_t>(kPackets));
    for (const Json& event : events) {
      EXPECT_EQ(text_at(event, "/task/context"), "process") << event.dump();
      EXPECT_EQ(event.at("/task/tgid"_json_pointer), getpid()) << event.dump();
    }
  }

 private:
  bool is_ipv6() const { return !pair_.right_end.ipv6.empty(); }

  Pair pair_;
  Flow flow_;
  UniqueFd receiver_;
};

TEST(BadChecksum, OfALongDatagramIsFoundByItsReader) {
  const LongDatagrams datagrams;
  Collection collection({&datagrams.pair().right});
  datagrams.arrive();
  datagrams.read_in_vain(kPayload);
  collection.stop();
  datagrams.expect_dropped(collection.file(), "udp_recvmsg");
}

// A reader who has no room for all of it.
TEST(BadChecksum, OfALongDatagramIsFoundByAReaderOfItsBeginning) {
  const LongDatagrams datagrams;
  Collection collection({&datagrams.pair().right});
  datagrams.arrive();
  datagrams.read_in_vain(1);
  collection.stop();
  datagrams.expect_dropped(collection.file(), "udp_recvmsg");
}

TEST(BadChecksum, OfALongDatagramOverIpv6IsFoundByItsReader) {
  const LongDatagrams datagrams(NetworkNamespace::Ipv6::kOn);
  Collection collection({&datagrams.pair().right});
  datagrams.arrive();
  datagrams.read_in_vain(kPayload);
  collection.stop();
  datagrams.expect_dropped(collection.file(), "udpv6_recvmsg");
}

// first_packet_length(), which poll() calls too.
TEST(BadChecksum, OfALongDatagramIsFoundByWhoAsksForItsLength) {
  const LongDatagrams datagrams;
  Collection collection({&datagrams.pair().right});
  datagrams.arrive();
  int length = -1;
  require_call(ioctl(datagrams.receiver().get(), FIONREAD, &length), "FIONREAD");
  EXPECT_EQ(length, 0);
  collection.stop();
  datagrams.expect_dropped(collection.file(), "__first_packet_length");
}

// They were in the queue before: nothing tells whose they are.
TEST(BadChecksum, OfALongDatagramThatNobodySawArriveIsCountedAsUnattributed) {
  const LongDatagrams datagrams;
  datagrams.arrive();
  Collection collection({&datagrams.pair().right});
  EXPECT_EQ(drain(datagrams.receiver()), 0);
  collection.stop();
  const Sums sums = sums_of(collection.file());
  EXPECT_EQ(sums.recorded, 0U);
  EXPECT_GE(sums.unattributed, uint64_t{kPackets});  // the host may have some of its own
}

}  // namespace
}  // namespace tracker::kernel_test
