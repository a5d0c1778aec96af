// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/traffic.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "harness/first_cpu.h"
#include "harness/require.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

bool is_ipv6_text(const std::string& address) { return address.find(':') != std::string::npos; }

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const Endpoint& endpoint) {
  SocketAddress result;
  if (is_ipv6_text(endpoint.address)) {
    auto* address = reinterpret_cast<sockaddr_in6*>(&result.storage);
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(endpoint.port);
    require(inet_pton(AF_INET6, endpoint.address.c_str(), &address->sin6_addr) == 1, "an address");
    result.size = sizeof(sockaddr_in6);
  } else {
    auto* address = reinterpret_cast<sockaddr_in*>(&result.storage);
    address->sin_family = AF_INET;
    address->sin_port = htons(endpoint.port);
    require(inet_pton(AF_INET, endpoint.address.c_str(), &address->sin_addr) == 1, "an address");
    result.size = sizeof(sockaddr_in);
  }
  return result;
}

std::string endpoint_text(const Endpoint& endpoint) {
  if (endpoint.port == 0) return endpoint.address;
  const bool is_ipv6 = is_ipv6_text(endpoint.address);
  const std::string host = is_ipv6 ? fmt::format("[{}]", endpoint.address) : endpoint.address;
  return fmt::format("{}:{}", host, endpoint.port);
}

}  // namespace

std::string Flow::text() const {
  if (source.address.empty()) return protocol;
  const std::string text =
      fmt::format("{} {} > {}", protocol, endpoint_text(source), endpoint_text(dest));
  return kind.empty() ? text : fmt::format("{} {}", text, kind);
}

bool Flow::is_ipv6() const { return is_ipv6_text(source.address); }

UniqueFd bound_socket(const NetworkNamespace& netns, const Endpoint& source, int type) {
  const int domain = is_ipv6_text(source.address) ? AF_INET6 : AF_INET;
  UniqueFd fd = netns.open_socket(domain, type, 0);
  const int on = 1;
  require_call(setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
  const SocketAddress address = socket_address(source);
  require_call(bind(fd.get(), address.get(), address.size),
               fmt::format("cannot bind to {}", endpoint_text(source)));
  return fd;
}

void send_datagrams(const NetworkNamespace& netns, const Flow& flow, int count, size_t size) {
  send_datagrams(bound_socket(netns, flow.source, SOCK_DGRAM), flow, count, size);
}

constexpr size_t kOneFrame = 1472;  // bytes of a datagram over IPv4 and Ethernet that is not split

void send_datagrams(const UniqueFd& socket, const Flow& flow, int count, size_t size,
                    Payload payload) {
  if (!flow.is_ipv6()) {
    // ip_select_ident_segs(): no id is needed where nothing may be fragmented
    const int discovery = size > kOneFrame ? IP_PMTUDISC_DONT : IP_PMTUDISC_DO;
    require_call(
        setsockopt(socket.get(), IPPROTO_IP, IP_MTU_DISCOVER, &discovery, sizeof(discovery)),
        "IP_MTU_DISCOVER");
  }
  const SocketAddress dest = socket_address(flow.dest);
  std::vector<uint8_t> bytes(size, 'x');
  const FirstCpu pinned;
  for (int i = 0; i < count; ++i) {
    if (payload == Payload::kRandom)
      require_call(getrandom(bytes.data(), bytes.size(), 0), "cannot make a payload");
    const ssize_t sent = sendto(socket.get(), bytes.data(), bytes.size(), 0, dest.get(), dest.size);
    require_call(sent, fmt::format("cannot send {}", flow.text()));
  }
}

UniqueFd start_connecting(const NetworkNamespace& netns, const Flow& flow) {
  UniqueFd fd = bound_socket(netns, flow.source, SOCK_STREAM | SOCK_NONBLOCK);
  const SocketAddress dest = socket_address(flow.dest);
  const FirstCpu pinned;
  if (connect(fd.get(), dest.get(), dest.size) < 0 && errno != EINPROGRESS) {
    require_call(-1, fmt::format("cannot connect {}", flow.text()));
  }
  return fd;
}

int connect_result(const UniqueFd& socket) {
  pollfd waiting{socket.get(), POLLOUT, 0};
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
  require(poll(&waiting, 1, static_cast<int>(timeout.count())) == 1, "connect() hangs");
  int error = 0;
  socklen_t size = sizeof(error);
  require_call(getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size), "SO_ERROR");
  return error;
}

void send_frames(const NetworkNamespace& netns, const std::string& device,
                 const std::vector<std::vector<uint8_t>>& frames) {
  const UniqueFd fd = netns.open_socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  netns.run([&] { address.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str())); });
  require(address.sll_ifindex != 0, device + " is not there");
  const FirstCpu pinned;
  for (const std::vector<uint8_t>& frame : frames) {
    const ssize_t sent = sendto(fd.get(), frame.data(), frame.size(), 0,
                                reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    require_call(sent, "cannot send a frame");
  }
}

void wait_until_delivered(const NetworkNamespace& from, const std::string& from_address,
                          const NetworkNamespace& to, const std::string& to_address) {
  constexpr uint16_t kPort = 4242;
  const UniqueFd receiver = bound_socket(to, {to_address, kPort}, SOCK_DGRAM);
  send_datagrams(from, {"UDP", {from_address, kPort}, {to_address, kPort}}, 1);
  require_soon([&] { return drain(receiver) == 1; }, "the last datagram");
}

int drain(const UniqueFd& socket) {
  int taken = 0;
  char byte = 0;
  while (recv(socket.get(), &byte, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0) ++taken;
  require(errno == EAGAIN || errno == EWOULDBLOCK, "cannot drain a socket");
  return taken;
}

}  // namespace tracker::kernel_test
