// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/echo.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "harness/first_cpu.h"
#include "harness/require.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

// The backlog of a CPU takes 1000 packets; there is always room for so many.
constexpr int kBurst = 200;

// A reply that has not come by then was lost on the way: the caller may start over.
constexpr std::chrono::seconds kReplyPatience{10};

sockaddr_in address_of(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  require(inet_pton(AF_INET, text.c_str(), &address.sin_addr) == 1, "an IPv4 address");
  return address;
}

// Type, code, checksum, id, sequence; no payload.
std::array<uint16_t, 4> echo_request(int number) {
  const auto sequence = static_cast<uint16_t>(number);
  const uint32_t sum = (ICMP_ECHO << 8) + kEchoId + sequence;
  const auto checksum = static_cast<uint16_t>(~((sum & 0xffff) + (sum >> 16)));
  return {htons(ICMP_ECHO << 8), htons(checksum), htons(kEchoId), htons(sequence)};
}

}  // namespace

void exchange_echoes(const NetworkNamespace& from, const std::string& source,
                     const std::string& dest, int count) {
  const UniqueFd fd = from.open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  const icmp_filter nothing{~0U};
  require_call(setsockopt(fd.get(), SOL_RAW, ICMP_FILTER, &nothing, sizeof(nothing)),
               "ICMP_FILTER");
  const sockaddr_in own = address_of(source);
  require_call(bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)), source);
  const sockaddr_in peer = address_of(dest);
  const FirstCpu pinned;
  const uint64_t before = from.counter("Icmp", "InEchoReps");
  for (int sent = 0; sent < count; ++sent) {
    if (sent % kBurst == kBurst - 1 || sent + 1 == count) {
      // The last of a burst goes when the others are back, so that it is not one too many.
      require_soon([&] { return from.counter("Icmp", "InEchoReps") == before + sent; }, "replies",
                   kReplyPatience);
    }
    const std::array<uint16_t, 4> request = echo_request(sent);
    require_call(sendto(fd.get(), request.data(), sizeof(request), 0,
                        reinterpret_cast<const sockaddr*>(&peer), sizeof(peer)),
                 "cannot send an echo request");
  }
  require_soon([&] { return from.counter("Icmp", "InEchoReps") == before + count; }, "replies",
               kReplyPatience);
}

}  // namespace tracker::kernel_test
