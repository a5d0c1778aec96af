// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/program_copies.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "probes/possible_cpus.h"
#include "probes/prune.h"
#include "probes/record_layout.h"
#include "probes/shared_program.h"

namespace tracker {
namespace {

// Which sections a record has, and where.
void set_layout(const RecordLayout& layout, Knobs& knobs) {
  knobs[KNOB_SECTIONS] = layout.sections;
  knobs[KNOB_RECORD_BYTES] = layout.bytes;
  std::copy(layout.offsets.begin(), layout.offsets.end(), knobs.begin() + KNOB_OFFSET_skb);
}

}  // namespace

ProgramCopies::ProgramCopies(KernelProbesOptions options, ProgramTemplates templates,
                             uint64_t netns_operations, const KernelBtf& btf)
    : options_(std::move(options)),
      templates_(std::move(templates)),
      netns_operations_(netns_operations) {
  const std::vector<uint32_t> functions = kernel_functions(btf);
  guard_ = find_guard(functions);
  if (!options_.loads) return;
  auto found = find_loads(btf, functions);
  if (found)
    loads_ = std::move(found).value();
  else
    no_loads_reason_ = found.error().message;
}

ProgramCode ProgramCopies::of_probe(uint32_t index, const ProbePlan& plan, Rung rung,
                                    bool by_loads) const {
  return make(knobs(index, plan, rung), rung, by_loads);
}

ProgramCode ProgramCopies::end_in_hand(uint32_t index, Rung rung, bool by_loads) const {
  Knobs constants{};
  constants[KNOB_PROBE] = index;
  constants[KNOB_CONTEXT] = context_of(rung);
  constants[KNOB_LIST] = LIST_NONE;
  constants[KNOB_FLAGS] = KNOB_FLAG_HAND_END;
  set_argument_knobs({}, constants);
  set_layout(record_layout(0), constants);
  set_host_knobs(constants);
  return make(constants, rung, by_loads);
}

ProgramCode ProgramCopies::shared(const ProbePlan& any, Rung rung, bool by_loads) const {
  Knobs constants = knobs(0, any, rung);
  set_shared_knobs(constants);
  return make(constants, rung, by_loads);
}

Result<void> ProgramCopies::check_rung(Rung rung) const {
  if (guard_ || !is_in_trampoline(rung) || !kernel_may_preempt()) return {};
  return Error{
      "this kernel may preempt such programs, and has nothing by which they could forbid it "
      "(bpf_preempt_disable)"};
}

ProgramCode ProgramCopies::make(Knobs constants, Rung rung, bool by_loads) const {
  constants[KNOB_GUARD] = guard_.has_value() && options_.guard.value_or(may_be_preempted(rung));
  constants[KNOB_LOADS] = by_loads;
  if (by_loads)
    std::copy(loads_->struct_ids.begin(), loads_->struct_ids.end(),
              constants.begin() + KNOB_TYPE_sk_buff);
  ProgramCode copy = constants[KNOB_LIST] == LIST_NONE ? templates_.one : templates_.list;
  CHECK(patch_knobs(copy.instructions, constants) > 0);
  CHECK(patch_calls(copy.instructions, functions(by_loads)) > 0);
  prune_unreachable(copy);
  return copy;
}

KernelFunctions ProgramCopies::functions(bool by_loads) const {
  KernelFunctions functions{};
  if (by_loads) functions[CALL_bpf_rdonly_cast] = loads_->cast;
  if (guard_) {
    functions[CALL_bpf_preempt_disable] = guard_->disable;
    functions[CALL_bpf_preempt_enable] = guard_->enable;
  }
  return functions;
}

uint64_t ProgramCopies::flags(const ProbePlan& plan, Rung rung) const {
  uint64_t flags = 0;
  if (options_.track_entries != 0) flags |= KNOB_FLAG_TRACK;
  if (!options_.netns.empty()) flags |= KNOB_FLAG_NETNS_FILTER;
  if (options_.all_skbs) flags |= KNOB_FLAG_ALL_SKBS;
  if (plan.companion) flags |= KNOB_FLAG_COMPANION;
  if (plan.netns_only) flags |= KNOB_FLAG_NETNS_ONLY;
  if (plan.paired) flags |= KNOB_FLAG_PAIRED;
  // By kprobe_multi nothing would end a call.
  if (plan.in_hand && (rung_of_end(rung) || rung_of_beginning(rung))) flags |= KNOB_FLAG_HAND;
  if (plan.point->needs_beginning() && !rung_of_beginning(rung))
    flags |= KNOB_FLAG_CALL | KNOB_FLAG_COMPANION;
  return flags;
}

Knobs ProgramCopies::knobs(uint32_t index, const ProbePlan& plan, Rung rung) const {
  const ProbeRole role = plan.point->name().role;
  Knobs knobs{};
  knobs[KNOB_PROBE] = index;
  knobs[KNOB_CONTEXT] = context_of(rung);
  knobs[KNOB_RETURN_WORD] = KNOB_NO_ARG;
  plan.point->set_knobs(rung, knobs);
  knobs[KNOB_FLAGS] = flags(plan, rung);
  uint32_t sections = fillable_sections(plan.sections, role);
  const bool takes_every_stack = (sections & section_bit(Section::kStack)) != 0;
  if (role == ProbeRole::kDropped && !takes_every_stack && !options_.stacks.is_nothing()) {
    knobs[KNOB_FLAGS] |= KNOB_FLAG_STACK_BUDGET;
    sections |= section_bit(Section::kStack);
  }
  set_layout(record_layout(sections), knobs);
  set_host_knobs(knobs);
  return knobs;
}

void ProgramCopies::set_host_knobs(Knobs& knobs) const {
  knobs[KNOB_SNAPLEN] = options_.snaplen;
  knobs[KNOB_CPU_COUNT] = possible_cpus();
  knobs[KNOB_WAKE_BYTES] = options_.ring_bytes / 4;
  knobs[KNOB_NETNS_OPS] = netns_operations_;
  if (options_.netns.size() == 1) {
    knobs[KNOB_NETNS_INUM] = options_.netns[0].inum;
    knobs[KNOB_NETNS_COOKIE] = options_.netns[0].cookie;
  }
  knobs[KNOB_VMEMMAP] = options_.vmemmap_base;
  knobs[KNOB_PAGE_OFFSET] = options_.page_offset_base;
  knobs[KNOB_PER_CPU_OFFSET] = options_.per_cpu_offset;
  knobs[KNOB_PREEMPT_COUNT] = options_.per_cpu_offset != 0 ? options_.preempt_count : 0;
  knobs[KNOB_STACK_FIRST] = options_.stacks.first;
  knobs[KNOB_STACK_RATE] = options_.stacks.per_second;
}

}  // namespace tracker
