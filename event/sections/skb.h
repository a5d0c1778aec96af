// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section skb: fields of struct sk_buff.
#pragma once

#include <cstdint>

namespace tracker {

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

}  // namespace tracker
