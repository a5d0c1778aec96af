// SPDX-License-Identifier: GPL-2.0-or-later
//
// GenericNetlink: requests to a part of the kernel that is configured by generic netlink, without
// starting a program for each, which takes an emulated guest a tenth of a second.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "harness/network_namespace.h"

namespace tracker::kernel_test {

// Attributes one after the other, each a type, a length and bytes.
class NetlinkAttributes {
 public:
  NetlinkAttributes& put(uint16_t type, std::span<const uint8_t> value);
  NetlinkAttributes& put_u32(uint16_t type, uint32_t value);
  NetlinkAttributes& put_text(uint16_t type, std::string_view value);
  NetlinkAttributes& put_nested(uint16_t type, const NetlinkAttributes& value);

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

class GenericNetlink {
 public:
  // A socket in `netns` to the family; nothing where the kernel has no such family and no module
  // that it could load for it.
  static std::optional<GenericNetlink> open(const NetworkNamespace& netns, std::string_view family);

  // Sends a request, with the family's own `header` in front of the attributes, and waits for the
  // kernel's answer; throws what `what` names and its error where it refuses.
  void request(uint8_t command, std::span<const uint8_t> header,
               const NetlinkAttributes& attributes, std::string_view what) const;

 private:
  GenericNetlink(UniqueFd socket, uint16_t family) : socket_(std::move(socket)), family_(family) {}

  UniqueFd socket_;
  uint16_t family_ = 0;
};

}  // namespace tracker::kernel_test
