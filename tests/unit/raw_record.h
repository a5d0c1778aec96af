// SPDX-License-Identifier: GPL-2.0-or-later
//
// RawRecord: a raw record as the kernel would write it, built section by section.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "event/section.h"
#include "probes/record.h"
#include "probes/record_layout.h"

namespace tracker::testing {

class RawRecord {
 public:
  RawRecord() {
    header.timestamp_ns = 1000;
    header.packet_id = 0x5f01;
    std::strcpy(header.comm, "nc");
  }

  // The section, which this fills; its payload or frames come by the functions below.
#define X(name, Name, bit)                            \
  name##_record& name() {                             \
    header.sections |= section_bit(Section::k##Name); \
    return sections_.name;                            \
  }
  TRACKER_SECTIONS(X)
#undef X

  RawRecord& payload(const std::vector<uint8_t>& bytes) {
    payload_ = bytes;
    packet().payload_bytes = static_cast<uint32_t>(bytes.size());
    if (sections_.packet.len == 0) sections_.packet.len = sections_.packet.payload_bytes;
    return *this;
  }
  RawRecord& tuple(const tuple_payload& tuple) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(&tuple);
    payload_.assign(bytes, bytes + sizeof(tuple));
    packet().has_tuple = 1;
    return *this;
  }
  RawRecord& frames(const std::vector<uint64_t>& frames) {
    frames_ = frames;
    stack().has_area = 1;
    sections_.stack.bytes = static_cast<uint32_t>(frames.size() * sizeof(uint64_t));
    return *this;
  }

  std::vector<std::byte> build() const {
    const uint32_t laid_out = header.sections | header.laid_out;
    const RecordLayout layout = record_layout(laid_out);
    std::vector<std::byte> bytes(layout.bytes);
    tracker_record written = header;
    written.laid_out = laid_out;
    std::memcpy(bytes.data(), &written, sizeof(written));
#define X(name, Name, bit)                                                       \
  if ((laid_out & section_bit(Section::k##Name)) != 0)                           \
    std::memcpy(bytes.data() + layout.offset(Section::k##Name), &sections_.name, \
                sizeof(sections_.name));
    TRACKER_SECTIONS(X)
#undef X
    if (sections_.stack.has_area != 0) {
      bytes.resize(layout.bytes + RECORD_STACK_BYTES);
      std::memcpy(bytes.data() + layout.bytes, frames_.data(), frames_.size() * sizeof(uint64_t));
    }
    const auto* payload = reinterpret_cast<const std::byte*>(payload_.data());
    bytes.insert(bytes.end(), payload, payload + payload_.size());
    return bytes;
  }

  tracker_record header{};  // laid_out: sections that have a place beside those that are filled

 private:
  struct {
#define X(name, Name, bit) name##_record name{};
    TRACKER_SECTIONS(X)
#undef X
  } sections_;
  std::vector<uint8_t> payload_;
  std::vector<uint64_t> frames_;
};

}  // namespace tracker::testing
