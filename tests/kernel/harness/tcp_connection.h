// SPDX-License-Identifier: GPL-2.0-or-later
//
// TcpConnection: an established connection, from left to right, and where its sequence numbers
// stand, so that a test can send segments that do not fit.
#pragma once

#include <cstdint>

#include "harness/frame.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {

inline constexpr uint8_t kSyn = 0x02, kReset = 0x04, kPush = 0x08, kAck = 0x10;

class TcpConnection {
 public:
  // Ten bytes have been sent to the right and read there: something to be old.
  TcpConnection(const NetworkNamespace& left_ns, const End& left, const NetworkNamespace& right_ns,
                const End& right);
  explicit TcpConnection(const Pair& pair);

  const Flow& flow() const { return flow_; }
  UniqueFd& client() { return client_; }  // the left end
  UniqueFd& server() { return server_; }

  // A frame from left to right that acknowledges all and `more`, which the right end has sent since
  // (a FIN is one), of so many bytes of payload from `offset` bytes after what the right end
  // expects next.
  Frame segment(int32_t offset, uint16_t payload, uint8_t flags = kAck, uint32_t more = 0) const;

 private:
  uint32_t queue_sequence(int queue) const;
  void ask_sequence_numbers();

  MacAddress source_, dest_;
  Flow flow_;
  UniqueFd client_, server_;
  uint32_t expected_ = 0;  // the right end's RCV.NXT
  uint32_t sent_ = 0;      // and its SND.NXT
};

}  // namespace tracker::kernel_test
