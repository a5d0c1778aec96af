// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_encoder.h"

#include <algorithm>

#include "base/check.h"
#include "storage/compression.h"
#include "storage/dictionary_key.h"
#include "storage/packet_diff.h"

namespace tracker {
namespace {

// More than the varints of one event with all its entries can take, without patch and parents.
constexpr size_t kEventBound = 768;
// Of one parent: three varints.
constexpr size_t kParentBound = 24;

}  // namespace

BlockEncoder::BlockEncoder() : compressor_(std::make_unique<Compressor>()) {}
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
  columns_[EventColumns::kCpu].put(event.cpu);
  columns_[EventColumns::kProbe].put(event.probe);
  const uint32_t sections = event.sections & kAllSections;
  uint32_t& sections_before = references_.sections(event.probe);
  columns_[EventColumns::kSectionBits].put(sections ^ sections_before);
  sections_before = sections;
  CpuReference& cpu = references_.cpu(event.cpu);
  columns_[EventColumns::kPacketId].put(difference(event.packet_id, cpu.packet_id));
  cpu.packet_id = event.packet_id;
  add_extras(event);
  add_task(event.task, cpu);

  BlockReference& before = find_reference(event);
  add_sections(event, before);
  before.packet_id = event.packet_id;
  references_.remember_packet(before);

  ++events_;
  packet_bytes_ += event.has(Section::kPacket) ? event.packet.bytes.size() : 0;
  content_bound_ += kEventBound + 2 * event.packet.bytes.size();
  content_bound_ += kParentBound * event.parents.size();
  if (content_bound_ > kFullBlockContent) content_bound_ = content_bytes();
}

void BlockEncoder::add_sections(const Event& event, BlockReference& before) {
  EncodeStep step{columns_};
  if (event.has(Section::kPacket)) step.packet_growth = event.packet.len - before.packet.len;
#define X(name, Name, bit) \
  if (event.has(Section::k##Name)) sections_.name.add(event, before.name, step);
  TRACKER_SECTIONS(X)
#undef X
}

bool BlockEncoder::has_content(size_t bytes) {
  if (content_bound_ >= bytes) content_bound_ = content_bytes();
  return content_bound_ >= bytes;
}

void BlockEncoder::add_time(uint64_t timestamp_ns) {
  if (events_ == 0) base_ns_ = previous_ns_ = first_ns_ = last_ns_ = timestamp_ns;
  // The low byte is nearly noise, the rest nearly constant: apart they compress best.
  const uint64_t step = difference(timestamp_ns, previous_ns_);
  columns_[EventColumns::kTimeLow].append_byte(static_cast<uint8_t>(step));
  columns_[EventColumns::kTimeHigh].put(step >> 8);
  previous_ns_ = timestamp_ns;
  first_ns_ = std::min(first_ns_, timestamp_ns);
  last_ns_ = std::max(last_ns_, timestamp_ns);
}

void BlockEncoder::add_extras(const Event& event) {
  columns_[EventColumns::kExtras].put((event.has_return_code ? kExtraReturnCode : 0) |
                                      (event.parents.empty() ? 0 : kExtraParents));
  if (event.has_return_code) columns_[EventColumns::kReturnCode].put(zigzag(event.return_code));
  if (event.parents.empty()) return;
  columns_[EventColumns::kParentCount].put(event.parents.size() - 1);
  for (const Parent& parent : event.parents) {
    columns_[EventColumns::kParentId].put(difference(parent.packet_id, event.packet_id));
    columns_[EventColumns::kParentKind].put(static_cast<uint64_t>(parent.kind));
  }
  parents_ += event.parents.size();
}

void BlockEncoder::add_task(const Task& task, CpuReference& cpu) {
  const auto comm = words_of(task.comm);
  const bool is_new = columns_.put_index<4>(
      EventColumns::kTask, tasks_,
      {uint64_t{task.pid} << 32 | task.tgid, static_cast<uint64_t>(task.context), comm[0], comm[1]},
      cpu.task);
  if (!is_new) return;
  ColumnWriter& entry = columns_[EventColumns::kTaskEntry];
  entry.append(task.pid);
  entry.append(difference(task.tgid, task.pid));
  entry.append(static_cast<uint64_t>(task.context));
  columns_.put_name(EventColumns::kTaskEntry, task.comm.view());
}

BlockReference& BlockEncoder::find_reference(const Event& event) {
  if (BlockReference* packet = references_.packet(event.packet_id)) return *packet;
  const uint64_t hash = event.has(Section::kPacket) ? flow_hash(event.packet) : 0;
  const uint32_t slot = flows_.find(hash, references_.slots());
  columns_[EventColumns::kSlot].put(slot);
  return references_.slot(slot);
}

size_t BlockEncoder::content_bytes() const {
  size_t total = 0;
  for (const ColumnWriter& column : columns_.all()) total += column.bytes().size();
  return total;
}

EncodedBlock BlockEncoder::finish() {
  CHECK(events_ > 0);
  ColumnWriter header;
  header.append(events_);
  header.append(base_ns_);
  uint64_t present = 0;
  for (const ColumnWriter& column : columns_.all()) present += column.bytes().empty() ? 0 : 1;
  header.append(present);
  std::vector<std::span<const uint8_t>> parts{{}};
  for (size_t number = 0; number < columns_.all().size(); ++number) {
    const std::span<const uint8_t> bytes = columns_.all()[number].bytes();
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
  columns_.clear();
  references_.clear();
  flows_.clear();
  tasks_.clear();
#define X(name, Name, bit) sections_.name.clear();
  TRACKER_SECTIONS(X)
#undef X
  events_ = 0;
  packet_bytes_ = parents_ = content_bound_ = 0;
}

}  // namespace tracker
