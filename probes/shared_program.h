// SPDX-License-Identifier: GPL-2.0-or-later
//
// SharedProgram: one program at the beginnings or the returns of any number of functions, each told
// from the others by its attach cookie (bpf/shared.h). Verifying a program of its own for each of a
// thousand would take minutes. Returns of calls that are given their packet share a second program,
// at the beginnings, which keeps it (bpf/call.h): two programs rather than one of a kprobe session
// (6.10), as these two are those that kernels without sessions need too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "probes/program.h"
#include "probes/rung.h"
#include "probes/shared_links.h"

namespace tracker {

// The constants of a program of one point become those of a shared one.
void set_shared_knobs(Knobs& knobs);

// Loads the program, which was made for that rung, so that it can be attached as a shared one.
Result<UniqueFd> load_shared(Rung rung, const ProgramCode& code);

// An error where the kernel does not know the rung's kind of link, which is then no fault of any
// program's: it takes one of BPF_TRACE_FENTRY_MULTI for that of a single function, which it does
// not name (bpf_check_attach_target()).
Result<void> knows_links(Rung rung);

struct SharedProgram {
  SharedProgram(UniqueFd loaded, UniqueFd at_beginnings, Rung of)
      : program(std::move(loaded)), beginning(std::move(at_beginnings)), rung(of) {}
  SharedProgram(SharedProgram&&) = default;
  SharedProgram& operator=(SharedProgram&&) = default;
  ~SharedProgram() { close_all(links); }

  // Ends the links; what these missed is still known.
  void detach();
  // Hits at which the kernel did not run one of the two, since these were attached: a call can be
  // among them twice. Nothing where it does not count them.
  std::optional<uint64_t> missed() const;

  UniqueFd program;
  UniqueFd beginning;           // of returns that need one
  std::vector<UniqueFd> links;  // of both
  Rung rung;
  std::vector<uint32_t> probes;   // indexes of those that it serves
  uint64_t missed_by_closed = 0;  // links
};

// Attaches both programs, the one at the returns where the other is attached; the value is as that
// of attach_links(). A return whose beginning is refused is refused; a beginning whose return is
// refused keeps its program, which counts nothing.
std::vector<std::string> attach_shared(SharedProgram& shared, std::span<const SharedTarget> targets,
                                       const KeepGoing& keep_going);

}  // namespace tracker
