// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/tcp_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "harness/require.h"

namespace tracker::kernel_test {

TcpConnection::TcpConnection(const NetworkNamespace& left_ns, const End& left,
                             const NetworkNamespace& right_ns, const End& right)
    : source_(left.mac), dest_(right.mac), flow_{"TCP", {left.ipv4, 40000}, {right.ipv4, 5000}} {
  const UniqueFd listener = bound_socket(right_ns, flow_.dest, SOCK_STREAM);
  require_call(listen(listener.get(), 1), "listen");
  client_ = start_connecting(left_ns, flow_);
  server_.reset(require_call(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  require_call(send(client_.get(), "0123456789", 10, 0), "send");
  char bytes[10];
  require(recv(server_.get(), bytes, sizeof(bytes), MSG_WAITALL) == 10, "cannot receive");
  ask_sequence_numbers();
}

TcpConnection::TcpConnection(const Pair& pair)
    : TcpConnection(pair.left, pair.left_end, pair.right, pair.right_end) {}

Frame TcpConnection::segment(int32_t offset, uint16_t payload, uint8_t flags, uint32_t more) const {
  const uint32_t seq = expected_ + static_cast<uint32_t>(offset);
  return tcp_frame(source_, dest_, flow_, {seq, sent_ + more, flags, payload});
}

uint32_t TcpConnection::queue_sequence(int queue) const {
  require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)),
               "TCP_REPAIR_QUEUE");
  uint32_t sequence = 0;
  socklen_t size = sizeof(sequence);
  require_call(getsockopt(server_.get(), IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, &size),
               "TCP_QUEUE_SEQ");
  return sequence;
}

void TcpConnection::ask_sequence_numbers() {
  constexpr int kOn = 1, kOffWithoutProbe = -1, kReceiveQueue = 1, kSendQueue = 2;
  require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR, &kOn, sizeof(kOn)), "TCP_REPAIR");
  expected_ = queue_sequence(kReceiveQueue);
  sent_ = queue_sequence(kSendQueue);
  require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR, &kOffWithoutProbe,
                          sizeof(kOffWithoutProbe)),
               "TCP_REPAIR");
}

}  // namespace tracker::kernel_test
