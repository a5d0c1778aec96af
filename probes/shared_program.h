// SPDX-License-Identifier: GPL-2.0-or-later
//
// SharedProgram: one program at the beginnings of any number of functions, each told from the
// others by its attach cookie (bpf/shared.h). Verifying a program of its own for each of a thousand
// would take minutes.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
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
  bool is_list = false;  // of several skbs; what they come in is in the cookie
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
  SharedProgram(UniqueFd loaded, Rung of) : program(std::move(loaded)), rung(of) {}
  SharedProgram(SharedProgram&&) = default;
  SharedProgram& operator=(SharedProgram&&) = default;
  ~SharedProgram() { close_all(links); }

  UniqueFd program;
  std::vector<UniqueFd> links;
  Rung rung;
  std::vector<uint32_t> probes;  // indexes of those that it serves
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

}  // namespace tracker
