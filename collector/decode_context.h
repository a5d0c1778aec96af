// SPDX-License-Identifier: GPL-2.0-or-later
//
// DecodeContext: what the decoders of all sections share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "collector/decoder_limits.h"
#include "event/names.h"

namespace tracker {

// Adds the names of kernel addresses to a table (KernelSymbols::resolve).
using SymbolResolver =
    std::function<void(std::span<const uint64_t> addresses, std::map<uint64_t, SymbolName>& names)>;

class DecodeContext {
 public:
  // `keep_headers_only`: cut the bytes after the (innermost) transport header, the default; else
  // everything that the kernel copied is kept (--snaplen).
  DecodeContext(bool keep_headers_only, SymbolResolver resolver, const DecoderLimits& limits)
      : keeps_headers_only_(keep_headers_only), resolver_(std::move(resolver)), limits_(limits) {}

  bool keeps_headers_only() const { return keeps_headers_only_; }
  const DecoderLimits& limits() const { return limits_; }
  LeftOut& left_out() { return left_out_; }
  const LeftOut& left_out() const { return left_out_; }

  // Looks up the addresses that are new, as far as there is room for their names.
  void resolve(std::span<const uint64_t> addresses, Names& names);

 private:
  bool keeps_headers_only_;
  SymbolResolver resolver_;
  DecoderLimits limits_;
  LeftOut left_out_;
  std::set<uint64_t> addresses_;  // that were looked up
};

}  // namespace tracker
