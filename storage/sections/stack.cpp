// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/stack.h"

namespace tracker {

void StackBlockEncoder::add(const Event& event, StackReference& before, EncodeStep& step) {
  step.columns[StackColumns::kIndex].put(
      event.stack.index == before.index ? 0 : uint64_t{event.stack.index} + 1);
  before.index = event.stack.index;
}

void StackBlockEncoder::clear() {}

void StackBlockDecoder::read(Event& event, StackReference& before, DecodeStep& step) {
  const uint64_t value = step.varint(StackColumns::kIndex);
  event.stack.index =
      value == 0 ? before.index : step.narrow<uint32_t>(StackColumns::kIndex, value - 1);
  before.index = event.stack.index;
}

}  // namespace tracker
