// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "event/kernel_name.h"
#include "event/number_text.h"
#include "event/sections/render.h"

namespace tracker {

void write_skb_json(JsonWriter& json, const Event& event, const Names& /*names*/) {
  const SkbSection& skb = event.skb;
  const auto place = json.begin_known_object("skb");
  json.known_id("addr", skb.address);
  json.known_id("head", skb.head);
  json.member("len", skb.len);
  json.member("data_len", skb.data_len);
  json.member("truesize", skb.truesize);
  json.member("gso_size", skb.gso_size);
  json.member("gso_segs", skb.gso_segs);
  json.known_number("hash", skb.hash);
  json.member("mark", skb.mark);
  json.member("priority", skb.priority);
  if (skb.protocol != 0) json.member_plain("protocol", hex_text(skb.protocol));
  json.member_plain("pkt_type", packet_type_text(skb.pkt_type));
  if (skb.vlan_proto != 0) {
    const auto vlan = json.begin_known_object("vlan");
    json.member_plain("proto", hex_text(skb.vlan_proto));
    json.member("id", skb.vlan_tci & 0xfff);
    json.member("priority", skb.vlan_tci >> 13);
    json.end_known(vlan);
  }
  json.member("cloned", skb.cloned);
  json.member_plain("ip_summed", checksum_state_text(skb.ip_summed));
  json.end_known(place);
}

void add_skb_text(EventText& text, const Event& event, const Names& /*names*/) {
  text.size = fmt::format("skb len {}", event.skb.len);
}

}  // namespace tracker
