// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "storage/block_columns.h"
#include "storage/block_format.h"
#include "storage/block_reference.h"
#include "storage/compression.h"
#include "storage/decode_step.h"

namespace tracker {
namespace {

// Decodes the events of one block: what every event has here, each section by its own codec.
class BlockDecoder {
 public:
  BlockDecoder(BlockColumns& columns, std::vector<Event>& events)
      : columns_(columns), events_(events), step_(columns, events) {}

  void decode();

  // The first column that held something impossible; nothing where all was well.
  std::optional<Column> wrong() const { return step_.wrong(); }

 private:
  void decode_event(Event& event);
  void decode_time(Event& event);
  void decode_extras(Event& event);
  void decode_parents(Event& event);
  void decode_task(Task& task, CpuReference& cpu);
  BlockReference& find_reference(uint64_t packet_id);
  void decode_sections(Event& event, BlockReference& before);

  BlockColumns& columns_;
  std::vector<Event>& events_;
  DecodeStep step_;
  BlockReferences references_;
  BlockReference spare_slot_;  // stands in for a slot that cannot be
  uint64_t time_ns_ = 0;
  size_t parents_ = 0;
  std::vector<Task> tasks_;
  struct {
#define X(name, Name, bit) Name##BlockDecoder name;
    TRACKER_SECTIONS(X)
#undef X
  } sections_;
};

void BlockDecoder::decode() {
  time_ns_ = columns_.base_ns();
  for (uint32_t i = 0; i < events_.size() && !step_.wrong(); ++i) {
    step_.begin_event(i);
    reset(events_[i]);
    decode_event(events_[i]);
  }
  if (step_.wrong()) return;
  if (const auto unfinished = columns_.find_unfinished()) step_.fail(*unfinished);
}

void BlockDecoder::decode_event(Event& event) {
  decode_time(event);
  event.cpu = step_.number<uint16_t>(EventColumns::kCpu);
  event.probe = step_.number<uint16_t>(EventColumns::kProbe);
  uint32_t& sections = references_.sections(event.probe);
  sections ^= step_.number<uint32_t>(EventColumns::kSectionBits);
  if ((sections & ~kAllSections) != 0) step_.fail(EventColumns::kSectionBits);
  event.sections = sections;
  CpuReference& cpu = references_.cpu(event.cpu);
  event.packet_id = cpu.packet_id =
      add_difference(cpu.packet_id, step_.varint(EventColumns::kPacketId));
  decode_extras(event);
  decode_task(event.task, cpu);

  BlockReference& before = find_reference(event.packet_id);
  decode_sections(event, before);
  before.packet_id = event.packet_id;
  references_.remember_packet(before);
}

void BlockDecoder::decode_time(Event& event) {
  const uint64_t low = step_[EventColumns::kTimeLow].byte();
  time_ns_ = add_difference(time_ns_, step_.varint(EventColumns::kTimeHigh) << 8 | low);
  event.timestamp_ns = time_ns_;
}

void BlockDecoder::decode_extras(Event& event) {
  const uint64_t extras = step_.varint(EventColumns::kExtras);
  if (extras > (kExtraReturnCode | kExtraParents)) step_.fail(EventColumns::kExtras);
  if ((extras & kExtraReturnCode) != 0) {
    event.has_return_code = true;
    const int64_t code = unzigzag(step_.varint(EventColumns::kReturnCode));
    event.return_code = static_cast<int32_t>(code);
    if (event.return_code != code) step_.fail(EventColumns::kReturnCode);
  }
  if ((extras & kExtraParents) != 0) decode_parents(event);
}

void BlockDecoder::decode_parents(Event& event) {
  const uint64_t count = step_.varint(EventColumns::kParentCount);
  if (count >= kMaxParents || parents_ + count + 1 > kMaxBlockParents) {
    return step_.fail(EventColumns::kParentCount);
  }
  parents_ += count + 1;
  for (uint64_t i = 0; i <= count && !step_.wrong(); ++i) {
    const uint64_t id = add_difference(event.packet_id, step_.varint(EventColumns::kParentId));
    const uint64_t kind = step_.varint(EventColumns::kParentKind);
    if (kind > static_cast<uint64_t>(ParentKind::kUpcall)) step_.fail(EventColumns::kParentKind);
    event.parents.push_back({id, static_cast<ParentKind>(kind)});
  }
}

void BlockDecoder::decode_task(Task& task, CpuReference& cpu) {
  static constexpr Column kEntry = EventColumns::kTaskEntry;
  task = step_.entry(EventColumns::kTask, tasks_, cpu.task, [this] {
    Task read;
    read.pid = step_.number<uint32_t>(kEntry);
    read.tgid = step_.narrow<uint32_t>(kEntry, add_difference(read.pid, step_.varint(kEntry)));
    const uint64_t context = step_.varint(kEntry);
    if (context > static_cast<uint64_t>(TaskContext::kNmi)) step_.fail(kEntry);
    read.context = static_cast<TaskContext>(context);
    read.comm = step_.name(kEntry);
    return read;
  });
}

BlockReference& BlockDecoder::find_reference(uint64_t packet_id) {
  if (BlockReference* packet = references_.packet(packet_id)) return *packet;
  const uint64_t slot = step_.varint(EventColumns::kSlot);
  if (slot > references_.slots() || slot >= kMaxFlowSlots) {
    step_.fail(EventColumns::kSlot);
    return spare_slot_;
  }
  return references_.slot(static_cast<uint32_t>(slot));
}

// The packet comes first: an skb's lengths are predicted from its growth.
void BlockDecoder::decode_sections(Event& event, BlockReference& before) {
  if (event.has(Section::kPacket)) {
    const uint32_t len_before = before.packet.len;
    sections_.packet.read(event, before.packet, step_);
    step_.set_packet_growth(event.packet.len - len_before);
  }
#define X(name, Name, bit)                                                 \
  if (Section::k##Name != Section::kPacket && event.has(Section::k##Name)) \
    sections_.name.read(event, before.name, step_);
  TRACKER_SECTIONS(X)
#undef X
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
  BlockDecoder decoder(columns, events);
  decoder.decode();
  if (const std::optional<Column> wrong = decoder.wrong()) {
    return Error{fmt::format("column {} holds what cannot be", wrong->name)};
  }
  return check_times(claim, events);
}

}  // namespace tracker
