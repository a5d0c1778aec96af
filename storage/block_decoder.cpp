// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "storage/block_columns.h"
#include "storage/block_format.h"
#include "storage/block_reference.h"
#include "storage/columns.h"
#include "storage/compression.h"
#include "storage/packet_diff.h"

namespace tracker {
namespace {

// Decodes the events of one block. What is wrong is remembered as the column it was found in, the
// values go on as zeros: one look per event instead of one per value.
class BlockDecoder {
  // An skb's address, and the head last seen with it.
  struct SkbAddresses {
    uint64_t address = 0;
    uint64_t head = 0;
  };

 public:
  explicit BlockDecoder(BlockColumns& columns) : columns_(columns) {}

  void decode(std::vector<Event>& events);

  // The first column that held something impossible; nothing where all was well.
  std::optional<Column> wrong() const { return wrong_; }

 private:
  uint64_t varint(Column column) { return columns_[column].varint(); }
  void fail(Column column) {
    if (!wrong_) wrong_ = column;
  }
  template <typename T>
  T narrow(Column column, uint64_t value) {
    if (value > std::numeric_limits<T>::max()) fail(column);
    return static_cast<T>(value);
  }
  template <typename T>
  T number(Column column) {
    return narrow<T>(column, varint(column));
  }
  // A number that was stored as its difference from `before`, which it replaces.
  uint32_t changed(Column column, uint32_t& before) {
    return before = narrow<uint32_t>(column, add_difference(before, varint(column)));
  }
  FixedName name(Column column);
  template <typename Entry, typename ReadEntry>
  Entry& entry(Column column, std::vector<Entry>& entries, uint32_t& before, ReadEntry read_entry);

  void decode_event(Event& event);
  void decode_parents(Event& event);
  void decode_task(Task& task, CpuReference& cpu);
  BlockReference& find_reference(uint64_t packet_id);
  void decode_packet(PacketSection& packet, BlockReference& before);
  void decode_tuple(SocketTuple& tuple, BlockReference& before);
  void decode_addresses(SkbSection& skb, BlockReference& before);
  void decode_skb(SkbSection& skb, uint32_t packet_growth, BlockReference& before);
  SkbSection read_skb_kind();
  void decode_dev(DevSection& dev, BlockReference& before);
  void decode_netns(NetnsSection& netns, BlockReference& before);
  void decode_drop(DropSection& drop, BlockReference& before);
  void decode_sock(SockSection& sock, BlockReference& before);
  void decode_stack(uint32_t& stack, BlockReference& before);

  BlockColumns& columns_;
  std::optional<Column> wrong_;
  BlockReferences references_;
  BlockReference spare_slot_;  // stands in for a slot that cannot be
  std::vector<Event>* events_ = nullptr;
  uint32_t event_index_ = 0;
  uint64_t time_ns_ = 0;
  size_t packet_bytes_ = 0;
  size_t parents_ = 0;

