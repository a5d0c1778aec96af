// SPDX-License-Identifier: GPL-2.0-or-later
//
// Addresses as text.
#include <arpa/inet.h>
#include <fmt/format.h>

#include "event/packet.h"

namespace tracker {

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  // Fails for other families than these two only: an address that is not known.
  if (::inet_ntop(family, bytes.data(), buffer, sizeof(buffer)) == nullptr) return {};
  return buffer;
}

std::string mac_text(const std::array<uint8_t, 6>& address) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", address[0], address[1],
                     address[2], address[3], address[4], address[5]);
}

}  // namespace tracker
