// SPDX-License-Identifier: GPL-2.0-or-later
//
// The one list of sections: what kinds of data an event can carry beside its header.
//
// Adding a section means one line here, its struct in event.h, what fills it (probes/bpf, and the
// decoder in collector/), how it is stored (storage/columns) and shown (event/render_*). The bit of
// a section is used in the kernel's record, in Event::sections and in recordings: bits are never
// reused.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "event/section_list.h"

namespace tracker {

enum class Section : uint32_t {
  kSkb = 1U << 0,
  kPacket = 1U << 1,
  kDev = 1U << 2,
  kNetns = 1U << 3,
  kDrop = 1U << 4,
  kSock = 1U << 5,
  kStack = 1U << 6,
};

struct SectionInfo {
  Section section;
  std::string_view name;  // JSON key and collector name
};

inline constexpr std::array<SectionInfo, 7> kSections{{
    {Section::kSkb, "skb"},
    {Section::kPacket, "packet"},
    {Section::kDev, "dev"},
    {Section::kNetns, "netns"},
    {Section::kDrop, "drop"},
    {Section::kSock, "sock"},
    {Section::kStack, "stack"},
}};

inline constexpr uint32_t section_bit(Section section) { return static_cast<uint32_t>(section); }

// All sections that this version knows.
inline constexpr uint32_t kAllSections = (1U << kSections.size()) - 1;

}  // namespace tracker
