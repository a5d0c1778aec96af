// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/record_decoder.h"

#include <algorithm>
#include <cstring>

#include "collector/record_view.h"

namespace tracker {

namespace {

static_assert(CONTEXT_SOFTIRQ == static_cast<int>(TaskContext::kSoftirq));
static_assert(CONTEXT_NMI == static_cast<int>(TaskContext::kNmi));

void decode_header(uint32_t cpu, const tracker_record& raw, Event& event) {
  event.timestamp_ns = raw.timestamp_ns;
  event.packet_id = raw.packet_id;
  event.cpu = static_cast<uint16_t>(cpu);
  event.probe = raw.probe;
  event.sections = raw.sections;
  event.task.pid = raw.pid;
  event.task.tgid = raw.tgid;
  event.task.comm = FixedName({raw.comm, ::strnlen(raw.comm, sizeof(raw.comm))});
  event.task.context = static_cast<TaskContext>(std::min<uint8_t>(raw.context, CONTEXT_NMI));
  event.has_return_code = raw.has_return_code != 0;
  if (event.has_return_code) event.return_code = raw.return_code;
}

}  // namespace

bool RecordDecoder::decode(uint32_t cpu, std::span<const std::byte> record, Names& names,
                           Event& event) {
  const auto view = RecordView::parse(record, layout_);
  if (!view || view->header().probe >= names.probes.size()) return false;
  reset(event);
  decode_header(cpu, view->header(), event);
#define X(name, Name, bit)                                                                  \
  if (event.has(Section::k##Name) && !sections_.name.decode(*view, context_, names, event)) \
    return false;
  TRACKER_SECTIONS(X)
#undef X
  return true;
}

}  // namespace tracker
