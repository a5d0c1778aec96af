// SPDX-License-Identifier: GPL-2.0-or-later
//
// Addresses as text.
#include <arpa/inet.h>
#include <fmt/format.h>

#include "event/packet.h"

namespace tracker {

namespace {

// As inet_ntop() writes it. By hand: JSON shows four addresses of every event, of which there may
// be millions.
std::string ipv4_text(const std::array<uint8_t, 16>& bytes) {
  std::string text;
  for (size_t i = 0; i < 4; ++i) {
    if (i != 0) text += '.';
    const fmt::format_int number(bytes[i]);
    text.append(number.data(), number.size());
  }
  return text;
}

}  // namespace

std::string IpAddress::text() const {
  if (family == AF_INET) return ipv4_text(bytes);
  char buffer[INET6_ADDRSTRLEN];
  // Fails for other families than these two only: an address that is not known.
  if (::inet_ntop(family, bytes.data(), buffer, sizeof(buffer)) == nullptr) return {};
  return buffer;
}

std::string mac_text(const std::array<uint8_t, 6>& address) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "00:00:00:00:00:00";
  for (size_t i = 0; i < address.size(); ++i) {
    text[3 * i] = kDigits[address[i] >> 4];
    text[3 * i + 1] = kDigits[address[i] & 0xf];
  }
  return text;
}

}  // namespace tracker
