// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProgramCopies: from the template's instructions to those of one probe's program, with the
// constants that this probe, this rung and this kernel ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "probes/kernel_btf.h"
#include "probes/kernel_probes_options.h"
#include "probes/program.h"
#include "probes/program_code.h"
#include "probes/program_ways.h"
#include "probes/rung.h"

namespace tracker {

// The object's programs, by what a hit brings.
struct ProgramTemplates {
  ProgramCode one;   // skb
  ProgramCode list;  // of skbs
};

class ProgramCopies {
 public:
  // `templates` are relocated, not patched; `netns_operations` is that variable's address, 0
  // where it is not known. `btf` is this kernel's.
  ProgramCopies(KernelProbesOptions options, ProgramTemplates templates, uint64_t netns_operations,
                const KernelBtf& btf);

  // A program of one probe, or of all that share one (shared_program.h). `by_loads`: the kernel's
  // objects are read by loads, which needs has_loads().
  ProgramCode of_probe(uint32_t index, const ProbePlan& plan, Rung rung, bool by_loads) const;
  // The program at the end of the calls that the one of a probe whose packets are in hand begins;
  // `rung`: of that end.
  ProgramCode end_in_hand(uint32_t index, Rung rung, bool by_loads) const;
  ProgramCode shared(const ProbePlan& any, Rung rung, bool by_loads) const;

  bool has_loads() const { return loads_.has_value(); }
  // Why not, where this kernel lacks what its BTF should have.
  const std::string& no_loads_reason() const { return no_loads_reason_; }

  // What keeps programs of this rung from being right on this kernel; nothing mostly.
  Result<void> check_rung(Rung rung) const;

 private:
  Knobs knobs(uint32_t index, const ProbePlan& plan, Rung rung) const;
  void set_host_knobs(Knobs& knobs) const;
  uint64_t flags(const ProbePlan& plan, Rung rung) const;
  ProgramCode make(Knobs constants, Rung rung, bool by_loads) const;
  KernelFunctions functions(bool by_loads) const;

  KernelProbesOptions options_;
  ProgramTemplates templates_;
  uint64_t netns_operations_;
  std::optional<Loads> loads_;
  std::string no_loads_reason_;
  std::optional<Guard> guard_;
};

}  // namespace tracker
