// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/record_decoder.h"

#include <algorithm>
#include <cstring>

#include "event/packet.h"
#include "probes/record.h"

namespace tracker {

namespace {

constexpr size_t kStackBytes = RECORD_STACK_DEPTH * sizeof(uint64_t);
constexpr size_t kVlanTagBytes = 4;
constexpr size_t kMacAddressesBytes = 12;

static_assert(CONTEXT_SOFTIRQ == static_cast<int>(TaskContext::kSoftirq));
static_assert(CONTEXT_NMI == static_cast<int>(TaskContext::kNmi));

FixedName fixed_name(const char (&name)[RECORD_NAME_SIZE]) {
  return FixedName({name, ::strnlen(name, sizeof(name))});
}

void decode_header(uint32_t cpu, const tracker_record& raw, Event& event) {
  event.timestamp_ns = raw.timestamp_ns;
  event.packet_id = raw.packet_id;
  event.cpu = static_cast<uint16_t>(cpu);
  event.probe = raw.probe;
  event.task.pid = raw.pid;
  event.task.tgid = raw.tgid;
  event.task.comm = fixed_name(raw.comm);
  event.task.context = static_cast<TaskContext>(std::min<uint8_t>(raw.context, CONTEXT_NMI));
  event.has_return_code = (raw.flags & RECORD_HAS_RETURN_CODE) != 0;
  if (event.has_return_code) event.return_code = raw.return_code;
}

void decode_skb(const tracker_record& raw, SkbSection& skb) {
  skb.address = raw.skb;
  skb.head = raw.skb_head;
  skb.len = raw.len;
  skb.data_len = raw.data_len;
  skb.truesize = raw.truesize;
  skb.hash = raw.hash;
  skb.mark = raw.mark;
  skb.priority = raw.priority;
  skb.gso_size = raw.gso_size;
  skb.gso_segs = raw.gso_segs;
  skb.protocol = raw.protocol;
  skb.pkt_type = raw.pkt_type;
  skb.cloned = raw.cloned != 0;
  skb.ip_summed = raw.ip_summed;
  if (raw.flags & RECORD_VLAN_TAG) {
    skb.vlan_tci = raw.vlan_tci;
    skb.vlan_proto = raw.vlan_proto;
  }
}

void decode_sock(const tracker_record& raw, SockSection& sock) {
  sock.cookie = raw.sock_cookie;
  sock.family = raw.sock_family;
  sock.type = raw.sock_type;
  sock.protocol = raw.sock_protocol;
  sock.state = raw.sock_state;
  sock.has_buffers = (raw.flags & RECORD_HAS_SOCK_BUFFERS) != 0;
  if (sock.has_buffers) {
    sock.rcvbuf = raw.sock_rcvbuf;
    sock.rmem_alloc = raw.sock_rmem_alloc;
  }
}

void decode_tuple(const tracker_record& raw, SocketTuple& tuple) {
  tuple.family = raw.tuple_family;
  tuple.protocol = raw.tuple_protocol;
  tuple.source_port = raw.tuple_source_port;
  tuple.dest_port = raw.tuple_dest_port;
  size_t size = tuple.family == 2 /* AF_INET */ ? 4 : 16;
  std::copy_n(raw.tuple_source, size, tuple.source.begin());
  std::copy_n(raw.tuple_dest, size, tuple.dest.begin());
}

// The kernel keeps a VLAN tag beside the bytes (skb->vlan_tci); on the wire it stands behind the
// MAC addresses.
void put_vlan_tag_back(const tracker_record& raw, PacketSection& packet) {
  if (!(raw.flags & RECORD_VLAN_TAG) || packet.link != LinkLayer::kEthernet ||
      packet.bytes.size() < kMacAddressesBytes)
    return;
  const uint8_t tag[kVlanTagBytes] = {
      static_cast<uint8_t>(raw.vlan_proto >> 8), static_cast<uint8_t>(raw.vlan_proto),
      static_cast<uint8_t>(raw.vlan_tci >> 8), static_cast<uint8_t>(raw.vlan_tci)};
  packet.bytes.insert(packet.bytes.begin() + kMacAddressesBytes, tag, tag + kVlanTagBytes);
  packet.len += std::min<uint32_t>(kVlanTagBytes, UINT32_MAX - packet.len);
}

bool is_tracing(uint64_t frame, const Names& names) {
  auto symbol = names.symbols.find(frame);
  if (symbol == names.symbols.end()) return true;  // a BPF program that kallsyms does not list
  const std::string& name = symbol->second.name;
  return symbol->second.module == "bpf" || name.starts_with("bpf_prog_") ||
         name.starts_with("bpf_trace_run") || name.starts_with("__bpf_trace_") ||
         name.starts_with("__traceiter_") || name.starts_with("bpf_trampoline_");
}

// A stack taken by a BPF program begins with tracing itself. Where the tracepoint says its own
// location, the frames before that are cut; else those that are tracing's by their names.
std::vector<uint64_t> without_tracing(const std::vector<uint64_t>& frames, uint64_t location,
                                      const Names& names) {
  auto first = std::find(frames.begin(), frames.end(), location);
  if (location == 0 || first == frames.end())
    first = std::find_if_not(frames.begin(), frames.end(),
                             [&](uint64_t frame) { return is_tracing(frame, names); });
  return {first, frames.end()};
}

}  // namespace

void RecordDecoder::decode_packet(std::span<const std::byte> record, size_t payload_offset,
                                  Event& event) const {
  const auto& raw = *reinterpret_cast<const tracker_record*>(record.data());
  PacketSection& packet = event.packet;
  packet.ethertype = raw.protocol;
  if (raw.payload_bytes == 0) {
    decode_tuple(raw, packet.socket);
    return;
  }
  packet.link = raw.link ? LinkLayer::kEthernet : LinkLayer::kNone;
  packet.len = std::max(raw.packet_len, raw.payload_bytes);
  const auto* bytes = reinterpret_cast<const uint8_t*>(record.data() + payload_offset);
  packet.bytes.assign(bytes, bytes + raw.payload_bytes);
  put_vlan_tag_back(raw, packet);
  if (keep_headers_only_)
    packet.bytes.resize(std::min<size_t>(packet.bytes.size(), header_length(packet)));
}

// mac80211 frees frames that still have the 802.11 header of the air, on devices that are
// Ethernet's to everybody else: read as Ethernet it would give addresses that nobody has.
bool RecordDecoder::has_wireless_header(const tracker_record& raw, const Names& names) {
  return (raw.sections & section_bit(Section::kDrop)) && (raw.flags & RECORD_HAS_REASON) &&
         raw.reason >> 16 != 0 && names.subsystem_text(raw.reason).starts_with("mac80211");
}

// Below the entry of an interrupt (x86-64: asm_common_interrupt, asm_sysvec_apic_timer_interrupt
// and its like) a stack is that of whoever was interrupted, which has nothing to do with the packet
// and would make equal stacks different.
void RecordDecoder::note_interrupt_entries(const std::vector<uint64_t>& frames, Names& names) {
  resolve(frames, names);
  for (const uint64_t frame : frames) {
    const std::string name = names.function_name(frame);
    if (name.starts_with("asm_sysvec_") || name.starts_with("asm_common_interrupt"))
      interrupt_entries_.insert(frame);
  }
}

void RecordDecoder::leave_interrupted_out(std::vector<uint64_t>& frames) const {
  const auto entry = std::find_if(frames.begin(), frames.end(), [this](uint64_t frame) {
    return interrupt_entries_.contains(frame);
  });
  if (entry != frames.end()) frames.erase(entry + 1, frames.end());
}

// Of a stack that is not known yet; counts it where it is so.
bool RecordDecoder::has_room_for_stack(const tracker_record& raw) {
  if (stacks_.size() >= limits_.stacks) return false;
  if (!(raw.sections & section_bit(Section::kDrop))) return true;
  const uint32_t reason = raw.flags & RECORD_HAS_REASON ? raw.reason : 0;
  size_t& of_place = stacks_of_place_[{raw.location, reason}];
  return of_place < limits_.stacks_of_place && ++of_place > 0;
}

// What events have whose stack was not kept.
uint32_t RecordDecoder::empty_stack(Names& names) {
  const std::vector<uint64_t> none;
  const auto [entry, is_new] = stacks_.emplace(none, static_cast<uint32_t>(names.stacks.size()));
  if (is_new) names.stacks.push_back(none);
  return entry->second;
}

void RecordDecoder::decode_stack(std::span<const std::byte> record, Names& names, Event& event) {
  const auto& raw = *reinterpret_cast<const tracker_record*>(record.data());
  const auto* area = reinterpret_cast<const uint64_t*>(record.data() + sizeof(tracker_record));
  std::vector<uint64_t> frames(area, area + raw.stack_bytes / sizeof(uint64_t));
  leave_interrupted_out(frames);
  auto known = stacks_.find(frames);
  if (known == stacks_.end()) {
    if (!has_room_for_stack(raw)) {
      ++left_out_.stacks;
      event.stack = empty_stack(names);
      return;
    }
    note_interrupt_entries(frames, names);
    leave_interrupted_out(frames);
    known = stacks_.find(frames);
  }
  if (known == stacks_.end()) {
    std::vector<uint64_t> shown = without_tracing(frames, raw.location, names);
    known = stacks_.emplace(frames, static_cast<uint32_t>(names.stacks.size())).first;
    names.stacks.push_back(std::move(shown));
  }
  event.stack = known->second;
}

void RecordDecoder::resolve(std::span<const uint64_t> addresses, Names& names) {
  std::vector<uint64_t> fresh;
  for (uint64_t address : addresses) {
    if (address == 0 || addresses_.contains(address)) continue;
    if (addresses_.size() >= limits_.symbols) {
      ++left_out_.symbols;
      continue;
    }
    addresses_.insert(address);
    fresh.push_back(address);
  }
  if (!fresh.empty()) resolver_(fresh, names.symbols);
}

void RecordDecoder::note_interface(uint64_t netns_cookie, const DevSection& dev, Names& names) {
  std::pair<uint64_t, uint32_t> key{netns_cookie, dev.ifindex};
  auto known = interfaces_.find(key);
  if (known != interfaces_.end() && known->second == dev.name) return;
  // A renamed interface is a row too: names only grow.
  if (names.interfaces.size() >= limits_.interfaces) {
    ++left_out_.interfaces;
    return;
  }
  interfaces_[key] = dev.name;
  names.interfaces.push_back({key.first, key.second, std::string(dev.name.view())});
}

bool RecordDecoder::decode(uint32_t cpu, std::span<const std::byte> record, Names& names,
                           Event& event) {
  if (record.size() < sizeof(tracker_record)) return false;
  const auto& raw = *reinterpret_cast<const tracker_record*>(record.data());
  const size_t stack_area = raw.flags & RECORD_HAS_STACK ? kStackBytes : 0;
  const size_t payload_offset = sizeof(tracker_record) + stack_area;
  const bool has_stack = (raw.sections & section_bit(Section::kStack)) != 0;
  if (record.size() < payload_offset || record.size() - payload_offset < raw.payload_bytes ||
      (has_stack && raw.stack_bytes > stack_area) || raw.probe >= names.probes.size())
    return false;
  reset(event);
  decode_header(cpu, raw, event);
  event.sections = raw.sections & kAllSections;
  if (event.has(Section::kSkb)) decode_skb(raw, event.skb);
  if (has_wireless_header(raw, names)) event.sections &= ~section_bit(Section::kPacket);
  if (event.has(Section::kPacket)) decode_packet(record, payload_offset, event);
  if (event.has(Section::kNetns)) event.netns = {raw.netns_inum, raw.netns_cookie};
  if (event.has(Section::kDev)) {
    event.dev = {raw.ifindex, raw.rx_ifindex, fixed_name(raw.dev_name)};
    // the record has the cookie whether or not the event shows its namespace
    note_interface(raw.netns_cookie, event.dev, names);
  }
  if (event.has(Section::kSock)) decode_sock(raw, event.sock);
  if (event.has(Section::kStack)) decode_stack(record, names, event);
  if (event.has(Section::kDrop)) {
    event.drop.has_reason = (raw.flags & RECORD_HAS_REASON) != 0;
    event.drop.reason = event.drop.has_reason ? raw.reason : 0;
    event.drop.location = raw.location;
    if (event.drop.location != last_location_) {
      last_location_ = event.drop.location;
      resolve(std::span(&last_location_, 1), names);
    }
  }
  return true;
}

}  // namespace tracker
