// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_encoder.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "storage/compression.h"
#include "storage/packet_diff.h"

namespace tracker {
namespace {

// More than the varints of one event with all its entries can take, without patch and parents.
constexpr size_t kEventBound = 768;
// Of one parent: three varints.
constexpr size_t kParentBound = 24;

// 16 bytes as two words, for dictionary keys.
std::array<uint64_t, 2> words_of(const void* bytes) {
  std::array<uint64_t, 2> words{};
  std::memcpy(words.data(), bytes, sizeof(words));
  return words;
}

std::array<uint64_t, 2> words_of(const FixedName& name) {
  static_assert(sizeof(FixedName) == 16);
  return words_of(static_cast<const void*>(&name));
}

void put_name(ColumnWriter& column, std::string_view name) {
  column.append_byte(static_cast<uint8_t>(name.size()));
  column.append_bytes({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
}

}  // namespace

BlockEncoder::BlockEncoder() : flows_(kMaxFlowSlots), compressor_(std::make_unique<Compressor>()) {}
BlockEncoder::~BlockEncoder() = default;

bool BlockEncoder::is_storable(const Event& event) {
  return event.packet.bytes.size() <= kMaxPacketBytes && event.parents.size() <= kMaxParents;
}

bool BlockEncoder::is_full_for(const Event& event) const {
  if (events_ == 0) return false;
  return events_ == kMaxBlockEvents ||
         packet_bytes_ + event.packet.bytes.size() > kMaxBlockPacketBytes ||
         parents_ + event.parents.size() > kMaxBlockParents || content_bound_ > kFullBlockContent;
}

void BlockEncoder::add(const Event& event) {
  add_time(event.timestamp_ns);
  column(Column::kCpu).put(event.cpu);
  column(Column::kProbe).put(event.probe);
  const uint32_t sections = event.sections & kAllSections;
  uint32_t& sections_before = references_.sections(event.probe);
  column(Column::kSectionBits).put(sections ^ sections_before);
  sections_before = sections;
  CpuReference& cpu = references_.cpu(event.cpu);
  column(Column::kPacketId).put(difference(event.packet_id, cpu.packet_id));
  cpu.packet_id = event.packet_id;
  add_extras(event);
  add_task(event.task, cpu);

  BlockReference& before = find_reference(event);
  const uint32_t len_before = before.packet_len;
  uint32_t growth = 0;
  if (event.has(Section::kPacket)) {
    add_packet(event.packet, before);
    growth = event.packet.len - len_before;
  }
  if (event.has(Section::kSkb)) add_skb(event.skb, growth, before);
  if (event.has(Section::kDev)) add_dev(event.dev, before);
  if (event.has(Section::kNetns)) add_netns(event.netns, before);
  if (event.has(Section::kDrop)) add_drop(event.drop, before);
  if (event.has(Section::kSock)) add_sock(event.sock, before);
  if (event.has(Section::kStack)) {
    column(Column::kStack).put(event.stack == before.stack ? 0 : uint64_t{event.stack} + 1);
    before.stack = event.stack;
  }
  before.packet_id = event.packet_id;
  references_.remember_packet(before);

  ++events_;
  content_bound_ += kEventBound + 2 * event.packet.bytes.size();
  content_bound_ += kParentBound * event.parents.size();
  if (content_bound_ > kFullBlockContent) content_bound_ = content_bytes();
}

bool BlockEncoder::has_content(size_t bytes) {
  if (content_bound_ >= bytes) content_bound_ = content_bytes();
  return content_bound_ >= bytes;
}

void BlockEncoder::add_time(uint64_t timestamp_ns) {
  if (events_ == 0) base_ns_ = previous_ns_ = first_ns_ = last_ns_ = timestamp_ns;
  // The low byte is nearly noise, the rest nearly constant: apart they compress best.
  const uint64_t step = difference(timestamp_ns, previous_ns_);
  column(Column::kTimeLow).append_byte(static_cast<uint8_t>(step));
  column(Column::kTimeHigh).put(step >> 8);
  previous_ns_ = timestamp_ns;
  first_ns_ = std::min(first_ns_, timestamp_ns);
  last_ns_ = std::max(last_ns_, timestamp_ns);
}

void BlockEncoder::add_extras(const Event& event) {
  column(Column::kExtras)
      .put((event.has_return_code ? kExtraReturnCode : 0) |
           (event.parents.empty() ? 0 : kExtraParents));
  if (event.has_return_code) column(Column::kReturnCode).put(zigzag(event.return_code));
  if (event.parents.empty()) return;
  column(Column::kParentCount).put(event.parents.size() - 1);
  for (const Parent& parent : event.parents) {
    column(Column::kParentId).put(difference(parent.packet_id, event.packet_id));
    column(Column::kParentKind).put(static_cast<uint64_t>(parent.kind));
  }
  parents_ += event.parents.size();
}

template <size_t kWords>
bool BlockEncoder::put_index(Column index_column, DictionaryWriter<kWords>& dictionary,
                             const std::array<uint64_t, kWords>& key, uint32_t& before) {
  const auto found = dictionary.find_or_add(key);
  column(index_column).put(found.index == before ? 0 : uint64_t{found.index} + 1);
  before = found.index;
  return found.is_new;
}

void BlockEncoder::add_task(const Task& task, CpuReference& cpu) {
  const auto comm = words_of(task.comm);
  const bool is_new = put_index<4>(
      Column::kTask, tasks_,
      {uint64_t{task.pid} << 32 | task.tgid, static_cast<uint64_t>(task.context), comm[0], comm[1]},
      cpu.task);
  if (!is_new) return;
  ColumnWriter& entry = column(Column::kTaskEntry);
  entry.append(task.pid);
  entry.append(difference(task.tgid, task.pid));
  entry.append(static_cast<uint64_t>(task.context));
  put_name(entry, task.comm.view());
}

BlockReference& BlockEncoder::find_reference(const Event& event) {
  if (BlockReference* packet = references_.packet(event.packet_id)) return *packet;
  const uint64_t hash = event.has(Section::kPacket) ? flow_hash(event.packet) : 0;
  const uint32_t slot = find_slot(hash);
  column(Column::kSlot).put(slot);
  return references_.slot(slot);
}

// A flow has one of a few places after the one its hash names; where all are taken it displaces
// another flow, which makes both their differences larger and no more.
uint32_t BlockEncoder::find_slot(uint64_t hash) {
  constexpr size_t kTries = 4;
  for (size_t i = 0; i < kTries; ++i) {
    FlowPlace& place = flows_[(hash + i) % kMaxFlowSlots];
    if (place.slot == kNoIndex) place = {hash, static_cast<uint32_t>(references_.slots())};
    if (place.hash == hash) return place.slot;
  }
  FlowPlace& place = flows_[hash % kMaxFlowSlots];
  place.hash = hash;
  return place.slot;
}

std::span<const uint8_t> BlockEncoder::bytes_of(const BlockReference& reference) const {
  return std::span(arena_).subspan(reference.bytes_at, reference.bytes_size);
}

void BlockEncoder::add_packet(const PacketSection& packet, BlockReference& before) {
  const uint64_t kind = uint64_t{packet.ethertype} << 8 | static_cast<uint64_t>(packet.link);
  if (put_index<1>(Column::kPacketKind, packet_kinds_, {kind}, before.packet_kind)) {
    column(Column::kPacketKindEntry).append(kind);
  }
  column(Column::kPacketLen).put(difference(packet.len, before.packet_len));
  before.packet_len = packet.len;
  add_tuple(packet.socket, before);

  const std::span<const uint8_t> bytes_before = bytes_of(before);
  write_patch(bytes_before, packet.bytes,
              {column(Column::kPatchRuns), column(Column::kPatchGap), column(Column::kPatchLength),
               column(Column::kPatchHigh), column(Column::kPatchLow), column(Column::kPacketKept),
               column(Column::kPacketBytes)});
  if (!std::ranges::equal(bytes_before, packet.bytes)) {
    before.bytes_at = static_cast<uint32_t>(arena_.size());
    before.bytes_size = static_cast<uint32_t>(packet.bytes.size());
    arena_.insert(arena_.end(), packet.bytes.begin(), packet.bytes.end());
  }
  packet_bytes_ += packet.bytes.size();
}

void BlockEncoder::add_tuple(const SocketTuple& tuple, BlockReference& before) {
  const uint64_t head = uint64_t{tuple.family} << 40 | uint64_t{tuple.protocol} << 32 |
                        uint64_t{tuple.source_port} << 16 | tuple.dest_port;
  const auto source = words_of(tuple.source.data());
  const auto dest = words_of(tuple.dest.data());
  if (!put_index<5>(Column::kTuple, tuples_, {head, source[0], source[1], dest[0], dest[1]},
                    before.tuple)) {
    return;
  }
  ColumnWriter& entry = column(Column::kTupleEntry);
  entry.append_byte(tuple.family);
  entry.append_byte(tuple.protocol);
  entry.append_byte(static_cast<uint8_t>(tuple.source_port >> 8));
  entry.append_byte(static_cast<uint8_t>(tuple.source_port));
  entry.append_byte(static_cast<uint8_t>(tuple.dest_port >> 8));
  entry.append_byte(static_cast<uint8_t>(tuple.dest_port));
  entry.append_bytes(tuple.source);
  entry.append_bytes(tuple.dest);
}

void BlockEncoder::add_addresses(const SkbSection& skb, BlockReference& before) {
  if (put_index<1>(Column::kSkbAddress, skb_addresses_, {skb.address}, before.skb_address)) {
    column(Column::kSkbAddressEntry).append(difference(skb.address, address_entry_));
    address_entry_ = skb.address;
    head_of_address_.push_back(0);
  }
  // The allocator gives an skb and its data back together: an address often meets its head again.
  uint64_t& head = head_of_address_[before.skb_address];
  if (skb.head == head) {
    column(Column::kSkbHead).put(0);
    return;
  }
  head = skb.head;
  const auto found = skb_heads_.find_or_add({head});
  column(Column::kSkbHead).put(uint64_t{found.index} + 1);
  if (!found.is_new) return;
  column(Column::kSkbHeadEntry).append(difference(head, head_entry_));
  head_entry_ = head;
}

void BlockEncoder::add_skb(const SkbSection& skb, uint32_t packet_growth, BlockReference& before) {
  add_addresses(skb, before);
  const std::array<uint64_t, 3> kind{
      uint64_t{skb.mark} << 32 | skb.priority,
      uint64_t{skb.gso_size} << 48 | uint64_t{skb.vlan_tci} << 32 | uint64_t{skb.vlan_proto} << 16 |
          skb.protocol,
      uint64_t{skb.pkt_type} << 16 | uint64_t{skb.cloned} << 8 | skb.ip_summed};
  if (put_index(Column::kSkbKind, skb_kinds_, kind, before.skb_kind)) {
    ColumnWriter& entry = column(Column::kSkbKindEntry);
    for (const uint64_t value :
         {uint64_t{skb.mark}, uint64_t{skb.priority}, uint64_t{skb.gso_size},
          uint64_t{skb.vlan_tci}, uint64_t{skb.vlan_proto}, uint64_t{skb.protocol},
          uint64_t{skb.pkt_type}, uint64_t{skb.cloned}, uint64_t{skb.ip_summed}}) {
      entry.append(value);
    }
  }
  // A packet that is larger than the one before by n has an skb that is: predicted, not stored.
  const uint32_t data_growth = before.skb_data_len == 0 ? 0 : packet_growth;
  column(Column::kSkbLen).put(difference(skb.len, before.skb_len + packet_growth));
  column(Column::kSkbDataLen).put(difference(skb.data_len, before.skb_data_len + data_growth));
  column(Column::kSkbTruesize).put(difference(skb.truesize, before.skb_truesize));
  column(Column::kSkbHash).put(skb.hash ^ before.skb_hash);
  column(Column::kSkbGsoSegs).put(difference(skb.gso_segs, before.skb_gso_segs));
  before.skb_len = skb.len;
  before.skb_data_len = skb.data_len;
  before.skb_truesize = skb.truesize;
  before.skb_hash = skb.hash;
  before.skb_gso_segs = skb.gso_segs;
}

void BlockEncoder::add_dev(const DevSection& dev, BlockReference& before) {
  const auto name = words_of(dev.name);
  if (!put_index<3>(Column::kDev, devs_,
                    {uint64_t{dev.ifindex} << 32 | dev.rx_ifindex, name[0], name[1]}, before.dev)) {
    return;
  }
  ColumnWriter& entry = column(Column::kDevEntry);
  entry.append(dev.ifindex);
  entry.append(dev.rx_ifindex);
  put_name(entry, dev.name.view());
}

void BlockEncoder::add_netns(const NetnsSection& netns, BlockReference& before) {
  if (!put_index<2>(Column::kNetns, netns_, {netns.inum, netns.cookie}, before.netns)) return;
  column(Column::kNetnsEntry).append(netns.inum);
  column(Column::kNetnsEntry).append(netns.cookie);
}

void BlockEncoder::add_drop(const DropSection& drop, BlockReference& before) {
  const uint64_t reason = drop.has_reason ? uint64_t{drop.reason} + 1 : 0;
  if (!put_index<2>(Column::kDrop, drops_, {reason, drop.location}, before.drop)) return;
  column(Column::kDropEntry).append(reason);
  column(Column::kDropEntry).append(drop.location);
}

void BlockEncoder::add_sock(const SockSection& sock, BlockReference& before) {
  const uint64_t kind = uint64_t{sock.family} << 48 | uint64_t{sock.type} << 32 |
                        uint64_t{sock.protocol} << 16 | uint64_t{sock.state} << 8 |
                        uint64_t{sock.has_buffers};
  if (put_index<2>(Column::kSock, socks_, {sock.cookie, kind}, before.sock)) {
    column(Column::kSockEntry).append(sock.cookie);
    column(Column::kSockEntry).append(kind);
  }
  if (!sock.has_buffers) return;
  column(Column::kSockRcvbuf).put(difference(sock.rcvbuf, before.rcvbuf));
  column(Column::kSockRmem).put(difference(sock.rmem_alloc, before.rmem_alloc));
  before.rcvbuf = sock.rcvbuf;
  before.rmem_alloc = sock.rmem_alloc;
}

size_t BlockEncoder::content_bytes() const {
  size_t total = 0;
  for (const ColumnWriter& column : columns_) total += column.bytes().size();
  return total;
}

EncodedBlock BlockEncoder::finish() {
  CHECK(events_ > 0);
  ColumnWriter header;
  header.append(events_);
  header.append(base_ns_);
  uint64_t present = 0;
  for (const ColumnWriter& column : columns_) present += column.bytes().empty() ? 0 : 1;
  header.append(present);
  std::vector<std::span<const uint8_t>> parts{{}};
  for (size_t number = 0; number < columns_.size(); ++number) {
    const std::span<const uint8_t> bytes = columns_[number].bytes();
    if (bytes.empty()) continue;
    header.append(number);
    header.append(bytes.size());
    parts.push_back(bytes);
  }
  parts[0] = header.bytes();

  EncodedBlock block{events_, first_ns_, last_ns_, compressor_->compress(parts)};
  clear();
  return block;
}

void BlockEncoder::clear() {
  for (ColumnWriter& column : columns_) column.clear();
  references_.clear();
  arena_.clear();
  std::ranges::fill(flows_, FlowPlace{});
  head_of_address_.clear();
  tasks_.clear();
  packet_kinds_.clear();
  tuples_.clear();
  skb_addresses_.clear();
  skb_heads_.clear();
  skb_kinds_.clear();
  devs_.clear();
  netns_.clear();
  drops_.clear();
  socks_.clear();
  events_ = 0;
  address_entry_ = head_entry_ = 0;
  packet_bytes_ = parents_ = content_bound_ = 0;
}

}  // namespace tracker
