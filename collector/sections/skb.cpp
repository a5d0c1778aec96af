// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/skb.h"

namespace tracker {

bool SkbRecordDecoder::decode(const RecordView& record, DecodeContext& /*context*/,
                              Names& /*names*/, Event& event) {
  const skb_record& raw = *record.skb();
  SkbSection& skb = event.skb;
  skb.address = raw.address;
  skb.head = raw.head;
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
  skb.vlan_tci = raw.vlan_proto != 0 ? raw.vlan_tci : 0;
  skb.vlan_proto = raw.vlan_proto;
  return true;
}

}  // namespace tracker
