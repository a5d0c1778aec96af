// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/kernel_name.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <limits>
#include <span>

#include "event/protocol_name.h"

namespace tracker {
namespace {

struct NumberName {
  uint32_t number;
  std::string_view name;
};

constexpr std::array kFamilies{
    NumberName{AF_UNIX, "unix"},       NumberName{AF_INET, "inet"},
    NumberName{AF_INET6, "inet6"},     NumberName{AF_PACKET, "packet"},
    NumberName{AF_NETLINK, "netlink"}, NumberName{AF_VSOCK, "vsock"},
    NumberName{AF_XDP, "xdp"},
};

constexpr std::array kTypes{
    NumberName{SOCK_STREAM, "stream"},
    NumberName{SOCK_DGRAM, "dgram"},
    NumberName{SOCK_RAW, "raw"},
    NumberName{SOCK_RDM, "rdm"},
    NumberName{SOCK_SEQPACKET, "seqpacket"},
    NumberName{SOCK_PACKET, "packet"},
};

// include/net/tcp_states.h
constexpr std::array kStates{
    NumberName{1, "ESTABLISHED"},     NumberName{2, "SYN_SENT"},   NumberName{3, "SYN_RECV"},
    NumberName{4, "FIN_WAIT1"},       NumberName{5, "FIN_WAIT2"},  NumberName{6, "TIME_WAIT"},
    NumberName{7, "CLOSE"},           NumberName{8, "CLOSE_WAIT"}, NumberName{9, "LAST_ACK"},
    NumberName{10, "LISTEN"},         NumberName{11, "CLOSING"},   NumberName{12, "NEW_SYN_RECV"},
    NumberName{13, "BOUND_INACTIVE"},
};

// include/uapi/linux/if_packet.h
constexpr std::array kPacketTypes{
    NumberName{0, "host"},      NumberName{1, "broadcast"}, NumberName{2, "multicast"},
    NumberName{3, "otherhost"}, NumberName{4, "outgoing"},  NumberName{5, "loopback"},
    NumberName{6, "user"},      NumberName{7, "kernel"},
};

// include/linux/skbuff.h, CHECKSUM_
constexpr std::array kChecksumStates{
    NumberName{0, "none"},
    NumberName{1, "unnecessary"},
    NumberName{2, "complete"},
    NumberName{3, "partial"},
};

// include/linux/netdevice.h
constexpr std::array kTransmitResults{
    NumberName{0x00, "NETDEV_TX_OK"},
    NumberName{0x01, "NET_XMIT_DROP"},
    NumberName{0x02, "NET_XMIT_CN"},
    NumberName{0x10, "NETDEV_TX_BUSY"},
};

std::string name_of(std::span<const NumberName> names, uint32_t number, std::string_view prefix) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const auto& entry) { return entry.number == number; });
  if (found == names.end()) return fmt::format("{}{}", prefix, number);
  return std::string(found->name);
}

}  // namespace

std::string_view context_text(TaskContext context) {
  switch (context) {
    case TaskContext::kProcess:
      return "process";
    case TaskContext::kSoftirq:
      return "softirq";
    case TaskContext::kHardirq:
      return "hardirq";
    case TaskContext::kNmi:
      return "nmi";
  }
  return {};
}

std::string_view parent_kind_text(ParentKind kind) {
  switch (kind) {
    case ParentKind::kClone:
      return "clone";
    case ParentKind::kCopy:
      return "copy";
    case ParentKind::kSegment:
      return "segment";
    case ParentKind::kMerge:
      return "merge";
    case ParentKind::kFragment:
      return "fragment";
    case ParentKind::kReassembly:
      return "reassembly";
    case ParentKind::kUpcall:
      return "upcall";
  }
  return {};
}

std::string socket_family_text(uint16_t family) { return name_of(kFamilies, family, "family "); }

std::string socket_type_text(uint16_t type) { return name_of(kTypes, type, "type "); }

std::string socket_protocol_text(uint16_t protocol) {
  if (protocol > std::numeric_limits<uint8_t>::max()) {
    return protocol == IPPROTO_MPTCP ? "mptcp" : fmt::format("proto {}", protocol);
  }
  std::string text = ip_protocol_text(static_cast<uint8_t>(protocol));
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

std::string socket_state_text(uint8_t state) { return name_of(kStates, state, "state "); }

std::string packet_type_text(uint8_t pkt_type) { return name_of(kPacketTypes, pkt_type, "type "); }

std::string checksum_state_text(uint8_t ip_summed) {
  return name_of(kChecksumStates, ip_summed, "state ");
}

namespace {

// Of a negative errno; null where there is no such error.
const char* error_name(int32_t negative) {
  return negative == std::numeric_limits<int32_t>::min() ? nullptr : ::strerrorname_np(-negative);
}

}  // namespace

std::string transmit_result_text(int32_t return_code) {
  if (return_code >= 0) return name_of(kTransmitResults, static_cast<uint32_t>(return_code), "");
  const char* name = error_name(return_code);
  return name == nullptr ? fmt::format("{}", return_code) : name;
}

// Whether a negative number is an error's only the function knows: both are said.
std::string function_result_text(int32_t return_code) {
  const char* name = return_code < 0 ? error_name(return_code) : nullptr;
  return name == nullptr ? fmt::format("{}", return_code)
                         : fmt::format("{} ({})", return_code, name);
}

}  // namespace tracker
