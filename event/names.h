// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names: the words for the numbers in events - probes, symbols, drop reasons, namespaces,
// interfaces, stacks. The collector fills it while it collects, a recording keeps it, and rendering
// looks words up in it. It is complete in itself: nothing is looked up on the machine that shows a
// recording.
//
// Every table only grows; an entry is never changed but for a netns name that becomes known later.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/netns_table.h"

namespace tracker {

// What a probe tells about a packet's life, for verdicts (postprocess) and packet ids.
enum class ProbeRole : uint8_t {
  kOther = 0,
  kDropped = 1,      // skb:kfree_skb
  kConsumed = 2,     // skb:consume_skb
  kReceive = 3,      // net:netif_receive_skb, net:netif_rx, net:napi_gro_receive_entry
  kQueue = 4,        // net:net_dev_queue
  kTransmit = 5,     // net:net_dev_start_xmit
  kTransmitted = 6,  // net:net_dev_xmit, with the driver's return code
  kReturn = 7,       // the return of a function that was given the packet, with what it returned
  kInferred = 8,     // a function that sees no skb: its packet is the one in hand
};

struct ProbeName {
  std::string type;  // "tp"; of functions "fn", "fentry", "kprobe", "fexit", "kretprobe"
  std::string
      symbol;  // "skb:kfree_skb", "ip_rcv", "ip_rcv%return", "openvswitch/ovs_vport_receive"
  std::optional<uint32_t> offset;
  ProbeRole role = ProbeRole::kOther;
  std::string rung = {};  // of functions: how the kernel was reached, "fentry"; empty: not known

  // As typed: "tp:skb:kfree_skb".
  std::string target() const;

  bool operator==(const ProbeName&) const = default;
};

struct SymbolName {
  std::string name;  // function, or a BPF program's name
  uint32_t offset = 0;
  std::string module;  // empty for vmlinux; "bpf" for BPF programs

  bool operator==(const SymbolName&) const = default;
};

struct ReasonName {
  std::string name;       // "NO_SOCKET", without SKB_DROP_REASON_ or the subsystem's own prefix
  std::string subsystem;  // "core", "openvswitch", ...

  bool operator==(const ReasonName&) const = default;
};

struct InterfaceName {
  uint64_t netns_cookie = 0;
  uint32_t ifindex = 0;
  std::string name;

  bool operator==(const InterfaceName&) const = default;
};

struct Names {
  std::vector<ProbeName> probes;               // index: Event::probe
  std::map<uint64_t, SymbolName> symbols;      // by address
  std::map<uint32_t, ReasonName> reasons;      // by code; the whole list of the kernel
  std::map<uint16_t, std::string> subsystems;  // by number: drop reason subsystems
  NetnsTable netns;                            // in order of discovery
  std::vector<InterfaceName> interfaces;       // in order of discovery
  std::map<uint64_t, std::string> cgroups;     // by id: paths from the root of the hierarchy
  std::vector<std::vector<uint64_t>> stacks;   // index: Event::stack; innermost frame first

  // "tcp_v6_rcv+0x77"; "0xffffffff81234567" where the address has no name.
  std::string symbol_text(uint64_t address) const;
  // "tcp_v6_rcv" without the offset, for grouping and tests.
  std::string function_name(uint64_t address) const;
  // "NO_SOCKET"; "core:0x1f2" or "subsys 3:0x5" for a value without a name: never guessed.
  std::string reason_text(uint32_t code) const;
  // The same two without a copy; empty where there is no name. The function without the compiler's
  // suffix: "icmp_rcv" of "icmp_rcv.isra.0".
  std::string_view reason_name(uint32_t code) const;
  std::string_view function_at(uint64_t address) const;
  // "core", "openvswitch", or "subsys 3".
  std::string subsystem_text(uint32_t code) const;
  // The namespace's name, if known: by cookie, else (cookie 0) by inum.
  std::optional<std::string> netns_name(uint64_t cookie, uint32_t inum) const;

  bool operator==(const Names&) const = default;
};

}  // namespace tracker
