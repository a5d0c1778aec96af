// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sender: datagrams to a closed UDP port of 127.0.0.1, from one core, as fast as it can. Each is
// one drop; the ICMP errors that come back are none, unless they find the backlog full.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker::bench {

struct Sent {
  uint64_t datagrams = 0;
  uint64_t drops = 0;  // as the namespace counted them
  double seconds = 0;
  double cpu_seconds = 0;  // that the sender ran: the rest, others had its core
  double rate() const { return static_cast<double>(datagrams) / seconds; }
  double cpu_rate() const { return static_cast<double>(datagrams) / cpu_seconds; }
};

Sent operator+(const Sent& first, const Sent& second);

inline constexpr uint32_t kMaxFlows = 10'000;

class Sender {
 public:
  // `flows` (1 to kMaxFlows) differ in source address and port; a datagram's flow is drawn at
  // random. All is prepared here: sending costs the sender alike whatever the number.
  static Result<Sender> create(uint32_t flows);

  size_t flow_count() const { return flows_.size(); }

  // Sends for so long, on the last of this process' CPUs. The namespace has dealt with all of it
  // when this returns.
  Sent flood(double seconds);

 private:
  static constexpr size_t kControlSize = CMSG_SPACE(sizeof(in_pktinfo));
  using Control = std::array<char, kControlSize>;
  struct Flow {
    int socket = -1;
    msghdr message{};
  };

  Sender() = default;
  Result<void> open_sockets(uint32_t count);
  void prepare_flows(uint32_t count);
  Result<void> open_receiver();
  void settle() const;
  uint64_t send_some(uint32_t count);

  std::vector<UniqueFd> sockets_;
  std::vector<Control> controls_;  // a source address each
  std::vector<Flow> flows_;
  UniqueFd receiver_;  // at an open port
  sockaddr_in open_port_{};
  uint32_t random_ = 1;
};

}  // namespace tracker::bench
