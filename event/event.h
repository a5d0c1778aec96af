// SPDX-License-Identifier: GPL-2.0-or-later
//
// Event: one hit of one probe, decoded. The value that the collector makes, storage keeps, and
// postprocess and rendering read.
//
// An Event holds numbers as the kernel gave them (reason codes, addresses, netns inums); the words
// for them are in Names (names.h), once per recording. That keeps an Event free of allocations but
// for the packet's bytes, whose capacity survives reuse of the Event (collector and reader fill
// the same vector<Event> again and again), and lets two Events be compared member by member.
//
// A section's members are meaningful only where has(Section::...) says so, and value-initialised
// where not.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "event/fixed_name.h"
#include "event/section.h"

namespace tracker {

// What the CPU was doing when the probe was hit. Only in kProcess is the task the packet's own;
// in the others it is whoever was interrupted.
enum class TaskContext : uint8_t { kProcess = 0, kSoftirq = 1, kHardirq = 2, kNmi = 3 };

struct Task {
  uint32_t pid = 0;  // the thread's id, as bpf_get_current_pid_tgid() has it: initial pid namespace
  uint32_t tgid = 0;  // the process's id
  FixedName comm;
  TaskContext context = TaskContext::kProcess;

  bool operator==(const Task&) const = default;
};

enum class ParentKind : uint8_t {
  kClone,
  kCopy,
  kSegment,
  kMerge,
  kFragment,
  kReassembly,
  kUpcall
};

struct Parent {
  uint64_t packet_id = 0;
  ParentKind kind = ParentKind::kClone;

  bool operator==(const Parent&) const = default;
};

// struct sk_buff's own fields, host byte order.
struct SkbSection {
  uint64_t address = 0;
  uint64_t head = 0;      // skb->head
  uint32_t len = 0;       // bytes from skb->data on, fragments included
  uint32_t data_len = 0;  // of these, bytes in page fragments
  uint32_t truesize = 0;
  uint32_t hash = 0;
  uint32_t mark = 0;
  uint32_t priority = 0;
  uint16_t gso_size = 0;
  uint16_t gso_segs = 0;
  uint16_t vlan_tci = 0;    // the tag kept beside the bytes; meaningful where vlan_proto != 0
  uint16_t vlan_proto = 0;  // ETH_P_8021Q or ETH_P_8021AD; 0: no tag beside the bytes
  uint16_t protocol = 0;    // skb->protocol, an ETH_P_ value
  uint8_t pkt_type = 0;     // PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4, ...
  bool cloned = false;
  uint8_t ip_summed = 0;  // CHECKSUM_NONE 0, UNNECESSARY 1, COMPLETE 2, PARTIAL 3

  bool operator==(const SkbSection&) const = default;
};

// Where PacketSection::bytes begin.
enum class LinkLayer : uint8_t {
  kNone = 0,      // at the network header (tun, or an skb without a valid MAC header)
  kEthernet = 1,  // at an Ethernet header, VLAN tags in their places
};

// Addresses and ports of the socket, for a packet that has no header yet.
struct SocketTuple {
  uint8_t family = 0;                // AF_INET or AF_INET6; 0: none
  uint8_t protocol = 0;              // IPPROTO_
  uint16_t source_port = 0;          // host byte order
  uint16_t dest_port = 0;            // host byte order
  std::array<uint8_t, 16> source{};  // network byte order; IPv4 in the first four
  std::array<uint8_t, 16> dest{};

  bool operator==(const SocketTuple&) const = default;
};

// The packet as it would be on a wire, as far as it was kept.
struct PacketSection {
  LinkLayer link = LinkLayer::kNone;
  uint16_t ethertype = 0;      // of what follows the link header(s): tells L3 where link is kNone
  uint32_t len = 0;            // the whole packet's length, counted from where bytes begin
  std::vector<uint8_t> bytes;  // what was kept, at most len
  SocketTuple socket;          // only where there are no bytes of a network header

  bool operator==(const PacketSection&) const = default;
};

struct DevSection {
  uint32_t ifindex = 0;
  uint32_t rx_ifindex = 0;  // skb->skb_iif; 0: not received on any
  FixedName name;

  bool operator==(const DevSection&) const = default;
};

struct NetnsSection {
  uint32_t inum = 0;    // used again after the namespace is gone
  uint64_t cookie = 0;  // never used again while the host is up

  bool operator==(const NetnsSection&) const = default;
};

struct DropSection {
  uint32_t reason = 0;      // whole value, subsystem in the upper 16 bits; meaningful if has_reason
  bool has_reason = false;  // kernels before 5.17 have none
  uint64_t location = 0;    // return address of the call that freed the skb

  bool operator==(const DropSection&) const = default;
};

struct SockSection {
  uint64_t cookie = 0;       // sk->__sk_common.skc_cookie; 0: not assigned yet
  uint16_t family = 0;       // AF_
  uint16_t type = 0;         // SOCK_; 0 where the socket is a mini socket (TIME_WAIT, NEW_SYN_RECV)
  uint16_t protocol = 0;     // IPPROTO_; 0 for mini sockets
  uint8_t state = 0;         // TCP_ESTABLISHED 1 ... as in include/net/tcp_states.h
  bool has_buffers = false;  // rcvbuf and rmem_alloc are known (full sockets only)
  uint32_t rcvbuf = 0;
  uint32_t rmem_alloc = 0;

  bool operator==(const SockSection&) const = default;
};

struct Event {
  uint64_t timestamp_ns = 0;  // CLOCK_BOOTTIME of the recording host
  uint64_t packet_id = 0;     // 0: unknown
  uint16_t cpu = 0;
  uint16_t probe = 0;       // index into Names::probes
  uint32_t sections = 0;    // bits of Section
  int32_t return_code = 0;  // net_dev_xmit's rc (NETDEV_TX_); meaningful if has_return_code
  bool has_return_code = false;
  Task task;
  std::vector<Parent> parents;
  SkbSection skb;
  PacketSection packet;
  DevSection dev;
  NetnsSection netns;
  DropSection drop;
  SockSection sock;
  uint32_t stack = 0;  // index into Names::stacks

  bool has(Section section) const { return (sections & section_bit(section)) != 0; }
  void add(Section section) { sections |= section_bit(section); }

  bool operator==(const Event&) const = default;
};

// Value-initialises an Event but keeps the capacity of its vectors, for loops that reuse it.
void reset(Event& event);

}  // namespace tracker
