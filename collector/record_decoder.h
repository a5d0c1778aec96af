// SPDX-License-Identifier: GPL-2.0-or-later
//
// Raw record -> Event: the header here, each section by its own decoder (collector/sections). Pure
// but for the tables that it fills.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "collector/decode_context.h"
#include "collector/sections/all.h"
#include "event/event.h"
#include "event/names.h"

namespace tracker {

class RecordDecoder {
 public:
  // See DecodeContext. `resolver` is called for each drop location and each stack that is new.
  RecordDecoder(bool keep_headers_only, SymbolResolver resolver, const DecoderLimits& limits = {})
      : context_(keep_headers_only, std::move(resolver), limits) {}

  // Decodes one record into `event` (reset first; capacities are reused). New words go into
  // `names`. False for a record that is not one: sizes do not fit.
  bool decode(uint32_t cpu, std::span<const std::byte> record, Names& names, Event& event);

  const LeftOut& left_out() const { return context_.left_out(); }

 private:
  DecodeContext context_;
  RecordLayout layout_;  // of the record decoded last
  struct {
#define X(name, Name, bit) Name##RecordDecoder name;
    TRACKER_SECTIONS(X)
#undef X
  } sections_;
};

}  // namespace tracker
