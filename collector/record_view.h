// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordView: a raw record of the kernel's, taken apart into its header, sections, stack and
// payload (probes/record.h). The bytes must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "event/section.h"
#include "probes/record.h"
#include "probes/record_layout.h"

namespace tracker {

class RecordView {
 public:
  // Nothing where the sizes do not fit. `layout` is the one used last: it is replaced where the
  // record has another.
  static std::optional<RecordView> parse(std::span<const std::byte> record, RecordLayout& layout);

  const tracker_record& header() const { return *at<tracker_record>(0); }
  // Bits of Section that are filled; all of them have a place.
  uint32_t sections() const { return header().sections; }
  // The raw section; nullptr where it was not filled.
#define X(name, Name, bit)                                                 \
  const name##_record* name() const {                                      \
    if ((sections() & section_bit(Section::k##Name)) == 0) return nullptr; \
    return at<name##_record>(layout_->offset(Section::k##Name));           \
  }
  TRACKER_SECTIONS(X)
#undef X
  // The addresses of the stack; empty without section stack.
  std::span<const uint64_t> frames() const { return frames_; }
  // What follows the sections and the stack.
  std::span<const std::byte> payload() const { return payload_; }

 private:
  RecordView(std::span<const std::byte> record, const RecordLayout& layout)
      : record_(record), layout_(&layout) {}
  template <typename Raw>
  const Raw* at(size_t offset) const {
    return reinterpret_cast<const Raw*>(record_.data() + offset);
  }
  // Takes the stack and the payload apart; false where they do not fit.
  bool find_areas();

  std::span<const std::byte> record_;
  const RecordLayout* layout_;
  std::span<const uint64_t> frames_;
  std::span<const std::byte> payload_;
};

}  // namespace tracker
