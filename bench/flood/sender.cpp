// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/sender.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/system_error.h"
#include "bench/flood/own_namespace.h"

namespace tracker::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kPorts = 100;    // of 10,000 flows: as many addresses
constexpr uint32_t kPortion = 512;  // datagrams between two looks at the clock

// Their contents matter to nobody: what is kept of a packet ends with its headers.
char payload[18];
iovec payload_vector{payload, sizeof(payload)};
sockaddr_in closed_port{};

// While it lives, the calling thread runs on the last of the CPUs that it may use.
class LastCpu {
 public:
  LastCpu() {
    ::sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
      if (!CPU_ISSET(cpu, &before_)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    ::sched_setaffinity(0, sizeof(one), &one);
  }
  ~LastCpu() { ::sched_setaffinity(0, sizeof(before_), &before_); }
  LastCpu(const LastCpu&) = delete;
  LastCpu& operator=(const LastCpu&) = delete;

 private:
  cpu_set_t before_{};
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

Sent operator+(const Sent& first, const Sent& second) {
  return {first.datagrams + second.datagrams, first.drops + second.drops,
          first.seconds + second.seconds, first.cpu_seconds + second.cpu_seconds};
}

Result<Sender> Sender::create(uint32_t flows) {
  closed_port.sin_family = AF_INET;
  closed_port.sin_port = htons(9);
  closed_port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Sender sender;
  TRY(sender.open_sockets(std::min(flows, kPorts)));
  sender.prepare_flows(flows);
  TRY(sender.open_receiver());
  return sender;
}

Result<void> Sender::open_sockets(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in any{};  // any port: each socket gets one of its own
    any.sin_family = AF_INET;
    if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&any), sizeof(any)) != 0)
      return system_error("open a UDP socket", errno);
    sockets_.push_back(std::move(socket));
  }
  return {};
}

void Sender::prepare_flows(uint32_t count) {
  const auto ports = static_cast<uint32_t>(sockets_.size());
  controls_.resize((count + ports - 1) / ports);
  for (uint32_t i = 0; i < controls_.size(); ++i) {
    msghdr message{};
    message.msg_control = controls_[i].data();
    message.msg_controllen = kControlSize;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo source{};
    source.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK + i);
    std::memcpy(CMSG_DATA(header), &source, sizeof(source));
  }
  for (uint32_t i = 0; i < count; ++i) {
    Flow flow;
    flow.socket = sockets_[i % ports].get();
    flow.message.msg_name = &closed_port;
    flow.message.msg_namelen = sizeof(closed_port);
    flow.message.msg_iov = &payload_vector;
    flow.message.msg_iovlen = 1;
    flow.message.msg_control = controls_[i / ports].data();
    flow.message.msg_controllen = kControlSize;
    flows_.push_back(flow);
  }
}

Result<void> Sender::open_receiver() {
  receiver_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  open_port_.sin_family = AF_INET;
  open_port_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const address = reinterpret_cast<sockaddr*>(&open_port_);
  socklen_t size = sizeof(open_port_);
  if (::bind(receiver_.get(), address, size) != 0 ||
      ::getsockname(receiver_.get(), address, &size) != 0)
    return system_error("open a UDP port", errno);
  return {};
}

// A CPU's backlog is worked off in order: what was sent from it has been dealt with when a later
// datagram has arrived, of which the backlog may have no room for the first ones.
void Sender::settle() const {
  pollfd arrived{receiver_.get(), POLLIN, 0};
  for (int tries = 0; tries < 50; ++tries) {
    ::sendto(receiver_.get(), payload, sizeof(payload), 0,
             reinterpret_cast<const sockaddr*>(&open_port_), sizeof(open_port_));
    if (::poll(&arrived, 1, 100) == 1) break;
  }
  char byte = 0;
  while (::recv(receiver_.get(), &byte, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0) {
  }
}

uint64_t Sender::send_some(uint32_t count) {
  uint64_t sent = 0;
  for (uint32_t i = 0; i < count; ++i) {
    random_ ^= random_ << 13;  // Marsaglia's xorshift: a few cycles
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    const Flow& flow = flows_[random_ % flows_.size()];
    if (::sendmsg(flow.socket, &flow.message, 0) == sizeof(payload)) ++sent;
  }
  return sent;
}

Sent Sender::flood(double seconds) {
  const LastCpu pinned;
  const uint64_t drops_before = drops_so_far();
  Sent sent;
  const auto start = Clock::now();
  const double cpu_start = thread_cpu_seconds();
  do {
    sent.datagrams += send_some(kPortion);
    sent.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  } while (sent.seconds < seconds);
  sent.cpu_seconds = thread_cpu_seconds() - cpu_start;
  settle();
  sent.drops = drops_so_far() - drops_before;
  return sent;
}

}  // namespace tracker::bench
