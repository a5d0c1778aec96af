// SPDX-License-Identifier: GPL-2.0-or-later
//
// PacketFilter: a pcap filter expression ("host 10.1.0.1 and udp port 53") over packets that were
// kept. libpcap compiles it and libpcap's own bpf_filter() runs it: what matches is what tcpdump
// would show.
//
// A packet may begin at an Ethernet header or at its IP header, so the expression is compiled for
// both. Where it has a meaning for Ethernet only ("ether host ..."), packets without a link header
// do not match. A packet without any header yet is matched by the addresses and ports of its
// socket, as the IP header and TCP or UDP header that it was about to get.
//
// Expressions are bounded to 4096 bytes: libpcap's compiler is slow on long ones.
// Only kept bytes can match; `len`, `greater` and `less` see the whole length.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "event/event.h"

namespace tracker {

class PacketFilter {
 public:
  // Wrong usage, with libpcap's own sentence and the expression, for what libpcap does not take;
  // so is `protochain`, whose programs may loop on a hostile packet. As in tcpdump, an empty
  // expression matches every packet, and a host name is looked up on the machine that compiles.
  static Result<PacketFilter> compile(const std::string& expression);

  // Whether the expression matches. A packet of which nothing was kept, not even a socket's
  // addresses, matches only the empty expression.
  bool matches(const PacketSection& packet) const;

  // What in a packet's bytes changes the answer: pcap's `udp` and `port` look neither behind a VLAN
  // tag nor behind an IPv6 extension header, and take what they then find for the headers.
  enum class Obstacle { kNone, kVlanTag, kExtensionHeader };
  // Whether the answer for this packet, which was `matched`, would be the other one without the
  // tags and extension headers in its bytes. kVlanTag where it has both. Never for an expression
  // that speaks of `vlan` itself.
  Obstacle obstacle(const PacketSection& packet, bool matched) const;

 private:
  struct Programs;
  explicit PacketFilter(std::shared_ptr<const Programs> programs);
  std::shared_ptr<const Programs> programs_;  // shared by copies; never changed
};

}  // namespace tracker
