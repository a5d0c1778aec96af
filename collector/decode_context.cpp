// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/decode_context.h"

#include <vector>

namespace tracker {

void DecodeContext::resolve(std::span<const uint64_t> addresses, Names& names) {
  std::vector<uint64_t> fresh;
  for (const uint64_t address : addresses) {
    if (address == 0 || addresses_.contains(address)) continue;
    if (addresses_.size() >= limits_.symbols) {
      ++left_out_.symbols;
      continue;
    }
    addresses_.insert(address);
    fresh.push_back(address);
  }
  if (!fresh.empty()) resolver_(fresh, names.symbols);
}

}  // namespace tracker
