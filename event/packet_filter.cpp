// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/packet_filter.h"

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "event/header_map.h"
#include "event/render.h"
#include "event/socket_packet.h"

namespace tracker {
namespace {

constexpr int kLargestPacket = 262144;  // MAXIMUM_SNAPLEN of tcpdump

// libpcap's work grows with the cube of the number of terms: 400 ports take its optimizer 9 s, its
// code generation 2 s; 350 are what the longest expression holds.
constexpr size_t kLongestExpression = 4096;
constexpr size_t kLongestOptimized = 1024;

constexpr uint32_t kAddressesSize = 12;  // the two MAC addresses of an Ethernet header
constexpr size_t kEthernetSize = 14;
constexpr size_t kNextHeaderAt = 6;  // in an IPv6 header

class Program {
 public:
  Program() = default;
  Program(Program&& other) noexcept : code_(std::exchange(other.code_, bpf_program{})) {}
  Program& operator=(Program&& other) noexcept {
    std::swap(code_, other.code_);
    return *this;
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { ::pcap_freecode(&code_); }

  static Result<Program> compile(const std::string& expression, int link_type) {
    const std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle(
        ::pcap_open_dead(link_type, kLargestPacket), &::pcap_close);
    if (!handle) return Error{"libpcap cannot compile filters: out of memory"};
    Program program;
    const int optimize = expression.size() <= kLongestOptimized ? 1 : 0;
    if (::pcap_compile(handle.get(), &program.code_, expression.c_str(), optimize,
                       PCAP_NETMASK_UNKNOWN) != 0) {
      program.code_ = {};
      return wrong_usage(::pcap_geterr(handle.get()));
    }
    return program;
  }

  // Jumps of BPF go forward; the one exception is what protochain compiles to.
  bool may_loop() const {
    for (const bpf_insn& instruction : instructions()) {
      const bool is_jump = instruction.code == (BPF_JMP | BPF_JA);
      if (is_jump && static_cast<int32_t>(instruction.k) < 0) return true;
    }
    return false;
  }

  // bpf_filter() takes a missing program as one that matches.
  bool matches(std::span<const uint8_t> bytes, uint32_t len) const {
    return code_.bf_insns != nullptr &&
           ::bpf_filter(code_.bf_insns, bytes.data(), len, static_cast<u_int>(bytes.size())) != 0;
  }

 private:
  std::span<const bpf_insn> instructions() const { return {code_.bf_insns, code_.bf_len}; }

  bpf_program code_{};
};

Error malformed(const std::string& expression, const std::string& why) {
  constexpr size_t kShown = 200;
  std::string shown = escape_text(expression.substr(0, kShown));
  if (expression.size() > kShown) shown += "...";
  return wrong_usage(
      fmt::format("filter '{}': {}; see pcap-filter(7) for the syntax", shown, escape_text(why)));
}

// Whether the walk over a packet's headers is worth it: most packets have neither tag nor extension
// header, and every packet that a filter is asked about is asked this.
bool may_have_tags_or_extensions(const PacketSection& packet) {
  const std::span<const uint8_t> bytes = packet.bytes;
  const bool is_ethernet = packet.link == LinkLayer::kEthernet;
  if (bytes.size() < (is_ethernet ? kEthernetSize : 1)) return false;
  const uint16_t ethertype =
      is_ethernet ? static_cast<uint16_t>(bytes[kAddressesSize] << 8 | bytes[kAddressesSize + 1])
                  : packet.ethertype;
  if (ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD) return true;
  const std::span<const uint8_t> ip = bytes.subspan(is_ethernet ? kEthernetSize : 0);
  if (ip.size() <= kNextHeaderAt || ip[0] >> 4 != 6) return false;
  switch (ip[kNextHeaderAt]) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_ICMPV6:
      return false;
    default:
      return true;
  }
}

// The packet without the VLAN tags and IPv6 extension headers in its bytes; empty where it has
// none.
struct BarePacket {
  std::vector<uint8_t> bytes;
  uint32_t len = 0;
  bool had_tags = false;
};

BarePacket without_tags_and_extensions(const PacketSection& packet) {
  const HeaderMap map = map_headers(packet.bytes, packet.link, packet.ethertype);
  const LayerMap& layer = map.layers[0];
  const bool has_extensions =
      layer.version == 6 && layer.transport != kNoOffset && layer.transport > layer.ip + kIpv6Size;
  BarePacket bare;
  bare.had_tags = layer.vlans != 0;
  if (layer.ip == kNoOffset || (!bare.had_tags && !has_extensions)) return bare;
  const auto copy = [&](uint32_t from, uint32_t to) {
    bare.bytes.insert(bare.bytes.end(), packet.bytes.begin() + from, packet.bytes.begin() + to);
  };
  const auto kept = static_cast<uint32_t>(packet.bytes.size());
  if (layer.ethernet != kNoOffset) {
    copy(layer.ethernet, layer.ethernet + kAddressesSize);
    bare.bytes.push_back(static_cast<uint8_t>(layer.ethertype >> 8));
    bare.bytes.push_back(static_cast<uint8_t>(layer.ethertype));
  }
  const size_t ip = bare.bytes.size();
  if (has_extensions) {
    copy(layer.ip, layer.ip + kIpv6Size);
    bare.bytes[ip + kNextHeaderAt] = layer.protocol;
    copy(layer.transport, kept);
  } else {
    copy(layer.ip, kept);
  }
  bare.len = packet.len - std::min(packet.len, kept - static_cast<uint32_t>(bare.bytes.size()));
  return bare;
}

}  // namespace

struct PacketFilter::Programs {
  bool matches_all = false;
  bool speaks_of_tags = false;
  Program ethernet;
  Program ip;  // none where the expression means something for Ethernet only
};

PacketFilter::PacketFilter(std::shared_ptr<const Programs> programs)
    : programs_(std::move(programs)) {}

Result<PacketFilter> PacketFilter::compile(const std::string& expression) {
  if (expression.size() > kLongestExpression) {
    return malformed(expression, fmt::format("longer than {} bytes", kLongestExpression));
  }
  if (expression.find('\0') != std::string::npos) {
    return malformed(expression, "contains a zero byte");
  }
  auto programs = std::make_shared<Programs>();
  programs->matches_all = expression.find_first_not_of(" \t\n") == std::string::npos;
  programs->speaks_of_tags = expression.find("vlan") != std::string::npos;
  auto ethernet = Program::compile(expression, DLT_EN10MB);
  if (!ethernet) return malformed(expression, ethernet.error().message);
  if (ethernet->may_loop()) {
    return malformed(expression, "protochain is not supported, as its program may not end");
  }
  programs->ethernet = std::move(ethernet).value();
  auto ip = Program::compile(expression, DLT_RAW);
  if (ip) programs->ip = std::move(ip).value();
  return PacketFilter(std::move(programs));
}

bool PacketFilter::matches(const PacketSection& packet) const {
  if (programs_->matches_all) return true;
  const bool has_only_socket = packet.socket.family != 0;
  if (has_only_socket) {
    const SocketPacket made(packet.socket);
    return made.size() != 0 &&
           programs_->ip.matches(made.bytes(), std::max(packet.len, made.size()));
  }
  if (packet.bytes.empty()) return false;
  const Program& program =
      packet.link == LinkLayer::kEthernet ? programs_->ethernet : programs_->ip;
  return program.matches(packet.bytes, packet.len);
}

PacketFilter::Obstacle PacketFilter::obstacle(const PacketSection& packet, bool matched) const {
  if (programs_->speaks_of_tags || programs_->matches_all) return Obstacle::kNone;
  if (!may_have_tags_or_extensions(packet)) return Obstacle::kNone;
  const BarePacket bare = without_tags_and_extensions(packet);
  if (bare.bytes.empty()) return Obstacle::kNone;
  const Program& program =
      packet.link == LinkLayer::kEthernet ? programs_->ethernet : programs_->ip;
  if (program.matches(bare.bytes, bare.len) == matched) return Obstacle::kNone;
  return bare.had_tags ? Obstacle::kVlanTag : Obstacle::kExtensionHeader;
}

}  // namespace tracker
