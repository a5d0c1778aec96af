// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section: what kinds of data an event can carry beside its header, from the one list of them
// (section_list.h).
//
// Adding a section means one line there and one in each folder's sections/all.h, and in these
// folders: its struct and how it is shown (event/sections), its place in a raw record
// (probes/sections) and what fills it (probes/bpf/sections), its decoder (collector/sections), its
// columns (storage/sections). The bit of a section is used in the kernel's record, in
// Event::sections and in recordings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "event/section_list.h"

namespace tracker {

enum class Section : uint32_t {
#define X(name, Name, bit) k##Name = 1U << (bit),
  TRACKER_SECTIONS(X)
#undef X
};

struct SectionInfo {
  Section section;
  std::string_view name;  // JSON key and collector name
};

inline constexpr auto kSections = std::to_array<SectionInfo>({
#define X(name, Name, bit) {Section::k##Name, #name},
    TRACKER_SECTIONS(X)
#undef X
});

inline constexpr uint32_t section_bit(Section section) { return static_cast<uint32_t>(section); }

// All sections that this version knows.
inline constexpr uint32_t kAllSections = 0
#define X(name, Name, bit) | 1U << (bit)
    TRACKER_SECTIONS(X)
#undef X
    ;

}  // namespace tracker
