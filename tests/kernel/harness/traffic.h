// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sockets that send a known number of packets, all from CPU 0 (first_cpu.h says why).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "harness/network_namespace.h"

namespace tracker::kernel_test {

// An IPv4 or IPv6 address and a port.
struct Endpoint {
  std::string address;
  uint16_t port = 0;
};

// A flow and its text as tracker shows it: "UDP 10.1.0.1:40000 > 10.1.0.2:9". An Endpoint without
// a port (0) is shown as an address; without addresses there is the protocol alone.
struct Flow {
  std::string protocol;
  Endpoint source;
  Endpoint dest;
  std::string kind = {};  // of ICMP: "echo request"

  std::string text() const;
  bool is_ipv6() const;
};

// A datagram socket (or any other type) bound to `source`.
UniqueFd bound_socket(const NetworkNamespace& netns, const Endpoint& source, int type);

// Sends `count` datagrams of `size` bytes along `flow`, each of which must be taken. They are alike
// to the last byte: never to be fragmented, those of IPv4 have the id 0.
void send_datagrams(const NetworkNamespace& netns, const Flow& flow, int count, size_t size = 20);
// The same from a socket that is bound to the flow's source. Random payload does not compress.
enum class Payload { kAlike, kRandom };
void send_datagrams(const UniqueFd& socket, const Flow& flow, int count, size_t size = 20,
                    Payload payload = Payload::kAlike);

// Opens a TCP connection along `flow`; connect() has been called but not waited for.
UniqueFd start_connecting(const NetworkNamespace& netns, const Flow& flow);
// Waits for the end of the attempt: 0 or the error.
int connect_result(const UniqueFd& socket);

// Sends each frame, Ethernet header and all, out of `device`.
void send_frames(const NetworkNamespace& netns, const std::string& device,
                 const std::vector<std::vector<uint8_t>>& frames);

// Returns when all that was sent before from CPU 0, as the functions here do, over links of the
// harness has been received or dropped: sends one more datagram, to an open port, and takes it.
void wait_until_delivered(const NetworkNamespace& from, const std::string& from_address,
                          const NetworkNamespace& to, const std::string& to_address);

// Takes all that waits in a datagram socket; returns how many there were.
int drain(const UniqueFd& socket);

}  // namespace tracker::kernel_test
