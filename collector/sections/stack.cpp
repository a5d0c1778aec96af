// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/stack.h"

#include <algorithm>
#include <string>

namespace tracker {
namespace {

bool is_tracing(uint64_t frame, const Names& names) {
  auto symbol = names.symbols.find(frame);
  if (symbol == names.symbols.end()) return true;  // a BPF program that kallsyms does not list
  const std::string& name = symbol->second.name;
  return symbol->second.module == "bpf" || name.starts_with("bpf_prog_") ||
         name.starts_with("bpf_trace_run") || name.starts_with("__bpf_trace_") ||
         name.starts_with("__traceiter_") || name.starts_with("bpf_trampoline_");
}

// A stack taken by a BPF program begins with tracing itself. Where the tracepoint says its own
// location, the frames before that are cut; else those that are tracing's by their names.
std::vector<uint64_t> without_tracing(const std::vector<uint64_t>& frames, uint64_t location,
                                      const Names& names) {
  auto first = std::find(frames.begin(), frames.end(), location);
  if (location == 0 || first == frames.end())
    first = std::find_if_not(frames.begin(), frames.end(),
                             [&](uint64_t frame) { return is_tracing(frame, names); });
  return {first, frames.end()};
}

}  // namespace

// Below the entry of an interrupt (x86-64: asm_common_interrupt, asm_sysvec_apic_timer_interrupt
// and its like) a stack is that of whoever was interrupted, which has nothing to do with the packet
// and would make equal stacks different.
void StackRecordDecoder::note_interrupt_entries(const Frames& frames, DecodeContext& context,
                                                Names& names) {
  context.resolve(frames, names);
  for (const uint64_t frame : frames) {
    const std::string name = names.function_name(frame);
    if (name.starts_with("asm_sysvec_") || name.starts_with("asm_common_interrupt"))
      interrupt_entries_.insert(frame);
  }
}

void StackRecordDecoder::leave_interrupted_out(Frames& frames) const {
  const auto entry = std::find_if(frames.begin(), frames.end(), [this](uint64_t frame) {
    return interrupt_entries_.contains(frame);
  });
  if (entry != frames.end()) frames.erase(entry + 1, frames.end());
}

// For a stack that is not known yet; counts it where there is.
bool StackRecordDecoder::has_room(const RecordView& record, const DecoderLimits& limits) {
  if (stacks_.size() >= limits.stacks) return false;
  const drop_record* drop = record.drop();
  if (drop == nullptr) return true;
  const uint32_t reason = drop->has_reason != 0 ? drop->reason : 0;
  size_t& of_place = stacks_of_place_[{drop->location, reason}];
  return of_place < limits.stacks_of_place && ++of_place > 0;
}

// What events have whose stack was not kept.
uint32_t StackRecordDecoder::empty_stack(Names& names) {
  const Frames none;
  const auto [entry, is_new] = stacks_.emplace(none, static_cast<uint32_t>(names.stacks.size()));
  if (is_new) names.stacks.push_back(none);
  return entry->second;
}

bool StackRecordDecoder::decode(const RecordView& record, DecodeContext& context, Names& names,
                                Event& event) {
  Frames frames(record.frames().begin(), record.frames().end());
  leave_interrupted_out(frames);
  auto known = stacks_.find(frames);
  if (known == stacks_.end()) {
    if (!has_room(record, context.limits())) {
      ++context.left_out().stacks;
      event.stack.index = empty_stack(names);
      return true;
    }
    note_interrupt_entries(frames, context, names);
    leave_interrupted_out(frames);
    known = stacks_.find(frames);
  }
  if (known == stacks_.end()) {
    const uint64_t location = record.drop() != nullptr ? record.drop()->location : 0;
    Frames shown = without_tracing(frames, location, names);
    known = stacks_.emplace(frames, static_cast<uint32_t>(names.stacks.size())).first;
    names.stacks.push_back(std::move(shown));
  }
  event.stack.index = known->second;
  return true;
}

}  // namespace tracker