  std::vector<Task> tasks_;
  std::vector<PacketSection> packet_kinds_;  // link and ethertype only
  std::vector<SocketTuple> tuples_;
  std::vector<SkbAddresses> skb_addresses_;
  std::vector<uint64_t> skb_heads_;
  std::vector<SkbSection> skb_kinds_;
  std::vector<DevSection> devs_;
  std::vector<NetnsSection> netns_;
  std::vector<DropSection> drops_;
  std::vector<SockSection> socks_;
};

void BlockDecoder::decode(std::vector<Event>& events) {
  events_ = &events;
  time_ns_ = columns_.base_ns();
  for (event_index_ = 0; event_index_ < events.size() && !wrong_; ++event_index_) {
    Event& event = events[event_index_];
    reset(event);
    decode_event(event);
  }
  if (!wrong_) wrong_ = columns_.find_unfinished();
}

void BlockDecoder::decode_event(Event& event) {
  const uint64_t low = columns_[Column::kTimeLow].byte();
  time_ns_ = add_difference(time_ns_, varint(Column::kTimeHigh) << 8 | low);
  event.timestamp_ns = time_ns_;
  event.cpu = number<uint16_t>(Column::kCpu);
  event.probe = number<uint16_t>(Column::kProbe);
  uint32_t& sections = references_.sections(event.probe);
  sections ^= number<uint32_t>(Column::kSectionBits);
  if ((sections & ~kAllSections) != 0) fail(Column::kSectionBits);
  event.sections = sections;
  CpuReference& cpu = references_.cpu(event.cpu);
  event.packet_id = cpu.packet_id = add_difference(cpu.packet_id, varint(Column::kPacketId));

  const uint64_t extras = varint(Column::kExtras);
  if (extras > (kExtraReturnCode | kExtraParents)) fail(Column::kExtras);
  if ((extras & kExtraReturnCode) != 0) {
    event.has_return_code = true;
    const int64_t code = unzigzag(varint(Column::kReturnCode));
    event.return_code = static_cast<int32_t>(code);
    if (event.return_code != code) fail(Column::kReturnCode);
  }
  if ((extras & kExtraParents) != 0) decode_parents(event);
  decode_task(event.task, cpu);

  BlockReference& before = find_reference(event.packet_id);
  const uint32_t len_before = before.packet_len;
  uint32_t growth = 0;
  if (event.has(Section::kPacket)) {
    decode_packet(event.packet, before);
    growth = event.packet.len - len_before;
  }
  if (event.has(Section::kSkb)) decode_skb(event.skb, growth, before);
  if (event.has(Section::kDev)) decode_dev(event.dev, before);
  if (event.has(Section::kNetns)) decode_netns(event.netns, before);
  if (event.has(Section::kDrop)) decode_drop(event.drop, before);
  if (event.has(Section::kSock)) decode_sock(event.sock, before);
  if (event.has(Section::kStack)) decode_stack(event.stack, before);
  before.packet_id = event.packet_id;
  references_.remember_packet(before);
}

void BlockDecoder::decode_parents(Event& event) {
  const uint64_t count = varint(Column::kParentCount);
  if (count >= kMaxParents || parents_ + count + 1 > kMaxBlockParents) {
    return fail(Column::kParentCount);
  }
  parents_ += count + 1;
  for (uint64_t i = 0; i <= count && !wrong_; ++i) {
    const uint64_t id = add_difference(event.packet_id, varint(Column::kParentId));
    const uint64_t kind = varint(Column::kParentKind);
    if (kind > static_cast<uint64_t>(ParentKind::kUpcall)) fail(Column::kParentKind);
    event.parents.push_back({id, static_cast<ParentKind>(kind)});
  }
}

// Index 0: the entry of before; else the entry with that number, from 1; one more than there are:
// a new one, read from its column.
template <typename Entry, typename ReadEntry>
Entry& BlockDecoder::entry(Column column, std::vector<Entry>& entries, uint32_t& before,
                           ReadEntry read_entry) {
  const uint64_t value = varint(column);
  const uint64_t index = value == 0 ? before : value - 1;
  if (index > entries.size() || (value == 0 && index == entries.size())) {
    fail(column);
    // Something to return; the events are thrown away.
    return entries.empty() ? entries.emplace_back() : entries.back();
  }
  if (index == entries.size()) entries.push_back(read_entry());
  before = static_cast<uint32_t>(index);
  return entries[index];
}

FixedName BlockDecoder::name(Column column) {
  const size_t size = columns_[column].byte();
  if (size >= FixedName::kSize) {
    fail(column);
    return {};
  }
  const std::span<const uint8_t> bytes = columns_[column].bytes(size);
  return FixedName({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void BlockDecoder::decode_task(Task& task, CpuReference& cpu) {
  task = entry(Column::kTask, tasks_, cpu.task, [this] {
    Task read;
    read.pid = number<uint32_t>(Column::kTaskEntry);
    read.tgid =
        narrow<uint32_t>(Column::kTaskEntry, add_difference(read.pid, varint(Column::kTaskEntry)));
    const uint64_t context = varint(Column::kTaskEntry);
    if (context > static_cast<uint64_t>(TaskContext::kNmi)) fail(Column::kTaskEntry);
    read.context = static_cast<TaskContext>(context);
    read.comm = name(Column::kTaskEntry);
    return read;
  });
}

BlockReference& BlockDecoder::find_reference(uint64_t packet_id) {
  if (BlockReference* packet = references_.packet(packet_id)) return *packet;
  const uint64_t slot = varint(Column::kSlot);
  if (slot > references_.slots() || slot >= kMaxFlowSlots) {
    fail(Column::kSlot);
    return spare_slot_;
  }
  return references_.slot(static_cast<uint32_t>(slot));
}

void BlockDecoder::decode_packet(PacketSection& packet, BlockReference& before) {
  const auto& kind = entry(Column::kPacketKind, packet_kinds_, before.packet_kind, [this] {
    PacketSection read;
    const uint64_t value = varint(Column::kPacketKindEntry);
    if (value >> 24 != 0 || (value & 0xff) > static_cast<uint64_t>(LinkLayer::kEthernet)) {
      fail(Column::kPacketKindEntry);
    }
    read.link = static_cast<LinkLayer>(value & 0xff);
    read.ethertype = static_cast<uint16_t>(value >> 8);
    return read;
  });
  packet.link = kind.link;
  packet.ethertype = kind.ethertype;
  packet.len = changed(Column::kPacketLen, before.packet_len);
  decode_tuple(packet.socket, before);

  std::span<const uint8_t> bytes_before;
  if (before.bytes_size != 0) bytes_before = (*events_)[before.bytes_at].packet.bytes;
  const size_t room = std::min(kMaxPacketBytes, kMaxBlockPacketBytes - packet_bytes_);
  const PatchReaders patch{columns_[Column::kPatchRuns],   columns_[Column::kPatchGap],
                           columns_[Column::kPatchLength], columns_[Column::kPatchHigh],
                           columns_[Column::kPatchLow],    columns_[Column::kPacketKept],
                           columns_[Column::kPacketBytes]};
  if (!read_patch(bytes_before, room, patch, packet.bytes)) return fail(Column::kPatchRuns);
  packet_bytes_ += packet.bytes.size();
  before.bytes_at = event_index_;
  before.bytes_size = static_cast<uint32_t>(packet.bytes.size());
}

void BlockDecoder::decode_tuple(SocketTuple& tuple, BlockReference& before) {
  tuple = entry(Column::kTuple, tuples_, before.tuple, [this] {
    SocketTuple read;
    const auto bytes = columns_[Column::kTupleEntry].bytes(6 + 16 + 16);
    if (bytes.empty()) return read;
    read.family = bytes[0];
    read.protocol = bytes[1];
    read.source_port = static_cast<uint16_t>(bytes[2] << 8 | bytes[3]);
    read.dest_port = static_cast<uint16_t>(bytes[4] << 8 | bytes[5]);
    std::copy_n(bytes.begin() + 6, 16, read.source.begin());
    std::copy_n(bytes.begin() + 22, 16, read.dest.begin());
    return read;
  });
}

SkbSection BlockDecoder::read_skb_kind() {
  constexpr Column kColumn = Column::kSkbKindEntry;
  SkbSection read;
  read.mark = number<uint32_t>(kColumn);
  read.priority = number<uint32_t>(kColumn);
  read.gso_size = number<uint16_t>(kColumn);
  read.vlan_tci = number<uint16_t>(kColumn);
  read.vlan_proto = number<uint16_t>(kColumn);
  read.protocol = number<uint16_t>(kColumn);
  read.pkt_type = number<uint8_t>(kColumn);
  const uint64_t cloned = varint(kColumn);
  if (cloned > 1) fail(kColumn);
  read.cloned = cloned == 1;
  read.ip_summed = number<uint8_t>(kColumn);
  return read;
}

void BlockDecoder::decode_addresses(SkbSection& skb, BlockReference& before) {
  SkbAddresses& seen = entry(Column::kSkbAddress, skb_addresses_, before.skb_address, [this] {
    const uint64_t last = skb_addresses_.empty() ? 0 : skb_addresses_.back().address;
    return SkbAddresses{add_difference(last, varint(Column::kSkbAddressEntry)), 0};
  });
  const uint64_t value = varint(Column::kSkbHead);
  if (value - 1 == skb_heads_.size()) {
    const uint64_t last = skb_heads_.empty() ? 0 : skb_heads_.back();
    skb_heads_.push_back(add_difference(last, varint(Column::kSkbHeadEntry)));
  }
  if (value > skb_heads_.size()) return fail(Column::kSkbHead);
  if (value != 0) seen.head = skb_heads_[value - 1];
  skb.address = seen.address;
  skb.head = seen.head;
}

void BlockDecoder::decode_skb(SkbSection& skb, uint32_t packet_growth, BlockReference& before) {
  skb = entry(Column::kSkbKind, skb_kinds_, before.skb_kind, [this] { return read_skb_kind(); });
  decode_addresses(skb, before);
  if (before.skb_data_len != 0) before.skb_data_len += packet_growth;
  before.skb_len += packet_growth;
  skb.len = changed(Column::kSkbLen, before.skb_len);
  skb.data_len = changed(Column::kSkbDataLen, before.skb_data_len);
  skb.truesize = changed(Column::kSkbTruesize, before.skb_truesize);
  skb.hash = before.skb_hash ^= number<uint32_t>(Column::kSkbHash);
  skb.gso_segs =
      narrow<uint16_t>(Column::kSkbGsoSegs, changed(Column::kSkbGsoSegs, before.skb_gso_segs));
}

void BlockDecoder::decode_dev(DevSection& dev, BlockReference& before) {
  dev = entry(Column::kDev, devs_, before.dev, [this] {
    DevSection read;
    read.ifindex = number<uint32_t>(Column::kDevEntry);
    read.rx_ifindex = number<uint32_t>(Column::kDevEntry);
    read.name = name(Column::kDevEntry);
    return read;
  });
}

void BlockDecoder::decode_netns(NetnsSection& netns, BlockReference& before) {
  netns = entry(Column::kNetns, netns_, before.netns, [this] {
    NetnsSection read;
    read.inum = number<uint32_t>(Column::kNetnsEntry);
    read.cookie = varint(Column::kNetnsEntry);
    return read;
  });
}

void BlockDecoder::decode_drop(DropSection& drop, BlockReference& before) {
  drop = entry(Column::kDrop, drops_, before.drop, [this] {
    DropSection read;
    const uint64_t reason = varint(Column::kDropEntry);
    read.has_reason = reason != 0;
    if (reason != 0) read.reason = narrow<uint32_t>(Column::kDropEntry, reason - 1);
    read.location = varint(Column::kDropEntry);
    return read;
  });
}

void BlockDecoder::decode_sock(SockSection& sock, BlockReference& before) {
  sock = entry(Column::kSock, socks_, before.sock, [this] {
    SockSection read;
    read.cookie = varint(Column::kSockEntry);
    const uint64_t kind = varint(Column::kSockEntry);
    if ((kind & 0xff) > 1) fail(Column::kSockEntry);
    read.family = static_cast<uint16_t>(kind >> 48);
    read.type = static_cast<uint16_t>(kind >> 32);
    read.protocol = static_cast<uint16_t>(kind >> 16);
    read.state = static_cast<uint8_t>(kind >> 8);
    read.has_buffers = (kind & 0xff) != 0;
    return read;
  });
  if (!sock.has_buffers) return;
  sock.rcvbuf = changed(Column::kSockRcvbuf, before.rcvbuf);
  sock.rmem_alloc = changed(Column::kSockRmem, before.rmem_alloc);
}

void BlockDecoder::decode_stack(uint32_t& stack, BlockReference& before) {
  const uint64_t value = varint(Column::kStack);
  stack = value == 0 ? before.stack : narrow<uint32_t>(Column::kStack, value - 1);
  before.stack = stack;
}

Result<void> check_times(const BlockClaim& claim, const std::vector<Event>& events) {
  const auto [first, last] = std::ranges::minmax_element(events, {}, &Event::timestamp_ns);
  if (first->timestamp_ns == claim.first_ns && last->timestamp_ns == claim.last_ns) return {};
  return Error{"its events lie outside the time range that its row gives"};
}

}  // namespace

Result<void> decode_block(std::span<const uint8_t> data, const BlockClaim& claim,
                          std::vector<Event>& events) {
  if (claim.events == 0 || claim.events > kMaxBlockEvents) {
    return Error{
        fmt::format("it claims {} events; a block has 1 to {}", claim.events, kMaxBlockEvents)};
  }
  std::vector<uint8_t> content;
  TRY(decompress(data, kMaxBlockContent, content));
  TRY_ASSIGN(columns, BlockColumns::parse(content, claim.events));
  events.resize(claim.events);
  BlockDecoder decoder(columns);
  decoder.decode(events);
  if (const std::optional<Column> wrong = decoder.wrong()) {
    return Error{fmt::format("column {} holds what cannot be", column_name(*wrong))};
  }
  return check_times(claim, events);
}

}  // namespace tracker
