// SPDX-License-Identifier: GPL-2.0-or-later
//
// KernelSymbols: names of kernel addresses, and the few addresses and values that probes need.
//
// Asked of the kernel itself through BPF programs (bpf/resolve.bpf.c): right for modules loaded a
// moment ago and for BPF programs, and fast. Where that is refused (kernels before 5.15; addresses
// of variables before 5.16), /proc/kallsyms is read, again whenever an address lies outside what is
// known.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "event/names.h"

namespace tracker {

class KernelSymbols {
 public:
  // What the programs may use: bpf_kallsyms_lookup_name() came with 5.16. open() finds out by
  // itself; tests ask for less than there is.
  enum class Helpers { kAll, kOf515 };
  static Result<KernelSymbols> open(Helpers helpers = Helpers::kAll);
  KernelSymbols(KernelSymbols&&) noexcept;
  KernelSymbols& operator=(KernelSymbols&&) noexcept;
  ~KernelSymbols();

  // Adds the names of `addresses` (return addresses) to `names`. An address without a name is left
  // out: it is shown as a number.
  void resolve(std::span<const uint64_t> addresses, std::map<uint64_t, SymbolName>& names);

  // Address of a kernel variable, of one per CPU that of its template; 0 where it cannot be found
  // out.
  uint64_t address(const std::string& name) const;
  // Value of a kernel variable of 64 bits; 0 where it cannot be found out.
  uint64_t variable(const std::string& name) const;

 private:
  struct State;
  explicit KernelSymbols(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Parses the kernel's "name+0xoffset/0xsize [module]". False for "0xffff..." and anything else.
bool parse_symbol(std::string_view text, SymbolName& symbol);

}  // namespace tracker
