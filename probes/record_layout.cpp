// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/record_layout.h"

#include <iterator>

#include "probes/record.h"

namespace tracker {
namespace {

// In the order of kSections.
constexpr uint32_t kSectionBytes[] = {
#define X(name, Name, bit) sizeof(name##_record),
    TRACKER_SECTIONS(X)
#undef X
};
static_assert(std::size(kSectionBytes) == kSections.size());

// Offsets are multiples of 8, as the records' 64-bit members and the stack want.
static_assert(sizeof(tracker_record) % 8 == 0);
#define X(name, Name, bit) static_assert(sizeof(name##_record) % 8 == 0);
TRACKER_SECTIONS(X)
#undef X

// Sections that are read from the skb and the bytes behind it.
constexpr uint32_t kOfSkb = section_bit(Section::kSkb) | section_bit(Section::kPacket);
// Those that are kept from the beginning of a call, or are there at its end.
constexpr uint32_t kOfCall = section_bit(Section::kNetns) | section_bit(Section::kStack);

}  // namespace

RecordLayout record_layout(uint32_t sections) {
  RecordLayout layout;
  layout.sections = sections & kAllSections;
  layout.bytes = sizeof(tracker_record);
  for (size_t i = 0; i < kSections.size(); ++i) {
    if ((layout.sections & section_bit(kSections[i].section)) == 0) continue;
    layout.offsets[i] = layout.bytes;
    layout.bytes += kSectionBytes[i];
  }
  return layout;
}

uint32_t fillable_sections(uint32_t wanted, ProbeRole role) {
  if (role == ProbeRole::kReturn || role == ProbeRole::kInferred) return wanted & kOfCall;
  return role == ProbeRole::kTransmitted ? wanted & ~kOfSkb : wanted;
}

}  // namespace tracker
