// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordLayout: where the sections of a raw record lie (record.h).
//
// A probe's program has the offsets as constants (probes/bpf/knob.h), and a record says which
// sections it has a place for: both sides compute the layout from that set alone.
#pragma once

#include <array>
#include <cstdint>

#include "event/names.h"
#include "event/section.h"

namespace tracker {

constexpr size_t section_place(Section section) {
  size_t place = 0;
  while (kSections[place].section != section) ++place;
  return place;
}

struct RecordLayout {
  uint32_t sections = 0;  // bits of Section that have a place
  uint32_t bytes = 0;     // of the header and all of them: where the stack or the payload begins
  std::array<uint32_t, kSections.size()> offsets{};  // by place in kSections; 0: not there

  // Of a section that has a place.
  uint32_t offset(Section section) const { return offsets[section_place(section)]; }
};

// For sections that this version knows; others get no place.
RecordLayout record_layout(uint32_t sections);

// What a probe of this role can fill of the sections that it is to fill. When net_dev_xmit is hit
// the driver may have freed the skb, and at the return of a function whoever it was given to:
// nothing of it is read (bpf/tracker.bpf.c, handle_transmitted() and handle_return()).
uint32_t fillable_sections(uint32_t wanted, ProbeRole role);

}  // namespace tracker
