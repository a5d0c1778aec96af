// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/skb.h"

namespace tracker {
namespace {

SkbSection read_kind(DecodeStep& step) {
  constexpr Column kColumn = SkbColumns::kKindEntry;
  SkbSection read;
  read.mark = step.number<uint32_t>(kColumn);
  read.priority = step.number<uint32_t>(kColumn);
  read.gso_size = step.number<uint16_t>(kColumn);
  read.vlan_tci = step.number<uint16_t>(kColumn);
  read.vlan_proto = step.number<uint16_t>(kColumn);
  read.protocol = step.number<uint16_t>(kColumn);
  read.pkt_type = step.number<uint8_t>(kColumn);
  const uint64_t cloned = step.varint(kColumn);
  if (cloned > 1) step.fail(kColumn);
  read.cloned = cloned == 1;
  read.ip_summed = step.number<uint8_t>(kColumn);
  return read;
}

}  // namespace

void SkbBlockEncoder::add_addresses(const SkbSection& skb, SkbReference& before,
                                    ColumnWriters& columns) {
  if (columns.put_index<1>(SkbColumns::kAddress, addresses_, {skb.address}, before.address)) {
    columns[SkbColumns::kAddressEntry].append(difference(skb.address, address_entry_));
    address_entry_ = skb.address;
    head_of_address_.push_back(0);
  }
  // The allocator gives an skb and its data back together: an address often meets its head again.
  uint64_t& head = head_of_address_[before.address];
  if (skb.head == head) {
    columns[SkbColumns::kHead].put(0);
    return;
  }
  head = skb.head;
  const auto found = heads_.find_or_add({head});
  columns[SkbColumns::kHead].put(uint64_t{found.index} + 1);
  if (!found.is_new) return;
  columns[SkbColumns::kHeadEntry].append(difference(head, head_entry_));
  head_entry_ = head;
}

void SkbBlockEncoder::add_kind(const SkbSection& skb, SkbReference& before,
                               ColumnWriters& columns) {
  const std::array<uint64_t, 3> key{
      uint64_t{skb.mark} << 32 | skb.priority,
      uint64_t{skb.gso_size} << 48 | uint64_t{skb.vlan_tci} << 32 | uint64_t{skb.vlan_proto} << 16 |
          skb.protocol,
      uint64_t{skb.pkt_type} << 16 | uint64_t{skb.cloned} << 8 | skb.ip_summed};
  if (!columns.put_index(SkbColumns::kKind, kinds_, key, before.kind)) return;
  for (const uint64_t value :
       {uint64_t{skb.mark}, uint64_t{skb.priority}, uint64_t{skb.gso_size}, uint64_t{skb.vlan_tci},
        uint64_t{skb.vlan_proto}, uint64_t{skb.protocol}, uint64_t{skb.pkt_type},
        uint64_t{skb.cloned}, uint64_t{skb.ip_summed}}) {
    columns[SkbColumns::kKindEntry].append(value);
  }
}

void SkbBlockEncoder::add(const Event& event, SkbReference& before, EncodeStep& step) {
  const SkbSection& skb = event.skb;
  ColumnWriters& columns = step.columns;
  add_addresses(skb, before, columns);
  add_kind(skb, before, columns);
  // A packet that is larger than the one before by n has an skb that is: predicted, not stored.
  const uint32_t data_growth = before.data_len == 0 ? 0 : step.packet_growth;
  columns[SkbColumns::kLen].put(difference(skb.len, before.len + step.packet_growth));
  columns[SkbColumns::kDataLen].put(difference(skb.data_len, before.data_len + data_growth));
  columns[SkbColumns::kTruesize].put(difference(skb.truesize, before.truesize));
  columns[SkbColumns::kHash].put(skb.hash ^ before.hash);
  columns[SkbColumns::kGsoSegs].put(difference(skb.gso_segs, before.gso_segs));
  before.len = skb.len;
  before.data_len = skb.data_len;
  before.truesize = skb.truesize;
  before.hash = skb.hash;
  before.gso_segs = skb.gso_segs;
}

void SkbBlockEncoder::clear() {
  addresses_.clear();
  heads_.clear();
  kinds_.clear();
  head_of_address_.clear();
  address_entry_ = head_entry_ = 0;
}

void SkbBlockDecoder::read_addresses(SkbSection& skb, SkbReference& before, DecodeStep& step) {
  Addresses& seen = step.entry(SkbColumns::kAddress, addresses_, before.address, [this, &step] {
    const uint64_t last = addresses_.empty() ? 0 : addresses_.back().address;
    return Addresses{add_difference(last, step.varint(SkbColumns::kAddressEntry)), 0};
  });
  const uint64_t value = step.varint(SkbColumns::kHead);
  if (value - 1 == heads_.size()) {
    const uint64_t last = heads_.empty() ? 0 : heads_.back();
    heads_.push_back(add_difference(last, step.varint(SkbColumns::kHeadEntry)));
  }
  if (value > heads_.size()) return step.fail(SkbColumns::kHead);
  if (value != 0) seen.head = heads_[value - 1];
  skb.address = seen.address;
  skb.head = seen.head;
}

void SkbBlockDecoder::read(Event& event, SkbReference& before, DecodeStep& step) {
  SkbSection& skb = event.skb;
  skb = step.entry(SkbColumns::kKind, kinds_, before.kind, [&step] { return read_kind(step); });
  read_addresses(skb, before, step);
  if (before.data_len != 0) before.data_len += step.packet_growth();
  before.len += step.packet_growth();
  skb.len = step.changed(SkbColumns::kLen, before.len);
  skb.data_len = step.changed(SkbColumns::kDataLen, before.data_len);
  skb.truesize = step.changed(SkbColumns::kTruesize, before.truesize);
  skb.hash = before.hash ^= step.number<uint32_t>(SkbColumns::kHash);
  skb.gso_segs = step.narrow<uint16_t>(SkbColumns::kGsoSegs,
                                       step.changed(SkbColumns::kGsoSegs, before.gso_segs));
}

}  // namespace tracker
