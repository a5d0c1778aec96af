// SPDX-License-Identifier: GPL-2.0-or-later
//
// libbpf_options(): one of libbpf's structs of options, empty. LIBBPF_OPTS() is GNU C (a statement
// expression around a compound literal), which clang refuses in pedantic C++.
#pragma once

#include <cstring>
#include <type_traits>

namespace tracker {

// For example libbpf_options<bpf_prog_load_opts>().
template <typename Options>
Options libbpf_options() {
  static_assert(std::is_trivial_v<Options>);
  Options options;
  // Padding too: a libbpf older than its header refuses what it does not know and is not zero.
  std::memset(&options, 0, sizeof(options));
  options.sz = sizeof(options);
  return options;
}

}  // namespace tracker
