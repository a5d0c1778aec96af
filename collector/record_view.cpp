// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/record_view.h"

namespace tracker {

std::optional<RecordView> RecordView::parse(std::span<const std::byte> record,
                                            RecordLayout& layout) {
  if (record.size() < sizeof(tracker_record)) return std::nullopt;
  const auto& header = *reinterpret_cast<const tracker_record*>(record.data());
  if ((header.laid_out & ~kAllSections) != 0 || (header.sections & ~header.laid_out) != 0)
    return std::nullopt;
  if (layout.bytes == 0 || layout.sections != header.laid_out)
    layout = record_layout(header.laid_out);
  if (record.size() < layout.bytes) return std::nullopt;
  RecordView view(record, layout);
  if (!view.find_areas()) return std::nullopt;
  return view;
}

bool RecordView::find_areas() {
  payload_ = record_.subspan(layout_->bytes);
  if ((layout_->sections & section_bit(Section::kStack)) == 0) return true;
  const auto& stack = *at<stack_record>(layout_->offset(Section::kStack));
  const size_t area = stack.has_area != 0 ? RECORD_STACK_BYTES : 0;
  if (payload_.size() < area || stack.bytes > area) return false;
  if (this->stack() != nullptr) {
    frames_ = {reinterpret_cast<const uint64_t*>(payload_.data()), stack.bytes / sizeof(uint64_t)};
  }
  payload_ = payload_.subspan(area);
  return true;
}

}  // namespace tracker
