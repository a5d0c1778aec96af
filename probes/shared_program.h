// SPDX-License-Identifier: GPL-2.0-or-later
//
// SharedProgram: one program at the beginnings or the returns of any number of functions, each told
// from the others by its attach cookie (bpf/shared.h). Verifying a program of its own for each of a
// thousand would take minutes. Returns of calls that are given their packet share a second program,
// at the beginnings, which keeps it (bpf/call.h): two programs rather than one of a kprobe session
// (6.10), as these two are those that kernels without sessions need too.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "probes/program.h"
#include "probes/rung.h"

namespace tracker {

// By what arguments lead to packets: the same of all that share a program. Knobs of record.h.
struct SharedForm {
  bool is_return = false;
  bool needs_beginning = false;  // of a return: the rest is then what that one looks at
  bool is_list = false;          // of several skbs; what they come in is in the cookie
  uint64_t hold = HOLD_NONE;
  uint64_t hold_offset = 0;
  bool is_beside = false;  // whether there is a hook's state or a device beside the skb
  uint64_t hook_hold = HOLD_NONE;
  uint64_t hook_offset = 0;

  auto operator<=>(const SharedForm&) const = default;
};

// What a shared program is told of one function.
struct SharedSite {
  std::string function;
  std::string module;         // empty: vmlinux
  uint32_t type_id = 0;       // of its BTF_KIND_FUNC, within that BTF
  bool has_namesake = false;  // elsewhere in the kernel: its name alone does not say which is meant
  SharedForm form;
  uint64_t arguments = 0;   // the cookie without the probe's index (SHARED_ in record.h)
  std::vector<Rung> rungs;  // by which it can share a program, best first
};

// Detaches by closing the links.
void close_all(std::vector<UniqueFd>& links);

// Where arguments lie, for SharedSite: positions as FunctionArgs has them, -1: none.
struct SharedPositions {
  int skb = -1;
  int sock = -1;
  int net = -1;
  uint64_t list = LIST_NONE;  // what the skbs come in
  int hook = -1;
  int dev = -1;
  uint64_t result = RESULT_NONE;  // of a return: what the function returns
};
uint64_t shared_arguments(const SharedPositions& positions);

// The constants of a program of one point become those of a shared one.
void set_shared_knobs(Knobs& knobs);

// Loads the program, which was made for that rung, so that it can be attached as a shared one.
Result<UniqueFd> load_shared(Rung rung, const ProgramCode& code);

// The rungs of shared programs, best first. fentry_multi costs the least at a hit. Where the kernel
// may preempt a program in a trampoline, the others of thousands of functions are missed until that
// task goes on, and kprobe_multi, which cannot be preempted, comes first: in a guest with 7.3 one
// TCP stream missed 0.3 % of the hits with it, 2.4 % with fentry_multi, and it ended in 0.8 s
// instead of 11.
std::vector<Rung> shared_rungs();
bool can_share(const SharedSite& site, Rung rung);

struct SharedProgram {
  SharedProgram(UniqueFd loaded, UniqueFd at_beginnings, Rung of)
      : program(std::move(loaded)), beginning(std::move(at_beginnings)), rung(of) {}
  SharedProgram(SharedProgram&&) = default;
  SharedProgram& operator=(SharedProgram&&) = default;
  ~SharedProgram() { close_all(links); }

  // Ends the links; what these missed is still known.
  void detach();
  // Hits at which the kernel ran neither program; nothing where it does not count them.
  std::optional<uint64_t> missed() const;

  UniqueFd program;
  UniqueFd beginning;           // of returns that need one
  std::vector<UniqueFd> links;  // of both
  Rung rung;
  std::vector<uint32_t> probes;  // indexes of those that it serves

 private:
  uint64_t missed_by_links() const;

  uint64_t missed_by_closed = 0;
};

struct SharedTarget {
  const SharedSite* site = nullptr;  // not owned
  uint64_t cookie = 0;
};

// Told of work that takes long, how much is done (of 0: it is not known); false ends it.
using KeepGoing = std::function<bool(size_t done, size_t total)>;

// Attaches the program to each function. The value is by target: empty where that worked, else why
// not, one that the kernel refuses does not fail the others. What was attached lives as long as its
// links.
std::vector<std::string> attach_shared(Rung rung, int program,
                                       std::span<const SharedTarget> targets,
                                       std::vector<UniqueFd>& links, const KeepGoing& keep_going);

// The same of both programs, the one at the beginnings where the other is attached. A return whose
// beginning is refused is refused, and left with a program that finds nothing.
std::vector<std::string> attach_shared(SharedProgram& shared, std::span<const SharedTarget> targets,
                                       const KeepGoing& keep_going);

}  // namespace tracker
