// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/packet.h"

#include <algorithm>
#include <string_view>

#include "event/packet.h"

namespace tracker {
namespace {

constexpr size_t kVlanTagBytes = 4;
constexpr size_t kMacAddressesBytes = 12;

// mac80211 frees frames that still have the 802.11 header of the air, on devices that are
// Ethernet's to everybody else: read as Ethernet it would give addresses that nobody has.
bool has_wireless_header(const RecordView& record, const Names& names) {
  const drop_record* drop = record.drop();
  return drop != nullptr && drop->has_reason != 0 && drop->reason >> 16 != 0 &&
         names.subsystem_text(drop->reason).starts_with("mac80211");
}

// False where the payload is too short.
bool decode_tuple(const RecordView& record, SocketTuple& tuple) {
  if (record.payload().size() < sizeof(tuple_payload)) return false;
  const auto& raw = *reinterpret_cast<const tuple_payload*>(record.payload().data());
  tuple.family = raw.family;
  tuple.protocol = raw.protocol;
  tuple.source_port = raw.source_port;
  tuple.dest_port = raw.dest_port;
  const size_t size = tuple.family == 2 /* AF_INET */ ? 4 : 16;
  std::copy_n(raw.source, size, tuple.source.begin());
  std::copy_n(raw.dest, size, tuple.dest.begin());
  return true;
}

// The kernel keeps a VLAN tag beside the bytes (skb->vlan_tci); on the wire it stands behind the
// MAC addresses.
void put_vlan_tag_back(const packet_record& raw, PacketSection& packet) {
  if (raw.vlan_proto == 0 || packet.link != LinkLayer::kEthernet ||
      packet.bytes.size() < kMacAddressesBytes)
    return;
  const uint8_t tag[kVlanTagBytes] = {
      static_cast<uint8_t>(raw.vlan_proto >> 8), static_cast<uint8_t>(raw.vlan_proto),
      static_cast<uint8_t>(raw.vlan_tci >> 8), static_cast<uint8_t>(raw.vlan_tci)};
  packet.bytes.insert(packet.bytes.begin() + kMacAddressesBytes, tag, tag + kVlanTagBytes);
  packet.len += std::min<uint32_t>(kVlanTagBytes, UINT32_MAX - packet.len);
}

}  // namespace

bool PacketRecordDecoder::decode(const RecordView& record, DecodeContext& context, Names& names,
                                 Event& event) {
  const packet_record& raw = *record.packet();
  if (has_wireless_header(record, names)) {
    event.sections &= ~section_bit(Section::kPacket);
    return true;
  }
  PacketSection& packet = event.packet;
  packet.ethertype = raw.ethertype;
  if (raw.payload_bytes == 0) return raw.has_tuple == 0 || decode_tuple(record, packet.socket);
  if (record.payload().size() < raw.payload_bytes) return false;
  packet.link = raw.link != 0 ? LinkLayer::kEthernet : LinkLayer::kNone;
  packet.len = std::max(raw.len, raw.payload_bytes);
  const auto* bytes = reinterpret_cast<const uint8_t*>(record.payload().data());
  packet.bytes.assign(bytes, bytes + raw.payload_bytes);
  put_vlan_tag_back(raw, packet);
  if (context.keeps_headers_only())
    packet.bytes.resize(std::min<size_t>(packet.bytes.size(), header_length(packet)));
  return true;
}

}  // namespace tracker
