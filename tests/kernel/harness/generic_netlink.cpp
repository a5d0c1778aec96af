// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/generic_netlink.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <functional>

#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

void append(std::vector<uint8_t>& bytes, const void* what, size_t size) {
  const auto* begin = static_cast<const uint8_t*>(what);
  bytes.insert(bytes.end(), begin, begin + size);
}

template <typename Struct>
Struct read_struct(std::span<const uint8_t> bytes) {
  require(bytes.size() >= sizeof(Struct), "the kernel's netlink message is cut short");
  Struct result{};
  std::memcpy(&result, bytes.data(), sizeof(result));
  return result;
}

// Sends one message with NLM_F_ACK; `visit` gets what stands behind the generic header of each
// answer before the acknowledgement. Returns 0 or the error that the kernel acknowledged.
int exchange(const UniqueFd& socket, uint16_t family, uint8_t command,
             std::span<const uint8_t> payload,
             const std::function<void(std::span<const uint8_t>)>& visit) {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(GENL_HDRLEN) + payload.size());
  head.nlmsg_type = family;
  head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  const genlmsghdr generic{.cmd = command, .version = 1, .reserved = 0};
  std::vector<uint8_t> message;
  append(message, &head, sizeof(head));
  append(message, &generic, sizeof(generic));
  append(message, payload.data(), payload.size());
  require_call(send(socket.get(), message.data(), message.size(), 0), "cannot send by netlink");

  std::array<uint8_t, 65536> buffer{};
  while (true) {
    const ssize_t size =
        require_call(recv(socket.get(), buffer.data(), buffer.size(), 0), "no netlink answer");
    std::span<const uint8_t> rest(buffer.data(), static_cast<size_t>(size));
    while (!rest.empty()) {
      const auto answer = read_struct<nlmsghdr>(rest);
      require(answer.nlmsg_len >= sizeof(answer) && answer.nlmsg_len <= rest.size(),
              "the kernel's netlink message has a wrong length");
      const auto body = rest.subspan(sizeof(answer), answer.nlmsg_len - sizeof(answer));
      if (answer.nlmsg_type == NLMSG_ERROR) return -read_struct<nlmsgerr>(body).error;
      visit(body.subspan(GENL_HDRLEN));
      rest = rest.subspan(std::min<size_t>(NLMSG_ALIGN(answer.nlmsg_len), rest.size()));
    }
  }
}

// The value of the first attribute of this type; nothing if there is none.
std::span<const uint8_t> find_attribute(std::span<const uint8_t> attributes, uint16_t type) {
  while (attributes.size() >= sizeof(nlattr)) {
    const auto head = read_struct<nlattr>(attributes);
    require(head.nla_len >= sizeof(head) && head.nla_len <= attributes.size(),
            "the kernel's netlink attribute has a wrong length");
    if ((head.nla_type & NLA_TYPE_MASK) == type) {
      return attributes.subspan(sizeof(head), head.nla_len - sizeof(head));
    }
    attributes = attributes.subspan(std::min<size_t>(NLA_ALIGN(head.nla_len), attributes.size()));
  }
  return {};
}

}  // namespace

NetlinkAttributes& NetlinkAttributes::put(uint16_t type, std::span<const uint8_t> value) {
  const nlattr head{static_cast<uint16_t>(sizeof(nlattr) + value.size()), type};
  append(bytes_, &head, sizeof(head));
  append(bytes_, value.data(), value.size());
  bytes_.resize(NLA_ALIGN(bytes_.size()));
  return *this;
}

NetlinkAttributes& NetlinkAttributes::put_u32(uint16_t type, uint32_t value) {
  std::array<uint8_t, sizeof(value)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(value));
  return put(type, bytes);
}

NetlinkAttributes& NetlinkAttributes::put_text(uint16_t type, std::string_view value) {
  std::vector<uint8_t> bytes(value.begin(), value.end());
  bytes.push_back(0);
  return put(type, bytes);
}

NetlinkAttributes& NetlinkAttributes::put_nested(uint16_t type, const NetlinkAttributes& value) {
  return put(type | NLA_F_NESTED, value.bytes());
}

std::optional<GenericNetlink> GenericNetlink::open(const NetworkNamespace& netns,
                                                   std::string_view family) {
  UniqueFd socket = netns.open_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  NetlinkAttributes name;
  name.put_text(CTRL_ATTR_FAMILY_NAME, family);
  uint16_t number = 0;
  const int error =
      exchange(socket, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, name.bytes(),
               [&](std::span<const uint8_t> attributes) {
                 number = read_struct<uint16_t>(find_attribute(attributes, CTRL_ATTR_FAMILY_ID));
               });
  if (error == ENOENT) return std::nullopt;
  errno = error;
  require_call(-error, fmt::format("cannot find the netlink family {}", family));
  return GenericNetlink(std::move(socket), number);
}

void GenericNetlink::request(uint8_t command, std::span<const uint8_t> header,
                             const NetlinkAttributes& attributes, std::string_view what) const {
  std::vector<uint8_t> payload(header.begin(), header.end());
  append(payload, attributes.bytes().data(), attributes.bytes().size());
  errno = exchange(socket_, family_, command, payload, [](std::span<const uint8_t>) {});
  require_call(-errno, what);
}

}  // namespace tracker::kernel_test
